#include "synth/skill.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/philox.h"
#include "formats/unicode.h"
#include "synth/filters.h"
#include "synth/text.h"
#include "synth/vary.h"

namespace cairn::synth {
namespace {

// As CheckForm, but answers of skills may have several lines.
Verdict CheckExample(const QuestionAnswer& pair) {
  QuestionAnswer flat{Squeeze(pair.question), Squeeze(pair.answer)};
  if (flat.answer.empty()) return "no answer";
  if (Verdict why = CheckForm({flat.question, "x"})) return why;
  for (std::string_view mark : {"<|", "|>", "\uFFFD", "Q:", "A:"}) {
    if (flat.answer.find(mark) != std::string::npos) return "a label or control token inside the answer";
  }
  if (IsDontKnow(flat.answer)) return "the answer is not known";
  return std::nullopt;
}

class SkillSynthesis {
 public:
  SkillSynthesis(const std::vector<SkillSeed>& seeds, Asker& asker, const SynthesisOptions& options)
      : seeds_(seeds), asker_(asker), options_(options) {}

  Result<LeafData> Run() {
    for (const SkillSeed& seed : seeds_) Add({seed.question, seed.answer}, "seed", seed.source);
    CAIRN_TRY(WriteMore());
    FilterExamples();
    DropRepeated();
    CAIRN_TRY(CheckConsistency());
    Vary();
    LeafData data;
    data.notes = std::move(notes_);
    data.funnel = FunnelOf(rows_);
    data.rows = std::move(rows_);
    return data;
  }

 private:
  Row& Add(const QuestionAnswer& pair, const char* step, const std::string& source) {
    Row row;
    row.question = pair.question;
    row.answer = pair.answer;
    row.step = step;
    row.source = source;
    row.SetId();
    rows_.push_back(std::move(row));
    return rows_.back();
  }

  // Seed `first` and up to two others, in an order that depends on the key.
  std::vector<size_t> ThreeSeeds(size_t first, const std::string& key) const {
    RandomStream random(asker_.seed(), RandomPurpose::kSynthesis, StreamOf("seeds\n" + key));
    std::vector<size_t> chosen = {first};
    for (uint32_t i : Permutation(static_cast<uint32_t>(seeds_.size()), random)) {
      if (chosen.size() < 3 && i != first) chosen.push_back(i);
    }
    std::rotate(chosen.begin(), chosen.begin() + 1, chosen.end());  // the seed whose turn it is comes last
    return chosen;
  }

  Result<void> WriteMore() {
    std::vector<TeacherRequest> requests;
    for (size_t i = 0; i < seeds_.size(); ++i) {
      for (size_t sample = 0; sample < options_.samples_per_seed; ++sample) {
        std::vector<QuestionAnswer> examples;
        for (size_t s : ThreeSeeds(i, seeds_[i].question + "\n" + std::to_string(sample))) {
          examples.push_back({seeds_[s].question, seeds_[s].answer});
        }
        requests.push_back(asker_.Write(MoreExamples(examples), sample, 256));
      }
    }
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("writing examples", requests));
    for (const TeacherReply& reply : replies) {
      std::vector<QuestionAnswer> pairs = ParseQuestions(reply.text);
      if (pairs.empty()) {
        Row& row = Add({std::string(Beginning(Squeeze(reply.text), 300)), ""}, "examples", {});
        if (!row.DropIfRefused(reply.refusal)) row.Drop(kStageForm, "the reply has no question with an answer");
      }
      for (const QuestionAnswer& pair : pairs) Add(pair, "examples", {});
    }
    return {};
  }

  void FilterExamples() {
    for (Row& row : rows_) {
      if (!row.kept || row.step == "seed") continue;
      if (Verdict why = CheckExample({row.question, row.answer})) {
        row.Drop(kStageForm, *why);
      } else if (Tokenise(row.question).size() > 200 || Tokenise(row.answer).size() > 200) {
        row.Drop(kStageLength, "more than 200 words");
      }
    }
  }

  // By exact text: upper and lower case may be what the skill is about.
  void DropRepeated() {
    std::set<std::string> seen;
    for (Row& row : rows_) {
      if (row.kept && !seen.insert(Squeeze(row.question)).second) {
        row.Drop(kStageDuplicate, "the question was made before");
      }
    }
  }

  Result<void> CheckConsistency() {
    std::vector<size_t> places;
    std::vector<TeacherRequest> requests;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (!rows_[i].kept || rows_[i].step != "examples") continue;
      Messages messages;
      for (size_t s : ThreeSeeds(i % seeds_.size(), "solve\n" + rows_[i].question)) {
        messages.push_back({"user", seeds_[s].question, false});
        messages.push_back({"assistant", seeds_[s].answer, false});
      }
      messages.push_back({"user", rows_[i].question, false});
      requests.push_back(asker_.Check(std::move(messages), 256));
      places.push_back(i);
    }
    CAIRN_ASSIGN(std::vector<TeacherReply> replies, asker_.Ask("solving examples", requests));
    for (size_t i = 0; i < places.size(); ++i) {
      Row& row = rows_[places[i]];
      const std::string answer = Squeeze(replies[i].text);
      if (row.DropIfRefused(replies[i].refusal) || answer == Squeeze(row.answer)) continue;
      row.Drop(kStageRoundTrip, "solved again, the teacher answers \"" + std::string(Beginning(answer, 120)) + "\"");
    }
    return {};
  }

  void Vary() {
    std::vector<QuestionAnswer> pairs;
    for (const SkillSeed& seed : seeds_) pairs.push_back({seed.question, seed.answer});
    Result<std::vector<Variation>> variations = VarySeeds(pairs, options_.max_substitutions, asker_.seed());
    if (!variations.ok()) {
      notes_.push_back("no rows by substitution: " + variations.error().message);
      return;
    }
    for (const Variation& variation : *variations) {
      Row& row = Add(variation.pair, "substitution", seeds_[variation.seed].source);
      row.parent = rows_[variation.seed].id;  // the seeds are the first rows
    }
    DropRepeated();
  }

  const std::vector<SkillSeed>& seeds_;
  Asker& asker_;
  const SynthesisOptions& options_;
  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<LeafData> SynthesiseSkill(const std::vector<SkillSeed>& seeds, Asker& asker, const SynthesisOptions& options) {
  CAIRN_CHECK(!seeds.empty());
  return SkillSynthesis(seeds, asker, options).Run();
}

}  // namespace cairn::synth
