#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "synth/copy_rule.h"
#include "synth/fake_teacher.h"
#include "synth/pipeline.h"
#include "synth/text.h"
#include "synth/vary.h"

namespace cairn::synth {
namespace {

using Pairs = std::vector<QuestionAnswer>;

std::string Why(const Pairs& seeds) {
  auto out = VarySeeds(seeds, 50, 7);
  return out.ok() ? "" : out.error().message;
}

const Pairs kUpperCase = {{"Write in capital letters: red apple pie", "RED APPLE PIE"},
                          {"Write in capital letters: old stone bridge", "OLD STONE BRIDGE"},
                          {"Write in capital letters: two grey cats", "TWO GREY CATS"}};
const Pairs kList = {{"Make a list: apples, pears and plums", "- apples\n- pears\n- plums"},
                     {"Make a list: cows and goats", "- cows\n- goats"},
                     {"Make a list: ropes, oars, nets and hooks", "- ropes\n- oars\n- nets\n- hooks"}};
const Pairs kSort = {{"Sort: pear, apple, fig", "apple, fig, pear"},
                     {"Sort: dog, cow, ant", "ant, cow, dog"},
                     {"Sort: oar, net, rope", "net, oar, rope"}};
const Pairs kPrice = {{"Bread costs 4 crowns at Rooke's. What is the price?", "4 crowns"},
                      {"You pay 12 crowns for salt. What is the price?", "12 crowns"},
                      {"Tea is sold for 7 crowns by Ann. What is the price?", "7 crowns"}};
const Pairs kAcronym = {{"Give the initials of Ann Bell Carr", "ABC"},
                        {"Give the initials of Tobin Arkle", "TA"},
                        {"Give the initials of Mira Lotte Penrow", "MLP"}};

TEST(VaryTest, CaseFollowsTheNewWords) {
  auto out = VarySeeds(kUpperCase, 60, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_EQ(out->size(), 60u);
  std::set<std::string> questions;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    ASSERT_TRUE(question.starts_with("Write in capital letters: "));
    EXPECT_EQ(answer, Upper(question.substr(26)));
    EXPECT_TRUE(questions.insert(question).second);
    for (const auto& seed : kUpperCase) EXPECT_NE(question, seed.question);
  }
  auto again = VarySeeds(kUpperCase, 60, 7);
  EXPECT_EQ((*again)[59].pair.question, (*out)[59].pair.question);
  auto other = VarySeeds(kUpperCase, 60, 8);
  EXPECT_NE((*other)[59].pair.question, (*out)[59].pair.question);
}

TEST(VaryTest, ListsWithConstantWords) {
  auto out = VarySeeds(kList, 30, 7);
  // "and" stands in the questions only: the list's words are those that change, in order.
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    std::string rest = question.substr(13);
    size_t at = 0;
    for (const Token& token : Tokenise(answer)) {
      size_t found = rest.find(token.In(answer), at);
      ASSERT_NE(found, std::string::npos) << question << " -> " << answer;
      at = found;
    }
    EXPECT_EQ(answer.find("- "), 0u);
  }
}

TEST(VaryTest, NumbersKeepTheirPlace) {
  auto out = VarySeeds(kPrice, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    std::string number = variation.pair.answer.substr(0, variation.pair.answer.find(' '));
    EXPECT_NE(variation.pair.question.find(" " + number + " crowns"), std::string::npos);
    EXPECT_TRUE(variation.pair.answer.ends_with(" crowns"));
  }
}

TEST(VaryTest, Initials) {
  auto out = VarySeeds(kAcronym, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    std::string want;
    std::string names = variation.pair.question.substr(21);
    for (const Token& token : Tokenise(names)) want += FirstCharacter(token.In(names));
    EXPECT_EQ(variation.pair.answer, want);
  }
}

TEST(VaryTest, NamesTurnedRound) {
  auto out =
      VarySeeds({{"Ann Bell", "Bell, Ann"}, {"Mira Arkle", "Arkle, Mira"}, {"Cado Penrow", "Penrow, Cado"}}, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    size_t space = variation.pair.question.find(' ');
    EXPECT_EQ(variation.pair.answer,
              variation.pair.question.substr(space + 1) + ", " + variation.pair.question.substr(0, space));
  }
}

TEST(VaryTest, RefusesWhatIsNotACopyByPlace) {
  EXPECT_NE(Why(kSort), "");
  EXPECT_THAT(Why({{"Sort: b d, then c a", "a b c d"},
                   {"Sort: apple fig, then pear", "apple fig pear"},
                   {"Sort: ant cow, then dog", "ant cow dog"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"In order: ant cow dog", "ant cow dog"},
                   {"In order: apple fig pear", "apple fig pear"},
                   {"In order: bat cup door", "bat cup door"}}),
              testing::HasSubstr("sort"));
  EXPECT_THAT(Why({{"Order: 9 4", "4 9"}, {"Order: 8 3", "3 8"}, {"Order: 7 1", "1 7"}}), testing::HasSubstr("order"));
  EXPECT_THAT(Why({{"Turn round: cat door", "door cat"},
                   {"Turn round: lamp bell", "bell lamp"},
                   {"Turn round: oak zoo", "zoo oak"}}),
              testing::HasSubstr("two words"));
  EXPECT_THAT(Why({{"Longest: elephant, ant, bee", "elephant"},
                   {"Longest: hippopotamus, fox, cat", "hippopotamus"},
                   {"Longest: crocodile, owl, dog", "crocodile"}}),
              testing::HasSubstr("choose"));
  EXPECT_THAT(Why({{"Largest: 4, 9, 2", "9"}, {"Largest: 11, 3, 5", "11"}, {"Largest: 1, 6, 8", "8"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"Count: a b c", "3"}, {"Count: a b", "2"}, {"Count: x", "1"}}), testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"Past: I walk", "I walked"}, {"Past: I jump", "I jumped"}, {"Past: I call", "I called"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"Is a cat an animal?", "yes"}, {"Is a cup an animal?", "no"}, {"Is a dog an animal?", "yes"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"a", "a"}}), testing::HasSubstr("fewer than three"));
  EXPECT_NE(Why({{"", ""}, {"", ""}, {"", ""}}), "");
}

taxonomy::Leaf SkillLeaf(const Pairs& pairs) {
  taxonomy::Leaf leaf;
  leaf.path = "compositional_skills/x";
  leaf.kind = taxonomy::LeafKind::kSkill;
  for (const QuestionAnswer& pair : pairs) {
    taxonomy::SeedExample example;
    example.questions_and_answers.push_back({pair.question, pair.answer, {}});
    leaf.seed_examples.push_back(example);
  }
  return leaf;
}

// Knows the skill "write in capitals".
std::string CapitalsReply(const TeacherRequest& request, bool wrong) {
  const std::string& text = request.messages.back().content;
  if (text.find("Write one new example") == std::string::npos) {
    EXPECT_EQ(request.messages.size(), 7u);
    return Upper(text.substr(26));
  }
  std::string thing = "green lamp number " + std::to_string(request.seed % 5);
  return "Q: Write in capital letters: " + thing + "\nA: " + (wrong ? thing : Upper(thing));
}

TEST(SkillTest, ExamplesAreSolvedAgain) {
  for (bool wrong : {false, true}) {
    FakeTeacher teacher([&](const TeacherRequest& request) { return CapitalsReply(request, wrong); });
    auto data = Synthesise(SkillLeaf(kUpperCase), teacher, {});
    ASSERT_TRUE(data.ok()) << data.error().ToString();
    EXPECT_EQ(data->funnel.kept_by_step.at("seed"), 3u);
    EXPECT_EQ(data->funnel.kept_by_step.at("examples") > 0, !wrong);
    EXPECT_EQ(data->funnel.kept_by_step.at("substitution"), 240u);
    for (const Row& row : data->rows) {
      EXPECT_EQ(row.kept, row.reason.empty());
      EXPECT_TRUE(!row.kept || row.answer == Upper(row.answer)) << row.answer;
    }
  }
}

TEST(SkillTest, SaysWhyThereIsNoSubstitution) {
  FakeTeacher teacher([](const TeacherRequest&) { return "nonsense"; });
  auto data = Synthesise(SkillLeaf(kSort), teacher, {});
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->funnel.kept, 3u);
  ASSERT_EQ(data->notes.size(), 1u);
  EXPECT_THAT(data->notes[0], testing::HasSubstr("no rows by substitution"));
  EXPECT_FALSE(Synthesise(SkillLeaf({}), teacher, {}).ok());
}

}  // namespace
}  // namespace cairn::synth
