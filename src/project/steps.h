// The steps of a build, one file each. Each adds itself to the graph; what it reads and writes is in its comment.
//
//   synth:<leaf>   qna.yaml, documents, teacher            -> rows.jsonl, samples.jsonl, report.json
//   measure:base   base model, eval.yaml of all leaves     -> answers.json
//   train:<phase>  base model, samples, phase before       -> adapter/ (or model/), transcript/
//   model          base model, last phase                  -> model directory, merged; adapter/ as it is released
//   measure        model, eval.yaml, base's answers        -> eval.json
//   release        all of it                               -> the release directory, unsigned
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "dag/graph.h"
#include "model/model.h"
#include "project/project.h"
#include "synth/caching_teacher.h"
#include "train/config.h"

namespace cairn::project {

// What steps share while a build runs. Models are loaded once, when first needed.
struct BuildContext {
  BuildContext(const Project& p, ThreadPool& t, dag::Store& s, bool q) : project(p), pool(t), store(s), quiet(q) {}
  const Project& project;
  ThreadPool& pool;
  dag::Store& store;
  bool quiet;
  train::Resources resources;
  std::unique_ptr<Progress> progress;  // of the step that asks the teacher

  Result<const model::ChatModel*> Base();
  Result<synth::Teacher*> Teacher();

 private:
  std::unique_ptr<model::ChatModel> base_, teacher_model_;
  std::unique_ptr<synth::Teacher> teacher_;
  std::unique_ptr<synth::CallCache> cache_;
  std::unique_ptr<synth::CachingTeacher> caching_teacher_;
};

// Sends nothing. kNotFound, kBadInput, where = the field of cairn.yaml: a key that is not set or would cross the
// network in the clear. tell: as HttpTeacherOptions has it.
Result<std::unique_ptr<synth::Teacher>> MakeEndpointTeacher(const Project& project,
                                                            std::function<void(const std::string&)> tell);

std::string SynthStepId(const taxonomy::Leaf& leaf);
std::string TrainStepId(const Project& project, size_t phase);
std::string PhaseDirectoryName(const Project& project, size_t phase);  // "1-knowledge"
inline constexpr const char* kMeasureBaseStep = "measure:base";
inline constexpr const char* kModelStep = "model";
inline constexpr const char* kMeasureStep = "measure";
inline constexpr const char* kReleaseStep = "release";

Result<void> AddSynthSteps(dag::Graph& graph, BuildContext& context);
Result<void> AddTrainSteps(dag::Graph& graph, BuildContext& context);
Result<void> AddModelStep(dag::Graph& graph, BuildContext& context);
Result<void> AddMeasureSteps(dag::Graph& graph, BuildContext& context);
Result<void> AddReleaseStep(dag::Graph& graph, BuildContext& context);

// What would only come out after hours of work: a seed example or question longer than the base model can read, a
// device that cannot train as the project wants.
Result<void> CheckFits(const Project& project, const train::Resources& resources);

// The same for a phase of whose kind the taxonomy has no leaf.
Result<void> CheckPhases(const Project& project);

// The same for a gate that nothing can be measured for.
Result<void> CheckGates(const Project& project);

// For --plan: what the steps that would run need on this machine, estimated.
Result<Json> EstimateOf(BuildContext& context, const std::vector<dag::StepReport>& steps);

// Leaves and model directories are inputs as they were when the project was opened, and steps read models long after
// that. A step that read one ends with this: what it made must not be kept under the key of other bytes. kBadInput.
Result<void> CheckBaseUnchanged(const Project& project);
Result<void> CheckTeacherUnchanged(const Project& project);  // a teacher behind an endpoint has no files

// File names inside step outputs and releases, written in one step and read in another.
inline constexpr const char* kPhaseModelDirectory = "model";  // weights that a phase of full training ended with
inline constexpr const char* kRowsFile = "rows.jsonl";
inline constexpr const char* kSamplesFile = "samples.jsonl";
inline constexpr const char* kLeftOutFile = "left_out.jsonl";
inline constexpr const char* kReportFile = "report.json";
inline constexpr const char* kAnswersFile = "answers.json";
inline constexpr const char* kEvalFile = "eval.json";
inline constexpr const char* kReplayFile = "replay.jsonl";

}  // namespace cairn::project
