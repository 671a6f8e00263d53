// Which of many questions are nearly the same: the Jaccard index of their words is above a bound. Found without
// comparing all pairs, by prefix filtering (Chaudhuri, Ganti & Kaushik 2006, "A Primitive Operator for Similarity Joins
// in Data Cleaning"): two such sets share one of their rarest words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cairn::synth {

inline constexpr double kSimilar = 0.9;

class SimilarSets {
 public:
  // sets: of words; repeated ones count once.
  explicit SimilarSets(const std::vector<std::vector<std::string>>& sets);
  // The first set that was kept and has a Jaccard index above kSimilar with this one. REQUIRES set < number of sets.
  std::optional<size_t> FirstKept(size_t set) const;
  void Keep(size_t set);

 private:
  // How many of a set's rarest words tell whether another may be similar.
  static size_t PrefixLength(size_t words);
  double Index(size_t a, size_t b) const;

  std::vector<std::vector<uint32_t>> words_;                     // of each set, the rarest first
  std::unordered_map<uint32_t, std::vector<size_t>> kept_with_;  // a word in their prefix -> sets
  std::optional<size_t> kept_empty_;
};

}  // namespace cairn::synth
