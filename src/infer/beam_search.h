// Beam search: an answer that is probable as a whole, where the most probable token at each place may lead into a
// sentence that the text does not continue (Sutskever et al. 2014, arXiv:1409.3215, section 3.2). It keeps the `beams`
// most probable texts of each length. A text's score is the logarithm of its probability, with no bonus for length: it
// only falls, so the search ends when no open text beats the best ended one.
#pragma once

#include <span>
#include <vector>

#include "infer/sampler.h"

namespace cairn::infer {

// One of the texts, and one token more.
struct Continuation {
  size_t parent = 0;
  formats::TokenId id = 0;
  double log_probability = 0;  // of the whole text
};
// The `count` most probable continuations, or all: most probable first, equal ones by parent, then as in `next`.
// scores[i]: of text i; next[i]: its tokens.
std::vector<Continuation> LikeliestContinuations(std::span<const double> scores,
                                                 std::span<const std::vector<ScoredToken>> next, size_t count);

}  // namespace cairn::infer
