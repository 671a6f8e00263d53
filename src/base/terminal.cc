#include "base/terminal.h"

namespace cairn {
namespace {

std::string Cleaned(std::string_view text, std::string_view allowed) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if ((c < 0x20 && allowed.find(text[i]) == allowed.npos) || c == 0x7F || c1) {
      out += "\uFFFD";
      i += c1;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string Printable(std::string_view text) { return Cleaned(text, "\n\t"); }
std::string PrintableLine(std::string_view text) { return Cleaned(text, "\t"); }

}  // namespace cairn
