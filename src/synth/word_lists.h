// Built-in words that take the places of others in varied examples, and the kinds of words they are for.
#pragma once

#include <span>
#include <string_view>

namespace cairn::synth {

std::span<const std::string_view> Nouns();        // singular, lower case
std::span<const std::string_view> PluralNouns();  // lower case, ending in s
std::span<const std::string_view> Names();        // invented first names and surnames, capitalised
std::span<const std::string_view> NumberWords();  // one ... twenty
std::span<const std::string_view> Places();       // nouns that numbers follow: gate, room, ...
std::span<const std::string_view> Weekdays();
std::span<const std::string_view> Months();

bool OneOf(std::span<const std::string_view> list, std::string_view word);
bool IsTitle(std::string_view word);  // Mrs, Captain, Uncle, ...: capitalised, but no name

// kNumber has a digit ("9:15", "A4"); kNoun and kPlural are words of the lists; kOther is what is not known.
enum class WordKind { kNumber, kNumberWord, kWeekday, kMonth, kName, kNoun, kPlural, kOther };
WordKind KindOf(std::string_view word);

}  // namespace cairn::synth
