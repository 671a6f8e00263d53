// Is an answer right? Normalised exact match and token F1, after SQuAD's scorer (Rajpurkar et al. 2016,
// arXiv:1606.05250), made safe for numbers and single letters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::eval {

// NFKC, lower case, without punctuation and the articles a, an, the, blanks collapsed. Unlike SQuAD's: the point, colon
// and sign inside numbers stay ("3.5", "10:30", "-4"), thousands separators go ("1,200" = "1200"), other punctuation
// parts words, and an article stays where it is the answer itself (last word or before a single letter). A text of
// symbols only stays as it is.
std::string NormaliseAnswer(std::string_view text);

// Whether the answer equals one of the accepted ones, normalised.
bool ExactMatch(std::string_view answer, const std::vector<std::string>& accepted);

// Largest token F1 between the normalised answer and an accepted one: 2 * common / (words of both), 0..1.
double TokenF1(std::string_view answer, const std::vector<std::string>& accepted);

}  // namespace cairn::eval
