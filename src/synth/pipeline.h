// Synthesis of one leaf: the room's main entry.
#pragma once

#include "synth/synthesis.h"
#include "synth/teacher.h"
#include "taxonomy/leaf.h"

namespace cairn::synth {

// Training rows for a leaf. A pure function of the leaf's qna.yaml and documents, the options and the teacher's
// replies: no clock, no global state; every draw is keyed by the text it is about, so a change of one passage changes
// the rows of that passage. leaf.eval_questions is not looked at.
//
// Errors  the teacher's; kBadInput for options out of range or a document that cannot be read.
Result<LeafData> Synthesise(const taxonomy::Leaf& leaf, Teacher& teacher, const SynthesisOptions& options,
                            const SynthesisCallback& progress = {});

// Whether the leaf's documents can be read, before anything is asked. kBadInput names the first that cannot, with its
// line. root: of the taxonomy, for messages.
Result<void> CheckDocuments(const taxonomy::Leaf& leaf, const std::string& root);

// Rises when the same inputs give other rows: part of the step's key.
inline constexpr int kSynthesisVersion = 7;

// {"leaf", "funnel", "uncovered", "notes"}: what is shown to people; the rows are a file of their own.
Json LeafReport(const std::string& leaf, const LeafData& data);

}  // namespace cairn::synth
