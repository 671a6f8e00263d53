// Parts of a sentence that look like answers: numbers with what they count, times, dates, names, quoted terms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::synth {

// In order of appearance, each once. A capitalised first word counts only as part of a longer name, or if
// `text_around` has it capitalised inside a sentence.
std::vector<std::string> AnswerSpans(std::string_view sentence, std::string_view text_around);

}  // namespace cairn::synth
