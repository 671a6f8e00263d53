// Llama 3's tokenizer, built from its rank file, against tiktoken's ids.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <climits>
#include <sstream>
#include <unordered_map>

#include "base/file.h"
#include "base/json.h"
#include "base/testing.h"
#include "formats/tokenizer.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

const char kLlama3Pattern[] =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

std::string FromBase64(const std::string& text) {
  std::string out(text.size(), '\0');
  int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                          reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  CAIRN_CHECK(n >= 0);
  out.resize(static_cast<size_t>(n) - static_cast<size_t>(std::count(text.begin(), text.end(), '=')));
  return out;
}

using Ranks = std::unordered_map<std::string, int>;

// The two tokens that merge into `token`: what is left of its bytes after all merges of lower rank.
std::pair<std::string, std::string> PartsOf(const Ranks& ranks, const std::string& token, int rank) {
  std::vector<std::string> parts;
  for (char c : token) parts.emplace_back(1, c);
  while (parts.size() > 2) {
    int best = INT_MAX;
    size_t at = 0;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found != ranks.end() && found->second < best) {
        best = found->second;
        at = i;
      }
    }
    if (best >= rank) return {};
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  return {parts[0], parts[1]};
}

std::string TokenizerFromRanks(const std::string& text) {
  Ranks ranks;
  std::vector<std::string> tokens;
  std::istringstream lines(text);
  std::string base64;
  for (int rank; lines >> base64 >> rank;) {
    tokens.push_back(FromBase64(base64));
    ranks[tokens.back()] = rank;
  }
  Json vocab = Json::object(), merges = Json::array();
  for (const std::string& token : tokens) {
    vocab[ToByteAlphabet(token)] = ranks[token];
    if (token.size() < 2) continue;
    auto [left, right] = PartsOf(ranks, token, ranks[token]);
    if (!left.empty()) merges.push_back(Json::array({ToByteAlphabet(left), ToByteAlphabet(right)}));
  }
  Json split = {{"type", "Split"}, {"pattern", {{"Regex", kLlama3Pattern}}}, {"behavior", "Isolated"}};
  Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  Json special = {{"id", 128000}, {"content", "<|begin_of_text|>"}, {"special", true}, {"normalized", false}};
  Json end = {{"id", 128001}, {"content", "<|end_of_text|>"}, {"special", true}, {"normalized", false}};
  return DumpJson({{"added_tokens", {special, end}},
                   {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {split, bytes}}}},
                   {"decoder", {{"type", "ByteLevel"}}},
                   {"model", {{"type", "BPE"}, {"ignore_merges", true}, {"vocab", vocab}, {"merges", merges}}}});
}

TEST(TokenizerConformance, Llama3AgreesWithTiktoken) {
  std::string folder = ConformanceFile("tokenizer/llama3/");
  if (!PathExists(folder)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = Tokenizer::Parse(TokenizerFromRanks(ReadFile(folder + "tokenizer.model").value()), "llama3").value();
  Json rows = ReadJsonFile(folder + "tiktoken_expected.json").value();
  ASSERT_GT(rows.size(), 100u);
  for (const Json& row : rows) {
    std::string text = row["text"].get<std::string>();
    std::vector<TokenId> plain = row["ids_plain"].get<std::vector<TokenId>>();
    EXPECT_EQ(t.Encode(text), plain) << text;
    EXPECT_EQ(t.Decode(plain), text);
  }
}

}  // namespace
}  // namespace cairn::formats
