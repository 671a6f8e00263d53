// What people read on standard output and standard error.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace cairn {

// Text of others (a model, a file, a server) with U+FFFD for what controls a terminal or reorders text
// (base/controls.h) and for what is no UTF-8; line breaks and tabs stay.
std::string Printable(std::string_view text);
// The same for what must stay within its line: line breaks, too.
std::string PrintableLine(std::string_view text);
// One line of JSON with \uXXXX for such characters: the same value, whoever reads it.
std::string PrintableJson(const Json& value);

// Prints like fmt::print, made Printable, but never throws: a message that cannot be written (a full disk, a closed
// pipe) must not end the work that it tells about. Whoever needs the output checks std::ferror at the end.
template <typename... T>
void Say(std::FILE* to, fmt::format_string<T...> form, T&&... values) {
  const std::string text = Printable(fmt::format(form, std::forward<T>(values)...));
  std::fwrite(text.data(), 1, text.size(), to);
}

// What --json prints on standard output.
void SayJson(const Json& value);

}  // namespace cairn
