// Filters that compare rows with one another. Each looks at kept rows only and may be called again when rows were
// added. The order of the rows decides which of equals stays.
#pragma once

#include <cstddef>
#include <vector>

#include "synth/rows.h"

namespace cairn::synth {

// Rows with the same question and answer: the first stays and is confirmed by the others.
void DropDuplicates(std::vector<Row>& rows);
// Rows with the same question and different answers: the one confirmed most often stays (a seed always does); with no
// such one, and unless one answer is only a longer form of the first, all go.
void DropConflicts(std::vector<Row>& rows);
// Rows with the same answer whose questions share more than nine tenths of their words.
void DropSimilar(std::vector<Row>& rows);
// At most `most` rows with the same answer from the same passage; originals before rephrasings, then the most
// confirmed. Seeds and statements are not counted.
void CapPerFact(std::vector<Row>& rows, size_t most);

}  // namespace cairn::synth
