// measure:base and measure - what the models answer before and after, and the gates (steps.h).
#include "base/file.h"
#include "eval/report.h"
#include "project/build.h"
#include "project/steps.h"

namespace cairn::project {
namespace {

// Rises when the same model is asked in other words or judged otherwise.
constexpr int kMeasuringVersion = 3;

std::vector<eval::LeafQuestions> QuestionsOf(const Project& project) {
  std::vector<eval::LeafQuestions> leaves;
  for (const taxonomy::Leaf& leaf : project.leaves) {
    eval::LeafQuestions questions{leaf.path, taxonomy::LeafKindName(leaf.kind), {}};
    for (const taxonomy::EvalQuestion& q : leaf.eval_questions)
      questions.questions.push_back({q.question, q.answer, q.accept});
    if (!questions.questions.empty()) leaves.push_back(std::move(questions));
  }
  return leaves;
}

// One model's answers, as a file between the two steps.
struct Answers {
  std::vector<eval::LeafScore> leaves;
  std::optional<eval::HeldOutScore> held_out;
};

Result<Answers> Measure(const Project& project, ThreadPool& pool, bool quiet, const model::ChatModel& chat) {
  const EvaluationConfig& evaluation = project.config.spec.evaluation;
  Answers answers;
  eval::AskOptions options;
  options.max_tokens = 64;
  options.quiet = quiet;
  if (evaluation.Wants(Benchmark::kLeafQuestions)) {
    CAIRN_ASSIGN(answers.leaves, eval::EvaluateQuestions(pool, chat, QuestionsOf(project), options));
  }
  if (evaluation.Wants(Benchmark::kBaseRegression) && PathExists(project.base_directory + "/" + eval::kHeldOutFile)) {
    CAIRN_ASSIGN(auto items, eval::LoadHeldOut(project.base_directory));
    CAIRN_ASSIGN(answers.held_out, eval::EvaluateHeldOut(pool, chat, items, options));
  }
  return answers;
}

Json ScoredToJson(const std::vector<eval::ScoredAnswer>& items) {
  Json json = Json::array();
  for (const auto& i : items)
    json.push_back(
        {{"question", i.question}, {"given", i.given}, {"expected", i.expected}, {"correct", i.correct}, {"f1", i.f1}});
  return json;
}

std::vector<eval::ScoredAnswer> ScoredFromJson(const Json& json) {
  std::vector<eval::ScoredAnswer> items;
  for (const Json& i : json) items.push_back({i["question"], i["given"], i["expected"], i["correct"], i["f1"]});
  return items;
}

Json AccuracyCounts(const eval::Accuracy& a) { return {{"n", a.n}, {"correct", a.correct}}; }
eval::Accuracy AccuracyFrom(const Json& json) { return eval::Accuracy::Of(json["correct"], json["n"]); }

Json AnswersToJson(const Answers& answers) {
  Json leaves = Json::array();
  for (const auto& l : answers.leaves)
    leaves.push_back({{"path", l.path},
                      {"kind", l.kind},
                      {"accuracy", AccuracyCounts(l.accuracy)},
                      {"f1", l.mean_f1},
                      {"items", ScoredToJson(l.items)}});
  Json json = {{"leaves", leaves}, {"held_out", nullptr}};
  if (answers.held_out) {
    Json tasks = Json::array();
    for (const auto& t : answers.held_out->tasks)
      tasks.push_back({{"task", t.task}, {"accuracy", AccuracyCounts(t.accuracy)}});
    json["held_out"] = {{"accuracy", AccuracyCounts(answers.held_out->accuracy)},
                        {"f1", answers.held_out->mean_f1},
                        {"tasks", tasks},
                        {"items", ScoredToJson(answers.held_out->items)}};
  }
  return json;
}

// The file is ours, out of the store, its digest checked: its shape is an invariant.
Answers AnswersFromJson(const Json& json) {
  Answers answers;
  for (const Json& l : json["leaves"])
    answers.leaves.push_back({l["path"], l["kind"], AccuracyFrom(l["accuracy"]), l["f1"], ScoredFromJson(l["items"])});
  if (json["held_out"].is_null()) return answers;
  const Json& h = json["held_out"];
  answers.held_out = eval::HeldOutScore{AccuracyFrom(h["accuracy"]), h["f1"], {}, ScoredFromJson(h["items"])};
  for (const Json& t : h["tasks"]) answers.held_out->tasks.push_back({t["task"], AccuracyFrom(t["accuracy"])});
  return answers;
}

Result<void> RunMeasureBase(BuildContext& context, const dag::StepContext& step) {
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  CAIRN_ASSIGN(Answers answers, Measure(context.project, context.pool, context.quiet, *base));
  CAIRN_TRY(WriteFileAtomic(step.output_dir + "/" + kAnswersFile, DumpJson(AnswersToJson(answers))));
  return CheckBaseUnchanged(context.project);
}

// Only where there are such leaves: the bytes of other projects stay as they are.
void AddNotMeasured(Json& json, const Project& project) {
  if (const auto paths = LeavesNotMeasured(project); !paths.empty()) json["not_measured"] = paths;
}

Result<void> RunMeasure(BuildContext& context, const dag::StepContext& step) {
  CAIRN_ASSIGN(Json before_json, ReadJsonFile(step.Input("before") + "/" + kAnswersFile));
  CAIRN_ASSIGN(model::ChatModel chat, model::LoadChatModel(step.Input("model")));
  Answers before = AnswersFromJson(before_json);
  CAIRN_ASSIGN(Answers after, Measure(context.project, context.pool, context.quiet, chat));
  eval::Evaluation evaluation{before.leaves, after.leaves, before.held_out, after.held_out, {}};
  std::vector<eval::Gate> gates;
  for (const auto& [name, gate] : context.project.config.spec.evaluation.gates) gates.push_back(gate);
  evaluation.gates = eval::JudgeGates(gates, eval::FiguresOf(evaluation));
  Json json = eval::EvaluationToJson(evaluation);
  AddNotMeasured(json, context.project);
  CAIRN_TRY(WriteFileAtomic(step.output_dir + "/" + kEvalFile, PrettyJson(json)));
  return CheckBaseUnchanged(context.project);
}

}  // namespace

Result<Json> EvaluateModel(const Project& project, ThreadPool& pool, const std::string& model_directory, bool quiet) {
  CAIRN_ASSIGN(model::ChatModel chat, model::LoadChatModel(model_directory));
  CAIRN_ASSIGN(Answers answers, Measure(project, pool, quiet, chat));
  Json json = eval::EvaluationToJson({{}, answers.leaves, {}, answers.held_out, std::nullopt});
  AddNotMeasured(json, project);
  return json;
}

Result<void> AddMeasureSteps(dag::Graph& graph, BuildContext& context) {
  const Project& project = context.project;
  dag::Step before;
  before.id = kMeasureBaseStep;
  before.kind = "measure base";
  before.version = kMeasuringVersion;
  before.files = {{"base model", project.base_digest}};
  for (const taxonomy::Leaf& leaf : project.leaves)
    if (!leaf.eval_questions.empty()) before.files["questions of " + leaf.path] = leaf.EvalDigest();
  Json evaluation = ProjectConfigToJson(project.config)["spec"]["evaluation"];
  before.parameters = {{"benchmarks", evaluation["benchmarks"]}};
  dag::Step after = before;
  before.run = [&context](const dag::StepContext& s) { return RunMeasureBase(context, s); };
  CAIRN_TRY(graph.Add(std::move(before)));
  after.id = kMeasureStep;
  after.kind = "measure";
  after.parameters["gates"] = evaluation["gates"];
  AddNotMeasured(after.parameters, project);
  after.steps = {{"before", kMeasureBaseStep}, {"model", kModelStep}};
  after.run = [&context](const dag::StepContext& s) { return RunMeasure(context, s); };
  return graph.Add(std::move(after));
}

}  // namespace cairn::project
