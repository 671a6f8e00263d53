#include "base/terminal.h"

#include "base/controls.h"
#include "base/text.h"

namespace cairn {
namespace {

// written: (text, offset), what stands in place of the control there.
template <typename Written>
std::string WithoutControls(std::string_view text, std::string_view allowed, const Written& written) {
  std::string out;
  for (size_t at; (at = FindControl(text, allowed)) != text.npos;) {
    out += text.substr(0, at);
    out += written(text, at);
    text.remove_prefix(at + ControlLength(text, at));
  }
  out += text;
  return out;
}

std::string Cleaned(std::string_view text, std::string_view allowed) {
  if (!IsValidUtf8(text)) return Cleaned(ReplaceInvalidUtf8(text), allowed);  // 0x9B alone is a control, too
  return WithoutControls(text, allowed, [](std::string_view, size_t) { return "\uFFFD"; });
}

}  // namespace

std::string Printable(std::string_view text) { return Cleaned(text, "\n\t"); }
std::string PrintableLine(std::string_view text) { return Cleaned(text, "\t"); }

std::string PrintableJson(const Json& value) {
  // Outside of its strings JSON holds ASCII only, and below U+0020 DumpJson has escaped what it wrote.
  return WithoutControls(DumpJson(value), {},
                         [](std::string_view text, size_t at) { return "\\u" + ControlName(text, at).substr(2); });
}

void SayJson(const Json& value) { Say(stdout, "{}\n", PrintableJson(value)); }

}  // namespace cairn
