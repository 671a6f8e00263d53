#include "synth/similar.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text_hash.h"

namespace cairn::synth {

SimilarSets::SimilarSets(const std::vector<std::vector<std::string>>& sets) {
  TextMap<uint32_t> ids;
  std::vector<size_t> count;
  for (const std::vector<std::string>& set : sets) {
    std::vector<uint32_t>& words = words_.emplace_back();
    for (const std::string& word : std::set<std::string>(set.begin(), set.end())) {
      const auto [at, is_new] = ids.try_emplace(word, static_cast<uint32_t>(ids.size()));
      if (is_new) count.push_back(0);
      ++count[at->second];
      words.push_back(at->second);
    }
  }
  // Numbers that rise with how often a word occurs: then sorted sets begin with their rarest words.
  std::vector<uint32_t> order(count.size()), rank(count.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](uint32_t id) { return count[id]; });
  for (uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  for (std::vector<uint32_t>& words : words_) {
    for (uint32_t& word : words) word = rank[word];
    std::ranges::sort(words);
  }
}

// With an index above s, more than s times the larger set is shared, so fewer than n - floor(s n) words are not.
size_t SimilarSets::PrefixLength(size_t words) {
  return words - static_cast<size_t>(std::floor(kSimilar * static_cast<double>(words)));
}

double SimilarSets::Index(size_t a, size_t b) const {
  size_t both = 0;
  for (auto x = words_[a].begin(), y = words_[b].begin(); x != words_[a].end() && y != words_[b].end();) {
    both += *x == *y;
    const bool next_x = *x <= *y, next_y = *y <= *x;
    x += next_x;
    y += next_y;
  }
  return static_cast<double>(both) / static_cast<double>(words_[a].size() + words_[b].size() - both);
}

std::optional<size_t> SimilarSets::FirstKept(size_t set) const {
  const std::vector<uint32_t>& words = words_[set];
  if (words.empty()) return kept_empty_;
  std::optional<size_t> first;
  for (size_t i = 0; i < PrefixLength(words.size()); ++i) {
    const auto kept = kept_with_.find(words[i]);
    if (kept == kept_with_.end()) continue;
    for (size_t other : kept->second) {  // as they were kept
      if (first && other >= *first) break;
      if (Index(set, other) > kSimilar) first = other;
    }
  }
  return first;
}

void SimilarSets::Keep(size_t set) {
  const std::vector<uint32_t>& words = words_[set];
  if (words.empty() && !kept_empty_) kept_empty_ = set;
  for (size_t i = 0; i < PrefixLength(words.size()); ++i) kept_with_[words[i]].push_back(set);
}

}  // namespace cairn::synth
