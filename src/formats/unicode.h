// Unicode as tokenizers and comparisons need it, with properties and normal forms from utf8proc. UTF-8 itself is in
// base/text.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace cairn::formats {

// The beginning of a text for a message: one line, at most 60 bytes.
std::string Excerpt(std::string_view text);

// Appends a code point up to U+10FFFF that is no surrogate.
void AppendUtf8(uint32_t code_point, std::string* out);
// The code point that starts at text[at]. REQUIRES well-formed UTF-8.
uint32_t CodePointAt(std::string_view text, size_t at);
bool IsSpace(uint32_t code_point);     // White_Space
bool IsWordChar(uint32_t code_point);  // letter, mark, digit or connector, as \w
bool IsBlank(uint32_t code_point);     // what Python's str.strip() takes away: White_Space and four separators
// text without the characters of a kind (IsSpace, IsBlank) at its start or end.
std::string_view TrimStart(std::string_view text, bool (*kind)(uint32_t));
std::string_view TrimEnd(std::string_view text, bool (*kind)(uint32_t));

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };
// REQUIRES well-formed UTF-8; a text that utf8proc refuses (too long) is returned unchanged.
std::string NormalizeUnicode(NormalForm form, std::string_view text);

// GPT-2's printable alphabet for bytes: each byte is one visible character ("Ġ" is the space), so that a vocabulary of
// byte strings can be written as JSON text.
std::string ToByteAlphabet(std::string_view bytes);
// The inverse; nullopt if a character is not of the alphabet.
std::optional<std::string> FromByteAlphabet(std::string_view text);

}  // namespace cairn::formats
