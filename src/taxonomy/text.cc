#include "taxonomy/text.h"

#include <utf8proc.h>

#include "base/controls.h"
#include "formats/unicode.h"
#include "formats/yaml.h"

namespace cairn::taxonomy {
namespace {

void AppendLower(uint32_t code_point, std::string* out) {
  utf8proc_uint8_t bytes[4];
  auto n = utf8proc_encode_char(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point)), bytes);
  out->append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n));
}

std::string Fold(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); at += Utf8At(text, at).length)
    AppendLower(formats::CodePointAt(text, at), &out);
  return out;
}

}  // namespace

Result<void> CheckReadable(std::string_view bytes, const std::string& what, const std::string& file) {
  auto where = [&](size_t at) { return formats::YamlWhere(file, formats::PositionAt(bytes, at)); };
  for (size_t at = 0; at < bytes.size();) {
    Utf8Char c = Utf8At(bytes, at);
    if (!c.valid) return BadInput(what + " is not UTF-8 text; save it with the encoding UTF-8", where(at));
    at += c.length;
  }
  if (size_t at = FindControl(bytes, "\n\t\r\f\u0085"); at != bytes.npos)
    return BadInput(what + " holds a control character (" + ControlName(bytes, at) + "); remove it", where(at));
  return {};
}

std::string_view Trim(std::string_view text) {
  return formats::TrimEnd(formats::TrimStart(text, formats::IsSpace), formats::IsSpace);
}

std::string NormalizeQuestion(std::string_view text, bool fold_case) {
  std::string plain = formats::NormalizeUnicode(formats::NormalForm::kNfkc, Trim(text));
  if (fold_case) plain = Fold(plain);
  std::string out;
  for (size_t at = 0; at < plain.size();) {
    size_t length = Utf8At(plain, at).length;
    if (formats::IsSpace(formats::CodePointAt(plain, at))) {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.append(plain, at, length);
    }
    at += length;
  }
  while (!out.empty() && std::string_view(" ?.!").find(out.back()) != std::string_view::npos) out.pop_back();
  return out;
}

std::string WordsOnly(std::string_view text) {
  std::string plain = formats::NormalizeUnicode(formats::NormalForm::kNfkc, text);
  std::string out = " ";
  for (size_t at = 0; at < plain.size();) {
    uint32_t code_point = formats::CodePointAt(plain, at);
    if (formats::IsWordChar(code_point) && code_point != '_') {
      AppendLower(code_point, &out);
    } else if (out.back() != ' ') {
      out.push_back(' ');
    }
    at += Utf8At(plain, at).length;
  }
  if (out.back() != ' ') out.push_back(' ');
  return out;
}

std::string FoldText(std::string_view text) {
  return Fold(formats::NormalizeUnicode(formats::NormalForm::kNfkc, text));
}

size_t CountWords(std::string_view text) {
  size_t words = 0;
  bool inside = false;
  for (size_t at = 0; at < text.size(); at += Utf8At(text, at).length) {
    bool space = formats::IsSpace(formats::CodePointAt(text, at));
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

}  // namespace cairn::taxonomy
