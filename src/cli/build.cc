// cairn build: from a project to a signed release.
#include "project/build.h"

#include <fmt/format.h>

#include <map>

#include "base/file.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string directory = ".";
  bool plan = false, explain = false;
};

const char* StateText(dag::StepState state) {
  switch (state) {
    case dag::StepState::kUnchanged:
      return "unchanged";
    case dag::StepState::kRan:
      return "run";
    case dag::StepState::kUnknown:
      return "depends on steps before it";
  }
  return "";
}

void PrintStep(const dag::StepReport& step, bool explain, std::FILE* out) {
  Say(out, "  {:<44} {}\n", step.id, StateText(step.state));
  if (explain)
    for (const std::string& reason : step.reasons) Say(out, "      because: {}\n", PrintableLine(reason));
}

std::string Accuracy(const Json& a) {
  if (a.is_null()) return "-";
  return fmt::format("{:3.0f} % [{:.0f}-{:.0f}]", a["accuracy"].get<double>() * 100, a["low"].get<double>() * 100,
                     a["high"].get<double>() * 100);
}

void PrintGate(const Json& gate, std::FILE* out) {
  Say(out, "gate {:<8} {}\n", gate["pass"].get<bool>() ? "passed" : "FAILED",
      PrintableLine(gate["text"].get<std::string>()));
}

void PrintRelease(const project::BuildReport& report, std::FILE* out) {
  if (!report.release_path.empty())
    Say(out, "release {}\ndigest  {}\n", report.release_path, report.release_digest.Hex());
  if (!report.left_behind.empty())
    Say(stderr, "warning: the release before it lies in {} and cannot be removed; remove it by hand\n",
        report.left_behind);
}

// What --quiet leaves: the result.
void PrintOutcome(const project::BuildReport& report, std::FILE* out) {
  for (const Json& gate : report.evaluation["gates"])
    if (!gate["pass"].get<bool>()) PrintGate(gate, out);
  PrintRelease(report, out);
}

void PrintReport(const project::BuildReport& report, std::FILE* out) {
  Say(out, "\n{:<44} {:>6} {:>6}  {:<16} {:<16}\n", "leaf", "rows", "kept", "before", "after");
  for (const Json& leaf : report.leaves) {
    const Json& funnel = leaf["funnel"];
    Say(out, "{:<44} {:>6} {:>6}  {:<16} {:<16}\n", leaf["path"].get<std::string>(), funnel["made"].get<uint64_t>(),
        funnel["kept"].get<uint64_t>(), Accuracy(leaf.value("before", Json())), Accuracy(leaf.value("after", Json())));
    for (const Json& stage : funnel["stages"])
      if (stage["dropped"].get<uint64_t>() > 0)
        Say(out, "    dropped {:>5}  {}\n", stage["dropped"].get<uint64_t>(), stage["stage"].get<std::string>());
    if (!leaf["uncovered"].empty())
      Say(out, "    {} sentences without a row; `cairn data generate` names them\n", leaf["uncovered"].size());
    for (const Json& note : leaf["notes"]) Say(out, "    note: {}\n", PrintableLine(note.get<std::string>()));
  }
  const Json& regression = report.evaluation["regression"];
  if (!regression.is_null())
    Say(out, "{:<44} {:>6} {:>6}  {:<16} {:<16}\n", "base model's own held-out set", "", "",
        Accuracy(regression["before"]), Accuracy(regression["after"]));
  for (const Json& gate : report.evaluation["gates"]) PrintGate(gate, out);
  Say(out, "cost: {} of steps, {} CPU time in this run, peak memory {}\n",
      HumanDuration(report.cost["seconds"].get<double>()),
      HumanDuration(report.cost["cpu_seconds_this_run"].get<double>()),
      HumanBytes(report.cost["peak_memory_bytes"].get<uint64_t>()));
  PrintRelease(report, out);
}

Result<int> Plan(const project::Project& project, ThreadPool& pool, const Context& context, bool explain) {
  CAIRN_ASSIGN(project::PlanReport plan, project::PlanProject(project, pool));
  std::FILE* out = context.Results();
  for (const auto& step : plan.steps) PrintStep(step, explain, out);
  const Json& e = plan.estimate;
  Say(out, "estimate: {} rows, {} training tokens, {}, memory {}, disk {}\n", e["rows"].get<uint64_t>(),
      e["training_tokens"].get<uint64_t>(), HumanDuration(e["minutes"].get<double>() * 60),
      HumanBytes(e["memory_bytes"].get<uint64_t>()), HumanBytes(e["disk_bytes"].get<uint64_t>()));
  if (project.HasEndpoint() && e["teacher_tokens"] > 0)
    Say(out, "and about {} requests with {} tokens to the endpoint, whose time and price are not known\n",
        e["teacher_calls"].get<uint64_t>(), e["teacher_tokens"].get<uint64_t>());
  if (const uint64_t memory = MachineMemory(); memory > 0 && e["memory_bytes"] > memory)
    Say(stderr, "warning: this machine has {} of memory; --recompute and --micro-batch 1 need less\n",
        HumanBytes(memory));
  if (context.json) SayJson({{"steps", project::StepReportsToJson(plan.steps)}, {"estimate", e}});
  return 0;
}

Result<int> Build(const Options& options, const Context& context) {
  ThreadPool pool(context.Threads());
  CAIRN_ASSIGN(project::Project project, OpenProjectIn(options.directory));
  PrintNotes(project, context);
  if (options.plan) return Plan(project, pool, context, options.explain);
  project::BuildOptions build;
  build.quiet = context.quiet;
  build.resources = context.resources;
  build.observer.started = [&](const dag::StepReport& step, size_t index, size_t count) {
    if (!context.quiet || options.explain) Say(stderr, "[{}/{}] {}\n", index, count, step.id);
    if (options.explain)
      for (const std::string& reason : step.reasons) Say(stderr, "      because: {}\n", PrintableLine(reason));
  };
  build.observer.skipped = [&](const dag::StepReport& step, size_t index, size_t count) {
    if (!context.quiet) Say(stderr, "[{}/{}] {} unchanged\n", index, count, step.id);
  };
  CAIRN_ASSIGN(project::BuildReport report, project::BuildProject(project, pool, build));
  for (const std::string& line : report.moved) Say(stderr, "since cairn.lock: {}\n", PrintableLine(line));
  context.quiet ? PrintOutcome(report, context.Results()) : PrintReport(report, context.Results());
  if (context.json) SayJson(project::BuildReportToJson(report));
  if (report.gates_passed) return 0;
  const std::string release = project::ReleasePath(project);
  std::fflush(stdout);  // the figures come before what follows from them
  Say(stderr, "cairn: a gate failed, so no release was made{}\n",
      PathExists(release) ? "; " + release + " is still that of an earlier build" : "");
  return 1;
}

}  // namespace

void AddBuild(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command build = app.AddCommand("build",
                                 "make a release: write training rows from every leaf, train, measure, judge the "
                                 "gates, sign. Steps whose inputs did not change are "
                                 "not run again; a stopped build goes on where it stopped.");
  AddCommon(build, context);
  AddResources(build, context);
  build.AddValue("-C,--directory", options->directory, "the project's folder, with cairn.yaml").ShowDefault();
  build.AddFlag("--plan", options->plan, "say what would run, with an estimate; run nothing");
  build.AddFlag("--explain", options->explain, "say why each step runs");
  build.Footer("Example: cairn build -C examples/harbour-guide --explain");
  build.OnChosen([options, &context] { context.run = [options, &context] { return Build(*options, context); }; });
}

}  // namespace cairn::cli
