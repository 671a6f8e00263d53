// More examples of a skill without a teacher: what is copied from question to answer is exchanged.
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

// Up to `most` different rows, spread over the seeds; no question is that of a seed. Only for skills that copy:
// copy_rule.h finds which pieces of each answer stand where in its question, or says why the seeds are not varied. A
// piece takes the place of another seed's piece, and words of it those of others of their kind (fillers.h), in question
// and answer alike.
//
// Errors  kUnsupported: why the seeds are not varied, for people to read.
Result<std::vector<Variation>> VarySeeds(const std::vector<QuestionAnswer>& seeds, size_t most, uint64_t seed);

}  // namespace cairn::synth
