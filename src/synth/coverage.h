// Which sentences of the documents no kept question asks about.
#pragma once

#include <string>
#include <vector>

#include "synth/chunk.h"
#include "synth/rows.h"

namespace cairn::synth {

// "file:first-last: sentence", in document order. A sentence is covered if a kept question of its passage, or a seed,
// has its answer in the sentence and shares a content word with it; yes-and-no questions must share two.
std::vector<std::string> UncoveredSentences(const std::vector<Chunk>& chunks, const std::vector<Row>& rows);

}  // namespace cairn::synth
