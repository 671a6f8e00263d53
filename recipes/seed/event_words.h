// What happens in event passages: verbs with what they are done to, and places, times and reasons. Lists in one string
// are cut at '|'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::seed {

struct EventVerb {
  const char* base;
  const char* past;
  const char* participle;
  const char* objects;      // singular nouns without article; '+' marks plural ones, '~' those that are not counted
  const char* instruments;  // "with ...", may be empty
  const char* partner;      // "to", "from", "for": a person; empty: none
};

const std::vector<EventVerb>& EventVerbs();

// Places with their preposition: those that "where" is answered without (in, at, on) and those that need it.
const std::vector<std::string>& EventPlaces();
const std::vector<std::string>& EventReasons();   // clauses after "because"
const std::vector<std::string>& EventPurposes();  // "to ..."
const std::vector<std::string>& PastTimes();      // of one event: "after the storm"
const std::vector<std::string>& HabitTimes();     // "every evening"
const std::vector<std::string>& Conditions();     // clauses after "if" or "when", for rules
const std::vector<std::string>& Asides();         // sentences that tell nothing one could ask for
const std::vector<std::string>& GroupAgents();    // plural: "the neighbours"

// An object without its mark.
std::string HeadOf(std::string object);
// "in the barn" -> "the barn"; "behind the barn" stays, since the word carries the meaning.
std::string PlaceAnswer(const std::string& place);
// "a|b" -> {"a", "b"}.
std::vector<std::string> CutList(std::string_view list);

}  // namespace cairn::seed
