// Invented names. A stable hash puts every name into one of two worlds: four in five may occur in training text, the
// rest only in held-out items.
#pragma once

#include <string>
#include <string_view>

#include "draw.h"

namespace cairn::seed {

enum class Split { kTraining, kHeldOut };

// Which world a name (one word or the core of a longer name) belongs to.
Split SplitOf(std::string_view name);

// Draws until the word belongs to the split; the bound is never met in practice and keeps the function total.
template <typename Make>
std::string DrawInSplit(Split split, Make make) {
  std::string word = make();
  for (int i = 0; i < 200 && SplitOf(word) != split; ++i) word = make();
  return word;
}

// A word that nobody has used, in lower case.
std::string DrawInventedWord(Draw& draw, Split split);

enum class Gender { kHe, kShe };
struct Person {
  std::string first, last;
  Gender gender = Gender::kHe;
  std::string full() const { return first + " " + last; }
};

Person DrawPerson(Draw& draw, Split split);
std::string DrawFirstName(Draw& draw, Split split, Gender* gender);
std::string DrawSurname(Draw& draw, Split split);
std::string DrawPlace(Draw& draw, Split split);
std::string DrawRegion(Draw& draw, Split split);
std::string DrawRiver(Draw& draw, Split split);
std::string DrawStreet(Draw& draw, Split split);
std::string DrawCompany(Draw& draw, Split split);
std::string DrawShop(Draw& draw, Split split);
std::string DrawSchool(Draw& draw, Split split);
std::string DrawTeam(Draw& draw, Split split);
std::string DrawShip(Draw& draw, Split split);
std::string DrawTitle(Draw& draw, Split split);  // of a book or song
std::string DrawPetName(Draw& draw, Split split);
std::string DrawClub(Draw& draw, Split split);
std::string DrawAward(Draw& draw, Split split);

}  // namespace cairn::seed
