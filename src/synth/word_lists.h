// Built-in words that take the places of others in varied examples.
#pragma once

#include <span>
#include <string_view>

namespace cairn::synth {

std::span<const std::string_view> Nouns();        // singular, lower case
std::span<const std::string_view> PluralNouns();  // lower case, ending in s
std::span<const std::string_view> Names();        // invented first names and surnames, capitalised
std::span<const std::string_view> NumberWords();  // two ... twenty
std::span<const std::string_view> Weekdays();
std::span<const std::string_view> Months();

}  // namespace cairn::synth
