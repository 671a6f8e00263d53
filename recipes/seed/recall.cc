// Recall: bare questions about things that no text tells of. What is asked for stays the same for an era of the
// training, in ever new wordings, and then gives way to other things. So a fact is learnt from some questions and asked
// for in others, as in a project that teaches a model from contributed texts.
#include <utility>

#include "tasks.h"

namespace cairn::seed {
namespace {

constexpr uint64_t kRecallSeed = 0x726563616c6cull;  // "recall"
constexpr uint64_t kThings = 24;                     // of an era, with about five facts each

// "the ferry" could be anyone's, so the thing must have a name.
Passage FactsOf(const Scene& scene, uint64_t thing) {
  Draw draw(kRecallSeed, scene.era * kThings + thing);
  Scene own{scene.world, draw, scene.split, scene.level};
  const PassageOptions options{.min_facts = 3, .max_facts = 7, .max_entities = 1, .special = false};
  for (;;) {
    Passage passage = MakePassage(own, options);
    if (!passage.entities[0].nameless) return passage;
  }
}

}  // namespace

Dialogue MakeRecall(Scene& scene) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "recall";
  const int turns = draw.Between(1, 5);
  for (int i = 0; i < turns; ++i) {
    const Passage passage = FactsOf(scene, draw.Below(kThings));
    const Probe& probe = draw.Pick(passage.probes);
    out.turns.push_back({AskedBare(draw, AskFor(scene, passage, probe, Mention::kFull)), probe.answer, {}});
  }
  return out;
}

}  // namespace cairn::seed
