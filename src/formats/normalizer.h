// The "normalizer" part of tokenizer.json: text to text before it is split.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/unicode.h"

namespace cairn::formats {

// What a row of replacements may do to a text at most. A hostile file could let each multiply what the one before made.
class Growth {
 public:
  // False if replacing pattern by content, after all before, may make a text more than 64 times as long.
  bool Add(std::string_view pattern, std::string_view content);
  bool Add(NormalForm form);  // the same of a normal form

 private:
  bool Multiply(size_t factor);
  size_t factor_ = 1;
};

// NFC, NFD, NFKC, NFKD, Prepend, Replace of a literal string, and sequences of them. Immutable, thread-safe.
class Normalizer {
 public:
  static Result<Normalizer> FromJson(const Json& json, const std::string& where);
  bool empty() const { return steps_.empty(); }
  // REQUIRES well-formed UTF-8.
  std::string Apply(std::string_view text) const;

 private:
  enum class Kind { kForm, kPrepend, kReplace };
  struct Step {
    Kind kind = Kind::kForm;
    NormalForm form = NormalForm::kNfc;
    std::string pattern, content;
  };
  Result<void> Add(const Json& json, const std::string& where);
  std::vector<Step> steps_;
  Growth growth_;
};

// text with each occurrence of pattern replaced by content; pattern must not be empty.
std::string ReplaceAll(std::string_view text, std::string_view pattern, std::string_view content);

// The strings that "pattern": {"String": ...} and plain fields hold; kBadInput if the field is missing or not a string.
Result<std::string> StringField(const Json& object, const char* key, const std::string& where);

}  // namespace cairn::formats
