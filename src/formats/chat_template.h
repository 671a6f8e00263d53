// Chat formats as Jinja text, written and read back, and the literals of any template.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/chat.h"

namespace cairn::formats {

// Pieces of a format are searched for control tokens at every place, so they are short.
inline constexpr size_t kLongestToken = 256, kLongestPiece = 4096;  // bytes

// The families whose own template says all about them; for other formats Template() begins with a comment that does.
std::vector<ChatFormat> PlainChatFormats();

// The format whose Template() text is; nullopt for any other text.
std::optional<ChatFormat> FormatOfTemplate(std::string_view text);

// The quoted strings inside a template's {{ }} and {% %}, in order, escapes resolved. What is no Jinja gives what can
// be read of it. places: where each begins (its quote) and where the text goes on behind it.
using JinjaPlaces = std::vector<std::pair<size_t, size_t>>;
std::vector<std::string> JinjaLiterals(std::string_view text, JinjaPlaces* places = nullptr);
// The literal that begins at text[*at], a quote; *at moves behind it. nullopt if it has no end.
std::optional<std::string> JinjaLiteralAt(std::string_view text, size_t* at);

}  // namespace cairn::formats
