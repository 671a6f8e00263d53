#include "dag/graph.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/file.h"
#include "base/memory.h"

namespace cairn::dag {
namespace fs = std::filesystem;
namespace {

std::string RecordFile(const std::string& id) { return "steps/" + Sha256Of(id).Hex() + ".json"; }

// What the step last ran with; nullopt if it never finished here (or the record cannot be read: it only explains).
std::optional<StepRecord> LastRecord(Store& store, const std::string& id) {
  std::string path = store.Path(RecordFile(id));
  Result<std::string> bytes = store.disk().Read(path, uint64_t{1} << 26);
  if (!bytes.ok()) return std::nullopt;
  Result<Json> json = ParseJson(*bytes, path);
  if (!json.ok() || !json->is_object() || json->value("id", Json()) != id || !json->contains("record"))
    return std::nullopt;
  Result<StepRecord> record = StepRecordFromJson((*json)["record"], path);
  if (!record.ok()) return std::nullopt;
  return *record;
}

Result<void> RememberRecord(Store& store, const std::string& id, const StepRecord& record,
                            const std::optional<StepRecord>& last) {
  if (last && StepKey(*last) == StepKey(record)) return {};
  return store.WriteWhole(RecordFile(id), DumpJson({{"id", id}, {"record", StepRecordToJson(record)}}) + "\n",
                          Durability::kLazy);
}

std::string WorkDirectory(const Store& store, const Digest& key) { return store.Path("work/" + key.Hex()); }

using Outputs = std::map<std::string, Digest>;  // step id -> tree

StepRecord RecordOf(const Step& step, const Outputs& outputs) {
  StepRecord record{step.kind, step.version, step.parameters, {}};
  for (const auto& [name, digest] : step.files) record.inputs[name] = digest;
  for (const auto& [name, id] : step.steps) record.inputs[name] = outputs.at(id);
  return record;
}

struct Decision {
  StepRecord record;
  std::optional<StepRecord> last;
  StepReport report;
};

// Whether a step runs, and why.
Result<Decision> Decide(Store& store, const Step& step, const Outputs& outputs) {
  Decision d{RecordOf(step, outputs), LastRecord(store, step.id), {step.id, step.kind}};
  StepReport& report = d.report;
  report.key = StepKey(d.record);
  CAIRN_ASSIGN(Lookup found, store.FindAction(report.key));
  if (found.action) {
    report.output = found.action->output;
    report.seconds = found.action->seconds;
    return d;
  }
  report.state = StepState::kRan;
  if (d.last) report.reasons = Differences(*d.last, d.record);
  if (!found.damage.empty()) {
    report.reasons.push_back("output damaged: " + found.damage);
  } else if (!d.last) {
    report.reasons.push_back("first time");
  } else if (report.reasons.empty()) {
    report.reasons.push_back("its result is no longer in the store");
  }
  if (PathExists(WorkDirectory(store, report.key) + "/state"))
    report.reasons.push_back("continues a run that was stopped");
  return d;
}

// Work directories of this step with another key cannot be continued any more.
Result<void> RemoveStaleWork(Store& store, const std::string& id, const Digest& key) {
  std::error_code code;
  std::vector<std::string> stale;
  for (fs::directory_iterator it(store.Path("work"), code), end; !code && it != end; it.increment(code)) {
    std::string path = it->path().string();
    if (it->path().filename() == key.Hex()) continue;
    Result<std::string> owner = store.disk().Read(path + "/id", 1 << 16);
    if (!owner.ok() || *owner == id) stale.push_back(path);
  }
  if (code) return IoError(code.message(), store.Path("work"));
  for (const std::string& path : stale) CAIRN_TRY(store.disk().Remove(path));
  return {};
}

Result<StepContext> Prepare(Store& store, const Step& step, const Digest& key, const Outputs& outputs) {
  CAIRN_TRY(RemoveStaleWork(store, step.id, key));
  std::string work = WorkDirectory(store, key);
  StepContext context{step.id, work + "/state", work + "/out", {}};
  CAIRN_TRY(store.WriteWhole("work/" + key.Hex() + "/id", step.id, Durability::kLazy));
  CAIRN_TRY(store.disk().MakeDirectory(context.work_dir));
  CAIRN_TRY(store.disk().Remove(context.output_dir));
  CAIRN_TRY(store.disk().MakeDirectory(context.output_dir));
  size_t number = 0;
  for (const auto& [name, id] : step.steps) {
    // Numbered: input names are free text, paths are not.
    std::string directory = work + "/in/" + std::to_string(number++);
    CAIRN_TRY(store.Materialise(outputs.at(id), directory));
    context.inputs[name] = directory;
  }
  return context;
}

Result<Digest> Execute(Store& store, const Step& step, const Digest& key, const Outputs& outputs) {
  CAIRN_ASSIGN(StepContext context, Prepare(store, step, key, outputs));
  CAIRN_TRY(step.run(context));
  ReturnFreedMemory();
  return store.PutTree(context.output_dir);
}

// Runs one step and keeps its result. In this order a kill at any point leaves either a result that is found next time
// or a work directory that is continued.
Result<void> RunStep(Store& store, Clock& clock, const Step& step, const Outputs& outputs, Decision& d) {
  double start = clock.Seconds();
  Result<Digest> output = Execute(store, step, d.report.key, outputs);
  if (!output.ok()) {
    Error error = output.error();
    error.message = "step " + step.id + ": " + error.message;
    return error;
  }
  d.report.output = *output;
  d.report.seconds = clock.Seconds() - start;
  return store.PutAction(d.report.key, {*output, d.report.seconds, step.id});
}

void Tell(const std::function<void(const StepReport&, size_t, size_t)>& callback, const StepReport& report,
          size_t index, size_t count) {
  if (callback) callback(report, index, count);
}

}  // namespace

const std::string& StepContext::Input(const std::string& name) const {
  auto it = inputs.find(name);
  CAIRN_CHECK(it != inputs.end());
  return it->second;
}

Result<void> Graph::Add(Step step) {
  CAIRN_CHECK(step.run && !step.id.empty());
  if (steps_.contains(step.id)) return BadInput("two steps are called " + step.id);
  for (const auto& [name, id] : step.steps) {
    if (step.files.contains(name)) return BadInput("step " + step.id + " has two inputs called " + name);
  }
  added_.push_back(step.id);
  std::string id = step.id;
  steps_.emplace(std::move(id), std::move(step));
  return {};
}

Result<std::vector<const Step*>> Graph::Order() const {
  std::vector<const Step*> order;
  std::set<std::string> done, open;
  std::vector<std::string> path;
  std::function<Result<void>(const std::string&)> visit = [&](const std::string& id) -> Result<void> {
    if (done.contains(id)) return {};
    if (!open.insert(id).second) {
      std::string circle;
      for (auto it = std::find(path.begin(), path.end(), id); it != path.end(); ++it) circle += *it + " -> ";
      return BadInput("steps wait for each other: " + circle + id);
    }
    path.push_back(id);
    const Step& step = steps_.at(id);
    for (const auto& [name, needed] : step.steps) {
      if (!steps_.contains(needed)) return BadInput("step " + id + " needs step " + needed + ", which does not exist");
      CAIRN_TRY(visit(needed));
    }
    path.pop_back();
    done.insert(id);
    order.push_back(&step);
    return {};
  };
  for (const std::string& id : added_) CAIRN_TRY(visit(id));
  return order;
}

Result<std::vector<StepReport>> Graph::Run(Store& store, Clock& clock, const Observer& observer,
                                           const std::function<bool()>& cancelled) const {
  CAIRN_CHECK(store.writable());
  CAIRN_ASSIGN(std::vector<const Step*> order, Order());
  std::vector<StepReport> reports;
  Outputs outputs;
  for (const Step* step : order) {
    if (cancelled && cancelled())
      return Error{ErrorCode::kCancelled, "stopped before step " + step->id + "; what is finished is kept", ""};
    CAIRN_ASSIGN(Decision d, Decide(store, *step, outputs));
    size_t index = reports.size() + 1;
    if (d.report.state == StepState::kRan) {
      Tell(observer.started, d.report, index, order.size());
      CAIRN_TRY(RunStep(store, clock, *step, outputs, d));
    }
    CAIRN_TRY(RememberRecord(store, step->id, d.record, d.last));
    CAIRN_TRY(store.disk().Remove(WorkDirectory(store, d.report.key)));
    Tell(d.report.state == StepState::kRan ? observer.finished : observer.skipped, d.report, index, order.size());
    outputs[step->id] = d.report.output;
    reports.push_back(d.report);
  }
  return reports;
}

std::optional<Digest> LastOutput(Store& store, const std::string& id) {
  std::optional<StepRecord> last = LastRecord(store, id);
  if (!last) return std::nullopt;
  Result<Lookup> found = store.FindAction(StepKey(*last));
  if (!found.ok() || !found->action) return std::nullopt;
  return found->action->output;
}

Result<std::vector<StepReport>> Graph::Plan(Store& store) const {
  CAIRN_ASSIGN(std::vector<const Step*> order, Order());
  std::vector<StepReport> reports;
  Outputs outputs;
  for (const Step* step : order) {
    StepReport waits{step->id, step->kind, StepState::kUnknown};
    for (const auto& [name, id] : step->steps) {
      if (!outputs.contains(id)) waits.reasons.push_back("input " + name + " comes from " + id + ", which runs first");
    }
    if (!waits.reasons.empty()) {
      reports.push_back(waits);
      continue;
    }
    CAIRN_ASSIGN(Decision d, Decide(store, *step, outputs));
    if (d.report.state == StepState::kUnchanged) outputs[step->id] = d.report.output;
    reports.push_back(d.report);
  }
  return reports;
}

}  // namespace cairn::dag
