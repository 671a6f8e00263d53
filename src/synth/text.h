// Words of English text as synthesis compares them. Everything here is a pure function of well-formed UTF-8; ill-formed
// bytes count as separators.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace cairn::synth {

// A word as it stands in a text: letters and digits with single inner apostrophes, hyphens, and between digits also
// '.', ',' and ':' ("Rooke's", "twenty-one", "2,300", "9:15", "3.5").
struct Token {
  size_t begin = 0, end = 0;  // bytes
  std::string_view In(std::string_view text) const { return text.substr(begin, end - begin); }
};
std::vector<Token> Tokenise(std::string_view text);

std::string Lower(std::string_view text);
std::string Upper(std::string_view text);
// First letter upper case, the rest as it is.
std::string Capitalised(std::string_view text);
bool StartsUpper(std::string_view word);
bool StartsWithDigit(std::string_view word);
// The first character (not byte) of a word.
std::string_view FirstCharacter(std::string_view word);
// Without white space at both ends; inner runs of white space become one space.
std::string Squeeze(std::string_view text);

// Comparison form: NFKC, lower case, words only, without articles and possessive endings; "nine" is "9", "2,300" is
// "2300". "The Red Fox's den." -> {"red", "fox", "den"}.
std::vector<std::string> Words(std::string_view text);
// Words joined by single spaces: two answers are the same when these are.
std::string Normalised(std::string_view text);

// Whether `needle` occurs in `haystack` as consecutive words. An empty needle does not.
bool ContainsWords(const std::vector<std::string>& haystack, const std::vector<std::string>& needle);

bool IsArticle(std::string_view word);          // lower-case words: a, an, the
bool IsPreposition(std::string_view word);      // lower-case words: those that may lead an answer, "in 1902"
bool IsPersonalPronoun(std::string_view word);  // it, he, she, they and their forms, any case
// A word that points back to something said before: pronouns, "this", "these", "that", "those", "both".
bool PointsBack(std::string_view word);
// Articles, prepositions, auxiliaries, question words: words that carry no fact.
bool IsFunctionWord(std::string_view word);

}  // namespace cairn::synth
