#include "synth/chat_completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::synth {
namespace {

using testing::HasSubstr;

TeacherRequest Request() { return {{{"user", "q", false}}, 0.7, 5, 16}; }

Json Written(const CompletionForm& form) { return ParseJson(CompletionRequest("m", Request(), form), "t").value(); }

std::string Reply(const Json& content, const char* finish_reason = "stop") {
  return DumpJson({{"choices", {{{"message", {{"content", content}}}, {"finish_reason", finish_reason}}}}});
}

Completion Read(const std::string& body) { return ReadCompletion(body, "t").value(); }

TEST(CompletionRequest, LeavesOutWhatAServerRefuses) {
  const CompletionForm first;
  EXPECT_EQ(Written(first), (Json{{"model", "m"},
                                  {"messages", {{{"role", "user"}, {"content", "q"}}}},
                                  {"temperature", 0.7},
                                  {"seed", 5},
                                  {"max_tokens", 16},
                                  {"stream", false}}));
  struct Case {
    const char *words, *gone;
  };
  CompletionForm form = first;
  for (const Case& c : {Case{"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"},
                        Case{"'temperature' does not support 0.7 with this model.", "temperature"},
                        Case{R"({"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"})", "seed"},
                        Case{"unknown field stream", "stream"}}) {
    EXPECT_TRUE(Written(form).contains(c.gone));
    form = FormAfterRefusal(form, c.words).value();
    EXPECT_FALSE(Written(form).contains(c.gone)) << c.words;
  }
  EXPECT_EQ(Written(form)["max_completion_tokens"], 16);
  for (const char* words : {"no such model", "max_tokens, temperature, seed and stream are wrong"})
    EXPECT_FALSE(FormAfterRefusal(form, words)) << words;
  form.thinking_tokens = 100;
  EXPECT_EQ(Written(form)["max_completion_tokens"], 116);
}

TEST(ReadCompletion, TakesTheAnswerWithoutTheThought) {
  EXPECT_EQ(Read(Reply("yes")).text, "yes");
  EXPECT_EQ(Read(Reply("<think>\nLet me see.\n</think>\n\nyes")).text, "yes");
  EXPECT_EQ(Read(Reply("Let me see.</think>yes")).text, "yes");  // the prompt opened it
  EXPECT_EQ(Read(Reply("We <think> so.")).text, "We <think> so.");
  EXPECT_EQ(
      Read(Reply({{{"type", "text"}, {"text", "a"}}, {{"type", "image"}}, {{"type", "text"}, {"text", "b"}}})).text,
      "ab");
  EXPECT_EQ(Read(Reply("caf\xe9")).text, "caf\xEF\xBF\xBD");
}

TEST(ReadCompletion, TellsWhenThoughtTookAllTokens) {
  for (const Json& content : std::vector<Json>{nullptr, "", " \n", "<think>\nLet me see."}) {
    EXPECT_TRUE(Read(Reply(content, "length")).out_of_tokens) << content;
    EXPECT_FALSE(Read(Reply(content, "stop")).out_of_tokens) << content;
    EXPECT_FALSE(Read(Reply(content == " \n" ? " \n" : "", "stop")).out_of_tokens);
  }
  EXPECT_FALSE(Read(Reply("It was built in", "length")).out_of_tokens);
}

TEST(ReadCompletion, FindsErrorsBesideStatus200) {
  const Completion busy = Read(R"({"error": {"message": "upstream is busy", "code": 429}})");
  EXPECT_EQ(busy.error_status, 429);
  EXPECT_EQ(busy.error, "upstream is busy");
  EXPECT_EQ(Read(R"({"choices": [{"error": {"message": "x", "code": "y"}}]})").error_status, 500);
  EXPECT_EQ(Read(R"({"error": "out of memory"})").error, "out of memory");
  EXPECT_EQ(Read(R"({"error": null, "choices": [{"message": {"content": "a"}}]})").error_status, 0);
}

TEST(ReadCompletion, RefusesWhatIsNone) {
  for (const char* body :
       {"", "not json", "{}", "[]", "7", "{\"choices\":[]}", "{\"choices\":[{\"message\":7}]}",
        "{\"choices\":[{\"message\":{\"content\":7}}]}", "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}"}) {
    const auto read = ReadCompletion(body, "t");
    ASSERT_FALSE(read.ok()) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(read.error().message, HasSubstr("not "));
  }
}

}  // namespace
}  // namespace cairn::synth
