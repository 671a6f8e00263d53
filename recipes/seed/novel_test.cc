#include "novel.h"

#include <gtest/gtest.h>

#include "corpus.h"
#include "text.h"

namespace cairn::seed {
namespace {

const std::string kRecipe = std::string(CAIRN_SOURCE_DIR) + "/recipes/seed";

class NovelTest : public testing::Test {
 protected:
  NovelTest() { world_.pools = Pools::Load(kRecipe + "/words.yaml").value(); }
  World world_;
};

Probe ProbeOf(std::string answer) {
  Probe probe;
  probe.answer = std::move(answer);
  return probe;
}

TEST_F(NovelTest, InventedWordsArePlainAndOfTheSplit) {
  for (uint64_t i = 0; i < 2000; ++i) {
    Draw draw(1, i);
    Scene scene{world_, draw, i % 2 == 0 ? Split::kTraining : Split::kHeldOut, Level::kNovel};
    for (const std::string& word : {InventedNoun(scene), NovelWord(scene)}) {
      EXPECT_GE(word.size(), 2u);
      EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string::npos) << word;
      EXPECT_EQ(SplitOf(word), scene.split) << word;
    }
  }
}

// A word is replaced by the same word everywhere, in every case; numbers and grammar stay.
TEST_F(NovelTest, RenewsAWordEverywhere) {
  int renewed = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    Draw draw(2, i);
    Scene scene{world_, draw, Split::kTraining, Level::kNovel};
    Dialogue dialogue;
    dialogue.turns = {
        {"Kettles were with twelve of them. TWELVE KETTLES! What were there?", "twelve kettles", {"kettles"}},
        {"And the kettles?", "I don't know.", {}}};
    dialogue.passage.probes = {ProbeOf("twelve kettles")};
    RenewWords(scene, dialogue);
    const std::string word = dialogue.turns[0].accepted[0];
    EXPECT_EQ(dialogue.turns[0].assistant, "twelve " + word);
    EXPECT_EQ(dialogue.turns[0].user,
              Capitalised(word) + " were with twelve of them. TWELVE " + Upper(word) + "! What were there?");
    EXPECT_EQ(dialogue.turns[1].user, "And the " + word + "?");
    EXPECT_EQ(dialogue.turns[1].assistant, "I don't know.");
    renewed += word == "kettles" ? 0 : 1;
  }
  EXPECT_GT(renewed, 80);
  EXPECT_LT(renewed, 160);
}

TEST_F(NovelTest, NamesKeepTheirCapital) {
  for (uint64_t i = 0; i < 200; ++i) {
    Draw draw(3, i);
    Scene scene{world_, draw, Split::kTraining, Level::kNovel};
    Dialogue dialogue;
    dialogue.turns = {{"Rose cut a rose. Who cut it?", "Rose", {}}};
    dialogue.passage.probes = {ProbeOf("Rose")};
    RenewWords(scene, dialogue);
    const std::string name = dialogue.turns[0].assistant;
    EXPECT_TRUE(StartsUpper(name));
    EXPECT_EQ(dialogue.turns[0].user, name + " cut a rose. Who cut it?");
  }
}

TEST_F(NovelTest, WithoutAPassageNothingChanges) {
  Draw draw(4, 0);
  Scene scene{world_, draw, Split::kTraining, Level::kNovel};
  Dialogue dialogue;
  dialogue.turns = {{"Sort: pear, fig", "fig, pear", {}}};
  RenewWords(scene, dialogue);
  EXPECT_EQ(dialogue.turns[0].user, "Sort: pear, fig");
  EXPECT_EQ(dialogue.turns[0].assistant, "fig, pear");
}

// What a reader must find stands in the text after the renewal as before it.
TEST(NovelCorpusTest, ReadingAnswersStandInThePassage) {
  auto corpus = Corpus::Load(kRecipe);
  ASSERT_TRUE(corpus.ok()) << corpus.error().ToString();
  int checked = 0;
  for (uint64_t i = 0; i < 3000; ++i) {
    formats::Conversation sample = corpus->Sample(1, i, Level::kNovel);
    if (!sample.messages[0].content.starts_with("Answer the question from the text")) continue;
    ++checked;
    const std::string text = AsciiLower(sample.messages[0].content);
    const std::string answer = AsciiLower(sample.messages[1].content);
    if (answer == "yes" || answer == "no" || answer.ends_with(".")) continue;
    EXPECT_TRUE(Contains(text, answer)) << sample.messages[0].content << "\n" << answer;
  }
  EXPECT_GT(checked, 150);
}

}  // namespace
}  // namespace cairn::seed
