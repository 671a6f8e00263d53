// The two files of a leaf: qna.yaml (InstructLab's format: knowledge version 3, skills versions 1 to 3) and eval.yaml
// ({questions: [{question, answer, accept: [...]}]}).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taxonomy/leaf.h"
#include "taxonomy/problem.h"

namespace cairn::taxonomy {

// file: as problems show it. kind: from the path; if unknown, a `document` makes it knowledge. Fills everything but
// path, documents, eval_questions, attribution and files. Values that have errors are left empty.
Leaf ParseQna(std::string_view text, const std::string& file, std::optional<LeafKind> kind, Problems* problems);

std::vector<EvalQuestion> ParseEval(std::string_view text, const std::string& file, Problems* problems);

// A value that the template of `taxonomy new` left open starts with this.
inline constexpr std::string_view kTodo = "TODO:";

}  // namespace cairn::taxonomy
