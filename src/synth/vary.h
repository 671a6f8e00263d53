// More examples of a skill without a teacher: words that are copied from question to answer are exchanged.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "synth/prompts.h"

namespace cairn::synth {

struct Variation {
  size_t seed = 0;  // index of the seed it was made from
  QuestionAnswer pair;
};

// Up to `most` different rows, the same number from each seed. Only for skills whose answers are copies by *place*:
// copy_rule.h finds the one rule that explains every seed, or says why there is none. Words are exchanged for others
// of their class (name, number, time, noun, ...) from the other seeds and a built-in list, the same word in the same
// way throughout.
//
// Errors  kUnsupported: why the seeds are not varied, for people to read.
Result<std::vector<Variation>> VarySeeds(const std::vector<QuestionAnswer>& seeds, size_t most, uint64_t seed);

}  // namespace cairn::synth
