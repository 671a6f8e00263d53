#include "eval/questions.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "eval/held_out.h"
#include "infer/tiny_chat_model.h"

namespace cairn::eval {
namespace {

class QuestionsTest : public testing::Test {
 protected:
  // What the tiny model happens to answer.
  std::string AnswerTo(const std::string& question) {
    auto answers = Ask(pool_, chat_, {{{"user", question, true}}}, "test", options_);
    EXPECT_TRUE(answers.ok());
    return (*answers)[0];
  }
  model::ChatModel chat_ = infer::TinyChatModel(2);
  ThreadPool pool_{2};
  AskOptions options_{.max_tokens = 12, .max_parallel = 4};
};

TEST_F(QuestionsTest, ScoresEachLeaf) {
  std::string given = AnswerTo("where is it?");
  ASSERT_FALSE(given.empty());
  std::vector<LeafQuestions> leaves = {
      {"knowledge/harbour", "knowledge", {{"where is it?", given, {}}, {"who?", "certainly not this", {}}}},
      {"skills/none", "skill", {}},
      {"skills/sort", "skill", {{"where is it?", "certainly not this", {"nor this", given}}}},
  };
  auto scores = EvaluateQuestions(pool_, chat_, leaves, options_);
  ASSERT_TRUE(scores.ok()) << scores.error().ToString();
  ASSERT_EQ(scores->size(), 3u);
  const LeafScore& first = (*scores)[0];
  EXPECT_EQ(first.path, "knowledge/harbour");
  EXPECT_EQ(first.accuracy.correct, 1u);
  EXPECT_DOUBLE_EQ(first.accuracy.accuracy, 0.5);
  EXPECT_TRUE(first.items[0].correct);
  EXPECT_EQ(first.items[0].given, given);
  EXPECT_FALSE(first.items[1].correct);
  EXPECT_EQ(first.items[1].expected, "certainly not this");
  EXPECT_DOUBLE_EQ(first.mean_f1, (first.items[0].f1 + first.items[1].f1) / 2);
  EXPECT_EQ((*scores)[1].accuracy.n, 0u);
  EXPECT_EQ((*scores)[2].accuracy.correct, 1u);
}

TEST_F(QuestionsTest, AsksWithTheBeamsAndTokensOfItsOptions) {
  const std::vector<formats::Message> question = {{"user", "where is it?", true}};
  std::set<std::string> texts;
  for (auto [beams, max_tokens] : {std::pair<uint64_t, int64_t>{1, 12}, {4, 12}, {4, 3}}) {
    infer::Request request;
    request.messages = question;
    request.sampling.beams = beams;
    request.sampling.max_tokens = max_tokens;
    const std::string expected = infer::Generate(pool_, chat_, {request}).value()[0].text;
    AskOptions options;
    options.beams = beams;
    options.max_tokens = max_tokens;
    EXPECT_EQ(Ask(pool_, chat_, {question}, "test", options).value()[0], expected);
    texts.insert(expected);
  }
  EXPECT_EQ(texts.size(), 3u);  // or equal texts would say nothing
}

TEST_F(QuestionsTest, TooLongAQuestionIsAnError) {
  EXPECT_FALSE(EvaluateQuestions(pool_, chat_, {{"p", "skill", {{std::string(1000, 'q'), "a", {}}}}}, options_).ok());
}

std::string Line(const std::string& task, const std::string& question, const std::string& accepted) {
  return DumpJson({{"task", task},
                   {"messages", Json::array({{{"role", "user"}, {"content", question}}})},
                   {"accepted", Json::array({"never", accepted})}}) +
         "\n";
}

TEST_F(QuestionsTest, HeldOutSetFromTheModelDirectory) {
  std::string given = AnswerTo("how many?");
  std::string dir = testing::TempDir() + "cairn_held_out";
  std::string text = Line("reading", "how many?", given) + "\n" + Line("skills", "how many?", "certainly not this") +
                     Line("reading", "what?", "certainly not this");
  ASSERT_TRUE(WriteFileAtomic(dir + "/heldout.jsonl", text).ok());
  auto items = LoadHeldOut(dir);
  std::filesystem::remove_all(dir);
  ASSERT_TRUE(items.ok()) << items.error().ToString();
  ASSERT_EQ(items->size(), 3u);
  auto score = EvaluateHeldOut(pool_, chat_, *items, options_);
  ASSERT_TRUE(score.ok());
  EXPECT_EQ(score->accuracy.correct, 1u);
  EXPECT_EQ(score->accuracy.n, 3u);
  ASSERT_EQ(score->tasks.size(), 2u);
  EXPECT_EQ(score->tasks[0].task, "reading");
  EXPECT_EQ(score->tasks[0].accuracy.correct, 1u);
  EXPECT_EQ(score->tasks[0].accuracy.n, 2u);
  EXPECT_EQ(score->tasks[1].accuracy.correct, 0u);
}

TEST(HeldOutTest, ErrorsNameTheLine) {
  auto message = [](const std::string& text) {
    auto items = ParseHeldOut(text, "h.jsonl");
    return items.ok() ? std::string() : items.error().ToString();
  };
  std::string good = Line("t", "q", "a");
  EXPECT_EQ(message(good), "");
  EXPECT_NE(message(good + "{\n").find("h.jsonl:2"), std::string::npos);
  for (const char* bad :
       {"", "[]", "{}", R"({"task":1,"messages":[],"accepted":["a"]})",
        R"({"task":"t","messages":[],"accepted":["a"]})", R"({"task":"t","messages":[1],"accepted":["a"]})",
        R"({"task":"t","messages":[{"role":"robot","content":"x"}],"accepted":["a"]})",
        R"({"task":"t","messages":[{"role":"assistant","content":"x"}],"accepted":["a"]})",
        R"({"task":"t","messages":[{"role":"user"}],"accepted":["a"]})",
        R"({"task":"t","messages":[{"role":"user","content":"x"}],"accepted":[]})",
        R"({"task":"t","messages":[{"role":"user","content":"x"}],"accepted":[1]})",
        R"({"task":"t","messages":[{"role":"user","content":"x"}],"accepted":["a"],"more":1})"})
    EXPECT_NE(message(bad), "") << bad;
  EXPECT_EQ(LoadHeldOut("/nowhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace cairn::eval
