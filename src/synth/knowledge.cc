#include "synth/knowledge.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "formats/unicode.h"
#include "synth/coverage.h"
#include "synth/filters.h"
#include "synth/row_filters.h"
#include "synth/spans.h"
#include "synth/statements.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

// A call that is to bring rows, and what they are made from.
struct Writing {
  TeacherRequest request;
  size_t chunk = 0;
  const char* step = "";
  std::string passage;  // the chunk's text, or one of its sentences
  std::string answer;   // of a question that is written for an answer
};

// The first line of a reply that is one question, without a label.
std::string QuestionOf(const std::string& reply) {
  std::vector<QuestionAnswer> pairs = ParseQuestions(reply);
  if (!pairs.empty()) return pairs[0].question;
  std::string_view text = TrimAscii(WithoutFence(reply));
  std::string_view line = TrimAscii(text.substr(0, text.find('\n')));
  for (std::string_view label : {"Q:", "Question:"}) {
    if (line.starts_with(label)) line = TrimAscii(line.substr(label.size()));
  }
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  return std::string(line);
}

class KnowledgeSynthesis {
 public:
  KnowledgeSynthesis(Asker& asker, const SynthesisOptions& options) : asker_(asker), options_(options) {}

  Result<LeafData> Run(const std::vector<Document>& documents, const std::vector<KnowledgeSeed>& seeds) {
    for (const Document& document : documents) {
      for (Chunk& chunk : MakeChunks(document, options_.chunks)) chunks_.push_back(std::move(chunk));
    }
    AddSeeds(seeds);
    CAIRN_TRY(Write());
    FilterAlone(0);
    DropDuplicates(rows_);
    CAIRN_TRY(RoundTrip(0));
    if (options_.pipeline == Pipeline::kFull) {
      CAIRN_TRY(JudgeRows());
      CAIRN_TRY(Rephrase());
    }
    DropConflicts(rows_);
    DropSimilar(rows_);
    CapPerFact(rows_, options_.max_rows_per_fact);
    AddStatements();
    DropDuplicates(rows_);
    LeafData data;
    data.uncovered = UncoveredSentences(chunks_, rows_);
    data.funnel = FunnelOf(rows_);
    data.rows = std::move(rows_);
    return data;
  }

 private:
  Row& Add(const QuestionAnswer& pair, const char* step, const std::string& source, std::string passage) {
    Row row;
    row.question = pair.question;
    row.answer = pair.answer;
    row.step = step;
    row.source = source;
    row.SetId();
    rows_.push_back(std::move(row));
    passages_.push_back(std::move(passage));
    return rows_.back();
  }

  void AddSeeds(const std::vector<KnowledgeSeed>& seeds) {
    for (const KnowledgeSeed& seed : seeds) Add({seed.question, seed.answer}, "seed", seed.source, seed.context);
  }

  // ---- writing ----
  void WriteAbout(size_t index, std::vector<Writing>& out) const {
    const Chunk& chunk = chunks_[index];
    std::string text = chunk.Text();
    size_t most = std::clamp<size_t>(2 * (chunk.sentences.size() - chunk.context), 1, 6);
    for (size_t sample = 0; sample < options_.samples_per_seed; ++sample) {
      size_t count = sample == 0 ? most : 1 + (sample - 1) % most;
      out.push_back(
          {asker_.Write(WriteQuestions(text, static_cast<int>(count)), sample, static_cast<int>(32 + 80 * count)),
           index, "questions", text, ""});
    }
    if (options_.pipeline == Pipeline::kSimple) return;
    for (size_t i = chunk.context; i < chunk.sentences.size(); ++i) {
      const std::string& sentence = chunk.sentences[i];
      for (size_t sample = 0; sample < std::max<size_t>(options_.samples_per_seed / 2, 1); ++sample) {
        out.push_back(
            {asker_.Write(WriteQuestionAbout(text, sentence), sample, 96), index, "about sentence", text, ""});
      }
      for (const std::string& span : AnswerSpans(sentence, text)) {
        for (size_t sample = 0; sample <= options_.samples_per_seed / 8; ++sample) {
          out.push_back({asker_.Write(WriteQuestionFor(text, span), sample, 64), index, "for answer", text, span});
        }
      }
      WriteAboutAlone(index, sentence, out);
    }
  }

  // A small teacher writes better about a sentence that it sees alone.
  void WriteAboutAlone(size_t index, const std::string& sentence, std::vector<Writing>& out) const {
    if (!StandsAlone(sentence) || sentence == chunks_[index].Text()) return;
    constexpr const char* kStep = "sentence alone";
    for (int count : {1, 2}) {
      for (size_t sample = 0; sample <= options_.samples_per_seed / 8; ++sample)
        out.push_back(
            {asker_.Write(WriteQuestions(sentence, count), sample, 32 + 80 * count), index, kStep, sentence, ""});
    }
    for (const QuestionAnswer& gap : GapSentences(sentence, chunks_[index].Text()))
      out.push_back({asker_.Write(WriteQuestionFor(sentence, gap.answer), 0, 64), index, kStep, sentence, gap.answer});
  }

  Result<void> Write() {
    std::vector<Writing> writings;
    for (size_t i = 0; i < chunks_.size(); ++i) WriteAbout(i, writings);
    std::vector<TeacherRequest> requests;
    requests.reserve(writings.size());
    for (const Writing& writing : writings) requests.push_back(writing.request);
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("writing questions", requests));
    for (size_t i = 0; i < writings.size(); ++i) AddReply(writings[i], replies[i]);
    return {};
  }

  void AddReply(const Writing& writing, const TeacherReply& reply) {
    const Chunk& chunk = chunks_[writing.chunk];
    std::vector<QuestionAnswer> pairs;
    if (!writing.answer.empty()) {
      pairs.push_back({QuestionOf(reply.text), writing.answer});
    } else {
      pairs = ParseQuestions(reply.text);
    }
    bool unread = pairs.empty();
    if (unread) pairs.push_back({std::string(Beginning(Squeeze(reply.text), 300)), ""});
    for (const QuestionAnswer& pair : pairs) {
      Row& row = Add({Squeeze(pair.question), Squeeze(pair.answer)}, writing.step, chunk.Where(), writing.passage);
      row.chunk = chunk.id;
      if (!row.DropIfRefused(reply.refusal) && unread) row.Drop(kStageForm, "the reply has no question with an answer");
    }
  }

  // ---- filters ----
  void FilterAlone(size_t first) {
    for (size_t i = first; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      if (!row.kept || row.step == "seed") continue;
      QuestionAnswer pair{row.question, row.answer};
      if (Verdict why = CheckForm(pair)) {
        row.Drop(kStageForm, *why);
      } else if (Verdict why = CheckLength(pair)) {
        row.Drop(kStageLength, *why);
      } else if (Verdict why = CheckSubject(pair)) {
        row.Drop(kStageSubject, *why);
      } else if (Verdict why = row.step == "rephrase" ? std::nullopt : CheckSource(pair, passages_[i])) {
        row.Drop(kStageSource, *why);
      }
    }
  }

  // Kept rows from `first` on that a machine made.
  std::vector<size_t> Unchecked(size_t first) const {
    std::vector<size_t> out;
    for (size_t i = first; i < rows_.size(); ++i) {
      if (rows_[i].kept && rows_[i].step != "seed") out.push_back(i);
    }
    return out;
  }

  // People answer in sentences where a teacher answers in words: a part of a person's answer agrees with it.
  static bool Agrees(const Row& row, const std::string& reply) {
    if (IsYesNo(row.answer)) return ParseYesNo(reply) == ParseYesNo(row.answer);
    bool from_seed = row.step == "rephrase" && row.chunk.empty();
    return Confirms(reply, row.answer) || (from_seed && ContainsWords(Words(row.answer), Words(reply)));
  }

  Result<void> RoundTrip(size_t first) {
    std::vector<size_t> places = Unchecked(first);
    std::vector<TeacherRequest> requests;
    requests.reserve(places.size());
    for (size_t i : places) requests.push_back(asker_.Check(AnswerFrom(passages_[i], rows_[i].question), 64));
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("checking answers", requests));
    for (size_t i = 0; i < places.size(); ++i) {
      Row& row = rows_[places[i]];
      const std::string& answer = replies[i].text;
      if (row.DropIfRefused(replies[i].refusal) || Agrees(row, answer)) continue;
      row.Drop(kStageRoundTrip,
               "asked again, the teacher answers \"" + std::string(Beginning(Squeeze(answer), 120)) + "\"");
    }
    return {};
  }

  Result<void> JudgeRows() {
    std::vector<size_t> places = Unchecked(0);
    std::vector<TeacherRequest> requests;
    requests.reserve(places.size());
    for (size_t i : places) {
      requests.push_back(asker_.Check(Judge(passages_[i], rows_[i].question, rows_[i].answer), 16));
    }
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("judging answers", requests));
    for (size_t i = 0; i < places.size(); ++i) {
      Row& row = rows_[places[i]];
      const std::string& verdict = replies[i].text;
      std::optional<bool> right = ParseYesNo(verdict);
      if (row.DropIfRefused(replies[i].refusal) || right == true) continue;
      row.Drop(kStageJudge,
               right ? "the teacher says that the answer is not right"
                     : "the teacher says neither yes nor no: \"" + std::string(Beginning(Squeeze(verdict), 60)) + "\"");
    }
    return {};
  }

  // ---- widening ----
  std::vector<size_t> ToRephrase() const {
    std::map<std::string, size_t> of_fact;
    std::vector<size_t> out;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      if (!row.kept) continue;
      if (row.step == "seed" || of_fact[row.chunk + "\n" + Normalised(row.answer)]++ < options_.rephrased_per_fact) {
        out.push_back(i);
      }
    }
    return out;
  }

  Result<void> Rephrase() {
    std::vector<size_t> places = ToRephrase(), parents;
    std::vector<TeacherRequest> requests;
    for (size_t i : places) {
      for (size_t sample = 0; sample < options_.rephrasings; ++sample) {
        requests.push_back(asker_.Write(RephraseQuestion(rows_[i].question), sample, 64));
        parents.push_back(i);
      }
    }
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("rephrasing questions", requests));
    size_t first = rows_.size();
    for (size_t i = 0; i < replies.size(); ++i) {
      const Row parent = rows_[parents[i]];  // a copy: Add moves the rows
      Row& row =
          Add({Squeeze(QuestionOf(replies[i].text)), parent.answer}, "rephrase", parent.source, passages_[parents[i]]);
      row.DropIfRefused(replies[i].refusal);
      row.chunk = parent.chunk;
      row.parent = parent.id;
    }
    FilterAlone(first);
    DropDuplicates(rows_);
    return RoundTrip(first);
  }

  // What a sentence makes by itself.
  void AddStatements() {
    for (const Chunk& chunk : chunks_) {
      for (size_t i = chunk.context; i < chunk.sentences.size(); ++i) {
        const std::string& sentence = chunk.sentences[i];
        auto add = [&](const QuestionAnswer& pair, const char* step) -> Row& {
          Row& row = Add(pair, step, chunk.Where(), chunk.Text());
          row.chunk = chunk.id;
          return row;
        };
        std::optional<QuestionAnswer> half = HalfSentence(sentence);
        if (!half) {
          add({sentence, ""}, kStepStatement).Drop(kStageLength, "the sentence has fewer than 6 words");
        } else if (!StandsAlone(sentence)) {
          add(*half, kStepStatement).Drop(kStageSubject, "the sentence begins with a word that points back");
        } else {
          add(*half, kStepStatement);
          if (options_.pipeline == Pipeline::kSimple) continue;
          for (const QuestionAnswer& gap : GapSentences(sentence, chunk.Text())) add(gap, kStepGap);
        }
      }
    }
  }

  Asker& asker_;
  const SynthesisOptions& options_;
  std::vector<Chunk> chunks_;
  std::vector<Row> rows_;
  std::vector<std::string> passages_;  // passages_[i] is what rows_[i] is checked against
};

}  // namespace

Result<LeafData> SynthesiseKnowledge(const std::vector<Document>& documents, const std::vector<KnowledgeSeed>& seeds,
                                     Asker& asker, const SynthesisOptions& options) {
  return KnowledgeSynthesis(asker, options).Run(documents, seeds);
}

}  // namespace cairn::synth
