#include "project/build.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>

#include "base/file.h"
#include "base/interrupt.h"
#include "formats/yaml.h"
#include "project/places.h"
#include "project/steps.h"
#include "train/transcript.h"
#include "trust/model_signing.h"
#include "trust/release_digest.h"

namespace cairn::project {
namespace {

Result<dag::Graph> MakeGraph(BuildContext& context) {
  dag::Graph graph;
  CAIRN_TRY(AddSynthSteps(graph, context));
  CAIRN_TRY(AddMeasureSteps(graph, context));
  CAIRN_TRY(AddTrainSteps(graph, context));
  CAIRN_TRY(AddModelStep(graph, context));
  CAIRN_TRY(AddReleaseStep(graph, context));
  return graph;
}

const dag::StepReport& Find(const std::vector<dag::StepReport>& steps, const std::string& id) {
  for (const dag::StepReport& s : steps)
    if (s.id == id) return s;
  CAIRN_CHECK(false);
  std::abort();
}

Result<Json> ReadOutput(dag::Store& store, const dag::StepReport& step, const std::string& name) {
  CAIRN_ASSIGN(dag::Tree tree, store.GetTree(step.output));
  auto file = tree.files.find(name);
  if (file == tree.files.end()) return Corrupt("the result of step " + step.id + " has no " + name);
  CAIRN_ASSIGN(std::string text, store.GetBytes(file->second.digest));
  return ParseJson(text, step.id + "/" + name);
}

// One entry a leaf: what synthesis did and what the model answers, side by side.
Result<Json> LeavesJson(const Project& project, dag::Store& store, const std::vector<dag::StepReport>& steps,
                        const Json& evaluation) {
  Json leaves = Json::array();
  for (const taxonomy::Leaf& leaf : project.leaves) {
    CAIRN_ASSIGN(Json entry, ReadOutput(store, Find(steps, SynthStepId(leaf)), kReportFile));
    entry.erase("leaf");
    entry["path"] = leaf.path;
    entry["kind"] = taxonomy::LeafKindName(leaf.kind);
    if (evaluation.is_null()) {
      leaves.push_back(std::move(entry));
      continue;
    }
    for (const Json& scored : evaluation["leaves"])
      if (scored["path"] == leaf.path)
        for (const char* key : {"before", "after", "n", "items"}) entry[key] = scored[key];
    leaves.push_back(std::move(entry));
  }
  return leaves;
}

double Seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }

// What the release cost: each step's seconds when it last ran (now or in an earlier build), this process's CPU time and
// peak memory.
Json Cost(const std::vector<dag::StepReport>& steps, const Json& tokens_per_step) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  Json by_step = Json::object();
  double total = 0, now = 0;
  for (const dag::StepReport& s : steps) {
    by_step[s.id] = s.seconds;
    total += s.seconds;
    if (s.state == dag::StepState::kRan) now += s.seconds;
  }
  return {{"seconds", total},
          {"seconds_this_run", now},
          {"cpu_seconds_this_run", Seconds(usage.ru_utime) + Seconds(usage.ru_stime)},
          {"peak_memory_bytes", static_cast<uint64_t>(usage.ru_maxrss) * 1024},
          {"seconds_by_step", by_step},
          {"tokens_by_phase", tokens_per_step}};
}

Result<Json> TokensByPhase(const Project& project, dag::Store& store, const std::vector<dag::StepReport>& steps) {
  Json json = Json::object();
  for (size_t i = 0; i < project.config.spec.training.phases.size(); ++i) {
    const dag::StepReport& step = Find(steps, TrainStepId(project, i));
    CAIRN_ASSIGN(dag::Tree tree, store.GetTree(step.output));
    CAIRN_ASSIGN(std::string lines, store.GetBytes(tree.files.at("transcript/steps.jsonl").digest));
    uint64_t tokens = 0, count = 0;
    for (size_t start = 0; start < lines.size(); ++count) {
      size_t end = lines.find('\n', start);
      CAIRN_ASSIGN(train::StepRecord record,
                   train::ParseStepRecord(std::string_view(lines).substr(start, end - start), step.id));
      tokens += record.tokens;
      start = end + 1;
    }
    json[PhaseDirectoryName(project, i)] = {
        {"steps", count}, {"tokens", tokens}, {"tokens_per_step", count ? tokens / count : 0}};
  }
  return json;
}

// Asked for before the first step runs: a missing key is found at once and not after hours of training.
Result<std::optional<trust::PrivateKey>> SigningKey(const Project& project) {
  const std::string& path = project.config.spec.release.sign.key;
  if (path.empty()) return std::optional<trust::PrivateKey>();
  std::string file = path.starts_with("/") ? path : project.Path(path);
  Result<trust::PrivateKey> key = trust::PrivateKey::Load(file);
  if (key.ok()) return std::optional(*key);
  const Error& error = key.error();
  const std::string what = error.code == ErrorCode::kNotFound
                               ? "there is no signing key " + file + "; make one with `cairn keygen --out " + file +
                                     "`, or take spec.release.sign out of " + kProjectFileName
                               : file + ": " + error.message;
  return Error{error.code, what, formats::YamlPlace(project.Path(kProjectFileName), "spec.release.sign.key")};
}

// Only if a step that would run asks it: what was written before needs no key.
Result<void> CheckTeacher(const Project& project, const std::vector<dag::StepReport>& steps) {
  const auto asks = [&](const taxonomy::Leaf& leaf) {
    return Find(steps, SynthStepId(leaf)).state != dag::StepState::kUnchanged;
  };
  if (!project.HasEndpoint() || std::ranges::none_of(project.leaves, asks)) return {};
  CAIRN_TRY(MakeEndpointTeacher(project, {}));
  return {};
}

Place ReleasePlace(const Project& project) {
  return {"build/" + project.config.metadata.name, "provenance.json", "the release"};
}

// A folder that a part of a build leaves, and the step whose output it is.
struct PartOutput {
  std::string step;
  Place place;
};

const char* PartFolder(Part part) { return part == Part::kData ? "build/data" : "build/training"; }

std::vector<PartOutput> OutputsOf(const Project& project, Part part) {
  const std::string folder = std::string(PartFolder(part)) + "/";
  std::vector<PartOutput> outputs;
  if (part == Part::kData) {
    for (const taxonomy::Leaf& leaf : project.leaves)
      outputs.push_back({SynthStepId(leaf), {folder + leaf.path, kReportFile, "training data"}});
  } else {
    for (size_t i = 0; i < project.config.spec.training.phases.size(); ++i)
      outputs.push_back({TrainStepId(project, i),
                         {folder + PhaseDirectoryName(project, i), "transcript/header.json", "a trained phase"}});
  }
  return outputs;
}

Result<void> Publish(const Project& project, dag::Store& store, const std::optional<trust::PrivateKey>& key,
                     BuildReport& report) {
  const std::string path = ReleasePath(project);
  const std::string staging = HiddenBeside(path, ".new");
  CAIRN_TRY(store.Export(Find(report.steps, kReleaseStep).output, staging));
  CAIRN_TRY(WriteFileAtomic(staging + "/cost.json", PrettyJson(report.cost)));
  const trust::FileDigests digests;
  if (key) CAIRN_TRY(trust::SignDirectory(staging, *key, digests));
  CAIRN_ASSIGN(report.release_digest, trust::ReleaseDigest(staging, digests));
  // Whole or not at all: the old release goes only when the new one is complete and signed.
  CAIRN_TRY(CheckPlace(project.directory, ReleasePlace(project)));
  CAIRN_TRY(store.CheckLock());
  CAIRN_ASSIGN(report.left_behind, dag::SwapDirectories(staging, path, store.disk()));
  report.release_path = path;
  return {};
}

}  // namespace

std::string ReleasePath(const Project& project) { return project.Path(ReleasePlace(project).folder); }

Result<BuildReport> BuildProject(const Project& project, ThreadPool& pool, const BuildOptions& options) {
  CAIRN_ASSIGN(std::optional<trust::PrivateKey> key, SigningKey(project));
  CAIRN_TRY(CheckPlace(project.directory, ReleasePlace(project)));
  CAIRN_ASSIGN(std::unique_ptr<dag::Store> store,
               dag::Store::Open(project.WorkDirectory(), dag::Store::Access::kExclusive));
  BuildContext context(project, pool, *store, options.quiet);
  context.resources = options.resources;
  CAIRN_TRY(CheckFits(project, options.resources));
  CAIRN_TRY(CheckPhases(project));
  CAIRN_TRY(CheckGates(project));
  CAIRN_ASSIGN(dag::Graph graph, MakeGraph(context));
  BuildReport report;
  std::string lock_path = project.Path(kLockFileName);
  Lock lock = LockOf(project);
  if (auto before = ReadLock(lock_path); before.ok()) {
    report.moved = CompareLocks(*before, lock);
  } else if (before.error().code != ErrorCode::kNotFound) {
    report.moved = {"it cannot be compared with: " + before.error().ToString()};
  }
  dag::Clock clock;
  CAIRN_ASSIGN(report.steps, graph.Run(*store, clock, options.observer, [] { return Interrupted(); }));
  CAIRN_ASSIGN(report.evaluation, ReadOutput(*store, Find(report.steps, kMeasureStep), kEvalFile));
  CAIRN_ASSIGN(report.leaves, LeavesJson(project, *store, report.steps, report.evaluation));
  CAIRN_ASSIGN(Json tokens, TokensByPhase(project, *store, report.steps));
  report.cost = Cost(report.steps, tokens);
  report.gates_passed = report.evaluation["passed"].get<bool>();
  if (report.gates_passed) CAIRN_TRY(Publish(project, *store, key, report));
  CAIRN_TRY(WriteLock(lock_path, lock));
  return report;
}

std::optional<bool> LastBuildPassed(const std::string& directory) {
  auto store = dag::Store::Open(Project{.directory = directory}.WorkDirectory(), dag::Store::Access::kRead);
  if (!store.ok()) return std::nullopt;
  std::optional<Digest> output = dag::LastOutput(**store, kMeasureStep);
  if (!output) return std::nullopt;
  Result<Json> evaluation = ReadOutput(**store, {.id = kMeasureStep, .output = *output}, kEvalFile);
  if (!evaluation.ok()) return std::nullopt;
  return (*evaluation)["passed"].get<bool>();
}

Result<PartReport> BuildPart(const Project& project, ThreadPool& pool, const BuildOptions& options, Part part) {
  const std::vector<PartOutput> outputs = OutputsOf(project, part);
  for (const PartOutput& output : outputs) CAIRN_TRY(CheckPlace(project.directory, output.place));
  CAIRN_ASSIGN(std::unique_ptr<dag::Store> store,
               dag::Store::Open(project.WorkDirectory(), dag::Store::Access::kExclusive));
  BuildContext context(project, pool, *store, options.quiet);
  context.resources = options.resources;
  CAIRN_TRY(CheckFits(project, options.resources));
  if (part == Part::kTraining) CAIRN_TRY(CheckPhases(project));
  dag::Graph graph;
  CAIRN_TRY(AddSynthSteps(graph, context));
  if (part == Part::kTraining) CAIRN_TRY(AddTrainSteps(graph, context));
  PartReport report;
  dag::Clock clock;
  CAIRN_ASSIGN(report.steps, graph.Run(*store, clock, options.observer, [] { return Interrupted(); }));
  CAIRN_ASSIGN(report.leaves, LeavesJson(project, *store, report.steps, nullptr));
  report.output = project.Path(PartFolder(part));
  for (const PartOutput& output : outputs) {
    CAIRN_TRY(CheckPlace(project.directory, output.place));
    CAIRN_TRY(store->Export(Find(report.steps, output.step).output, project.Path(output.place.folder)));
  }
  return report;
}

Result<PlanReport> PlanProject(const Project& project, ThreadPool& pool) {
  CAIRN_ASSIGN(std::unique_ptr<dag::Store> store, dag::Store::Open(project.WorkDirectory(), dag::Store::Access::kRead));
  BuildContext context(project, pool, *store, true);
  CAIRN_TRY(SigningKey(project));
  CAIRN_TRY(CheckPlace(project.directory, ReleasePlace(project)));
  CAIRN_TRY(CheckFits(project, {}));
  CAIRN_TRY(CheckPhases(project));
  CAIRN_TRY(CheckGates(project));
  CAIRN_ASSIGN(dag::Graph graph, MakeGraph(context));
  PlanReport plan;
  CAIRN_ASSIGN(plan.steps, graph.Plan(*store));
  CAIRN_TRY(CheckTeacher(project, plan.steps));
  CAIRN_ASSIGN(plan.estimate, EstimateOf(context, plan.steps));
  return plan;
}

Json StepReportsToJson(const std::vector<dag::StepReport>& steps) {
  Json json = Json::array();
  for (const dag::StepReport& s : steps) {
    const char* state = s.state == dag::StepState::kUnchanged ? "unchanged"
                        : s.state == dag::StepState::kRan     ? "run"
                                                              : "depends";
    json.push_back({{"id", s.id}, {"state", state}, {"reasons", s.reasons}, {"seconds", s.seconds}});
  }
  return json;
}

Json BuildReportToJson(const BuildReport& report) {
  Json release = nullptr;
  if (!report.release_path.empty()) release = {{"path", report.release_path}, {"digest", report.release_digest.Hex()}};
  return {{"leaves", report.leaves},
          {"regression", report.evaluation["regression"]},
          {"gates", report.evaluation["gates"]},
          {"passed", report.gates_passed},
          {"release", release},
          {"cost", report.cost},
          {"steps", StepReportsToJson(report.steps)},
          {"moved", report.moved}};
}

}  // namespace cairn::project
