#include "formats/unicode.h"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <unordered_map>

namespace cairn::formats {

void AppendUtf8(uint32_t code_point, std::string* out) {
  utf8proc_uint8_t buffer[4];
  utf8proc_ssize_t n = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), buffer);
  out->append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(n));
}

namespace {

// Visible Latin-1 characters stand for themselves; the other bytes take U+0100, U+0101, ... in byte order.
struct Alphabet {
  std::array<std::string, 256> text;
  std::unordered_map<uint32_t, uint8_t> byte;
  Alphabet() {
    uint32_t next = 256;
    for (uint32_t b = 0; b < 256; ++b) {
      bool visible = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      uint32_t code_point = visible ? b : next++;
      AppendUtf8(code_point, &text[b]);
      byte[code_point] = static_cast<uint8_t>(b);
    }
  }
};

const Alphabet& TheAlphabet() {
  static const Alphabet alphabet;
  return alphabet;
}

}  // namespace

uint32_t CodePointAt(std::string_view text, size_t at) {
  utf8proc_int32_t code_point = 0xFFFD;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                   static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
  return code_point < 0 ? 0xFFFD : static_cast<uint32_t>(code_point);
}

bool IsSpace(uint32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D);
  if (c == 0x85) return true;
  utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool IsBlank(uint32_t c) { return IsSpace(c) || (c >= 0x1C && c <= 0x1F); }

std::string_view TrimStart(std::string_view text, bool (*kind)(uint32_t)) {
  while (!text.empty() && Utf8At(text, 0).valid && kind(CodePointAt(text, 0)))
    text.remove_prefix(Utf8At(text, 0).length);
  return text;
}

std::string_view TrimEnd(std::string_view text, bool (*kind)(uint32_t)) {
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && IsUtf8Tail(text[start])) --start;
    Utf8Char last = Utf8At(text, start);
    if (!last.valid || start + last.length != text.size() || !kind(CodePointAt(text, start))) break;
    text = text.substr(0, start);
  }
  return text;
}

bool IsWordChar(uint32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return false;
  }
}

std::string NormalizeUnicode(NormalForm form, std::string_view text) {
  int options = UTF8PROC_STABLE;
  bool compose = form == NormalForm::kNfc || form == NormalForm::kNfkc;
  options |= compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  if (form == NormalForm::kNfkc || form == NormalForm::kNfkd) options |= UTF8PROC_COMPAT;
  utf8proc_uint8_t* buffer = nullptr;
  utf8proc_ssize_t n =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &buffer, static_cast<utf8proc_option_t>(options));
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(buffer, &std::free);
  if (n < 0) return std::string(text);
  return std::string(reinterpret_cast<const char*>(buffer), static_cast<size_t>(n));
}

std::string ToByteAlphabet(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += TheAlphabet().text[static_cast<uint8_t>(c)];
  return out;
}

std::optional<std::string> FromByteAlphabet(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    Utf8Char c = Utf8At(text, i);
    if (!c.valid) return std::nullopt;
    auto found = TheAlphabet().byte.find(CodePointAt(text, i));
    if (found == TheAlphabet().byte.end()) return std::nullopt;
    out.push_back(static_cast<char>(found->second));
    i += c.length;
  }
  return out;
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kLongest = 60;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = Utf8At(text, at);
    if (out.size() + c.length > kLongest) return out + "...";
    if (c.valid && IsSpace(CodePointAt(text, at)))
      out.push_back(' ');
    else
      out.append(text.substr(at, c.length));
    at += c.length;
  }
  return out;
}

}  // namespace cairn::formats
