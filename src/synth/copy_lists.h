// Copies of lists: as many words of the question as there are, one by one, in order or from last to first.
#pragma once

#include <vector>

#include "synth/copy_rule.h"

namespace cairn::synth {

// One rule for all seeds: all words, names, numbers or times of a region (after the colon, in quotes, ...), in order or
// turned round. REQUIRES three seeds or more.
CopySearch FindLists(const std::vector<QuestionAnswer>& seeds);

}  // namespace cairn::synth
