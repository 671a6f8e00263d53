#include "eval/text_score.h"

#include <gtest/gtest.h>

namespace cairn::eval {
namespace {

TEST(TextScoreTest, Normalises) {
  EXPECT_EQ(NormaliseAnswer("  The   Old\tMill. "), "old mill");
  EXPECT_EQ(NormaliseAnswer("\"A red door!\""), "red door");
  EXPECT_EQ(NormaliseAnswer("U.S.A."), "usa");
  EXPECT_EQ(NormaliseAnswer("don\u2019t"), "dont");
  EXPECT_EQ(NormaliseAnswer("twenty-five"), "twenty five");
  EXPECT_EQ(NormaliseAnswer("\u00C9COLE \u0391\u0393\u039F\u03A1\u0391"), "\u00E9cole \u03B1\u03B3\u03BF\u03C1\u03B1");
  EXPECT_EQ(NormaliseAnswer("red,green,blue"), NormaliseAnswer("red, green, blue"));
}

TEST(TextScoreTest, NumbersKeepTheirValue) {
  EXPECT_EQ(NormaliseAnswer("1,200 kg"), "1200 kg");
  EXPECT_EQ(NormaliseAnswer("3.5"), "3.5");
  EXPECT_EQ(NormaliseAnswer("at 10:30."), "at 10:30");
  EXPECT_EQ(NormaliseAnswer("-4"), "-4");
  EXPECT_EQ(NormaliseAnswer("\u22124"), "-4");
  EXPECT_EQ(NormaliseAnswer("3-5"), "3 5");
  EXPECT_EQ(NormaliseAnswer("1,2,3"), "1 2 3");
  EXPECT_EQ(NormaliseAnswer("1,0000"), "1 0000");
  EXPECT_EQ(NormaliseAnswer("(-5)"), "-5");
  EXPECT_EQ(NormaliseAnswer("\uFF11\uFF12 \uFB01sh"), "12 fish");  // full-width digits, a ligature
  EXPECT_NE(NormaliseAnswer("4"), NormaliseAnswer("-4"));
}

TEST(TextScoreTest, ArticlesThatAreTheAnswerStay) {
  EXPECT_EQ(NormaliseAnswer("A"), "a");
  EXPECT_EQ(NormaliseAnswer("Vitamin A"), "vitamin a");
  EXPECT_EQ(NormaliseAnswer("a, b, c"), "a b c");
  EXPECT_EQ(NormaliseAnswer("The cat and the dog"), "cat and dog");
}

TEST(TextScoreTest, SymbolsAloneStay) {
  EXPECT_EQ(NormaliseAnswer("+"), "+");
  EXPECT_EQ(NormaliseAnswer("\U0001F600"), "\U0001F600");
  EXPECT_EQ(NormaliseAnswer(""), "");
}

TEST(TextScoreTest, ExactMatchTakesAnyAcceptedAnswer) {
  EXPECT_TRUE(ExactMatch("The harbour.", {"harbour", "the port"}));
  EXPECT_TRUE(ExactMatch("Port", {"harbour", "the port"}));
  EXPECT_FALSE(ExactMatch("in the harbour", {"harbour", "the port"}));
  EXPECT_FALSE(ExactMatch("", {""}));
  EXPECT_FALSE(ExactMatch("x", {}));
}

TEST(TextScoreTest, F1CountsSharedWordsOnce) {
  EXPECT_DOUBLE_EQ(TokenF1("red door", {"the red door"}), 1);
  EXPECT_DOUBLE_EQ(TokenF1("red red door", {"red door"}), 0.8);
  EXPECT_DOUBLE_EQ(TokenF1("blue door", {"red door", "blue window frame"}), 0.5);
  EXPECT_DOUBLE_EQ(TokenF1("grey", {"red door"}), 0);
  EXPECT_DOUBLE_EQ(TokenF1("", {""}), 0);
}

TEST(TextScoreTest, SurvivesAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 37 % 256);
  EXPECT_FALSE(NormaliseAnswer(bytes).empty());
}

}  // namespace
}  // namespace cairn::eval
