#include "synth/similar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/philox.h"

namespace cairn::synth {
namespace {

double Jaccard(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const std::set<std::string> left(a.begin(), a.end()), right(b.begin(), b.end());
  if (left.empty() && right.empty()) return 1;
  const auto both = static_cast<double>(std::ranges::count_if(left, [&](const auto& w) { return right.contains(w); }));
  return both / (static_cast<double>(left.size() + right.size()) - both);
}

// The same as comparing all pairs, on sets that differ by few words.
TEST(SimilarSets, FindsTheFirstOfAllPairs) {
  RandomStream random(7, RandomPurpose::kSynthesis, 0);
  size_t similar = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<std::string>> sets;
    const size_t longest = 1 + random.Below(30), vocabulary = longest + random.Below(4);
    for (int i = 0; i < 60; ++i) {
      std::vector<std::string> words;
      for (size_t n = random.Below(static_cast<uint32_t>(longest + 1)); n > 0; --n)
        words.push_back("w" + std::to_string(random.Below(static_cast<uint32_t>(vocabulary))));
      if (i % 3 == 2 && !sets.back().empty()) {  // nearly the one before
        words = sets.back();
        words[random.Below(static_cast<uint32_t>(words.size()))] = "x";
      }
      sets.push_back(std::move(words));
    }
    SimilarSets index(sets);
    std::vector<size_t> kept;
    for (size_t i = 0; i < sets.size(); ++i) {
      std::optional<size_t> expected;
      for (size_t k : kept)
        if (!expected && Jaccard(sets[k], sets[i]) > kSimilar) expected = k;
      EXPECT_EQ(index.FirstKept(i), expected) << round << ' ' << i;
      similar += expected.has_value();
      if (expected) continue;
      index.Keep(i);
      kept.push_back(i);
    }
  }
  EXPECT_GT(similar, 100u);
}

}  // namespace
}  // namespace cairn::synth
