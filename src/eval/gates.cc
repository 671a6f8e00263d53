#include "eval/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace cairn::eval {
namespace {

constexpr double kSlack = 1e-9;  // 0.95 * before is rounded; the last bit decides no release

std::string Percent(double share) { return fmt::format("{:.1f} %", share * 100); }

struct Check {
  bool pass = false;
  double margin = 0;  // after - required
  std::string text;
};

Check CheckFigure(const Gate& gate, const Figure& figure) {
  std::string subject = figure.subject.empty() ? gate.metric : figure.subject;
  if (gate.of_base && !figure.before)
    return {false, -1, subject + ": the base model was not measured, so nothing to compare with"};
  double required = gate.of_base ? gate.threshold * *figure.before : gate.threshold;
  double margin = figure.after - required;
  std::string text = subject + ": " + Percent(figure.after);
  if (figure.before) text += " (before " + Percent(*figure.before) + ")";
  text += fmt::format(", required {}", Percent(required));
  return {margin >= -kSlack, margin, std::move(text)};
}

Verdict Judge(const Gate& gate, const std::vector<Figure>& figures) {
  std::vector<Check> checks;
  for (const Figure& figure : figures)
    if (figure.metric == gate.metric) checks.push_back(CheckFigure(gate, figure));
  if (checks.empty()) return {gate, false, "nothing was measured for " + gate.metric};
  std::string failing;
  const Check* closest = &checks[0];
  for (const Check& check : checks) {
    if (check.margin < closest->margin) closest = &check;
    if (check.pass) continue;
    if (!failing.empty()) failing += "; ";
    failing += check.text;
  }
  if (!failing.empty()) return {gate, false, failing};
  return {gate, true, closest->text + (checks.size() > 1 ? fmt::format(" (lowest of {})", checks.size()) : "")};
}

}  // namespace

std::string Gate::Requirement() const { return fmt::format(">= {}{}", threshold, of_base ? " of base" : ""); }

Result<Gate> ParseGate(const std::string& metric, const std::string& requirement, const std::string& where) {
  auto bad = [&](const std::string& why) {
    return BadInput("gate " + metric + ": \"" + requirement + "\" " + why + "; write \">= 0.8\" or \">= 0.95 of base\"",
                    where);
  };
  if (metric != kLeafQuestions && metric != kBaseRegression)
    return BadInput("unknown gate \"" + metric + "\"; known: " + kLeafQuestions + ", " + kBaseRegression, where);
  std::string_view text = TrimAscii(requirement);
  if (!text.starts_with(">=")) return bad("does not begin with >=");
  text = TrimAscii(text.substr(2));
  Gate gate{metric, 0, false};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), gate.threshold);
  if (error != std::errc() || !std::isfinite(gate.threshold)) return bad("has no number after >=");
  text = TrimAscii(text.substr(static_cast<size_t>(end - text.data())));
  if (text.starts_with('%')) {
    gate.threshold /= 100;
    text = TrimAscii(text.substr(1));
  }
  if (text == "of base") {
    gate.of_base = true;
  } else if (!text.empty()) {
    return bad("goes on with \"" + std::string(text) + "\"");
  }
  if (gate.threshold < 0 || gate.threshold > (gate.of_base ? 10 : 1)) return bad("asks for a share out of range");
  return gate;
}

std::vector<Verdict> JudgeGates(const std::vector<Gate>& gates, const std::vector<Figure>& figures) {
  std::vector<Verdict> verdicts;
  for (const Gate& gate : gates) verdicts.push_back(Judge(gate, figures));
  return verdicts;
}

}  // namespace cairn::eval
