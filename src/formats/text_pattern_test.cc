#include "formats/text_pattern.h"

#include <gtest/gtest.h>

namespace cairn::formats {
namespace {

size_t Found(const std::string& pattern, const std::string& text) {
  return TextPattern::Compile(pattern, "t").value().FindAll(text).size();
}

// A match that is tried in half a million ways would take milliseconds for each character.
TEST(TextPattern, GivesUpAMatchThatTakesFarMoreStepsThanTheTextIsLong) {
  std::string any;
  for (int i = 0; i < 12; ++i) any += R"((?:[\s\S]|[\S\s])?)";
  EXPECT_EQ(Found("(?:" + any + R"([^\s\S]|[\s\S]))", std::string(200, 'a')), 0u);
}

// Llama 3's pattern steps back through a whole run of blanks.
TEST(TextPattern, CutsLongRunsOfBlanksAsShortOnes) {
  for (size_t blanks : {3, 30'000}) EXPECT_EQ(Found(R"(\s*[\r\n]+|\s+(?!\S)|\s+)", std::string(blanks, ' ') + "a"), 2u);
}

}  // namespace
}  // namespace cairn::formats
