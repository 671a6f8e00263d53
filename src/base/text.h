// Bytes and characters of text as far as they need no Unicode tables; those are in formats/unicode.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn {

// The letters, digits and white space of ASCII, in every locale.
constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsAsciiLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAsciiLetter(char c) { return IsAsciiUpper(c) || IsAsciiLower(c); }
constexpr bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char AsciiLower(char c) { return IsAsciiUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
std::string AsciiLower(std::string_view text);
// text without IsAsciiSpace at both ends.
std::string_view TrimAscii(std::string_view text);

// A byte that goes on with a character of UTF-8: as many characters as bytes that are none.
constexpr bool IsUtf8Tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

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

}  // namespace cairn
