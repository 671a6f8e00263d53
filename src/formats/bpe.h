// Byte-pair merging: the "model" part of tokenizer.json.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/text_hash.h"
#include "formats/tokenizer.h"

namespace cairn::formats {

// Immutable after FromJson, so concurrent use is safe.
class BpeModel {
 public:
  // byte_level: the vocabulary is written in GPT-2's byte alphabet, and words are split into bytes; otherwise words are
  // split into characters, with <0xNN> tokens for the unknown ones if the model has byte_fallback. No merge yields a
  // token of `special`.
  static Result<BpeModel> FromJson(const Json& model, bool byte_level, const std::unordered_set<TokenId>& special,
                                   const std::string& where);

  // Appends the tokens of one pre-token. Merges go by rank, then leftmost: Sennrich et al. 2016, arXiv:1508.07909.
  // Time n log n.
  void EncodeWord(std::string_view word, std::vector<TokenId>* out) const;

  // Bytes of each token by id; empty for ids that the vocabulary leaves out. Outside byte-level models a <0xNN> token
  // is its text here.
  const std::vector<std::string>& tokens() const { return tokens_; }
  // For models with byte_fallback: the byte of a <0xNN> token, -1 for others. REQUIRES 0 <= id < tokens().size().
  int FallbackByte(TokenId id) const;

 private:
  struct Merge {
    int32_t rank = 0;
    TokenId id = 0;
  };
  Result<void> ReadVocab(const Json& vocab, const std::string& where);
  Result<void> ReadMerges(const Json& merges, const std::unordered_set<TokenId>& special, const std::string& where);
  void AppendUnits(std::string_view word, std::vector<TokenId>* units) const;
  const Merge* FindMerge(TokenId left, TokenId right) const;

  bool byte_level_ = false, byte_fallback_ = false, fuse_unk_ = false, ignore_merges_ = false;
  TokenId unk_ = -1;
  std::vector<std::string> tokens_;
  TextMap<TokenId> ids_;    // as written in the file; emptied once merges are read
  TextMap<TokenId> words_;  // by bytes: units, and whole words for ignore_merges
  std::unordered_map<uint64_t, Merge, NumberHash> merges_;
  std::array<TokenId, 256> byte_ids_{};
};

}  // namespace cairn::formats
