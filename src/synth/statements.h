// Rows that a sentence of a document makes by itself, without a teacher.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "synth/prompts.h"

namespace cairn::synth {

// Does not begin with a word that points back to what was said before.
bool StandsAlone(const std::string& sentence);

// "Complete this sentence: <first half>" -> the rest, cut at the word border next to the middle; none for a sentence of
// fewer than six words.
std::optional<QuestionAnswer> HalfSentence(const std::string& sentence);

// "What is missing? <the sentence with ___>" -> what stood there, for each span that looks like an answer and each
// other phrase behind an article or a preposition, none of them at the sentence's begin. text_around: the passage, as
// for AnswerSpans.
std::vector<QuestionAnswer> GapSentences(const std::string& sentence, const std::string& text_around);

}  // namespace cairn::synth
