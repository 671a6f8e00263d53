#include "infer/text_stream.h"

#include <gtest/gtest.h>

#include "base/philox.h"
#include "formats/unicode.h"

namespace cairn::infer {
namespace {

TEST(TextStreamTest, HoldsACharacterUntilItIsWhole) {
  TextStream stream({});
  EXPECT_EQ(stream.Push("a\xE2"), "a");
  EXPECT_EQ(stream.Push("\x82"), "");
  EXPECT_EQ(stream.Push("\xAC!"), "\u20AC!");
  EXPECT_EQ(stream.Push("\xF0\x9F\x98"), "");
  EXPECT_EQ(stream.Finish(), "\uFFFD");
  EXPECT_EQ(stream.text(), "a\u20AC!\uFFFD");
}

TEST(TextStreamTest, StopTextAcrossPieces) {
  TextStream stream({"END", "\n\n"});
  EXPECT_EQ(stream.Push("one E"), "one ");
  EXPECT_EQ(stream.Push("N"), "");
  EXPECT_EQ(stream.Push("C E"), "ENC ");
  EXPECT_EQ(stream.Push("ND more"), "");
  EXPECT_TRUE(stream.stopped());
  EXPECT_EQ(stream.Push("ignored"), "");
  EXPECT_EQ(stream.Finish(), "");
  EXPECT_EQ(stream.text(), "one ENC ");
}

TEST(TextStreamTest, EarliestStopTextWins) {
  TextStream stream({"later", "x"});
  EXPECT_EQ(stream.Push("abx later"), "ab");
  EXPECT_TRUE(stream.stopped());
}

TEST(TextStreamTest, WhatLookedLikeAStopIsGivenBackAtTheEnd) {
  TextStream stream({"<stop>"});
  EXPECT_EQ(stream.Push("a<sto"), "a");
  EXPECT_EQ(stream.Finish(), "<sto");
  EXPECT_FALSE(stream.stopped());
}

// The definition: cut at the earliest stop text, then replace what is ill-formed.
std::string Whole(const std::string& bytes, const std::vector<std::string>& stop) {
  size_t cut = bytes.size();
  for (const auto& s : stop) cut = std::min(cut, bytes.find(s));
  return ReplaceInvalidUtf8(std::string_view(bytes).substr(0, cut));
}

TEST(TextStreamTest, AnyCutIntoPiecesGivesTheWholeText) {
  const std::vector<std::string> parts = {"a",        "ab",      "\xE2\x82\xAC", "\xE2\x82", "\x80",
                                          "\xF0\x9F", "\xC3",    "\xC3\xA9",     "b",        "\xF0\x9F\x98\x80",
                                          "\xFF",     "\xE0\x80"};
  const std::vector<std::string> stop = {"abab", "bb", "\u20ACa", "\xC3\xA9\xC3\xA9"};
  RandomStream random(1, RandomPurpose::kText, 0);
  int stopped = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes, joined;
    for (uint32_t i = random.Below(12); i > 0; --i) bytes += parts[random.Below(static_cast<uint32_t>(parts.size()))];
    TextStream stream(stop);
    for (size_t at = 0; at < bytes.size() && !stream.stopped();) {
      size_t n = 1 + random.Below(4);
      std::string piece = stream.Push(std::string_view(bytes).substr(at, n));
      EXPECT_TRUE(IsValidUtf8(piece));
      joined += piece;
      at += n;
    }
    stopped += stream.stopped();
    joined += stream.Finish();
    ASSERT_EQ(joined, Whole(bytes, stop)) << round;
    ASSERT_EQ(joined, stream.text());
  }
  EXPECT_GT(stopped, 100);
}

}  // namespace
}  // namespace cairn::infer
