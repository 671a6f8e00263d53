// Knowledge: from documents to closed-book questions with answers, each checked against the passage it came from.
#pragma once

#include <string>
#include <vector>

#include "synth/synthesis.h"
#include "synth/teacher.h"

namespace cairn::synth {

// A person's question about a passage.
struct KnowledgeSeed {
  std::string context, question, answer;
  std::string source;  // "qna.yaml:12"
};

// Per passage the teacher writes questions: several at once, one about each sentence, one for each span that looks like
// an answer; and the same about each sentence alone. They pass the filters of filters.h, the teacher must give the same
// answer when it reads the passage (round trip) and call it right (judge); then questions are rephrased and checked
// again. Every sentence also becomes rows in which its second half or a part of it is to be told (statements.h).
//
// Determinism  a function of its arguments and the teacher's replies.
Result<LeafData> SynthesiseKnowledge(const std::vector<Document>& documents, const std::vector<KnowledgeSeed>& seeds,
                                     Asker& asker, const SynthesisOptions& options);

}  // namespace cairn::synth
