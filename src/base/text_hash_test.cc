#include "base/text_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <set>
#include <vector>

namespace cairn {
namespace {

TEST(TextHash, DiffersForTextsThatDifferInLengthOrOneByte) {
  std::set<size_t> hashes;
  for (size_t length = 0; length < 40; ++length) hashes.insert(TextHash()(std::string(length, '\0')));
  for (char c = 'a'; c <= 'z'; ++c) hashes.insert(TextHash()(std::string("one text ") + c));
  EXPECT_EQ(hashes.size(), 40u + 26u);
  EXPECT_EQ(TextHash()("one text"), TextHash()(std::string("one text")));
}

// Texts of 16 bytes that have one hash in libstdc++, by running its MurmurHash2 backwards for the second half.
std::vector<std::string> Colliding(uint64_t how_many) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995, kSeed = 0xc70f6907, kHash = 0x1234567890abcdef;
  uint64_t inverse = kFactor;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kFactor * inverse;
  auto mix = [](uint64_t v) { return v ^ v >> 47; };
  std::vector<std::string> texts;
  for (uint64_t first = 1; first <= how_many; ++first) {
    const uint64_t hash = (kSeed ^ 16 * kFactor ^ mix(first * kFactor) * kFactor) * kFactor;
    const std::array<uint64_t, 2> halves = {first, mix((hash ^ kHash * inverse) * inverse) * inverse};
    texts.emplace_back(reinterpret_cast<const char*>(halves.data()), sizeof halves);
  }
  return texts;
}

TEST(TextHash, HasNoBucketForTextsThatCollideElsewhere) {
  std::set<size_t> theirs, ours;
  for (const std::string& text : Colliding(100)) {
    theirs.insert(std::hash<std::string>()(text));
    ours.insert(TextHash()(text));
  }
#ifdef __GLIBCXX__
  EXPECT_EQ(theirs.size(), 1u);
#endif
  EXPECT_EQ(ours.size(), 100u);
}

// Such numbers meet in one bucket of 1,009 where a number is its own hash.
TEST(NumberHash, SpreadsMultiplesOfANumberOfBuckets) {
  std::set<size_t> buckets;
  for (uint64_t i = 0; i < 100; ++i) buckets.insert(NumberHash()(i * 1009) % 1009);
  EXPECT_GT(buckets.size(), 50u);
}

}  // namespace
}  // namespace cairn
