// Skills: from a few worked examples to many.
#pragma once

#include <string>
#include <vector>

#include "synth/synthesis.h"
#include "synth/teacher.h"

namespace cairn::synth {

// One seed example; question is the whole user message ("context\n\nquestion" for grounded skills).
struct SkillSeed {
  std::string question, answer;
  std::string source;  // "qna.yaml:12"
};

// The seeds; examples that the teacher writes after them and solves to the same answer when it sees three seeds and the
// question; and, where the seeds show that answers are copied from questions, rows by substitution (vary.h). REQUIRES
// at least one seed.
Result<LeafData> SynthesiseSkill(const std::vector<SkillSeed>& seeds, Asker& asker, const SynthesisOptions& options);

}  // namespace cairn::synth
