#include "measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "eval/held_out.h"
#include "eval/text_score.h"
#include "side_files.h"
#include "synth/prompts.h"
#include "train/data.h"

namespace cairn::seed {
namespace {

const std::string kRecipe = std::string(CAIRN_SOURCE_DIR) + "/recipes/seed";
constexpr uint64_t kItems = 40;

const Corpus& TheCorpus() {
  static const Corpus corpus = Corpus::Load(kRecipe).value();
  return corpus;
}

const Handwritten& TheHandwritten() {
  static const Handwritten handwritten = LoadHandwritten(kRecipe + "/handwritten.yaml").value();
  return handwritten;
}

// A model that has learnt its answers by heart; to anything else it says `otherwise`.
struct Canned {
  std::map<std::string, std::string> answers;
  std::string otherwise;

  Measurement Measured() const {
    auto answer = [this](const auto& conversations, const std::string& label,
                         uint64_t beams) -> Result<std::vector<std::string>> {
      EXPECT_EQ(beams, label == "writing questions" ? 4 : 1) << label;
      std::vector<std::string> replies;
      for (const auto& messages : conversations) {
        auto found = answers.find(messages.back().content);
        replies.push_back(found == answers.end() ? otherwise : found->second);
      }
      return replies;
    };
    MeasureOptions options;
    options.items_per_task = kItems;
    auto measured = Measure(answer, TheCorpus(), TheHandwritten(), options);
    CAIRN_CHECK(measured.ok());
    return std::move(measured).value();
  }
};

void Learn(Canned& canned, const synth::Messages& messages, const std::string& answer) {
  canned.answers[messages.back().content] = answer;
}

Canned Perfect() {
  Canned canned;
  for (const std::string& task : Corpus::HeldOutTasks()) {
    for (uint64_t i = 0; i < kItems; ++i) {
      Item item = TheCorpus().HeldOut(task, i);
      std::string answer = task == "asking" ? synth::FormatQuestion({item.facts[0].questions[0], item.facts[0].answer})
                                            : item.accepted[0];
      Learn(canned, item.prompt, answer);
    }
  }
  for (const HandwrittenPassage& passage : TheHandwritten().passages) {
    std::string start = passage.text.substr(0, passage.text.find(' ', 12));
    Learn(canned, synth::WriteQuestions(passage.text, 3), synth::FormatQuestion({"How does it begin?", start}));
    Learn(canned, synth::AnswerFrom(passage.text, "How does it begin?"), start);
    Learn(canned, synth::AnswerFrom(passage.text, passage.unanswerable), "I don't know.");
    for (const HandwrittenQuestion& q : passage.questions) {
      Learn(canned, synth::AnswerFrom(passage.text, q.question.question), q.question.answer);
      Learn(canned, synth::Judge(passage.text, q.question.question, q.question.answer), "Yes.");
      Learn(canned, synth::Judge(passage.text, q.question.question, q.wrong), "No.");
    }
  }
  for (const eval::Question& skill : TheHandwritten().skills) canned.answers[skill.question] = skill.answer;
  for (const std::string& question : TheHandwritten().unknown) canned.answers[question] = "I don't know.";
  return canned;
}

const Figure& Find(const Measurement& measurement, const std::string& set, const std::string& name) {
  for (const Figure& figure : measurement.figures)
    if (figure.set == set && figure.name.starts_with(name)) return figure;
  ADD_FAILURE() << set << " " << name;
  return measurement.figures[0];
}

TEST(HandwrittenTest, HasWhatItShould) {
  const Handwritten& h = TheHandwritten();
  EXPECT_EQ(h.passages.size(), 30u);
  EXPECT_EQ(h.skills.size(), 40u);
  EXPECT_EQ(h.unknown.size(), 30u);
  std::set<std::string> ids;
  for (const HandwrittenPassage& passage : h.passages) {
    ids.insert(passage.id);
    EXPECT_EQ(passage.questions.size(), 3u) << passage.id;
    EXPECT_EQ(passage.text.find('\n'), std::string::npos) << passage.id;
    for (const HandwrittenQuestion& q : passage.questions)
      EXPECT_FALSE(eval::ExactMatch(q.wrong, q.question.Accepted())) << passage.id << ": " << q.wrong;
  }
  EXPECT_EQ(ids.size(), 30u);
}

TEST(HandwrittenTest, ErrorsNameTheLineOfTheFile) {
  std::string path = ::testing::TempDir() + "/handwritten.yaml";
  const std::string head = "- {id: a, text: t, unanswerable: u, questions: []}\n";
  const std::pair<std::string, std::string> cases[] = {
      {head + "---\n- {question: q, answer: a}\n", "three documents"},
      {head + "---\n- {question: q, answr: a}\n---\n- u\n", ":3:"},
      {head + "---\n- {question: q}\n---\n- u\n", ":3:"},
      {head + "---\n- {question: q, answer: a, accept: b}\n---\n- u\n", ":3:"},
      {head + "---\n[]\n---\n- [u]\n", ":5:"},
      {"- {id: a, text: t, unanswerable: u}\n---\n[]\n---\n[]\n", ":1:"},
      {"- {id: a, text: t, unanswerable: u, questions: [{question: q, answer: a}]}\n---\n[]\n---\n[]\n", ":1:"}};
  for (const auto& [text, part] : cases) {
    ASSERT_TRUE(WriteFileAtomic(path, text).ok());
    auto loaded = LoadHandwritten(path);
    ASSERT_FALSE(loaded.ok()) << text;
    EXPECT_NE(loaded.error().ToString().find(part), std::string::npos) << loaded.error().ToString();
  }
}

TEST(MeasureTest, ACorrectModelHasEverythingRight) {
  Measurement m = Perfect().Measured();
  EXPECT_EQ(m.figures.size(), 13u);
  for (const Figure& figure : m.figures) {
    EXPECT_GT(figure.accuracy.n, 0u) << figure.set << " " << figure.name;
    EXPECT_EQ(figure.accuracy.correct, figure.accuracy.n) << figure.set << " " << figure.name;
  }
  for (const MeasuredItem& item : m.items) EXPECT_TRUE(item.correct) << item.prompt << "\n" << item.given;
  EXPECT_EQ(Find(m, "held-out", "reading").accuracy.n, kItems);
  EXPECT_EQ(Find(m, "hand-written", "reading").accuracy.n, 90u);
  EXPECT_EQ(Find(m, "hand-written", "judging").accuracy.n, 180u);
  EXPECT_EQ(Find(m, "hand-written", "not told").accuracy.n, 30u);
  EXPECT_EQ(Find(m, "hand-written", "skills").accuracy.n, 40u);
  EXPECT_EQ(Find(m, "hand-written", "unknown").accuracy.n, 30u);
  EXPECT_GT(Find(m, "held-out", "skills").kinds.size(), 20u);
}

TEST(MeasureTest, AModelThatKnowsNothingIsRightAboutUnknownThingsOnly) {
  Measurement m = Canned{{}, "I don't know."}.Measured();
  EXPECT_EQ(Find(m, "hand-written", "reading").accuracy.correct, 0u);
  EXPECT_EQ(Find(m, "hand-written", "skills").accuracy.correct, 0u);
  EXPECT_EQ(Find(m, "hand-written", "judging").accuracy.correct, 0u);
  EXPECT_EQ(Find(m, "hand-written", "unknown").accuracy.correct, 30u);
  EXPECT_EQ(Find(m, "hand-written", "not told").accuracy.correct, 30u);
  EXPECT_EQ(Find(m, "held-out", "unknown").accuracy.correct, kItems);
  for (const char* set : {"held-out", "hand-written"}) {
    EXPECT_EQ(Find(m, set, "asking: replies").accuracy.correct, 0u);
    EXPECT_GT(Find(m, set, "asking: replies").accuracy.n, 0u);
    EXPECT_EQ(Find(m, set, set == std::string("held-out") ? "asking: valid" : "asking: pairs").accuracy.n, 0u);
  }
  // No pair at all does not meet the goal.
  const Json json = MeasurementToJson(m);
  ASSERT_FALSE(json["figures"].empty());
  for (const Json& figure : json["figures"])
    EXPECT_TRUE(figure["name"] != "asking: valid pairs" || figure["met"] == false);
}

TEST(MeasureTest, YesToEverythingIsHalfOfJudging) {
  Measurement m = Canned{{}, "yes"}.Measured();
  const Figure& judging = Find(m, "hand-written", "judging");
  ASSERT_EQ(judging.kinds.size(), 2u);
  EXPECT_EQ(judging.kinds[0].kind, "right answer");
  EXPECT_EQ(judging.kinds[0].accuracy.correct, 90u);
  EXPECT_EQ(judging.kinds[1].accuracy.correct, 0u);
  EXPECT_EQ(judging.accuracy.correct, 90u);
}

TEST(MeasureTest, WrittenPairsAreCountedOneByOne) {
  Canned canned = Perfect();
  // Held-out: a valid pair, the same again, a wrong answer.
  Item item = TheCorpus().HeldOut("asking", 0);
  const auto& fact = item.facts[0];
  std::string pair = synth::FormatQuestion({fact.questions[0], fact.answer});
  Learn(canned, item.prompt,
        pair + "\n" + pair + "\n" + synth::FormatQuestion({item.facts[1].questions[0], "nobody at all"}));
  // By hand: confirmed, answered otherwise, not in the passage.
  const HandwrittenPassage& passage = TheHandwritten().passages[0];
  const eval::Question& q = passage.questions[0].question;
  Learn(canned, synth::WriteQuestions(passage.text, 3),
        synth::FormatQuestion({q.question, "a fallen ash tree"}) + "\n" +
            synth::FormatQuestion({"Who is the carpenter?", "Mr Tobin Arkle"}) + "\n" +
            synth::FormatQuestion({"Where is the ferry?", "in the zoo"}));
  Learn(canned, synth::AnswerFrom(passage.text, "Who is the carpenter?"), "the parish council");
  Learn(canned, synth::AnswerFrom(passage.text, "Where is the ferry?"), "in the zoo");
  Measurement m = canned.Measured();
  EXPECT_EQ(Find(m, "held-out", "asking: valid").accuracy.n, kItems + 2);
  EXPECT_EQ(Find(m, "held-out", "asking: valid").accuracy.correct, kItems);
  EXPECT_EQ(Find(m, "hand-written", "asking: pairs").accuracy.n, 32u);
  EXPECT_EQ(Find(m, "hand-written", "asking: pairs").accuracy.correct, 30u);
}

TEST(MeasureTest, FormCountsWhereItIsTheExercise) {
  const std::string upper = "Write this in capital letters: keep the gate shut";
  EXPECT_TRUE(RightSkillAnswer(upper, {"KEEP THE GATE SHUT"}, "KEEP THE GATE SHUT."));
  EXPECT_FALSE(RightSkillAnswer(upper, {"KEEP THE GATE SHUT"}, "keep the gate shut"));
  const std::string commas = "Write these words with commas between them: sun moon star";
  EXPECT_TRUE(RightSkillAnswer(commas, {"sun, moon, star", "sun,moon,star"}, "sun,moon,star"));
  EXPECT_FALSE(RightSkillAnswer(commas, {"sun, moon, star"}, "sun moon star"));
  EXPECT_TRUE(RightSkillAnswer("What is the last word? My uncle sells bicycles.", {"bicycles"}, "Bicycles."));
  EXPECT_TRUE(RightSkillAnswer("Put into the past: The dog barks.", {"The dog barked."}, "the dog barked"));
  EXPECT_TRUE(RightSkillAnswer("The first letter of \"window\"?", {"w"}, "W"));
  EXPECT_FALSE(RightSkillAnswer("What is 8 plus 5?", {"13"}, ""));
}

TEST(MeasureTest, ReportsHoldTheFigures) {
  Canned canned = Perfect();
  canned.answers[TheHandwritten().skills[0].question] = "no idea";
  Measurement m = canned.Measured();
  EXPECT_NE(MeasurementToMarkdown(m).find("| hand-written | skills | 39 of 40 | 97.5 % | 87.1 to 99.6 % |  |\n"),
            std::string::npos)
      << MeasurementToMarkdown(m);
  std::string items = ItemsToJsonl(m);
  Json first = ParseJson(items.substr(0, items.find('\n')), "items").value();
  EXPECT_EQ(first["given"], "no idea");
  EXPECT_EQ(first["correct"], false);
  EXPECT_EQ(static_cast<size_t>(std::count(items.begin(), items.end(), '\n')), m.items.size());
}

TEST(SideFilesTest, HeldOutFileIsReadBack) {
  auto items = eval::ParseHeldOut(HeldOutFileText(TheCorpus()), "heldout.jsonl");
  ASSERT_TRUE(items.ok()) << items.error().ToString();
  std::map<std::string, int> tasks;
  for (const eval::HeldOutItem& item : *items) {
    ++tasks[item.task];
    EXPECT_TRUE(eval::ExactMatch(item.accepted[0], item.accepted)) << item.accepted[0];
  }
  EXPECT_EQ(tasks, (std::map<std::string, int>{{"reading", 160}, {"judging", 120}, {"skills", 160}, {"unknown", 120}}));
  std::set<std::string> measured;
  for (uint64_t i = 0; i < 200; ++i) measured.insert(TheCorpus().HeldOut("reading", i).prompt.back().content);
  for (const eval::HeldOutItem& item : *items) EXPECT_FALSE(measured.contains(item.messages.back().content));
}

TEST(SideFilesTest, ReplayFileIsReadBack) {
  std::string directory = ::testing::TempDir() + "/side_files";
  SeedRecipe recipe;
  recipe.seed = 20260;
  recipe.phases.resize(1);
  recipe.phases[0].level = Level::kEvents;
  ASSERT_TRUE(WriteSideFiles(TheCorpus(), recipe, directory).ok());
  auto rows = train::ReadConversations(directory + "/replay.jsonl");
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(rows->size(), 5170u);
  size_t unknown = 0;
  for (const formats::Conversation& row : *rows) {
    bool trained = false;
    unknown += std::all_of(row.messages.begin(), row.messages.end(), [](const formats::Message& message) {
      return message.role != "assistant" || message.content == "I don't know.";
    });
    for (const formats::Message& message : row.messages)
      trained = trained || (message.role == "assistant" && message.train);
    EXPECT_TRUE(trained) << row.id;
  }
  EXPECT_GE(unknown, 900u);
  EXPECT_EQ(ReadFile(directory + "/replay.jsonl").value(), ReplayFileText(TheCorpus(), recipe));
  EXPECT_TRUE(PathExists(directory + "/heldout.jsonl"));
}

// Lists have no tasks but those of lists and patterns: the search for others ends.
TEST(SideFilesTest, LevelWithoutATaskHasNoRowsOfIt) {
  SeedRecipe recipe;
  recipe.seed = 20260;
  recipe.phases.resize(1);
  recipe.phases[0].level = Level::kCopy;
  const std::string text = ReplayFileText(TheCorpus(), recipe);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 80);  // of patterns
}

}  // namespace
}  // namespace cairn::seed
