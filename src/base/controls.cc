#include "base/controls.h"

#include <fmt/format.h>

namespace cairn {
namespace {

unsigned Byte(std::string_view text, size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0; }

// The code point at text[at], if it is one of the controls; else a printable one. The lead bytes of the longer ones
// begin no other character, so ill-formed text cannot hide them.
unsigned CodePoint(std::string_view text, size_t at) {
  const unsigned a = Byte(text, at), b = Byte(text, at + 1), c = Byte(text, at + 2);
  if (a < 0x80) return a;
  if (a == 0xC2 && b >= 0x80 && b < 0xC0) return b;
  if (a == 0xE2 && (b == 0x80 || b == 0x81) && c >= 0x80 && c < 0xC0) return 0x2000 + ((b & 0x3F) << 6) + (c & 0x3F);
  return 'x';
}

}  // namespace

size_t ControlLength(std::string_view text, size_t at) {
  const unsigned code = CodePoint(text, at);
  if (code < 0x20 || code == 0x7F) return 1;
  if (code >= 0x80 && code < 0xA0) return 2;
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ? 3 : 0;
}

size_t FindControl(std::string_view text, std::string_view allowed) {
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t length = ControlLength(text, at);
    if (length > 0 && allowed.find(text.substr(at, length)) == allowed.npos) return at;
  }
  return text.npos;
}

std::string ControlName(std::string_view text, size_t at) { return fmt::format("U+{:04X}", CodePoint(text, at)); }

}  // namespace cairn
