#include "formats/text_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "formats/unicode.h"

namespace cairn::formats {
namespace {

constexpr size_t kMaxPattern = size_t{1} << 16;
constexpr size_t kMostSteps = 1'000'000;
constexpr uint32_t kHeapLimitKiB = 1 << 16;

// PCRE2's steps back for one match. Real patterns need a few for each character of a run of blanks, and tens else.
uint32_t MatchLimit(std::string_view text) {
  return static_cast<uint32_t>(std::min(kMostSteps, 10'000 + 16 * text.size()));
}

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* p) const { Free(p); }
};
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<pcre2_compile_context, pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context, pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data, pcre2_match_data_free>>;

std::vector<TextRange> FindLiteral(std::string_view text, const std::string& literal) {
  std::vector<TextRange> found;
  if (literal.empty()) return found;
  for (size_t at = text.find(literal); at != std::string_view::npos; at = text.find(literal, at + literal.size()))
    found.push_back({at, at + literal.size()});
  return found;
}

}  // namespace

void TextPattern::Deleter::operator()(void* code) const { pcre2_code_free(static_cast<pcre2_code*>(code)); }

Result<TextPattern> TextPattern::Compile(const std::string& pattern, const std::string& where) {
  if (pattern.size() > kMaxPattern) return BadInput("the pattern is longer than 64 kB", where);
  CompileContext context(pcre2_compile_context_create(nullptr));
  CAIRN_CHECK(context != nullptr);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &offset, context.get());
  if (code == nullptr) {
    PCRE2_UCHAR text[256] = {};
    pcre2_get_error_message(error, text, sizeof text);
    return BadInput("the regular expression \"" + pattern.substr(0, 200) + "\" is wrong at byte " +
                        std::to_string(offset) + ": " + reinterpret_cast<const char*>(text),
                    where);
  }
  TextPattern result;
  result.code_.reset(code);
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without it the interpreter gives the same matches
  return result;
}

TextPattern TextPattern::Literal(const std::string& text) {
  TextPattern result;
  result.literal_ = text;
  return result;
}

std::vector<TextRange> TextPattern::FindAll(std::string_view text) const {
  if (!code_) return FindLiteral(text, literal_);
  auto* code = static_cast<pcre2_code*>(code_.get());
  MatchContext context(pcre2_match_context_create(nullptr));
  MatchData data(pcre2_match_data_create(1, nullptr));
  CAIRN_CHECK(context != nullptr && data != nullptr);
  pcre2_set_match_limit(context.get(), MatchLimit(text));
  pcre2_set_heap_limit(context.get(), kHeapLimitKiB);
  auto subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  std::vector<TextRange> found;
  size_t at = 0;
  while (at < text.size()) {
    int rc = pcre2_match(code, subject, text.size(), at, PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
      rc = pcre2_match(code, subject, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data.get(), context.get());
    if (rc < 0) break;  // no match, or a limit
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data.get());
    TextRange match{bounds[0], bounds[1]};
    // \K inside a lookaround can put the ends in the wrong order.
    if (match.begin < at || match.end < match.begin) break;
    if (match.end > match.begin) {
      found.push_back(match);
      at = match.end;
      continue;
    }
    if (match.begin >= text.size()) break;
    bool touches_last = !found.empty() && found.back().end == match.begin;
    if (!touches_last) found.push_back(match);  // an empty match is a place to cut
    at = match.begin + Utf8At(text, match.begin).length;
  }
  return found;
}

}  // namespace cairn::formats
