#include "formats/tokenizer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "base/testing.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

// Runs every vector of a Hugging Face expectation file; the field `ids` may begin with `prefix` (template tokens).
void CheckVectors(const Tokenizer& tokenizer, const Json& vectors, const std::string& field,
                  const std::vector<TokenId>& prefix, bool special, bool keep) {
  for (const Json& row : vectors) {
    std::string text = row["text"].get<std::string>();
    std::vector<TokenId> want = row[field].get<std::vector<TokenId>>(), got = prefix;
    std::vector<TokenId> body = special ? tokenizer.EncodeWithSpecial(text) : tokenizer.Encode(text);
    got.insert(got.end(), body.begin(), body.end());
    EXPECT_EQ(got, want) << text;
    if (row.contains("decoded")) {
      EXPECT_EQ(tokenizer.Decode(want, keep), row["decoded"].get<std::string>()) << "decoding of: " << text;
    }
  }
}

TEST(TokenizerConformance, Gpt2) {
  std::string folder = ConformanceFile("tokenizer/gpt2/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Load(folder + "tokenizer.json").value();
  EXPECT_EQ(t.vocab_size(), 50257);
  Json rows = ReadJsonFile(folder + "hf_rust_expected.json").value();
  ASSERT_GT(rows.size(), 100u);
  CheckVectors(t, rows, "ids_no_special", {}, true, true);
}

TEST(TokenizerConformance, Granite7bLab) {
  std::string folder = ConformanceFile("tokenizer/granite-7b-lab/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Load(folder + "tokenizer.json").value();
  EXPECT_EQ(t.vocab_size(), 32005);
  Json rows = ReadJsonFile(folder + "hf_rust_expected.json").value();
  ASSERT_GT(rows.size(), 100u);
  CheckVectors(t, rows, "ids_no_special", {}, true, true);
  // Google's sentencepiece knows no added tokens, so it agrees with Encode of plain text.
  rows = ReadJsonFile(folder + "sentencepiece_expected.json").value();
  ASSERT_GT(rows.size(), 100u);
  CheckVectors(t, rows, "ids", {}, false, false);
}

TEST(TokenizerConformance, Stories260K) {
  std::string folder = ConformanceFile("hf/stories260K/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Load(folder + "tokenizer.json").value();
  CheckVectors(t, ReadJsonFile(folder + "hf_rust_expected.json").value(), "ids", {1}, true, false);
}

TEST(Tokenizer, ByteFallbackVectorsOfHuggingFace) {
  std::string folder = std::string(CAIRN_SOURCE_DIR) + "/src/formats/testdata/";
  Tokenizer t = Tokenizer::Load(folder + "stories260k_tokenizer.json").value();
  Json rows = ReadJsonFile(folder + "stories260k_expected.json").value();
  ASSERT_EQ(rows.size(), 40u);
  CheckVectors(t, rows, "ids", {1}, true, false);
}

// A byte-level tokenizer of the given merges (in the byte alphabet) over all bytes; merged tokens take ids 256, ...
Json ByteLevel(const std::vector<std::pair<std::string, std::string>>& merges, const Json& added = Json::array()) {
  Json vocab = Json::object(), list = Json::array();
  for (int b = 0; b < 256; ++b) vocab[ToByteAlphabet(std::string(1, static_cast<char>(b)))] = b;
  for (const auto& [left, right] : merges) {
    list.push_back(Json::array({left, right}));
    vocab.emplace(left + right, vocab.size());
  }
  return {{"added_tokens", added},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", list}}}};
}

Json Added(int id, const std::string& content, bool special = true) {
  return {{"id", id}, {"content", content}, {"special", special}, {"normalized", false}};
}

Tokenizer Make(const Json& json) { return Tokenizer::Parse(DumpJson(json), "t").value(); }
using Ids = std::vector<TokenId>;

TEST(Unicode, TrimsWhatTheKindSays) {
  EXPECT_EQ(TrimStart("\x1C\u3000 a ", IsBlank), "a ");
  EXPECT_EQ(TrimStart("\x1C a", IsSpace), "\x1C a");
  EXPECT_EQ(TrimEnd(" a\n\u00A0\x85", IsBlank), " a\n\u00A0\x85");  // ends in a byte that is no character
  EXPECT_EQ(TrimEnd(" a\n\u00A0\u2028\x1F", IsBlank), " a");
  EXPECT_EQ(TrimEnd("\u3000", IsBlank), "");
}

TEST(Unicode, ABeginningEndsBetweenCharacters) {
  const std::string text = "a\u00E9\u20AC\U0001F600z";  // of 1, 2, 3, 4 and 1 bytes
  const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (size_t bytes = 0; bytes < std::size(ends); ++bytes)
    EXPECT_EQ(Beginning(text, bytes), text.substr(0, ends[bytes])) << bytes;
  // Bytes that are no character may go anywhere; what is left is no longer than asked and not much shorter.
  const std::string loose(9, '\x80');
  for (size_t bytes = 0; bytes <= loose.size(); ++bytes) {
    const std::string_view beginning = Beginning(loose, bytes);
    EXPECT_LE(beginning.size(), bytes);
    EXPECT_GE(beginning.size() + 3, bytes);
    EXPECT_TRUE(loose.starts_with(beginning));
  }
}

TEST(Tokenizer, MergesByRankThenLeftmost) {
  Tokenizer t = Make(ByteLevel({{"b", "c"}, {"a", "b"}, {"a", "a"}, {"aa", "a"}}));
  EXPECT_EQ(t.Encode("abc"), (Ids{'a', 256}));  // b c has the lower rank
  EXPECT_EQ(t.Encode("ab"), (Ids{257}));
  EXPECT_EQ(t.Encode("aaaa"), (Ids{258, 258}));  // two by two from the left
  EXPECT_EQ(t.Encode("aaa"), (Ids{259}));
}

TEST(Tokenizer, LongWordsTakeLittleTime) {
  Tokenizer t = Make(ByteLevel({{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}}));
  EXPECT_EQ(t.Encode(std::string(1 << 20, 'a')).size(), size_t{1} << 17);
}

TEST(Tokenizer, EncodeNeverYieldsSpecialTokens) {
  // "ab" is both reachable by a merge and a control token; ignore_merges would find it as a whole word, too.
  for (bool ignore : {false, true}) {
    Json json = ByteLevel({{"a", "b"}}, {Added(256, "ab"), Added(300, "<|end|>")});
    json["model"]["ignore_merges"] = ignore;
    Tokenizer t = Make(json);
    EXPECT_EQ(t.Encode("ab"), (Ids{'a', 'b'}));
    EXPECT_EQ(t.EncodeWithSpecial("ab"), (Ids{256}));
    EXPECT_EQ(t.Encode("<|end|>").size(), 7u);
    EXPECT_EQ(t.EncodeWithSpecial("x<|end|>y"), (Ids{'x', 300, 'y'}));
    EXPECT_EQ(t.Decode(Ids{'x', 300, 'y'}), "xy");
    EXPECT_EQ(t.Decode(Ids{'x', 300, 'y'}, true), "x<|end|>y");
    EXPECT_EQ(t.vocab_size(), 301);
    EXPECT_EQ(t.SpecialId("<|end|>"), 300);
    EXPECT_EQ(t.SpecialId("a"), std::nullopt);
  }
}

TEST(Tokenizer, AddedTokensTakeTheLongestAndTheirBlanks) {
  Json strip = Added(301, "<m>");
  strip["lstrip"] = strip["rstrip"] = true;
  Json word = Added(302, "cat");
  word["single_word"] = true;
  Tokenizer t = Make(ByteLevel({}, {Added(298, "<a>"), Added(299, "<a><b>"), strip, word}));
  EXPECT_EQ(t.EncodeWithSpecial("<a><b><a>"), (Ids{299, 298}));
  EXPECT_EQ(t.EncodeWithSpecial("x <m> \n y"), (Ids{'x', 301, 'y'}));
  EXPECT_EQ(t.EncodeWithSpecial("cat"), (Ids{302}));
  EXPECT_EQ(t.EncodeWithSpecial("cats"), (Ids{'c', 'a', 't', 's'}));
}

TEST(Tokenizer, InvalidUtf8BecomesReplacementCharacters) {
  Tokenizer t = Make(ByteLevel({}));
  EXPECT_EQ(t.Decode(t.Encode("a\xE4\xBDz")), "a\xEF\xBF\xBDz");
  EXPECT_EQ(t.Decode(Ids{0xE4, 0xBD, 'z', 0xFF}), "\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(t.TokenBytes(0xE4), "\xE4");
  EXPECT_EQ(t.TokenBytes(-1), "");
  EXPECT_EQ(t.Decode(Ids{-5, 99999, 'x'}), "x");
}

TEST(Tokenizer, NfcAndDigitsAndSplitBehaviours) {
  Json json = ByteLevel({{"1", "2"}, {"Ã", "©"}});
  json["normalizer"] = {{"type", "NFC"}};
  EXPECT_EQ(Make(json).Encode("e\xCC\x81"), (Ids{257}));  // e + acute accent
  EXPECT_EQ(Make(json).Encode("12"), (Ids{256}));
  Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  auto with = [&](const Json& step) {
    json["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {step, bytes}}};
    return Make(json);
  };
  EXPECT_EQ(with({{"type", "Digits"}, {"individual_digits", true}}).Encode("12"), (Ids{'1', '2'}));
  auto split = [&](const std::string& behavior) {
    return with({{"type", "Split"}, {"pattern", {{"String", "1"}}}, {"behavior", behavior}});
  };
  EXPECT_EQ(split("Isolated").Encode("x12"), (Ids{'x', '1', '2'}));
  EXPECT_EQ(split("Removed").Encode("x12"), (Ids{'x', '2'}));
  EXPECT_EQ(split("MergedWithPrevious").Encode("x12"), (Ids{'x', '1', '2'}));
  EXPECT_EQ(split("MergedWithNext").Encode("x12"), (Ids{'x', 256}));
  EXPECT_EQ(split("Contiguous").Encode("x12"), (Ids{'x', '1', '2'}));
}

TEST(Tokenizer, MetaspaceSchemes) {
  Json base = {{"added_tokens", {Added(9, "<e>")}},
               {"decoder", {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}}},
               {"model",
                {{"type", "BPE"},
                 {"unk_token", "?"},
                 {"vocab", {{"?", 0}, {"▁", 1}, {"a", 2}, {"b", 3}, {"▁a", 4}}},
                 {"merges", {"▁ a"}}}}};
  auto with = [&](const std::string& scheme) {
    base["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}};
    return Make(base);
  };
  EXPECT_EQ(with("first").EncodeWithSpecial("a a<e>a"), (Ids{4, 4, 9, 2}));
  EXPECT_EQ(with("always").EncodeWithSpecial("a<e>a"), (Ids{4, 9, 4}));
  EXPECT_EQ(with("never").EncodeWithSpecial("a a"), (Ids{2, 4}));
  EXPECT_EQ(with("first").Encode("z"), (Ids{1, 0}));
  EXPECT_EQ(with("first").Decode(Ids{4, 4}), "a a");
}

// A few kilobytes of steps that each multiply what the one before made.
TEST(Tokenizer, RefusesStepsThatMultiplyAText) {
  const Json good = ByteLevel({{"a", "b"}});
  auto replace = [](const std::string& from, size_t times) {
    return Json{{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", std::string(times, 'a')}};
  };
  auto refused = [&](const char* part, const Json& value) {
    Json json = good;
    json[part] = value;
    return !Tokenizer::Parse(DumpJson(json), "t").ok();
  };
  auto sequence = [](const char* list, const Json& step, size_t n) {
    return Json{{"type", "Sequence"}, {list, Json(n, step)}};
  };
  EXPECT_FALSE(refused("normalizer", sequence("normalizers", replace("a", 8), 2)));
  EXPECT_TRUE(refused("normalizer", sequence("normalizers", replace("a", 8), 3)));
  EXPECT_TRUE(refused("decoder", sequence("decoders", replace("a", 64), 8)));
  // U+FDFA is 18 letters in NFKD, of which four are U+0644.
  const Json decompose = {{"type", "NFKD"}};
  const Json compose = {{"type", "Replace"}, {"pattern", {{"String", "\u0644"}}}, {"content", "\uFDFA"}};
  EXPECT_FALSE(refused("normalizer", sequence("normalizers", {{"type", "NFC"}}, 2)));
  EXPECT_FALSE(refused("normalizer", {{"type", "Sequence"}, {"normalizers", {decompose, compose}}}));
  EXPECT_TRUE(refused("normalizer", {{"type", "Sequence"}, {"normalizers", {decompose, compose, decompose}}}));
  Json piece = {
      {"decoder", {{"type", "Metaspace"}, {"replacement", "▁"}}},
      {"model", {{"type", "BPE"}, {"unk_token", "?"}, {"vocab", {{"?", 0}, {"a", 1}}}, {"merges", Json::array()}}}};
  auto parses = [&](const Json& pre_tokenizer) {
    piece["pre_tokenizer"] = pre_tokenizer;
    return Tokenizer::Parse(DumpJson(piece), "t").ok();
  };
  auto space = [](const char* replacement) {
    return Json{{"type", "Metaspace"}, {"replacement", replacement}, {"split", false}};
  };
  EXPECT_TRUE(parses(space("▁")));
  EXPECT_FALSE(parses(space("    ")));
  EXPECT_FALSE(parses(space(" ")));
  EXPECT_FALSE(parses(sequence("pretokenizers", space("▁"), 2)));
}

TEST(Tokenizer, HostilePatternStaysBounded) {
  Json json = ByteLevel({});
  json["pre_tokenizer"] = {
      {"type", "Sequence"},
      {"pretokenizers",
       {{{"type", "Split"}, {"pattern", {{"Regex", "(a+)+$x|(a|aa)+y"}}}, {"behavior", "Isolated"}},
        {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}}}};
  EXPECT_EQ(Make(json).Encode(std::string(5000, 'a')).size(), 5000u);
}

TEST(Tokenizer, ConcurrentUse) {
  const Tokenizer t = Make(ByteLevel({{"a", "b"}, {"ab", "c"}}));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i)
        if (t.Encode("abc" + std::to_string(i)).front() != 257) ++wrong;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Tokenizer, RefusesMalformedFiles) {
  const Json good = ByteLevel({{"a", "b"}});
  std::vector<std::pair<std::string, Json>> bad;
  auto broken = [&](const std::string& what, const std::string& pointer, const Json& value) {
    Json json = good;
    json[Json::json_pointer(pointer)] = value;
    bad.emplace_back(what, json);
  };
  broken("model missing", "/model", nullptr);
  broken("WordPiece", "/model/type", "WordPiece");
  broken("vocabulary as a list", "/model/vocab", Json::array({"a"}));
  broken("empty vocabulary", "/model/vocab", Json::object());
  broken("empty token", "/model/vocab/", 5000);
  broken("negative id", "/model/vocab/a", -1);
  broken("huge id", "/model/vocab/a", 18446744073709551615u);
  broken("id far beyond the vocabulary", "/model/vocab/a", 2000000000);
  broken("fraction id", "/model/vocab/a", 1.5);
  broken("id twice", "/model/vocab/a", 98);
  broken("merge of unknown tokens", "/model/merges/0", Json::array({"a", "zz"}));
  broken("merge without result", "/model/merges/0", "a c");
  broken("merge of three", "/model/merges/0", "a b c");
  broken("merge as a number", "/model/merges/0", 7);
  broken("merges as an object", "/model/merges", Json::object());
  broken("unknown unk_token", "/model/unk_token", "nope");
  broken("dropout", "/model/dropout", 0.1);
  broken("word prefix", "/model/continuing_subword_prefix", "##");
  broken("pre-tokenizer", "/pre_tokenizer", {{"type", "BertPreTokenizer"}});
  broken("pre-tokenizer as a number", "/pre_tokenizer", 3);
  broken("flag as text", "/pre_tokenizer/use_regex", "yes");
  broken("bad pattern", "/pre_tokenizer",
         {{"type", "Split"}, {"pattern", {{"Regex", "(((["}}}, {"behavior", "Isolated"}});
  broken("pattern with \\C", "/pre_tokenizer",
         {{"type", "Split"}, {"pattern", {{"Regex", "\\C"}}}, {"behavior", "Isolated"}});
  broken("behaviour", "/pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "a"}}}, {"behavior", "Odd"}});
  broken("normalizer", "/normalizer", {{"type", "Precompiled"}});
  broken("endless replacement", "/normalizer", {{"type", "Replace"}, {"pattern", {{"String", ""}}}, {"content", "x"}});
  broken("decoder missing", "/decoder", nullptr);
  broken("decoder", "/decoder", {{"type", "WordPiece"}});
  broken("added tokens as an object", "/added_tokens", {{"a", 1}});
  broken("added token without id", "/added_tokens", {{{"content", "<x>"}}});
  broken("added token with huge id", "/added_tokens", Json::array({Added(1 << 30, "<x>")}));
  Json wraps = Added(300, "<x>");
  wraps["id"] = (uint64_t{1} << 40) + 300;  // 300 in 32 bits
  broken("added token with an id of 41 bits", "/added_tokens", Json::array({wraps}));
  broken("empty added token", "/added_tokens", Json::array({Added(300, "")}));
  broken("added token twice", "/added_tokens", {Added(300, "<x>"), Added(301, "<x>")});
  EXPECT_TRUE(Tokenizer::Parse(DumpJson(good), "t").ok());
  for (const auto& [what, json] : bad) {
    auto result = Tokenizer::Parse(DumpJson(json), "t");
    ASSERT_FALSE(result.ok()) << what;
    EXPECT_EQ(result.error().where.substr(0, 1), "t") << what;
  }
  for (const char* text : {"", "[]", "{", "null", "{\"model\":{\"vocab\":{\"a\":1,\"a\":2},\"merges\":[]}}"})
    EXPECT_FALSE(Tokenizer::Parse(text, "t").ok()) << text;
  EXPECT_EQ(Tokenizer::Load("/nonexistent/tokenizer.json").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace cairn::formats
