#include "formats/yaml.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "formats/nearest_name.h"

namespace cairn::formats {
namespace {

TEST(Yaml, PositionsAndTexts) {
  Result<YamlNode> root = ParseYaml(
      "a: 1\nb:\n  - \"x y\"\n  - |\n    line\n    two\n\xC3\xA9t\xC3\xA9: z\nnone:\nflow: {k: [p, q]}\n", "f");
  ASSERT_TRUE(root.ok()) << root.error().ToString();
  ASSERT_TRUE(root->is_map());
  EXPECT_EQ(root->Find("a")->text, "1");
  EXPECT_FALSE(root->Find("a")->quoted);
  EXPECT_EQ(YamlWhere("f", root->Find("a")->at), "f:1:4");
  const YamlNode& list = *root->Find("b");
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].text, "x y");
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[0].at.line, 3);
  EXPECT_EQ(list.items[0].at.column, 5);
  EXPECT_EQ(list.items[1].text, "line\ntwo\n");
  EXPECT_EQ(list.items[1].at.line, 4);
  EXPECT_EQ(root->Find("\xC3\xA9t\xC3\xA9")->at.column, 6) << "columns count characters, not bytes";
  EXPECT_TRUE(root->Find("none")->is_null());
  EXPECT_EQ(root->Find("none")->at.line, 8) << "a missing value stands at its key";
  EXPECT_EQ(root->Find("flow")->Find("k")->items[1].text, "q");
  EXPECT_EQ(root->Find("absent"), nullptr);
}

TEST(Yaml, EscapesInQuotes) {
  Result<YamlNode> root = ParseYaml(R"(a: "x\_y\N\u00e9\t'\"")", "f");
  ASSERT_TRUE(root.ok()) << root.error().ToString();
  EXPECT_EQ(root->Find("a")->text, "x\xC2\xA0y\xC2\x85\xC3\xA9\t'\"");
}

TEST(Yaml, ByteOrderMarkWindowsLinesAndEmptyText) {
  Result<YamlNode> root = ParseYaml(
      "\xEF\xBB\xBF"
      "a: b\r\nc: d\r\n",
      "f");
  ASSERT_TRUE(root.ok()) << root.error().ToString();
  EXPECT_EQ(root->Find("c")->text, "d");
  EXPECT_EQ(root->fields[0].key_at.column, 1);
  Result<YamlNode> empty = ParseYaml("# only a comment\n", "f");
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->is_null());
}

struct Refused {
  const char* name;
  std::string text, where, message;
};

TEST(Yaml, RefuseList) {
  std::string deep = std::string(33, '[') + std::string(33, ']'), long_list = "a:\n", big(size_t{1} << 21, 'x');
  for (int i = 0; i < 100'001; ++i) long_list += "- 1\n";
  const Refused cases[] = {
      {"alias bomb", "a: &a [x, x]\nb: [*a, *a]\n", "f:1:4", "anchors (&)"},
      {"undefined alias", "a: *b\n", "f:1:4", "anchors (&)"},
      {"tag", "a: !!python/object:os.system x\n", "f:1:4", "tags (!...)"},
      {"tag on a list", "a: !!set [x]\n", "f:1:4", "tags (!...)"},
      {"duplicate key", "a: 1\nb: 2\na: 3\n", "f:3:1", "\"a\" stands twice"},
      {"duplicate key, quoted", "a: 1\n\"a\": 3\n", "f:2:1", "\"a\" stands twice"},
      {"duplicate key below", "x:\n  - q: 1\n    q: 2\n", "f:3:5", "\"q\" stands twice"},
      {"list as key", "[a, b]: c\n", "f:1:1", "a key must be plain text"},
      {"empty key", ": c\n", "f:1:1", "a key is missing"},
      {"too deep", deep, "f:1:33", "nested deeper than 32"},
      {"far too deep", "a: " + std::string(100'000, '[') + std::string(100'000, ']'), "f:1:35",
       "nested deeper than 32"},
      {"too many values", long_list, "f:99999:3", "more than 100000 values"},
      {"too long", big, "f", "more than 1 MiB"},
      {"not UTF-8", "a: b\nc: \xFF\n", "f:2:4", "not UTF-8"},
      {"UTF-16",
       std::string("\xFF\xFE"
                   "a\0:\0",
                   6),
       "f:1:1", "not UTF-8"},
      {"NUL", std::string("a: b\0c", 6), "f:1:5", "control character"},
      {"escape sequence", "a: \x1B[31m\n", "f:1:4", "control character"},
      {"C1 control", "a: x\u009B31m\n", "f:1:5", "control character (U+009B)"},
      {"override", "a: x\n# \u202E\n", "f:2:3", "control character (U+202E)"},
      {"escaped C1 control", "a: \"x\\x9B\"\n", "f:1:4", "escaped control character"},
      {"escaped override", "a: \"x\\u202E\"\n", "f:1:4", "escaped control character"},
      {"escaped NUL", "a: \"x\\0y\"\n", "f:1:4", "escaped control character"},
      {"second document", "a: b\n---\nc: d\n", "f:3:1", "second document"},
      {"colon in plain text", "a: b: c\n", "f:1:5", "a ':' stands where no value may follow"},
      {"text behind |", "a: | text\n", "f:1:6", "text follows '|'"},
      {"open quote", "a: \"b\n", "f:1:4", "never ends"},
      {"open single quote", "a: 'it''s\n", "f:1:4", "never ends"},
      {"open bracket", "a: [b, c\n", "f:2:1", "a '[' is not closed"},
      {"bad indent", "a:\n  b: 1\n c: 2\n", "f:3:2", "does not belong to the mapping"},
      {"list after mapping", "a: 1\n- b\n", "f:2:1", "does not belong to the mapping"},
      {"tab", "a:\n\tb: 1\n", "f:2:1", "tab"},
      {"at sign", "a: @b\n", "f:1:4", "cannot start with this character"},
      {"unpaired surrogate", "a: \"\\ud800\"\n", "f:1:11", "invalid unicode"},
  };
  for (const Refused& c : cases) {
    Result<YamlNode> root = ParseYaml(c.text, "f");
    ASSERT_FALSE(root.ok()) << c.name;
    EXPECT_EQ(root.error().where, c.where) << c.name << ": " << root.error().ToString();
    EXPECT_NE(root.error().message.find(c.message), std::string::npos) << c.name << ": " << root.error().ToString();
    EXPECT_NE(root.error().message.find("; "), std::string::npos) << c.name << " names no remedy";
  }
}

// Slips of which yaml-cpp complains elsewhere: the place is that of the slip.
TEST(Yaml, SlipsAreNamedWhereTheyAre) {
  const std::string good =
      "list:\n  - text: |\n      words\n    more:\n      - question: Which?\n        answer: a\n      - question: "
      "Who?\n"
      "        answer: b\nend: \"1905\"\n";
  struct {
    const char *from, *to, *where, *message;
  } cases[] = {
      {"answer: a", "answer:a", "f:6:16", "no blank stands after \"answer:\""},
      {"question: Who?", "question:Who?", "f:7:18", "no blank stands after \"question:\""},
      {"answer: a", "answer:\u00A0a", "f:6:16", "a no-break space"},
      {"      - question: Who", "      -question: Who", "f:7:7", "no blank stands between '-' and \"question:\""},
      {"  - text", "  -text", "f:2:3", "no blank stands between '-' and \"text:\""},
      {"text: |", "text:|", "f:2:10", "no blank stands after \"text:\""},
      {"        answer: a", "\u00A0       answer: a", "f:6:1", "a no-break space"},
      {"        answer: a", "    \u00A0   answer: a", "f:6:5", "a no-break space"},
      {"        answer: a", "          answer: a", "f:6:11", "begin it in column 9"},
      {"answer: a", "answer: 'the Senna's bank'", "f:6:28", "write '' for a quote inside the text"},
      {"answer: a", "answer: \"the \"old\" Senna\"", "f:6:23", "write \\\" for a quote inside the text"},
      {"answer: a", "answer: \"a", "f:6:17", "this quoted text ends only in line 9"},
      {"answer: a", "answer: >= 0.8  # share", "f:6:17", "write \">= 0.8\""},
      {"question: Who?", "question: Who: she?", "f:7:22", "put text that holds \": \" in quotes"},
      {"question: Who?", "question: Who reads http://x: she?", "f:7:37", "put text that holds \": \" in quotes"},
  };
  ASSERT_TRUE(ParseYaml(good, "f").ok()) << ParseYaml(good, "f").error().ToString();
  for (const auto& c : cases) {
    std::string text = good;
    const size_t at = text.find(c.from);
    ASSERT_NE(at, text.npos) << c.from;
    Result<YamlNode> root = ParseYaml(text.replace(at, std::string_view(c.from).size(), c.to), "f");
    ASSERT_FALSE(root.ok()) << c.to;
    EXPECT_EQ(root.error().where, c.where) << c.to << ": " << root.error().ToString();
    EXPECT_NE(root.error().message.find(c.message), std::string::npos) << c.to << ": " << root.error().ToString();
  }
}

TEST(Yaml, CommentsBehindPlainText) {
  Result<YamlNode> root = ParseYaml(
      "a: plan #7 of it\nb: \"plan #7\" # quoted\nc: plan#7\n# alone\nd: \u00E9 two\n  lines\t# here\ne: | # block\n  "
      "x #y\n"
      "f: [x,  # item\n  y]\ng: it's\r\nh: 'it''s' # q\ni: x\n  # below\n",
      "f");
  ASSERT_TRUE(root.ok()) << root.error().ToString();
  const auto comment = [](const YamlNode& node) { return node.comment_at ? YamlWhere("f", *node.comment_at) : ""; };
  const auto of = [&](const char* key) { return comment(*root->Find(key)); };
  EXPECT_EQ(root->Find("a")->text, "plan");
  EXPECT_EQ(of("a"), "f:1:9");
  EXPECT_EQ(root->Find("d")->text, "\u00E9 two lines");
  EXPECT_EQ(of("d"), "f:6:9");
  for (const char* key : {"b", "c", "e", "f", "g", "h", "i"}) EXPECT_EQ(of(key), "") << key;
  EXPECT_EQ(comment(root->Find("f")->items[0]), "") << "behind the comma, not behind the text";
}

TEST(Yaml, PlacesOfPaths) {
  const std::string path = ::testing::TempDir() + "cairn_yaml_places.yaml";
  std::ofstream(path) << "spec:\n  base: {model: x}\n  phases:\n    - {name: a}\n";
  EXPECT_EQ(YamlPlace(path, "spec.base.model"), path + ":2:17");
  EXPECT_EQ(YamlPlace(path, "spec.phases[0].name"), path + ":4:14");
  EXPECT_EQ(YamlPlace(path, "spec.phases[7].name"), path + ":4:5") << "the last one above it that is written";
  EXPECT_EQ(YamlPlace(path, "spec.taxonomy.path"), path + ":2:3");
  EXPECT_EQ(YamlPlace(path + ".absent", "spec"), path + ".absent");
  std::filesystem::remove(path);
}

TEST(Yaml, LongLinesTakeLinearTime) {
  std::string text = "[";
  for (int i = 0; i < 45'000; ++i)
    text += "\xC3\xA9,\"b\",";  // seconds, if each column were counted from the line's start
  auto start = std::chrono::steady_clock::now();
  Result<YamlNode> root = ParseYaml(text + "]", "f");
  ASSERT_TRUE(root.ok()) << root.error().ToString();
  ASSERT_EQ(root->items.size(), 90'000u);
  EXPECT_EQ(root->items.back().at.column, 2 + 45'000 * 6 - 4);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST(Yaml, TypedValues) {
  Result<YamlNode> root =
      ParseYaml("i: -12\nn: 2e-3\nb: true\nno: no\nq: \"12\"\nl: [1]\ninf: .inf\nbig: 99999999999999999999\n", "f");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(*YamlInteger(*root->Find("i"), "f", "i"), -12);
  EXPECT_EQ(*YamlNumber(*root->Find("n"), "f", "n"), 2e-3);
  EXPECT_EQ(*YamlNumber(*root->Find("i"), "f", "i"), -12);
  EXPECT_TRUE(*YamlBool(*root->Find("b"), "f", "b"));
  EXPECT_EQ(*YamlText(*root->Find("no"), "f", "no"), "no");
  EXPECT_FALSE(YamlBool(*root->Find("no"), "f", "no").ok());
  EXPECT_FALSE(YamlInteger(*root->Find("q"), "f", "q").ok());
  EXPECT_FALSE(YamlText(*root->Find("l"), "f", "l").ok());
  EXPECT_FALSE(YamlNumber(*root->Find("inf"), "f", "inf").ok());
  Result<int64_t> big = YamlInteger(*root->Find("big"), "f", "train.steps");
  ASSERT_FALSE(big.ok());
  EXPECT_EQ(big.error().ToString(),
            "f:8:6: train.steps is \"99999999999999999999\"; write a whole number, such as 12, without quotes");
}

TEST(Yaml, UnknownKeysNameTheNearest) {
  Result<YamlNode> root = ParseYaml("created-by: x\n", "f");
  Result<void> checked = CheckYamlKeys(*root, {"version", "created_by", "domain"}, "f");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().ToString(), "f:1:1: unknown field \"created-by\"; did you mean \"created_by\"?");
  EXPECT_EQ(NearestName("bactchTokens", {"batchTokens", "seed"}), "batchTokens");
  EXPECT_EQ(NearestName("epoch", {"epochs", "seed"}), "epochs");
  EXPECT_EQ(NearestName("colour", {"epochs", "seed"}), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'a'), {"a"}), "");
  EXPECT_EQ(NameRemedy("colour", {"epochs", "seed"}), "; known here: epochs, seed");
}

}  // namespace
}  // namespace cairn::formats
