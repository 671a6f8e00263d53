// The rules by which generated questions are dropped, one function each. A verdict is the reason, or none if the pair
// passes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "synth/prompts.h"

namespace cairn::synth {

using Verdict = std::optional<std::string>;

// Not a question with an answer: empty, several lines, labels or control tokens inside, "I don't know".
Verdict CheckForm(const QuestionAnswer& pair);
// Question of 3 to 40 words, answer of 1 to 30; the question does not hold its own answer (yes and no aside, and
// questions that offer a choice).
Verdict CheckLength(const QuestionAnswer& pair);
// Needs the text to be understood: "When was it built?", "What does the text say about ...?".
Verdict CheckSubject(const QuestionAnswer& pair);
// The answer's words stand in the text, one after another; yes and no always pass.
Verdict CheckSource(const QuestionAnswer& pair, std::string_view passage);

// Whether a reply to AnswerFrom gives the same answer: equal words, leading prepositions aside ("in 1902" - "1902").
bool Confirms(std::string_view reply, std::string_view answer);

bool IsYesNo(std::string_view answer);

}  // namespace cairn::synth
