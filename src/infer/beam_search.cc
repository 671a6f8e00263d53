#include "infer/beam_search.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "kernels/kernels.h"

namespace cairn::infer {

std::vector<ScoredToken> LikeliestTokens(std::span<const float> logits, size_t count) {
  CAIRN_CHECK(!logits.empty());
  std::vector<float> numerators(logits.size());
  const float log_sum = kernels::Log(kernels::SoftmaxRow(logits.data(), numerators.data(), logits.size()));
  std::vector<formats::TokenId> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto logit = [&](formats::TokenId id) { return logits[static_cast<size_t>(id)]; };
  const auto before = [&](formats::TokenId a, formats::TokenId b) {
    return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
  };
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids.size()));
  std::partial_sort(ids.begin(), end, ids.end(), before);
  std::vector<ScoredToken> out;
  const float max = *std::max_element(logits.begin(), logits.end());
  std::transform(ids.begin(), end, std::back_inserter(out), [&](formats::TokenId id) {
    return ScoredToken{id, logit(id) - max - log_sum};
  });
  return out;
}

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
