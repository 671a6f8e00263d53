// Small English: capitals, articles, plurals, possessives, number words. ASCII rules only, no locale.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace cairn::seed {

std::string Upper(std::string_view text);
// First letter upper case / lower case.
std::string Capitalised(std::string_view text);
std::string Uncapitalised(std::string_view text);
bool StartsUpper(std::string_view text);
// "an oil", "a coal"; a few spellings that sound otherwise are known ("an hour", "a union").
std::string WithArticle(std::string_view phrase);
std::string Plural(std::string_view noun);
std::string Possessive(std::string_view name);
// "a, b and c".
std::string JoinList(const std::vector<std::string>& items, std::string_view last = " and ");
// The parts in a row. Operands of "+" are evaluated in an order that compilers choose; those of a list are not, so
// every text with two draws in it is written with Cat.
std::string Cat(std::initializer_list<std::string_view> parts);
std::string Join(const std::vector<std::string>& items, std::string_view separator);
std::vector<std::string> Words(std::string_view text);
// 0..9999 in words: "forty-two", "three hundred and five".
std::string NumberWord(int number);
std::string Ordinal(int number);  // "1st", "22nd"
bool Contains(std::string_view text, std::string_view part);
bool IsVowel(char c);
// One stands in the other as whole words, so that they could be taken for each other: "green" and "light green".
bool ContainEachOther(std::string_view a, std::string_view b);
// The sentences in a row, with a new paragraph before sentence `cut`; 0: none.
std::string Paragraphs(const std::vector<std::string>& sentences, size_t cut);
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);

// Fills "{slot}" in a form with values, and puts a capital in front. Unknown slots stay, so a test can see them.
using Slots = std::vector<std::pair<std::string_view, std::string_view>>;
std::string Fill(std::string_view form, const Slots& slots);

// "wash" -> "washes", "carry" -> "carries", "go" -> "goes", "dig up" -> "digs up".
std::string ThirdPerson(const std::string& base);
// "keeps bees" -> "keep bees", "is" -> "am", "never goes" -> "never go": a third-person verb phrase for "I".
// Empty when the first word is not one of the verbs that the rules know.
std::string VerbForI(std::string_view verb_phrase);

bool IsYesNo(std::string_view answer);
// What two answers have in common when case, punctuation and articles do not count.
std::string Normalised(std::string_view text);
// The words that carry a meaning, in lower case and without marks or endings: "Where does Ann sleep?" -> ann, slee.
std::set<std::string> MeaningStems(const std::string& text);
// Token F1 of two normalised texts, in thousandths.
int TokenF1(std::string_view a, std::string_view b);
uint32_t StableHash(std::string_view text);

}  // namespace cairn::seed
