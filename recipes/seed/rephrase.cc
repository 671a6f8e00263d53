// Rephrasing: the same statement or question in other words; question and answer to statement and back.
#include <cstdint>
#include <set>
#include <utility>

#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

// Another statement of the fact that differs from the given one; empty if there is none.
std::string OtherStatement(Scene& scene, const Entity& entity, const Stated& stated, const std::string& than) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    Stated other = stated;
    ChooseForm(scene, other);
    std::string text = StatementOf(entity, other, Mention::kFull);
    if (text != than) return text;
  }
  return {};
}

Passage SingleFactPassage(const Entity& entity, const Stated& stated, Answer kind) {
  Passage passage;
  passage.entities = {entity};
  passage.entities[0].facts = {stated};
  Probe probe;
  probe.entity = 0;
  probe.fact = stated.fact;
  probe.kind = kind;
  probe.answer = kind == Answer::kSecond ? stated.w : stated.v;
  passage.probes = {probe};
  return passage;
}

Turn AskAgain(Draw& draw, const std::string& question, const std::string& other) {
  if (draw.Percent(50)) return {synth::RephraseQuestion(question).back().content, other, {}};
  return {Fill(draw.Pick({"Ask this in another way: {s}", "Ask the same in other words: {s}",
                          "Write this question differently: {s}", "{s}\nHow else could one ask this?",
                          "Put this question another way: {s}", "Rephrase this question: {s}"}),
               {{"s", question}}),
          other,
          {}};
}

// The other question takes nothing from the text that the first one does not have: "What did Joe mend?" cannot become
// "What did Joe mend in the greenhouse?".
bool TellsMore(const std::string& other, const std::string& question, const std::string& text) {
  const std::set<std::string> asked = MeaningStems(question), told = MeaningStems(text);
  for (const std::string& stem : MeaningStems(other))
    if (told.contains(stem) && !asked.contains(stem)) return true;
  return false;
}

// Questions of open passages and events, whose words go with everything: what is learnt here is how to ask, not what
// one may know about a kind of thing.
Turn AskOpenAgain(Scene& scene) {
  Draw& draw = scene.draw;
  for (;;) {
    const bool story = scene.level >= Level::kProse && draw.Percent(50);
    const Passage passage = story              ? MakeStoryPassage(scene, SIZE_MAX)
                            : draw.Percent(60) ? MakeOpenPassage(scene)
                                               : MakeEventPassage(scene);
    const Probe& probe = draw.Pick(passage.probes);
    if (probe.asks.size() < 2) continue;
    const size_t first = draw.Below(probe.asks.size());
    const size_t second = (first + 1 + draw.Below(probe.asks.size() - 1)) % probe.asks.size();
    if (TellsMore(probe.asks[second], probe.asks[first], passage.text)) continue;
    if (probe.asks[first] != probe.asks[second]) return AskAgain(draw, probe.asks[first], probe.asks[second]);
  }
}

Turn RephraseTurn(Scene& scene, const Entity& entity, Stated stated) {
  Draw& draw = scene.draw;
  ChooseForm(scene, stated);
  std::string statement = StatementOf(entity, stated, Mention::kFull);
  Answer kind =
      stated.fact->w != nullptr && !stated.fact->ask_w.empty() && draw.Percent(35) ? Answer::kSecond : Answer::kValue;
  Passage passage = SingleFactPassage(entity, stated, kind);
  const Probe& probe = passage.probes[0];
  std::string question = AskFor(scene, passage, probe, Mention::kFull);
  uint32_t roll = draw.Below(100);
  if (roll < 40) {
    std::string other = OtherStatement(scene, entity, stated, statement);
    if (!other.empty()) {
      if (draw.Percent(50)) return {synth::RephraseStatement(statement).back().content, other, {}};
      return {Fill(draw.Pick({"Say this in other words: {s}", "Put this another way: {s}",
                              "Write this sentence in another way: {s}", "{s}\nSay the same in other words.",
                              "How else could you say this? {s}", "Rewrite this sentence: {s}", "Rephrase: {s}"}),
                   {{"s", statement}}),
              other,
              {}};
    }
  }
  if (roll < 72) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      std::string other = AskFor(scene, passage, probe, Mention::kFull, false);
      if (other == question) continue;
      return AskAgain(draw, question, other);
    }
  }
  if (roll < 86 && !stated.fact->yesno && stated.fact->w == nullptr) {
    question = AskFor(scene, passage, probe, Mention::kFull, false);
    if (draw.Percent(50)) return {synth::StatementFrom(question, probe.answer).back().content, statement, {}};
    return {Fill(draw.Pick({"Say this as one sentence. {q} {v}",
                            "Make a sentence from this question and answer.\nQ: {q}\nA: {v}",
                            "Question: {q}\nAnswer: {v}\nWrite this as a statement."}),
                 {{"q", question}, {"v", probe.answer}}),
            statement,
            {}};
  }
  question = AskFor(scene, passage, probe, Mention::kFull, false);
  return {Fill(draw.Pick({"Write a question with its answer about this: {s}",
                          "Turn this into a question and its answer: {s}",
                          "Make a question and an answer from this sentence: {s}",
                          "{s}\nWrite a question about this, with its answer."}),
               {{"s", statement}}),
          synth::FormatQuestion({question, probe.answer}),
          {}};
}

}  // namespace

Dialogue MakeRephrase(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "rephrase";
  Entity entity = MakeEntity(scene, *draw.Pick(scene.world.frames));
  int turns = draw.Between(2, max_turns);
  for (int i = 0; i < turns; ++i) {
    if (scene.level >= Level::kPlain && draw.Percent(55)) {
      out.turns.push_back(AskOpenAgain(scene));
      continue;
    }
    if (draw.Percent(60)) entity = MakeEntity(scene, *draw.Pick(scene.world.frames));
    out.turns.push_back(RephraseTurn(scene, entity, draw.Pick(entity.facts)));
  }
  return out;
}

}  // namespace cairn::seed
