#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>

namespace cairn {
namespace {

using ::testing::HasSubstr;

std::string Fault(std::string_view text) {
  auto value = ParseJson(text, "f.json");
  return value.ok() ? "accepted" : value.error().ToString();
}

TEST(Json, AcceptsAndWritesCanonically) {
  auto value = ParseJson(" {\"b\": [1, -2.5, true, null], \"a\": \"\\u00e9\\n\"} ", "f");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(DumpJson(*value), "{\"a\":\"\xc3\xa9\\n\",\"b\":[1,-2.5,true,null]}");
  EXPECT_EQ(PrettyJson(Json{{"a", 1}}), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(ParseJson(DumpJson(*value), "again").value(), *value);
  EXPECT_EQ(DumpJson(Json("\xff")), "\"\xef\xbf\xbd\"");
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_THAT(Fault(R"({"a":1,"a":2})"), HasSubstr("\"a\" stands twice"));
  EXPECT_THAT(Fault(R"([{"x":{"a":1,"b":2,"a":3}}])"), HasSubstr("\"a\" stands twice"));
  EXPECT_THAT(Fault(R"({"a":1,"\u0061":2})"), HasSubstr("stands twice"));
  EXPECT_EQ(Fault(R"({"a":{"a":1},"b":{"a":1}})"), "accepted");
}

TEST(Json, LimitsNesting) {
  auto nested = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(Fault(nested(64)), "accepted");
  EXPECT_THAT(Fault(nested(65)), HasSubstr("deeper than 64"));
  EXPECT_THAT(Fault(std::string(5000000, '[')), HasSubstr("deeper than 64"));
  EXPECT_EQ(Fault("\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\""),
            "accepted");  // inside a string
  std::string objects;
  for (int i = 0; i < 70; ++i) objects += "{\"a\":";
  EXPECT_THAT(Fault(objects), HasSubstr("deeper than 64"));
}

// A short text may stand for much memory.
TEST(Json, LimitsTheNumberOfValues) {
  std::string many = "[0";
  for (int i = 0; i < 1 << 24; ++i) many += ",0";
  auto refused = ParseJson(many + "]", "x");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("16 million"), std::string::npos);
  EXPECT_TRUE(ParseJson("[\"" + many + "\"]", "x").ok()) << "commas in a text are no values";
}

TEST(Json, LongListsTakeLinearTime) {
  const auto seconds = [](size_t items) {
    std::string text = "[{}";
    for (size_t i = 1; i < items; ++i) text += ",{}";
    text += "]";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ParseJson(text, "x")->size(), items);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // Linear: 16 times; quadratic: 256 times. The tenth of a second is for a busy machine.
  EXPECT_LT(seconds(160'000), 64 * seconds(10'000) + 0.1);
}

TEST(Json, NamesTheLineAndColumn) {
  EXPECT_THAT(Fault("{\n  \"a\": 1,\n  \"b\" 2\n}"), HasSubstr("f.json:3:7: not valid JSON"));
  EXPECT_THAT(Fault("x"), HasSubstr("f.json:1:1:"));
}

TEST(Json, RefusesMalformedTexts) {
  for (std::string text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\"}",
                           "{a:1}",
                           "'a'",
                           "[1] 2",
                           "nul",
                           "01",
                           "1e",
                           "+1",
                           "NaN",
                           "Infinity",
                           "\"\\x\"",
                           "\"a",
                           "\"\n\"",
                           "// c\n1",
                           "\"\xff\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xc0\x80\"",
                           "\"\\ud800\"",
                           "1e999",
                           "]",
                           "}{"})
    EXPECT_FALSE(ParseJson(text, "f").ok()) << text;
  EXPECT_FALSE(ParseJson(std::string_view("1\0", 2), "f").ok());
  EXPECT_FALSE(ParseJson(std::string_view("{}\0 hidden", 10), "f").ok());
}

TEST(Json, ReadsFilesUpToALimit) {
  std::string path = ::testing::TempDir() + "cairn_json_test.json";
  std::ofstream(path) << "{\"a\": 1}";
  EXPECT_EQ(ReadJsonFile(path).value(), Json({{"a", 1}}));
  EXPECT_EQ(ReadJsonFile(path, 4).error().code, ErrorCode::kBadInput);
  std::remove(path.c_str());
  EXPECT_EQ(ReadJsonFile(path).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace cairn
