#include "synth/prompts.h"

#include <gtest/gtest.h>

namespace cairn::synth {
namespace {

TEST(PromptsTest, ParsesTheAskedForm) {
  auto pairs = ParseQuestions("Q: Who keeps it?\nA: Ann Marl\nQ: When?\nA: 1902");
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].question, "Who keeps it?");
  EXPECT_EQ(pairs[0].answer, "Ann Marl");
  EXPECT_EQ(pairs[1].answer, "1902");
}

TEST(PromptsTest, UnderstandsOtherTeachers) {
  auto pairs = ParseQuestions(
      "Here are three questions:\n\n1. **Question:** Who keeps it?\n   **Answer:** Ann Marl\n\n2) Q2: When?\nA2: "
      "1902\n\nI hope this helps!");
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].question, "Who keeps it?");
  EXPECT_EQ(pairs[0].answer, "Ann Marl");
  EXPECT_EQ(pairs[1].question, "When?");
  EXPECT_EQ(pairs[1].answer, "1902");
}

TEST(PromptsTest, KeepsAnswersOfSeveralLines) {
  auto pairs = ParseQuestions("Q: Make a list: a, b\nA: - a\n- b");
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].answer, "- a\n- b");
}

TEST(PromptsTest, LeavesOutHalvesAndNoise) {
  EXPECT_TRUE(ParseQuestions("").empty());
  EXPECT_TRUE(ParseQuestions("A: alone\nQ:\nA: no question\nQ: no answer?").empty());
  EXPECT_TRUE(ParseQuestions("Answers are hard. Quiet: yes").empty());
}

TEST(PromptsTest, YesNoByFirstWord) {
  EXPECT_EQ(ParseYesNo("Yes."), true);
  EXPECT_EQ(ParseYesNo(" no, it is not"), false);
  EXPECT_EQ(ParseYesNo("**Yes**"), true);
  EXPECT_EQ(ParseYesNo("I think so"), std::nullopt);
  EXPECT_EQ(ParseYesNo(""), std::nullopt);
}

TEST(PromptsTest, DontKnow) {
  EXPECT_TRUE(IsDontKnow("I don't know."));
  EXPECT_TRUE(IsDontKnow("I do not know"));
  EXPECT_FALSE(IsDontKnow("1902"));
}

TEST(PromptsTest, OnlyAFenceAroundAllOfAReplyGoes) {
  EXPECT_EQ(WithoutFence("```\nQ: a\nA: b\n```"), "Q: a\nA: b");
  EXPECT_EQ(WithoutFence("\n```markdown\nQ: a\n\n```\n"), "Q: a");
  for (const char* whole : {"Here you are:\n```\nQ: a\n```", "```\nQ: a\n```\nDone.", "A: `b` and\n```\nc\n```\nd",
                            "``` b ```", "Q: a\nA: b", ""})
    EXPECT_EQ(WithoutFence(whole), whole);
  EXPECT_EQ(ParseQuestions("```\nQ: a\nA: b\n```").at(0).answer, "b");
}

}  // namespace
}  // namespace cairn::synth
