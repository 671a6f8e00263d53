// Other words of the same kind for the words of a copied piece.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/philox.h"

namespace cairn::synth {

// What stands beside a piece; lower case, empty if it is not a word right beside it.
struct Neighbours {
  std::string before, after;
};

// "an" stands before the word rather than "a".
bool TakesAn(std::string_view word);

// Whether `filler` may stand for `other` as far as the words around it agree in number: "two cats" not for "one cat".
bool SameNumber(std::string_view filler, std::string_view other, const Neighbours& neighbours);

// The largest number word that stands for other number words of these fillers: 12 or 20.
size_t LargestNumberWord(const std::vector<std::string>& fillers);

// `filler` with some words exchanged: names for invented ones, numbers and times for others of the same form, days,
// months, listed nouns for others; other words stay, and so does the form: case, "a" or "an", possessives.
// Lower-case words of `taken` are not used; those that are used are added.
std::string VaryFiller(std::string_view filler, const Neighbours& neighbours, size_t largest_number_word,
                       std::set<std::string>& taken, RandomStream& random);

}  // namespace cairn::synth
