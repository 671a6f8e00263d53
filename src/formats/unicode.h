// UTF-8 and Unicode helpers of the tokenizers. Character properties and normal forms come from utf8proc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::formats {

// The character at text[at]: its length in bytes if well-formed; otherwise valid is false and length covers the maximal
// ill-formed part (Unicode 15, section 3.9, "U+FFFD substitution of maximal subparts"). REQUIRES at < text.size().
struct Utf8Char {
  size_t length = 1;
  bool valid = false;
};
Utf8Char Utf8At(std::string_view text, size_t at);

bool IsValidUtf8(std::string_view text);
// Each ill-formed part becomes one U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

// The beginning of a text, at most so many bytes; no character is cut in two.
std::string_view Beginning(std::string_view text, size_t bytes);

// The beginning of a text for a message: one line, at most 60 bytes.
std::string Excerpt(std::string_view text);

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
