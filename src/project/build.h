// The main job: from a project to a signed release.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "dag/graph.h"
#include "project/project.h"
#include "train/config.h"

namespace cairn::project {

struct BuildOptions {
  bool quiet = false;
  train::Resources resources;
  dag::Observer observer;  // told of every step
};

struct BuildReport {
  std::vector<dag::StepReport> steps;
  Json leaves;      // [{path, kind, funnel, uncovered, notes, before, after, items}]
  Json evaluation;  // eval.json
  bool gates_passed = false;
  std::string release_path;  // empty when a gate failed
  std::string left_behind;   // where the release before it lies, if it could not be removed
  Digest release_digest;
  Json cost;                       // cost.json
  std::vector<std::string> moved;  // what differs from cairn.lock
};

std::string ReleasePath(const Project& project);

// Runs the steps that must run, judges the gates, and puts the release at <project>/build/<name>, signed if the project
// names a key, in the place of an earlier release; kBadInput if something else is there. A failed gate is no Error: the
// report says so and no release is written. kCancelled on Ctrl-C; the next run goes on.
Result<BuildReport> BuildProject(const Project& project, ThreadPool& pool, const BuildOptions& options);

// Whether all gates held in the last build of the project that got as far as judging them; nullopt if there is none, or
// its work directory cannot be read.
std::optional<bool> LastBuildPassed(const std::string& directory);

// A single part of the build, through the same steps and the same store: what it makes is found there by a later build.
enum class Part { kData, kTraining };
struct PartReport {
  std::vector<dag::StepReport> steps;
  Json leaves;         // [{path, kind, funnel, uncovered, notes}]
  std::string output;  // <project>/build/data/<leaf>/{rows,samples}.jsonl, or <project>/build/training/<phase>/
};
Result<PartReport> BuildPart(const Project& project, ThreadPool& pool, const BuildOptions& options, Part part);

// The answers of any model to the project's questions and to the base model's held-out set: eval.json without "before"
// and gates.
Result<Json> EvaluateModel(const Project& project, ThreadPool& pool, const std::string& model_directory, bool quiet);

struct PlanReport {
  std::vector<dag::StepReport> steps;
  Json estimate;  // rows, tokens by use, minutes, memory_bytes, disk_bytes of what would run, on this machine
};
// What BuildProject would do, or the error with which it would begin. Writes nothing. With estimate, measures this
// machine for about a second.
Result<PlanReport> PlanProject(const Project& project, ThreadPool& pool);

Json BuildReportToJson(const BuildReport& report);
Json StepReportsToJson(const std::vector<dag::StepReport>& steps);

}  // namespace cairn::project
