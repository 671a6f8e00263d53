// Rules about meaning: what a schema cannot say about questions, answers and documents.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "taxonomy/leaf.h"

namespace cairn::taxonomy {

// Warns of contexts that no document holds; punctuation, case and line breaks do not count. Time linear in all texts
// but for a logarithm, whatever they hold.
void CheckContexts(const Leaf& leaf, const std::string& qna_file, Problems* problems);

// Warns of a question asked twice among the seeds (of a skill: about the same context), whatever the answers; an error
// if eval.yaml asks one twice.
void CheckDuplicates(const Leaf& leaf, const std::string& qna_file, const std::string& eval_file, Problems* problems);

// An error for each eval question that is a seed question of any of the leaves: it would be trained on, and measuring
// with it would show memory, not knowledge. Only what concerns one of the chosen leaves counts. root: for the paths in
// problems. Returns the paths of the leaves whose questions they are.
std::set<std::string> CheckLeaks(const std::vector<Leaf>& leaves, const std::set<std::string>& chosen,
                                 const std::string& root, Problems* problems);

}  // namespace cairn::taxonomy
