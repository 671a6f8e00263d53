// Gates: what must hold before a release is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cairn::eval {

inline constexpr const char* kLeafQuestions = "leaf-questions";    // accuracy on eval.yaml, each leaf by itself
inline constexpr const char* kBaseRegression = "base-regression";  // accuracy on the base model's held-out set

// after >= threshold, or after >= threshold * before with of_base.
struct Gate {
  std::string metric;
  double threshold = 0;
  bool of_base = false;
  std::string Requirement() const;  // ">= 0.95 of base"
};
// ">= 0.8", ">= 80 %", ">= 0.95 of base". where: for the error.
Result<Gate> ParseGate(const std::string& metric, const std::string& requirement, const std::string& where);

struct Figure {
  std::string metric, subject;   // subject: a leaf's path, or empty
  std::optional<double> before;  // none: not measured
  double after = 0;
};

struct Verdict {
  Gate gate;
  bool pass = false;
  std::string text;  // one sentence with the figures; failing subjects are named
};
// A gate holds if it holds for every figure of its metric; without figures it fails.
std::vector<Verdict> JudgeGates(const std::vector<Gate>& gates, const std::vector<Figure>& figures);

}  // namespace cairn::eval
