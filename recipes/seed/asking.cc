// Asking: questions about a passage with their answers, a question for an answer, a question about one sentence.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

// Words of the question that the sentence does not have; short ones hold sentences together and do not count. `open`
// was trained with marks counted as letters.
size_t Strange(Level level, const std::string& question, const std::string& sentence) {
  std::string known = AsciiLower(sentence);
  size_t strange = 0;
  for (std::string word : Words(question)) {
    if (level > Level::kOpen)
      std::erase_if(word, [](char c) { return std::string_view("?!.,:;\"").find(c) != std::string_view::npos; });
    if (word.size() > 4 && !Contains(known, AsciiLower(word).substr(0, 5))) ++strange;
  }
  return strange;
}

// Of all forms of the question the one with the fewest words that the sentence does not have, then the most that it
// has, then the shortest. It is always the same one for the same sentence: where many would do, a small model mixes
// them.
std::string Nearest(const Passage& passage, const Probe& probe, const std::string& sentence) {
  std::vector<std::string> all = probe.asks;
  if (probe.entity >= 0) {
    const Entity& entity = passage.entities[static_cast<size_t>(probe.entity)];
    for (const std::string& form : AskForms(*probe.fact, probe.kind))
      all.push_back(FillQuestion(form, entity, &StatedOf(passage, probe), Mention::kFull));
  }
  const std::set<std::string> known = MeaningStems(sentence);
  auto distance = [&](const std::string& question) {
    const std::set<std::string> stems = MeaningStems(question);
    const auto shared = std::count_if(stems.begin(), stems.end(), [&](const auto& s) { return known.contains(s); });
    return std::tuple(static_cast<std::ptrdiff_t>(stems.size()) - shared, -shared, question.size());
  };
  std::vector<decltype(distance(sentence))> distances;
  std::transform(all.begin(), all.end(), std::back_inserter(distances), distance);
  return all[static_cast<size_t>(std::min_element(distances.begin(), distances.end()) - distances.begin())];
}

// A question that is kept must be understood without the passage, so it names the thing in full. Open scenes prefer
// questions in the text's own words: those can be learnt for every text.
// `varied`: plain scenes, too, now and then.
std::string SelfContained(Scene& scene, const Passage& passage, const Probe& probe, bool varied = false) {
  const bool in_sentence = probe.sentence < passage.sentences.size();
  if (passage.story && probe.entity < 0 && !(varied && scene.draw.Percent(40))) return probe.asks.front();
  if (in_sentence && scene.level >= Level::kPlain && !(varied && scene.draw.Percent(50)))
    return Nearest(passage, probe, passage.sentences[probe.sentence]);
  std::string best = AskFor(scene, passage, probe, Mention::kFull, false);
  if (!in_sentence || scene.level < Level::kOpen) return best;
  const std::string& sentence = passage.sentences[probe.sentence];
  const int others = scene.level == Level::kOpen ? 3 : 7;
  for (int i = 0; i < others; ++i) {
    std::string other = AskFor(scene, passage, probe, Mention::kFull, false);
    if (Strange(scene.level, other, sentence) < Strange(scene.level, best, sentence)) best = std::move(other);
  }
  return best;
}

std::string CountInstruction(Draw& draw, size_t count) {
  std::string n = draw.Percent(50) ? std::to_string(count) : NumberWord(static_cast<int>(count));
  std::string what = count == 1 ? n + " question" : n + " questions";
  std::string answers = count == 1 ? "its answer" : "their answers";
  std::string_view form = draw.Pick({"Write {n} about this text, with {a}.", "Write {n} about the text and give {a}.",
                                     "Make {n} with {a} from this text.", "Ask {n} about this text and answer.",
                                     "I need {n} about this text, with {a}.", "Please write {n} with {a}.",
                                     "Think of {n} that this text answers, and give {a}.",
                                     "Write {n} to test a reader of this text, with {a}."});
  return Fill(form, {{"n", what}, {"a", answers}});
}

// One probe per fact, in the order of the text.
std::vector<Probe> DistinctProbes(Scene& scene, const Passage& passage) {
  std::vector<Probe> out;
  for (size_t i = 0; i < passage.probes.size();) {
    size_t end = i + 1;
    while (end < passage.probes.size() && passage.probes[i].entity >= 0 &&
           passage.probes[end].entity == passage.probes[i].entity &&
           passage.probes[end].fact == passage.probes[i].fact) {
      ++end;
    }
    const bool first = scene.level >= Level::kPlain || scene.draw.Percent(75);
    Probe probe = passage.probes[i + (first ? 0 : scene.draw.Below(end - i))];
    i = end;
    bool known = false;
    for (const Probe& other : out) known = known || (probe.entity < 0 && other.answer == probe.answer);
    if (!known) out.push_back(std::move(probe));
  }
  return out;
}

Turn WriteMany(Scene& scene, const Passage& passage) {
  Draw& draw = scene.draw;
  std::vector<Probe> probes = DistinctProbes(scene, passage);
  bool all = draw.Percent(30);
  size_t count = all ? probes.size() : draw.Below(std::min<size_t>(probes.size(), 6)) + 1;
  // Who asks as the teacher is asked gets the first facts of the text: a choice that no draw hides from the writer.
  const bool plain = scene.level >= Level::kPlain, plain_teacher = plain && !all && draw.Percent(55);
  if (plain_teacher) probes.resize(count);
  while (probes.size() > count) probes.erase(probes.begin() + draw.Below(probes.size()));
  std::string reply;
  for (const Probe& probe : probes) {
    if (!reply.empty()) reply += "\n";
    reply += synth::FormatQuestion({SelfContained(scene, passage, probe), probe.answer});
  }
  Turn turn;
  turn.assistant = reply;
  if (plain ? plain_teacher : !all && draw.Percent(55)) {
    turn.user = synth::WriteQuestions(passage.text, static_cast<int>(count)).back().content;
  } else if (all && draw.Percent(60)) {
    turn.user =
        WithText(draw, passage.text,
                 std::string(draw.Pick({"Write questions about this text, with their answers.",
                                        "Write as many questions about this text as you can, with their answers.",
                                        "What could one ask about this text? Write the questions and answers.",
                                        "Make a quiz with answers from this text.",
                                        "Write a question with its answer for every fact of the text."})));
  } else {
    turn.user = WithText(draw, passage.text, CountInstruction(draw, count));
    if (draw.Percent(30))
      turn.user += draw.Pick({"\nUse this form:\nQ: question\nA: answer", "\nWrite Q: and A: lines."});
  }
  return turn;
}

// follow_up: the passage stands in an earlier turn.
Turn WriteForAnswer(Scene& scene, const Passage& passage, const Probe& probe, bool follow_up) {
  Draw& draw = scene.draw;
  Turn turn;
  turn.assistant = SelfContained(scene, passage, probe, true);
  if (!follow_up && draw.Percent(50)) {
    turn.user = synth::WriteQuestionFor(passage.text, probe.answer).back().content;
    return turn;
  }
  std::string instruction =
      Fill(draw.Pick({"Write a question about this text whose answer is: {v}", "Which question has the answer \"{v}\"?",
                      "The answer is: {v}. What is the question?", "Write a question with the answer {v}.",
                      "Ask something about the text so that the answer is: {v}", "Question for this answer: {v}"}),
           {{"v", probe.answer}});
  turn.user = follow_up ? instruction : WithText(draw, passage.text, instruction);
  return turn;
}

Turn WriteAboutSentence(Scene& scene, const Passage& passage, const Probe& probe, bool follow_up) {
  Draw& draw = scene.draw;
  Turn turn;
  turn.assistant = synth::FormatQuestion({SelfContained(scene, passage, probe), probe.answer});
  const std::string& sentence = passage.sentences[probe.sentence];
  if (!follow_up && draw.Percent(60)) {
    turn.user = synth::WriteQuestionAbout(passage.text, sentence).back().content;
    return turn;
  }
  std::string instruction = Fill(
      draw.Pick({"Write one question, with its answer, about this sentence of the text: {s}",
                 "Write a question and its answer about this sentence: {s}",
                 "Make a question with its answer from: {s}", "Ask one question about this part and answer it: {s}"}),
      {{"s", sentence}});
  turn.user = follow_up ? instruction : WithText(draw, passage.text, instruction);
  return turn;
}

}  // namespace

Dialogue MakeAsking(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "asking";
  PassageOptions options;
  options.max_facts = draw.Percent(20) ? 8 : 6;
  // A teacher is also shown single sentences.
  if (HasNovelWords(scene.level) && draw.Percent(25)) options.min_facts = 1, options.max_facts = 2;
  out.passage = MakePassage(scene, options);
  const Passage& passage = out.passage;
  if (draw.Percent(62) || max_turns == 1) {
    out.turns.push_back(WriteMany(scene, passage));
    max_turns = std::min(max_turns, 2);
  }
  std::vector<Probe> probes = passage.probes;
  draw.Shuffle(probes);
  int turns = draw.Between(1, max_turns);
  for (const Probe& probe : probes) {
    if (static_cast<int>(out.turns.size()) >= turns) break;
    bool follow_up = !out.turns.empty();
    if (draw.Percent(55) && !IsYesNo(probe.answer)) {
      out.turns.push_back(WriteForAnswer(scene, passage, probe, follow_up));
    } else {
      out.turns.push_back(WriteAboutSentence(scene, passage, probe, follow_up));
    }
  }
  return out;
}

}  // namespace cairn::seed
