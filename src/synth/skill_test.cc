#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synth/fake_teacher.h"
#include "synth/pipeline.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

using Pairs = std::vector<QuestionAnswer>;

const Pairs kUpperCase = {{"Write in capital letters: red apple pie", "RED APPLE PIE"},
                          {"Write in capital letters: old stone bridge", "OLD STONE BRIDGE"},
                          {"Write in capital letters: two grey cats", "TWO GREY CATS"}};
const Pairs kSort = {{"Sort: pear, apple, fig", "apple, fig, pear"},
                     {"Sort: dog, cow, ant", "ant, cow, dog"},
                     {"Sort: oar, net, rope", "net, oar, rope"}};

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

TEST(SkillTest, ASolutionThatSaysMoreIsAnotherAnswer) {
  FakeTeacher teacher([&](const TeacherRequest& request) {
    const std::string reply = CapitalsReply(request, false);
    return request.messages.size() == 1 ? reply : reply + " AND MORE";
  });
  auto data = Synthesise(SkillLeaf(kUpperCase), teacher, {});
  ASSERT_TRUE(data.ok()) << data.error().ToString();
  EXPECT_GT(data->funnel.made_by_step.at("examples"), 0u);
  EXPECT_EQ(data->funnel.kept_by_step.at("examples"), 0u);
  for (const Row& row : data->rows)
    if (row.step == "examples" && row.stage != kStageDuplicate) {
      EXPECT_THAT(row.reason, testing::EndsWith(" AND MORE\""));
    }
}

TEST(SkillTest, ARefusedRequestDropsItsRowAndSaysSo) {
  for (bool writing : {false, true}) {
    FakeTeacher teacher([&](const TeacherRequest& request) { return CapitalsReply(request, false); });
    teacher.refuses = [&](const TeacherRequest& request) { return (request.messages.size() == 1) == writing; };
    auto data = Synthesise(SkillLeaf(kUpperCase), teacher, {});
    ASSERT_TRUE(data.ok()) << data.error().ToString();
    EXPECT_EQ(data->funnel.kept_by_step.at("examples"), 0u);
    EXPECT_EQ(data->funnel.stages[0].name, kStageRefused);
    EXPECT_GT(data->funnel.stages[0].dropped, 0u);
    for (const Row& row : data->rows) {
      if (row.step != "examples" || row.stage == kStageDuplicate) continue;
      EXPECT_EQ(row.reason, "the teacher refused: HTTP 400");
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
