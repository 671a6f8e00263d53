#include "eval/text_score.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <map>

#include "formats/unicode.h"

namespace cairn::eval {
namespace {

std::vector<int32_t> LowerCase(std::string_view text) {
  std::string clean = formats::NormalizeUnicode(formats::NormalForm::kNfkc, ReplaceInvalidUtf8(text));
  std::vector<int32_t> out;
  for (size_t at = 0; at < clean.size(); at += Utf8At(clean, at).length)
    out.push_back(utf8proc_tolower(static_cast<int32_t>(formats::CodePointAt(clean, at))));
  return out;
}

void AppendUtf8(int32_t c, std::string& out) {
  utf8proc_uint8_t bytes[4];
  auto n = utf8proc_encode_char(c, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n));
}

bool IsDigit(int32_t c) { return c >= '0' && c <= '9'; }

bool IsPunctuation(int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
      return true;
    default:
      return false;
  }
}

// What becomes of the punctuation at text[i].
enum class Fate { kKeep, kDrop, kBlank };
Fate FateOf(const std::vector<int32_t>& text, size_t i) {
  auto at = [&](size_t j) { return j < text.size() ? text[j] : 0; };
  int32_t c = text[i], before = i > 0 ? text[i - 1] : 0, after = at(i + 1);
  bool in_number = IsDigit(before) && IsDigit(after);
  if ((c == '.' || c == ':') && in_number) return Fate::kKeep;
  bool sign = c == '-' || c == 0x2212;  // hyphen, minus
  if (sign && IsDigit(after) && (i == 0 || formats::IsSpace(static_cast<uint32_t>(before)) || before == '('))
    return Fate::kKeep;
  if (c == ',' && in_number) {
    bool three = IsDigit(at(i + 2)) && IsDigit(at(i + 3)) && !IsDigit(at(i + 4));
    return three ? Fate::kDrop : Fate::kBlank;
  }
  if (c == '.' || c == '\'' || c == 0x2019 || c == 0x2018) return Fate::kDrop;  // U.S.A., don't
  return Fate::kBlank;
}

std::vector<std::string> SplitWords(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool OneCharacter(const std::string& word) { return Utf8At(word, 0).length == word.size(); }

// Words of text, with punctuation handled or, if that leaves nothing, untouched.
std::vector<std::string> Words(const std::vector<int32_t>& text, bool keep_punctuation) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (formats::IsSpace(static_cast<uint32_t>(text[i]))) {
      out += ' ';
    } else if (keep_punctuation || !IsPunctuation(text[i])) {
      AppendUtf8(text[i], out);
    } else {
      Fate fate = FateOf(text, i);
      if (fate == Fate::kBlank) out += ' ';
      if (fate == Fate::kKeep) AppendUtf8(text[i] == 0x2212 ? '-' : text[i], out);
    }
  }
  return SplitWords(out);
}

std::vector<std::string> NormalWords(std::string_view answer) {
  std::vector<int32_t> text = LowerCase(answer);
  std::vector<std::string> words = Words(text, false), kept;
  if (words.empty()) words = Words(text, true);
  for (size_t i = 0; i < words.size(); ++i) {
    bool article = words[i] == "a" || words[i] == "an" || words[i] == "the";
    bool stands_for_itself = i + 1 == words.size() || OneCharacter(words[i + 1]);
    if (!article || stands_for_itself) kept.push_back(words[i]);
  }
  return kept;
}

double F1(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  std::map<std::string, int> left;
  for (const std::string& word : b) ++left[word];
  size_t common = 0;
  for (const std::string& word : a)
    if (left[word]-- > 0) ++common;
  return 2 * static_cast<double>(common) / static_cast<double>(a.size() + b.size());
}

}  // namespace

std::string NormaliseAnswer(std::string_view text) {
  std::string out;
  for (const std::string& word : NormalWords(text)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

bool ExactMatch(std::string_view answer, const std::vector<std::string>& accepted) {
  std::vector<std::string> words = NormalWords(answer);
  if (words.empty()) return false;  // saying nothing is never right
  return std::any_of(accepted.begin(), accepted.end(), [&](const auto& text) { return NormalWords(text) == words; });
}

double TokenF1(std::string_view answer, const std::vector<std::string>& accepted) {
  std::vector<std::string> words = NormalWords(answer);
  double best = 0;
  if (words.empty()) return 0;
  for (const std::string& text : accepted) best = std::max(best, F1(words, NormalWords(text)));
  return best;
}

}  // namespace cairn::eval
