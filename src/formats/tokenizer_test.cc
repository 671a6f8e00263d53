#include "formats/tokenizer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/json.h"

namespace cairn::formats {
namespace {

std::string Conformance(const std::string& path) {
  return std::string(CAIRN_SOURCE_DIR) + "/../shared/conformance/" + path;
}

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
  std::string folder = Conformance("tokenizer/gpt2/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Load(folder + "tokenizer.json").value();
  EXPECT_EQ(t.vocab_size(), 50257);
  Json rows = ReadJsonFile(folder + "hf_rust_expected.json").value();
  ASSERT_GT(rows.size(), 100u);
  CheckVectors(t, rows, "ids_no_special", {}, true, true);
}

TEST(TokenizerConformance, Granite7bLab) {
  std::string folder = Conformance("tokenizer/granite-7b-lab/");
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
  std::string folder = Conformance("hf/stories260K/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Load(folder + "tokenizer.json").value();
  CheckVectors(t, ReadJsonFile(folder + "hf_rust_expected.json").value(), "ids", {1}, true, false);
}

}  // namespace
}  // namespace cairn::formats
