// Byte-pair tokenizers in Hugging Face's tokenizer.json: byte-level BPE (GPT-2, Llama 3, Qwen 2, SmolLM, Granite 3, our
// seed) and SentencePiece-style BPE with byte fallback (Llama 2, Mistral), with added and special tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::formats {

using TokenId = int32_t;

class Tokenizer {
 public:
  // text: the contents of tokenizer.json; where: its path for messages. kUnsupported names the part that cairn does not
  // do.
  static Result<Tokenizer> Parse(std::string_view text, const std::string& where);
  static Result<Tokenizer> Load(const std::string& path);
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Tokens of plain text. Special tokens written in the text ("<|end|>") are treated as ordinary characters: text that
  // people contribute must not be able to forge control tokens. No BOS is added. first: nothing stands before the text
  // (Metaspace's prepend_scheme "first").
  std::vector<TokenId> Encode(std::string_view text, bool first = true) const;
  // As Hugging Face encodes with add_special_tokens=False: special tokens in the text become their ids. For conformance
  // and templates.
  std::vector<TokenId> EncodeWithSpecial(std::string_view text) const;
  // Bytes of the tokens; special tokens are left out unless keep_special. Invalid UTF-8 becomes U+FFFD.
  std::string Decode(std::span<const TokenId> ids, bool keep_special = false) const;
  // Raw bytes of one token (may be part of a character), for streaming.
  std::string TokenBytes(TokenId id) const;
  std::optional<TokenId> SpecialId(std::string_view token) const;  // id of an added token such as "<|end|>"
  // Whether an added token swallows the white space before or after it (Phi 3's do).
  bool SwallowsBefore(TokenId id) const;
  bool SwallowsAfter(TokenId id) const;
  int vocab_size() const;           // largest id + 1
  int text_vocab_size() const;      // the same of the ids that Encode gives: added tokens may lie beyond
  const std::string& json() const;  // the text it was parsed from, for copying into a release

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::formats
