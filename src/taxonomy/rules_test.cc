#include "taxonomy/rules.h"

#include <gtest/gtest.h>

#include <ctime>

#include "taxonomy/phrases.h"

namespace cairn::taxonomy {
namespace {

TEST(PhraseFinder, FindsWordsInARow) {
  PhraseFinder finder;
  const uint32_t abc = finder.Add(" a b c "), bc = finder.Add(" b c "), b = finder.Add(" b "), none = finder.Add(" "),
                 cd = finder.Add(" c d "), again = finder.Add(" a b c "), ab_ab_c = finder.Add(" a b a b c ");
  EXPECT_EQ(abc, again);
  EXPECT_TRUE(finder.Found(none));
  EXPECT_FALSE(finder.Found(b));
  finder.Read(" a b ");
  EXPECT_TRUE(finder.Found(b));
  finder.Read(" c d2 ab c ");
  for (uint32_t phrase : {abc, bc, cd, ab_ab_c}) EXPECT_FALSE(finder.Found(phrase)) << "texts do not join";
  finder.Read(" a b a b a b c ");
  for (uint32_t phrase : {abc, bc, ab_ab_c}) EXPECT_TRUE(finder.Found(phrase)) << phrase;
  EXPECT_FALSE(finder.Found(cd));
}

// All texts of up to five words a and b, against std::string::find.
TEST(PhraseFinder, AgreesWithFind) {
  std::vector<std::string> texts = {" "};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() < 2 * 5) {
      texts.push_back(texts[i] + "a ");
      texts.push_back(texts[i] + "b ");
    }
  }
  for (const std::string& text : texts) {
    PhraseFinder finder;
    std::vector<uint32_t> phrases;
    for (const std::string& phrase : texts) phrases.push_back(finder.Add(phrase));
    finder.Read(text);
    for (size_t i = 0; i < texts.size(); ++i)
      EXPECT_EQ(finder.Found(phrases[i]), text.find(texts[i]) != text.npos) << text << "|" << texts[i];
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kMostSeconds = 15;
#else
constexpr double kMostSeconds = 1;
#endif

std::string Repeated(const std::string& words, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += words;
  return text;
}

TEST(Rules, HostileContextsTakeLinearTime) {
  Leaf leaf;
  leaf.documents.push_back({"d.md", Repeated("a ", size_t{4} << 20), {}});
  for (const std::string end : {"b", "a"}) {
    SeedExample example;
    example.context = Repeated("a ", 64 << 10) + end;
    example.at.line = end == "b" ? 1 : 2;
    leaf.seed_examples.push_back(example);
  }
  SeedExample begins_otherwise;
  begins_otherwise.context = "b " + Repeated("a ", 64 << 10);
  begins_otherwise.at.line = 3;
  leaf.seed_examples.push_back(begins_otherwise);
  Problems problems;
  const std::clock_t start = std::clock();  // of this process: other work on the machine does not count
  CheckContexts(leaf, "f", &problems);
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_EQ(problems.list().size(), 2u);
  EXPECT_EQ(problems.list()[0].where, "f:1:1");
  EXPECT_EQ(problems.list()[1].where, "f:3:1");
  EXPECT_LT(took, kMostSeconds);
}

// Only the context makes it a task: many examples of a skill ask the same of other texts.
TEST(Rules, TheBareQuestionOfAGroundedSkillIsNoLeak) {
  Leaf leaf;
  leaf.path = "compositional_skills/sum";
  leaf.kind = LeafKind::kSkill;
  SeedExample example;
  example.context = "3 boats and 4 nets";
  example.questions_and_answers.push_back({"How many things are there?", "7", {}});
  leaf.seed_examples.push_back(example);
  leaf.eval_questions.push_back({"How many things are there?", "9", {}, {}});
  Problems problems;
  EXPECT_TRUE(CheckLeaks({leaf}, {leaf.path}, ".", &problems).empty());
  leaf.eval_questions[0].question = "3 boats and 4 nets\n\nHow many things are there?";
  EXPECT_EQ(CheckLeaks({leaf}, {leaf.path}, ".", &problems).size(), 1u);
}

}  // namespace
}  // namespace cairn::taxonomy
