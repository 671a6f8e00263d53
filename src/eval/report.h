// The whole evaluation, before and after, as one JSON object: eval.json of a release and part of `cairn build --json`.
//
// {"leaves": [{"path", "kind", "n", "before": {"n", "correct", "accuracy", "low", "high", "f1"}, "after": {...},
//   "items": [{"question", "expected", "before", "before_correct", "after", "after_correct"}]}],
//  "regression": {"n", "before": {...}, "after": {...}, "tasks": [{"task", "n", "before", "after"}]} | null,
//  "gates": [{"metric", "require", "pass", "text"}], "passed": bool}
// "before" is null (and before_correct absent) where only one model was measured; "gates" and
// "passed" are absent where no gate was judged. A build adds "not_measured", paths of leaves without eval.yaml.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "eval/gates.h"
#include "eval/held_out.h"
#include "eval/questions.h"

namespace cairn::eval {

struct Evaluation {
  std::vector<LeafScore> before;  // empty: the base model was not asked
  std::vector<LeafScore> after;   // the same leaves and questions in the same order
  std::optional<HeldOutScore> base_before, base_after;
  std::optional<std::vector<Verdict>> gates;  // none: none was judged
};

// What JudgeGates needs.
std::vector<Figure> FiguresOf(const Evaluation& evaluation);
bool AllPass(const std::vector<Verdict>& verdicts);
Json AccuracyToJson(const Accuracy& accuracy, double f1);
// REQUIRES before empty or with the leaves and questions of after.
Json EvaluationToJson(const Evaluation& evaluation);

}  // namespace cairn::eval
