// The step graph. A step is a pure function from parameters and inputs to files; its result is kept in the store under
// the key of what went in (explain.h), so a step runs only if no whole result with its key is there. Steps downstream
// are keyed by the digests of what upstream steps produced, not by their keys: a step that runs again and produces the
// same bytes reruns nothing after it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"
#include "dag/explain.h"
#include "dag/store.h"

namespace cairn::dag {

struct StepContext {
  std::string id;
  // The step's own: checkpoints and caches. Kept when the step fails or is killed and handed to the next run with the
  // same key; removed when it succeeds.
  std::string work_dir;
  // Empty at the start; every file below it at the end is the step's result.
  std::string output_dir;
  std::map<std::string, std::string> inputs;  // name in Step::steps -> that step's output, a directory to read only
  const std::string& Input(const std::string& name) const;  // CHECKs that it is one of them
};

struct Step {
  std::string id;    // "synth:knowledge/harbour/tolman"
  std::string kind;  // "synth"
  int version = 1;   // raised when the step's code starts to give other results
  Json parameters = Json::object();
  // Input name -> what was read of it, outside the store. The graph never looks there again: a step that reads it later
  // checks that it is still the same.
  std::map<std::string, Digest> files;
  std::map<std::string, std::string> steps;  // input name -> id of the step whose output it is
  std::function<Result<void>(const StepContext&)> run;
};

enum class StepState {
  kUnchanged,  // its result is in the store
  kRan,        // Plan: would run
  kUnknown,    // Plan only: depends on a step that would run
};

struct StepReport {
  std::string id, kind;
  StepState state = StepState::kUnchanged;
  std::vector<std::string> reasons;  // why it runs; empty if unchanged
  Digest key, output;                // known unless planned; output is a tree in the store
  double seconds = 0;                // of this run, or of the run that made the result; 0 if planned
};

// Called on the thread of Run. index counts from 1 to count.
struct Observer {
  std::function<void(const StepReport&, size_t index, size_t count)> started, finished, skipped;
};

class Graph {
 public:
  // kBadInput: id or input name stands twice.
  Result<void> Add(Step step);
  const std::map<std::string, Step>& steps() const { return steps_; }

  // Steps in an order in which each follows those it needs; among free ones the order of Add. kBadInput: an unknown
  // step is named or the steps wait for each other in a circle.
  Result<std::vector<const Step*>> Order() const;

  // Runs what must run, in order, and stops at the first error, which names the step; what is finished is kept.
  // cancelled is asked between steps (kCancelled).
  Result<std::vector<StepReport>> Run(Store& store, Clock& clock, const Observer& observer = {},
                                      const std::function<bool()>& cancelled = {}) const;

  // What Run would do. Changes nothing.
  Result<std::vector<StepReport>> Plan(Store& store) const;

 private:
  std::map<std::string, Step> steps_;
  std::vector<std::string> added_;
};

// The result (a tree) with which the step last ended here, whatever it was made from; nullopt if it never did, or if
// the result is gone or damaged.
std::optional<Digest> LastOutput(Store& store, const std::string& id);

}  // namespace cairn::dag
