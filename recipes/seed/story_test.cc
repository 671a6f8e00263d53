#include "story.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>

#include "base/file.h"
#include "text.h"

namespace cairn::seed {
namespace {

const std::string kRecipe = std::string(CAIRN_SOURCE_DIR) + "/recipes/seed";

const Pools& ThePools() {
  static const Pools pools = Pools::Load(kRecipe + "/words.yaml").value();
  return pools;
}

std::vector<std::shared_ptr<const Story>> AllStories() {
  std::vector<std::shared_ptr<const Story>> all;
  const std::vector<std::string> files = ListFiles(kRecipe + "/stories").value();
  for (const std::string& file : files) {
    const std::string path = kRecipe + "/stories/" + file;
    auto parsed = ParseStories(ReadFile(path, 1 << 24).value(), path, ThePools());
    EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
    if (parsed.ok()) all.insert(all.end(), parsed->begin(), parsed->end());
  }
  return all;
}

const char* const kStory =
    "- story: x\n"
    "  slots: {who: man, j: job, hit: [an oak, a lorry, a barge]}\n"
    "  text:\n"
    "    - say: \"[Today|Now] {who}, {a j}, saw {hit}.\"\n"
    "      ask:\n"
    "        - {q: [\"What did {who.first} see?\"], a: \"{hit}\"}\n"
    "        - {q: [\"What is {who}?\"], a: \"{j}\"}\n"
    "    - say: \"\\n{who.last} left at six.\"\n"
    "      may_go: true\n"
    "      ask: [{q: [\"When did he leave?\"], a: \"at six\", wrong: [\"at five\"]}]\n"
    "  not_told: [\"How old is {who}?\"]\n";

Passage Told(uint64_t i, size_t lines = SIZE_MAX) {
  static const World world{ThePools(), {}, ParseStories(kStory, "f", ThePools()).value()};
  Draw draw(1, i);
  Scene scene{world, draw, Split::kTraining, Level::kProse};
  return TellStory(scene, *world.stories[0], lines);
}

TEST(StoryTest, FillsSlotsAndChoices) {
  std::set<std::string> openings, seen;
  for (uint64_t i = 0; i < 200; ++i) {
    const Passage passage = Told(i);
    const std::string& first = passage.sentences[0];
    openings.insert(first.substr(0, first.find(' ')));
    seen.insert(passage.probes[0].answer);
    EXPECT_EQ(passage.text.find_first_of("{}[]|"), std::string::npos) << passage.text;
    EXPECT_TRUE(Contains(first, WithArticle(passage.probes[1].answer))) << first;
    EXPECT_TRUE(Contains(first, passage.probes[0].asks[0].substr(9, 2))) << "the first name: " << first;
    EXPECT_FALSE(passage.probes[0].wrong.empty() && passage.probes[1].wrong.empty());
  }
  EXPECT_EQ(openings, (std::set<std::string>{"Today", "Now"}));
  EXPECT_EQ(seen, (std::set<std::string>{"an oak", "a lorry", "a barge"}));
}

// What a sentence that was left out would have told is asked for as something that the text does not tell.
TEST(StoryTest, SentencesThatMayGoBecomeUnknown) {
  size_t with = 0, without = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const Passage passage = Told(i);
    const bool whole = passage.sentences.size() == 2;
    (whole ? with : without) += 1;
    EXPECT_EQ(passage.probes.size(), whole ? 3u : 2u);
    EXPECT_EQ(passage.unknowns.size(), whole ? 1u : 2u);
    EXPECT_EQ(passage.text.find('\n') != std::string::npos, whole);
  }
  EXPECT_GT(with, 160u);
  EXPECT_GT(without, 50u);
  EXPECT_EQ(Told(5, 1).sentences.size(), 1u);
}

// Every story of the recipe: answers stand in the text, questions are finished and have one answer each.
TEST(StoryTest, StoriesAnswerTheirQuestions) {
  const auto stories = AllStories();
  const World world{ThePools(), {}, stories};
  std::set<std::string> ids;
  for (const auto& story : stories) {
    EXPECT_TRUE(ids.insert(story->id).second) << "two stories are called " << story->id;
    for (uint64_t i = 0; i < 3; ++i) {
      Draw draw(2, i);
      Scene scene{world, draw, Split::kTraining, Level::kProse};
      const Passage passage = TellStory(scene, *story, SIZE_MAX);
      const std::string text = AsciiLower(passage.text);
      EXPECT_EQ(text.find_first_of("{}[]|"), std::string::npos) << story->id << ": " << text;
      for (std::string_view slip : {"  ", " .", " ,", "..", " the the ", " a a ", " a an "})
        EXPECT_FALSE(Contains(text, slip)) << story->id << ": " << text;
      std::map<std::string, std::string> answers;
      for (const Probe& probe : passage.probes) {
        const bool spoken = IsYesNo(probe.answer);
        EXPECT_TRUE(spoken || Contains(text, AsciiLower(probe.answer))) << story->id << ": " << probe.answer;
        for (const std::string& ask : probe.asks) {
          auto [place, is_new] = answers.try_emplace(ask, probe.answer);
          EXPECT_TRUE(is_new || place->second == probe.answer) << story->id << ": " << ask;
          EXPECT_TRUE(ask.ends_with('?')) << story->id << ": " << ask;
          EXPECT_EQ(ask.find_first_of("{}[]|"), std::string::npos) << story->id << ": " << ask;
        }
      }
    }
  }
  EXPECT_GT(stories.size(), 1200u);
}

TEST(StoryTest, BadStoriesAreRefused) {
  const std::string head = "- story: x\n  slots: {v: job}\n  text:\n";
  const std::string good = "    - {say: \"A {v}.\", ask: [{q: [\"Who?\"], a: \"{v}\"}]}\n";
  EXPECT_TRUE(ParseStories(head + good, "f", ThePools()).ok());
  const std::pair<std::string, std::string> cases[] = {
      {"story: x\n", "must be a list"},
      {"- x\n", "expected a story"},
      {"- story: x\n  text: no\n", "must be a list of sentences"},
      {"- story: x\n  slots: {v: nothing}\n  text: []\n", "no pool is called"},
      {"- story: x\n  slots: {v: [one]}\n  text: []\n", "two values"},
      {"- story: x\n  slots: {v: job}\n  extra: 1\n  text: []\n", "extra"},
      {head + "    - {say: \"A {v}.\"}\n", "answer no question"},
      {head + "    - {say: \"A {w}.\"}\n", "no slot {w}"},
      {head + "    - {say: \"A {v.\"}\n", "'{' without '}'"},
      {head + "    - {say: \"A [b|c.\"}\n", "do not match"},
      {head + "    - {say: \"A {v}.\", ask: [{q: [\"Who?\"], a: \"\"}]}\n", "\"a\" is empty"},
      {head + "    - {ask: []}\n", "\"say\" is missing"},
      {head + "    - {say: \"A {v}.\", ask: [{q: [], a: \"{v}\"}]}\n", "\"q\" is empty"},
      {head + "    - {say: \"A {v}.\", ask: [{q: [\"Who?\"], a: \"b\"}]}\n", "does not stand in the sentence"},
      {head + good + "  not_told: [\"How old is {w}?\"]\n", "no slot {w}"},
      {"- [unclosed\n", ""}};
  for (const auto& [text, message] : cases) {
    auto parsed = ParseStories(text, "f", ThePools());
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_TRUE(Contains(parsed.error().message, message)) << parsed.error().message;
    EXPECT_TRUE(parsed.error().where.starts_with("f")) << parsed.error().where;
  }
}

}  // namespace
}  // namespace cairn::seed
