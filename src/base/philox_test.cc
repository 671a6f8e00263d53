#include "base/philox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace cairn {
namespace {

using Block = std::array<uint32_t, 4>;

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
TEST(Philox, KnownAnswersOfRandom123) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, DrawsAreTheBlocksInOrder) {
  RandomStream stream(5, RandomPurpose::kInit, 9);
  std::array<uint32_t, 2> key{5, 0x85EBCA6Bu};
  for (uint32_t index = 0; index < 3; ++index)
    for (uint32_t word : Philox4x32({index, 0, 9, 0}, key)) EXPECT_EQ(stream.NextU32(), word);
}

TEST(RandomStream, SeedPurposeAndStepEachMatter) {
  auto first = [](uint64_t seed, RandomPurpose purpose, uint64_t step) {
    return RandomStream(seed, purpose, step).NextU64();
  };
  uint64_t base = first(1, RandomPurpose::kInit, 0);
  EXPECT_EQ(first(1, RandomPurpose::kInit, 0), base);
  EXPECT_NE(first(2, RandomPurpose::kInit, 0), base);
  EXPECT_NE(first(uint64_t{1} << 32 | 1, RandomPurpose::kInit, 0), base);
  EXPECT_NE(first(1, RandomPurpose::kShuffle, 0), base);
  EXPECT_NE(first(1, RandomPurpose::kInit, 1), base);
  EXPECT_NE(first(1, RandomPurpose::kInit, uint64_t{1} << 32), base);
}

TEST(RandomStream, RangesHold) {
  RandomStream stream(3, RandomPurpose::kText, 0);
  std::array<int, 7> counts{};
  double sum = 0;
  constexpr int kDraws = 70000;
  for (int i = 0; i < kDraws; ++i) {
    uint32_t value = stream.Below(7);
    ASSERT_LT(value, 7u);
    ++counts[value];
    double unit = stream.Unit();
    ASSERT_GE(unit, 0);
    ASSERT_LT(unit, 1);
    sum += unit;
  }
  // Six standard deviations of a binomial and of the mean of uniforms; the draws are fixed, so this never flickers.
  for (int count : counts) EXPECT_NEAR(count, kDraws / 7, 6 * 93);
  EXPECT_NEAR(sum / kDraws, 0.5, 6 * 0.2887 / 264.6);
  EXPECT_EQ(stream.Below(1), 0u);
}

// 2^32 = 3 * 2^30 + 2^30: the lowest 2^30 words would come twice, so they are drawn again.
TEST(RandomStream, BelowDrawsAgainWhatWouldFavourLowNumbers) {
  constexpr uint32_t kRange = 3u << 30;
  RandomStream stream(3, RandomPurpose::kText, 0), words(3, RandomPurpose::kText, 0);
  int again = 0;
  for (int i = 0; i < 40; ++i) {
    uint32_t word = words.NextU32();
    for (; word < (1u << 30); word = words.NextU32()) ++again;
    EXPECT_EQ(stream.Below(kRange), word % kRange) << i;
  }
  EXPECT_GT(again, 0);
}

TEST(Permutation, HoldsEachIndexOnce) {
  for (uint32_t n : {0u, 1u, 2u, 1000u}) {
    RandomStream stream(4, RandomPurpose::kShuffle, n);
    std::vector<uint32_t> order = Permutation(n, stream), sorted = order, expected(n);
    std::sort(sorted.begin(), sorted.end());
    std::iota(expected.begin(), expected.end(), 0u);
    EXPECT_EQ(sorted, expected);
    if (n == 1000) {
      EXPECT_NE(order, expected);
    }
  }
}

}  // namespace
}  // namespace cairn
