// Copies of spans: answers of constant words with slots between them, each slot a run of words of the question.
#pragma once

#include <vector>

#include "synth/copy_rule.h"

namespace cairn::synth {

// Constants are the tokens (words, punctuation) that all answers have, in order; a slot is what stands between two.
// Where a slot's text stands in the question is found for each seed alone, so the questions may be worded in several
// ways. Seeds with different numbers of slots make groups of their own. REQUIRES three seeds or more.
CopySearch FindSpans(const std::vector<QuestionAnswer>& seeds);

}  // namespace cairn::synth
