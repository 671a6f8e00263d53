// Judging: is an answer, or a statement, supported by the passage?
#include <algorithm>
#include <utility>

#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

std::string JudgeInstruction(Draw& draw, const std::string& question, const std::string& answer) {
  std::string pair =
      std::string(draw.Pick({"Question: {q}\nAnswer: {a}\n", "Q: {q}\nA: {a}\n", "Question: {q} Answer: {a}\n"}));
  std::string ask(draw.Pick({"Is this answer right?", "Is this answer right? Answer yes or no.",
                             "Is that correct? Answer yes or no.", "Does the text say so? Yes or no?",
                             "Is the answer supported by the text? Answer yes or no.",
                             "Check the answer against the text. Say yes if it is right and no if it is wrong."}));
  return Fill(pair + ask, {{"q", question}, {"a", answer}});
}

std::string TruthInstruction(Draw& draw, const std::string& statement) {
  std::string bare = statement;
  return Fill(draw.Pick({"Is this true according to the text? {s}", "True or not? Answer yes or no. {s}",
                         "Does the text say this? {s}", "Is it right to say this? {s}",
                         "Somebody says: {s} Is that right according to the text?"}),
              {{"s", bare}});
}

struct Case {
  std::string question, answer, statement;
  bool right = true;
};

// A case whose answer is the passage's, another's, or about something that the passage does not tell.
Case MakeCase(Scene& scene, const Passage& passage, const Probe& probe, bool right) {
  Draw& draw = scene.draw;
  Case out;
  out.right = right;
  out.question = AskFor(scene, passage, probe, Mention::kFull);
  out.answer = probe.answer;
  if (right) {
    out.statement = StatementOf(passage, probe);
    return out;
  }
  if (draw.Percent(25)) {
    std::string unknown = UnknownQuestion(scene, passage);
    if (!unknown.empty()) {
      out.question = unknown;
      return out;
    }
  }
  out.answer = WrongAnswer(scene, passage, probe);
  if (out.answer.empty()) {
    out.right = true;
    out.answer = probe.answer;
    return out;
  }
  if (probe.entity < 0 || probe.kind != Answer::kValue || probe.fact->yesno) return out;
  Stated stated = StatedOf(passage, probe);
  stated.v = out.answer;
  out.statement = StatementOf(passage.entities[static_cast<size_t>(probe.entity)], stated, Mention::kFull);
  return out;
}

}  // namespace

Dialogue MakeJudging(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "judging";
  PassageOptions options;
  options.max_facts = 5;
  out.passage = MakePassage(scene, options);
  int turns = draw.Between(HasEvents(scene.level) ? 4 : 1, max_turns);
  for (int i = 0; i < turns; ++i) {
    const Probe& probe = draw.Pick(out.passage.probes);
    Case made = MakeCase(scene, out.passage, probe, draw.Percent(50));
    bool statement = !made.statement.empty() && !scene.held_out() && draw.Percent(25);
    Turn turn;
    turn.assistant = made.right ? "yes" : "no";
    if (i == 0 && !statement && draw.Percent(50)) {
      turn.user = synth::Judge(out.passage.text, made.question, made.answer).back().content;
    } else {
      std::string instruction =
          statement ? TruthInstruction(draw, made.statement) : JudgeInstruction(draw, made.question, made.answer);
      turn.user = i == 0 ? WithText(draw, out.passage.text, instruction) : instruction;
    }
    out.turns.push_back(std::move(turn));
  }
  return out;
}

}  // namespace cairn::seed
