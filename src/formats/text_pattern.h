// Regular expressions of tokenizers, through PCRE2: UTF-8, Unicode classes, just-in-time compiled, with limits against
// hostile patterns.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::formats {

// Half-open range of bytes.
struct TextRange {
  size_t begin = 0, end = 0;
};

// Thread-safe once compiled.
class TextPattern {
 public:
  // As Oniguruma's Ruby syntax, which tokenizer.json uses: ^ and $ match at lines. Patterns of up to 64 kB.
  static Result<TextPattern> Compile(const std::string& pattern, const std::string& where);
  static TextPattern Literal(const std::string& text);

  // Non-overlapping matches from left to right. REQUIRES well-formed UTF-8. A match that would exceed the step limit
  // ends the search: the rest of the text counts as unmatched, so time stays bounded for any pattern.
  std::vector<TextRange> FindAll(std::string_view text) const;

 private:
  struct Deleter {
    void operator()(void* code) const;
  };
  TextPattern() = default;
  std::unique_ptr<void, Deleter> code_;  // null for a literal
  std::string literal_;
};

}  // namespace cairn::formats
