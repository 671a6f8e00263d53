#include "infer/beam_search.h"

#include <algorithm>

#include "base/check.h"

namespace cairn::infer {

std::vector<Continuation> LikeliestContinuations(std::span<const double> scores,
                                                 std::span<const std::vector<ScoredToken>> next, size_t count) {
  CAIRN_CHECK(scores.size() == next.size());
  std::vector<Continuation> all;
  for (size_t parent = 0; parent < next.size(); ++parent)
    for (const ScoredToken& token : next[parent])
      all.push_back({parent, token.id, scores[parent] + static_cast<double>(token.log_probability)});
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.log_probability > b.log_probability; });
  all.resize(std::min(count, all.size()));
  return all;
}

}  // namespace cairn::infer
