#include "eval/report.h"

#include <algorithm>

namespace cairn::eval {
namespace {

Json ItemToJson(const ScoredAnswer* before, const ScoredAnswer& after) {
  Json item = {{"question", after.question},
               {"expected", after.expected},
               {"before", nullptr},
               {"after", after.given},
               {"after_correct", after.correct}};
  if (before) {
    CAIRN_CHECK(before->question == after.question);
    item["before"] = before->given;
    item["before_correct"] = before->correct;
  }
  return item;
}

Json LeafToJson(const LeafScore* before, const LeafScore& after) {
  Json leaf = {{"path", after.path},
               {"kind", after.kind},
               {"n", after.accuracy.n},
               {"before", nullptr},
               {"after", AccuracyToJson(after.accuracy, after.mean_f1)},
               {"items", Json::array()}};
  if (before) {
    CAIRN_CHECK(before->path == after.path && before->items.size() == after.items.size());
    leaf["before"] = AccuracyToJson(before->accuracy, before->mean_f1);
  }
  for (size_t i = 0; i < after.items.size(); ++i)
    leaf["items"].push_back(ItemToJson(before ? &before->items[i] : nullptr, after.items[i]));
  return leaf;
}

Json RegressionToJson(const std::optional<HeldOutScore>& before, const HeldOutScore& after) {
  Json regression = {{"n", after.accuracy.n},
                     {"before", nullptr},
                     {"after", AccuracyToJson(after.accuracy, after.mean_f1)},
                     {"tasks", Json::array()}};
  if (before) {
    CAIRN_CHECK(before->tasks.size() == after.tasks.size());
    regression["before"] = AccuracyToJson(before->accuracy, before->mean_f1);
  }
  for (size_t i = 0; i < after.tasks.size(); ++i) {
    const TaskScore& task = after.tasks[i];
    Json entry = {{"task", task.task}, {"n", task.accuracy.n}, {"before", nullptr}, {"after", task.accuracy.accuracy}};
    if (before) entry["before"] = before->tasks[i].accuracy.accuracy;
    regression["tasks"].push_back(std::move(entry));
  }
  return regression;
}

}  // namespace

Json AccuracyToJson(const Accuracy& accuracy, double f1) {
  return {{"n", accuracy.n},     {"correct", accuracy.correct}, {"accuracy", accuracy.accuracy},
          {"low", accuracy.low}, {"high", accuracy.high},       {"f1", f1}};
}

std::vector<Figure> FiguresOf(const Evaluation& e) {
  CAIRN_CHECK(e.before.empty() || e.before.size() == e.after.size());
  std::vector<Figure> figures;
  for (size_t i = 0; i < e.after.size(); ++i) {
    if (e.after[i].accuracy.n == 0) continue;  // a leaf without eval.yaml
    Figure figure{kLeafQuestions, e.after[i].path, {}, e.after[i].accuracy.accuracy};
    if (!e.before.empty()) figure.before = e.before[i].accuracy.accuracy;
    figures.push_back(std::move(figure));
  }
  if (e.base_after) {
    Figure figure{kBaseRegression, "", {}, e.base_after->accuracy.accuracy};
    if (e.base_before) figure.before = e.base_before->accuracy.accuracy;
    figures.push_back(std::move(figure));
  }
  return figures;
}

bool AllPass(const std::vector<Verdict>& verdicts) {
  return std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.pass; });
}

Json EvaluationToJson(const Evaluation& e) {
  CAIRN_CHECK(e.before.empty() || e.before.size() == e.after.size());
  Json json = {{"leaves", Json::array()}, {"regression", nullptr}};
  for (size_t i = 0; i < e.after.size(); ++i)
    json["leaves"].push_back(LeafToJson(e.before.empty() ? nullptr : &e.before[i], e.after[i]));
  if (e.base_after) json["regression"] = RegressionToJson(e.base_before, *e.base_after);
  if (!e.gates) return json;
  json["gates"] = Json::array();
  for (const Verdict& v : *e.gates)
    json["gates"].push_back(
        {{"metric", v.gate.metric}, {"require", v.gate.Requirement()}, {"pass", v.pass}, {"text", v.text}});
  json["passed"] = AllPass(*e.gates);
  return json;
}

}  // namespace cairn::eval
