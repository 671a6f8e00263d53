// The "decoder" part of tokenizer.json: how tokens become text again.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/normalizer.h"

namespace cairn::formats {

// ByteLevel, Metaspace, and SentencePiece's sequence of Replace, ByteFallback, Fuse and Strip.
class TokenDecoder {
 public:
  static Result<TokenDecoder> FromJson(const Json& json, const std::string& where);
  bool byte_level() const { return byte_level_; }
  // One token's text (bytes already, for byte-level models) after the replacements.
  std::string Text(std::string_view token) const;
  // Removes the blank that the encoder put before the first word.
  std::string StripStart(std::string text) const;

 private:
  Result<void> Add(const Json& json, const std::string& where);
  Result<void> AddStrip(const Json& json, const std::string& where);
  bool byte_level_ = false;
  std::vector<std::pair<std::string, std::string>> replacements_;
  std::string strip_;
  size_t strip_count_ = 0;
  Growth growth_;
};

}  // namespace cairn::formats
