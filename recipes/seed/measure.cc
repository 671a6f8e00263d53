#include "measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "eval/text_score.h"
#include "synth/filters.h"
#include "synth/prompts.h"
#include "synth/text.h"
#include "tasks.h"

namespace cairn::seed {
namespace {

constexpr const char* kHeldOut = "held-out";
constexpr const char* kByHand = "hand-written";
constexpr const char* kPairs = "asking: valid pairs";
constexpr const char* kPairsWeak = "asking: pairs the model confirms (weaker rule)";
constexpr const char* kReplies = "asking: replies with a pair";
constexpr const char* kNotTold = "not told in the passage";
constexpr int kAsked = 3;  // questions about each hand-written passage

struct FigureName {
  const char* set;
  const char* name;
  std::optional<double> goal;
};

const std::vector<FigureName>& FigureNames() {
  static const std::vector<FigureName> names = {
      {kHeldOut, "reading", 0.85}, {kHeldOut, kPairs, 0.80},    {kHeldOut, kReplies, {}},   {kHeldOut, "judging", 0.85},
      {kHeldOut, "skills", 0.85},  {kHeldOut, "unknown", 0.90}, {kByHand, "reading", 0.65}, {kByHand, kPairsWeak, {}},
      {kByHand, kReplies, {}},     {kByHand, "judging", {}},    {kByHand, kNotTold, {}},    {kByHand, "skills", {}},
      {kByHand, "unknown", {}}};
  return names;
}

using Messages = std::vector<formats::Message>;

bool SameWords(std::string_view given, const std::vector<std::string>& accepted) {
  return eval::ExactMatch(given, accepted);
}

// An exercise whose answer is right or wrong by itself.
struct Exercise {
  MeasuredItem item;  // given and correct are filled in later
  Messages messages;
  std::function<bool(const std::string& given)> right;
};

MeasuredItem Blank(const char* set, const std::string& figure, std::string kind, const Messages& messages,
                   std::vector<std::string> accepted) {
  return {set, figure, std::move(kind), messages.back().content, std::move(accepted), {}, false};
}

std::string KindOf(const Item& item) {
  if (item.task == "skills") return item.kind;
  if (item.task == "judging") return item.accepted[0] == "yes" ? "right answer" : "wrong answer";
  if (item.task == "reading") return item.accepted[0] == kDontKnow ? "not told" : "told";
  return {};
}

std::vector<Exercise> HeldOutExercises(const Corpus& corpus, uint64_t count) {
  std::vector<Exercise> out;
  for (const std::string& task : Corpus::HeldOutTasks()) {
    if (task == "asking") continue;
    for (uint64_t i = 0; i < count; ++i) {
      Item item = corpus.HeldOut(task, i);
      Exercise exercise{Blank(kHeldOut, task, KindOf(item), item.prompt, item.accepted), item.prompt, {}};
      exercise.right = [item = std::move(item)](const std::string& given) {
        bool form = item.task != "skills" || RightSkillAnswer(item.prompt.back().content, item.accepted, given);
        return form && Score(item, given);
      };
      out.push_back(std::move(exercise));
    }
  }
  return out;
}

std::vector<Exercise> HandwrittenExercises(const Handwritten& handwritten) {
  std::vector<Exercise> out;
  auto add = [&](const char* figure, const char* kind, Messages messages, const std::vector<std::string>& accepted) {
    out.push_back({Blank(kByHand, figure, kind, messages, accepted), std::move(messages),
                   [accepted](const std::string& given) { return SameWords(given, accepted); }});
  };
  for (const HandwrittenPassage& passage : handwritten.passages) {
    for (const HandwrittenQuestion& q : passage.questions) {
      const eval::Question& question = q.question;
      add("reading", "", synth::AnswerFrom(passage.text, question.question), question.Accepted());
      add("judging", "right answer", synth::Judge(passage.text, question.question, question.answer), {"yes"});
      add("judging", "wrong answer", synth::Judge(passage.text, question.question, q.wrong), {"no"});
    }
    add(kNotTold, "", synth::AnswerFrom(passage.text, passage.unanswerable), {kDontKnow, "I do not know."});
  }
  for (const eval::Question& skill : handwritten.skills) {
    add("skills", "", {{"user", skill.question, false}}, skill.Accepted());
    out.back().right = [question = skill.question, accepted = skill.Accepted()](const std::string& given) {
      return RightSkillAnswer(question, accepted, given);
    };
  }
  for (const std::string& question : handwritten.unknown)
    add("unknown", "", {{"user", question, false}}, {kDontKnow, "I do not know."});
  return out;
}

// A reply's pairs in order; false: the reply has asked the question before.
std::vector<std::pair<synth::QuestionAnswer, bool>> PairsOf(std::string_view reply) {
  std::vector<std::pair<synth::QuestionAnswer, bool>> out;
  std::set<std::string> asked;
  for (synth::QuestionAnswer& pair : synth::ParseQuestions(reply)) {
    bool first = asked.insert(synth::Normalised(pair.question)).second;
    out.emplace_back(std::move(pair), first);
  }
  return out;
}

void AddReply(Measurement& out, const char* set, const Messages& messages, const std::string& reply, bool has_pair) {
  MeasuredItem item = Blank(set, kReplies, "", messages, {});
  item.given = reply;
  item.correct = has_pair;
  out.items.push_back(std::move(item));
}

void AddPair(Measurement& out, MeasuredItem item, const synth::QuestionAnswer& pair, bool valid) {
  item.given = synth::FormatQuestion(pair);
  item.correct = valid;
  out.items.push_back(std::move(item));
}

void CountHeldOutReply(Measurement& out, const Item& asked, const std::string& reply) {
  auto pairs = PairsOf(reply);
  AddReply(out, kHeldOut, asked.prompt, reply, !pairs.empty());
  for (const auto& [pair, first] : pairs) {
    bool valid = first && CountValidPairs(asked, synth::FormatQuestion(pair)).valid == 1;
    AddPair(out, Blank(kHeldOut, kPairs, "", asked.prompt, {}), pair, valid);
  }
}

// A question that the model wrote about a hand-written passage.
struct Written {
  Messages prompt;  // with which it was asked for
  std::string passage;
  synth::QuestionAnswer pair;
  bool first = true;
};

Result<void> CountWritten(const Answerer& answer, const std::vector<Written>& all, Measurement& out) {
  std::vector<Messages> checks;
  checks.reserve(all.size());
  for (const Written& w : all) checks.push_back(synth::AnswerFrom(w.passage, w.pair.question));
  CAIRN_ASSIGN(std::vector<std::string> given, answer(checks, "answering the questions that it wrote", 1));
  CAIRN_CHECK(given.size() == all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const Written& w = all[i];
    bool stands = synth::ContainsWords(synth::Words(w.passage), synth::Words(w.pair.answer));
    AddPair(out, Blank(kByHand, kPairsWeak, stands ? "stands in the passage" : "does not stand there", w.prompt, {}),
            w.pair, w.first && stands && synth::Confirms(given[i], w.pair.answer));
  }
  return {};
}

std::vector<Figure> FiguresOf(const std::vector<MeasuredItem>& items) {
  struct Count {
    size_t correct = 0, n = 0;
  };
  // Under the empty kind: all items of the figure.
  std::map<std::pair<std::string, std::string>, std::map<std::string, Count>> counts;
  for (const MeasuredItem& item : items) {
    auto& figure = counts[{item.set, item.figure}];
    for (const std::string& kind : item.kind.empty() ? std::set<std::string>{""} : std::set{std::string(), item.kind}) {
      Count& count = figure[kind];
      ++count.n;
      count.correct += item.correct ? 1 : 0;
    }
  }
  std::vector<Figure> figures;
  for (const FigureName& name : FigureNames()) {
    auto& kinds = counts[{name.set, name.name}];
    Figure figure{name.set, name.name, eval::Accuracy::Of(kinds[""].correct, kinds[""].n), name.goal, {}};
    for (const auto& [kind, count] : kinds)
      if (!kind.empty()) figure.kinds.push_back({kind, eval::Accuracy::Of(count.correct, count.n)});
    figures.push_back(std::move(figure));
  }
  return figures;
}

Json AccuracyJson(const eval::Accuracy& a) {
  return {{"n", a.n}, {"correct", a.correct}, {"accuracy", a.accuracy}, {"low", a.low}, {"high", a.high}};
}

bool Met(const Figure& figure) { return figure.accuracy.n > 0 && figure.accuracy.accuracy >= *figure.goal; }

// "Pear, Fig" -> " pear fig ": what stands at word borders in both.
std::string Padded(std::string_view text) { return " " + eval::NormaliseAnswer(text) + " "; }

std::string_view WithoutEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool RightSkillAnswer(std::string_view prompt, const std::vector<std::string>& accepted, std::string_view given) {
  CAIRN_CHECK(!accepted.empty());
  if (!SameWords(given, accepted)) return false;
  std::string_view model_answer = WithoutEnd(accepted[0]);
  // One letter is right in either case: "B" for "b".
  bool repeats = model_answer.size() > 1 && Padded(prompt).find(Padded(model_answer)) != std::string::npos;
  bool as_it_stands = prompt.find(model_answer) != std::string_view::npos;
  if (!repeats || as_it_stands) return true;
  return std::any_of(accepted.begin(), accepted.end(), [&](const std::string& text) {
    return synth::Squeeze(WithoutEnd(text)) == synth::Squeeze(WithoutEnd(given));
  });
}

Result<Measurement> Measure(const Answerer& answer, const Corpus& corpus, const Handwritten& handwritten,
                            const MeasureOptions& options) {
  if (options.items_per_task < 1 || options.items_per_task > 100000)
    return BadInput("items per task must be from 1 to 100000");
  std::vector<Exercise> exercises = HeldOutExercises(corpus, options.items_per_task);
  for (Exercise& exercise : HandwrittenExercises(handwritten)) exercises.push_back(std::move(exercise));
  std::vector<Item> asking;
  for (uint64_t i = 0; i < options.items_per_task; ++i) asking.push_back(corpus.HeldOut("asking", i));

  std::vector<Messages> questions, requests;
  for (const Exercise& exercise : exercises) questions.push_back(exercise.messages);
  for (const Item& item : asking) requests.push_back(item.prompt);
  for (const HandwrittenPassage& passage : handwritten.passages)
    requests.push_back(synth::WriteQuestions(passage.text, kAsked));
  CAIRN_ASSIGN(std::vector<std::string> given, answer(questions, "answering", 1));
  CAIRN_ASSIGN(std::vector<std::string> replies, answer(requests, "writing questions", options.writing_beams));
  CAIRN_CHECK(given.size() == questions.size() && replies.size() == requests.size());

  Measurement out;
  for (size_t i = 0; i < exercises.size(); ++i) {
    exercises[i].item.given = given[i];
    exercises[i].item.correct = exercises[i].right(given[i]);
    out.items.push_back(std::move(exercises[i].item));
  }
  size_t next = 0;
  for (const Item& item : asking) CountHeldOutReply(out, item, replies[next++]);
  std::vector<Written> written;
  for (const HandwrittenPassage& passage : handwritten.passages) {
    auto pairs = PairsOf(replies[next]);
    AddReply(out, kByHand, requests[next], replies[next], !pairs.empty());
    for (auto& [pair, first] : pairs) written.push_back({requests[next], passage.text, std::move(pair), first});
    ++next;
  }
  CAIRN_TRY(CountWritten(answer, written, out));
  out.figures = FiguresOf(out.items);
  return out;
}

Result<Measurement> MeasureSeed(ThreadPool& pool, const model::ChatModel& chat, const Corpus& corpus,
                                const std::string& handwritten_path, const MeasureOptions& options) {
  CAIRN_ASSIGN(Handwritten handwritten, LoadHandwritten(handwritten_path));
  auto answer = [&](const std::vector<Messages>& conversations, const std::string& label, uint64_t beams) {
    eval::AskOptions ask = options.ask;
    ask.beams = beams;
    return eval::Ask(pool, chat, conversations, label, ask);
  };
  return Measure(answer, corpus, handwritten, options);
}

Json MeasurementToJson(const Measurement& measurement) {
  Json figures = Json::array();
  for (const Figure& figure : measurement.figures) {
    Json json = AccuracyJson(figure.accuracy);
    json["set"] = figure.set;
    json["name"] = figure.name;
    json["goal"] = figure.goal ? Json(*figure.goal) : Json();
    json["met"] = figure.goal ? Json(Met(figure)) : Json();
    json["kinds"] = Json::array();
    for (const KindAccuracy& kind : figure.kinds) {
      Json entry = AccuracyJson(kind.accuracy);
      entry["kind"] = kind.kind;
      json["kinds"].push_back(std::move(entry));
    }
    figures.push_back(std::move(json));
  }
  return {{"figures", std::move(figures)}};
}

std::string MeasurementToMarkdown(const Measurement& measurement) {
  std::string text =
      "| items | task | right of n | share | 95 % interval | goal |\n"
      "|---|---|---|---|---|---|\n";
  for (const Figure& figure : measurement.figures) {
    const eval::Accuracy& a = figure.accuracy;
    text += fmt::format("| {} | {} | {} of {} | {} | {} | {} |\n", figure.set, figure.name, a.correct, a.n,
                        a.n > 0 ? fmt::format("{:.1f} %", 100 * a.accuracy) : "-",
                        a.n > 0 ? fmt::format("{:.1f} to {:.1f} %", 100 * a.low, 100 * a.high) : "-",
                        figure.goal ? fmt::format("{:.0f} %", 100 * *figure.goal) : "");
  }
  return text;
}

std::string ItemsToJsonl(const Measurement& measurement) {
  std::string text;
  for (bool correct : {false, true}) {
    for (const MeasuredItem& item : measurement.items) {
      if (item.correct != correct) continue;
      text += DumpJson({{"set", item.set},
                        {"figure", item.figure},
                        {"kind", item.kind},
                        {"prompt", item.prompt},
                        {"accepted", item.accepted},
                        {"given", item.given},
                        {"correct", item.correct}}) +
              "\n";
    }
  }
  return text;
}

}  // namespace cairn::seed
