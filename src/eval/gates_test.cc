#include "eval/gates.h"

#include <gtest/gtest.h>

#include "eval/report.h"

namespace cairn::eval {
namespace {

TEST(GatesTest, Parses) {
  auto gate = ParseGate(kLeafQuestions, ">= 0.8", "cairn.yaml:1:1");
  ASSERT_TRUE(gate.ok());
  EXPECT_DOUBLE_EQ(gate->threshold, 0.8);
  EXPECT_FALSE(gate->of_base);
  gate = ParseGate(kBaseRegression, "  >=0.95 of base ", "w");
  ASSERT_TRUE(gate.ok());
  EXPECT_TRUE(gate->of_base);
  EXPECT_EQ(gate->Requirement(), ">= 0.95 of base");
  EXPECT_DOUBLE_EQ(ParseGate(kLeafQuestions, ">= 80 %", "w")->threshold, 0.8);
  for (const char* bad :
       {"", "0.8", "> 0.8", ">=", ">= x", ">= nan", ">= inf", ">= -1", ">= 1.2", ">= 0.8 of b", ">= 20 of base"})
    EXPECT_FALSE(ParseGate(kLeafQuestions, bad, "w").ok()) << bad;
  auto unknown = ParseGate("leaf-question", ">= 0.8", "cairn.yaml:9:3");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().where, "cairn.yaml:9:3");
}

TEST(GatesTest, EveryLeafMustPass) {
  std::vector<Gate> gates = {{kLeafQuestions, 0.8, false}};
  auto verdict = JudgeGates(gates, {{kLeafQuestions, "a", 0.0, 0.8}, {kLeafQuestions, "b", 0.1, 0.9}})[0];
  EXPECT_TRUE(verdict.pass);
  EXPECT_EQ(verdict.text, "a: 80.0 % (before 0.0 %), required 80.0 % (lowest of 2)");
  verdict = JudgeGates(gates, {{kLeafQuestions, "a", 0.0, 0.8}, {kLeafQuestions, "b", 0.1, 0.79}})[0];
  EXPECT_FALSE(verdict.pass);
  EXPECT_EQ(verdict.text, "b: 79.0 % (before 10.0 %), required 80.0 %");
}

TEST(GatesTest, ShareOfTheBase) {
  std::vector<Gate> gates = {{kBaseRegression, 0.95, true}};
  EXPECT_TRUE(JudgeGates(gates, {{kBaseRegression, "", 0.8, 0.76}})[0].pass);
  EXPECT_FALSE(JudgeGates(gates, {{kBaseRegression, "", 0.8, 0.75}})[0].pass);
  EXPECT_FALSE(JudgeGates(gates, {{kBaseRegression, "", {}, 1.0}})[0].pass);
}

TEST(GatesTest, NothingMeasuredFails) {
  EXPECT_FALSE(JudgeGates({{kBaseRegression, 0, false}}, {{kLeafQuestions, "a", 1.0, 1.0}})[0].pass);
  EXPECT_TRUE(JudgeGates({}, {}).empty());
}

LeafScore Leaf(const std::string& path, size_t correct, size_t n) {
  LeafScore leaf{path, "knowledge", Accuracy::Of(correct, n), 0.5, {}};
  for (size_t i = 0; i < n; ++i) leaf.items.push_back({"q", "given", "expected", i < correct, 0.5});
  return leaf;
}

TEST(ReportTest, StableFields) {
  Evaluation e;
  e.before = {Leaf("knowledge/x", 0, 4)};
  e.after = {Leaf("knowledge/x", 4, 4)};
  HeldOutScore base;
  base.accuracy = Accuracy::Of(9, 10);
  base.tasks = {{"reading", Accuracy::Of(9, 10)}};
  e.base_before = base;
  base.accuracy = base.tasks[0].accuracy = Accuracy::Of(10, 10);
  e.base_after = base;
  e.gates = JudgeGates({{kLeafQuestions, 0.8, false}, {kBaseRegression, 0.95, true}}, FiguresOf(e));
  Json json = EvaluationToJson(e);
  const Json& leaf = json["leaves"][0];
  EXPECT_EQ(leaf["path"], "knowledge/x");
  EXPECT_EQ(leaf["kind"], "knowledge");
  EXPECT_EQ(leaf["n"], 4);
  for (const char* field : {"n", "correct", "accuracy", "low", "high", "f1"}) {
    EXPECT_TRUE(leaf["before"].contains(field)) << field;
    EXPECT_TRUE(leaf["after"].contains(field)) << field;
    EXPECT_TRUE(json["regression"]["after"].contains(field)) << field;
  }
  EXPECT_EQ(leaf["before"]["accuracy"], 0.0);
  EXPECT_EQ(leaf["after"]["accuracy"], 1.0);
  EXPECT_EQ(leaf["items"][0]["before_correct"], false);
  EXPECT_EQ(leaf["items"][0]["after_correct"], true);
  EXPECT_EQ(json["regression"]["before"]["correct"], 9);
  EXPECT_EQ(json["regression"]["after"]["correct"], 10);
  EXPECT_EQ(json["regression"]["tasks"][0], (Json{{"task", "reading"}, {"n", 10}, {"before", 0.9}, {"after", 1.0}}));
  ASSERT_EQ(json["gates"].size(), 2u);
  EXPECT_EQ(json["gates"][1]["require"], ">= 0.95 of base");
  EXPECT_EQ(json["passed"], true);
}

TEST(ReportTest, OneModelOnly) {
  Evaluation e;
  e.after = {Leaf("a", 1, 2), Leaf("empty", 0, 0)};
  Json json = EvaluationToJson(e);
  EXPECT_TRUE(json["leaves"][0]["before"].is_null());
  EXPECT_FALSE(json["leaves"][0]["items"][0].contains("before_correct"));
  EXPECT_TRUE(json["regression"].is_null());
  EXPECT_FALSE(json.contains("gates"));  // none was judged: neither passed nor failed
  EXPECT_FALSE(json.contains("passed"));
  EXPECT_EQ(FiguresOf(e).size(), 1u);  // a leaf without questions is no figure
}

}  // namespace
}  // namespace cairn::eval
