#include "base/terminal.h"

#include "base/controls.h"

namespace cairn {
namespace {

std::string Cleaned(std::string_view text, std::string_view allowed) {
  std::string out;
  for (size_t at; (at = FindControl(text, allowed)) != text.npos;) {
    out += text.substr(0, at);
    out += "\uFFFD";
    text.remove_prefix(at + ControlLength(text, at));
  }
  out += text;
  return out;
}

}  // namespace

std::string Printable(std::string_view text) { return Cleaned(text, "\n\t"); }
std::string PrintableLine(std::string_view text) { return Cleaned(text, "\t"); }

std::string PrintableJson(const Json& value) {
  std::string out;
  const std::string json = DumpJson(value);
  std::string_view text = json;
  // Outside of its strings JSON holds ASCII only, and below U+0020 DumpJson has escaped what it wrote.
  for (size_t at; (at = FindControl(text)) != text.npos;) {
    out += text.substr(0, at);
    out += "\\u" + ControlName(text, at).substr(2);
    text.remove_prefix(at + ControlLength(text, at));
  }
  out += text;
  return out;
}

void SayJson(const Json& value) { Say(stdout, "{}\n", PrintableJson(value)); }

}  // namespace cairn
