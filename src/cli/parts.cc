// cairn data generate, cairn train, cairn eval: single parts of the build.

#include <fmt/format.h>

#include "base/file.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "project/build.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string directory = ".", model;
};

project::BuildOptions Announcing(const Context& context) {
  project::BuildOptions build;
  build.quiet = context.quiet;
  build.resources = context.resources;
  build.observer.started = [&context](const dag::StepReport& step, size_t index, size_t count) {
    if (!context.quiet) Say(stderr, "[{}/{}] {}\n", index, count, step.id);
  };
  return build;
}

void PrintFunnel(const Json& leaf, std::FILE* out) {
  const Json& funnel = leaf["funnel"];
  Say(out, "{}: {} rows made, {} kept\n", leaf["path"].get<std::string>(), funnel["made"].get<uint64_t>(),
      funnel["kept"].get<uint64_t>());
  for (const Json& stage : funnel["stages"])
    if (stage["dropped"].get<uint64_t>() > 0)
      Say(out, "  dropped {:>5}  {}\n", stage["dropped"].get<uint64_t>(), stage["stage"].get<std::string>());
  for (const Json& sentence : leaf["uncovered"])
    Say(out, "  no row about {}\n", PrintableLine(sentence.get<std::string>()));
  for (const Json& note : leaf["notes"]) Say(out, "  note: {}\n", PrintableLine(note.get<std::string>()));
}

Result<int> RunPart(const Options& options, const Context& context, project::Part part) {
  ThreadPool pool(context.Threads());
  CAIRN_ASSIGN(project::Project project, OpenProjectIn(options.directory));
  if (part == project::Part::kTraining) PrintNotes(project, context);
  CAIRN_ASSIGN(project::PartReport report, project::BuildPart(project, pool, Announcing(context), part));
  if (!context.quiet)
    for (const Json& leaf : report.leaves) PrintFunnel(leaf, context.Results());
  Say(context.Results(), "written to {}\n", report.output);
  if (context.json)
    SayJson(
        {{"leaves", report.leaves}, {"steps", project::StepReportsToJson(report.steps)}, {"output", report.output}});
  return 0;
}

std::string Share(const Json& a) {
  return fmt::format("{} of {} right, {:.0f} % [{:.0f}-{:.0f}], F1 {:.2f}", a["correct"].get<uint64_t>(),
                     a["n"].get<uint64_t>(), a["accuracy"].get<double>() * 100, a["low"].get<double>() * 100,
                     a["high"].get<double>() * 100, a["f1"].get<double>());
}

void PrintRegression(const Json& regression, std::FILE* out) {
  if (!regression.is_null()) Say(out, "base model's own held-out set: {}\n", Share(regression["after"]));
}

// Named, or the project's release, or the base that it would be made from.
Result<std::string> ModelToAsk(const Options& options, const project::Project& project) {
  if (!options.model.empty()) return ResolveModel(options.model);
  const std::string release = project::ReleasePath(project);
  return PathExists(release + "/model.safetensors") ? release : project.base_directory;
}

Result<int> Evaluate(const Options& options, const Context& context) {
  ThreadPool pool(context.Threads());
  CAIRN_ASSIGN(project::Project project,
               OpenProjectIn(options.directory == "." ? ProjectFolderAbove() : options.directory));
  CAIRN_ASSIGN(std::string model, ModelToAsk(options, project));
  if (!context.quiet) Say(stderr, "asking {}\n", PrintableLine(model));
  CAIRN_ASSIGN(Json evaluation, project::EvaluateModel(project, pool, model, context.quiet));
  for (const Json& leaf : evaluation["leaves"]) {
    Say(context.Results(), "{}: {}\n", leaf["path"].get<std::string>(), Share(leaf["after"]));
    if (context.quiet) continue;
    for (const Json& item : leaf["items"])
      if (!item["after_correct"].get<bool>())
        Say(context.Results(), "  {}\n      expected: {}\n      given:    {}\n",
            PrintableLine(item["question"].get<std::string>()), PrintableLine(item["expected"].get<std::string>()),
            PrintableLine(item["after"].get<std::string>()));
  }
  PrintRegression(evaluation["regression"], context.Results());
  if (evaluation["leaves"].empty() && evaluation.contains("not_measured"))
    Say(stderr, "note: no leaf has an eval.yaml, so none was asked anything\n");
  evaluation["model"] = model;
  if (context.json) SayJson(evaluation);
  return 0;
}

}  // namespace

void AddData(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command data = app.AddCommand("data", "training rows of the leaves");
  data.RequireCommand();
  Command generate = data.AddCommand("generate",
                                     "let the teacher write training rows for every leaf and check them; every "
                                     "row ends kept or dropped with its reason in "
                                     "build/data/<leaf>/rows.jsonl");
  AddCommon(generate, context);
  generate.AddValue("-C,--directory", options->directory, "the project's folder").ShowDefault();
  generate.Footer("Example: cairn data generate -C examples/harbour-guide");
  generate.OnChosen([options, &context] {
    context.run = [options, &context] { return RunPart(*options, context, project::Part::kData); };
  });
}

void AddTrain(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command train = app.AddCommand(
      "train",
      "write the rows of the project's leaves and train all phases on them. The adapter (with method: full, the model) "
      "of each phase and its transcript go to build/training/. A model to talk to is what `cairn build` makes.");
  AddCommon(train, context);
  AddResources(train, context);
  train.AddValue("-C,--directory", options->directory, "the project's folder").ShowDefault();
  train.Footer("Example: cairn train -C examples/harbour-guide --threads 2");
  train.OnChosen([options, &context] {
    context.run = [options, &context] { return RunPart(*options, context, project::Part::kTraining); };
  });
}

void AddEval(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command eval =
      app.AddCommand("eval", "ask a model the project's eval.yaml questions, closed-book, and show what it got wrong");
  AddCommon(eval, context);
  eval.AddValue("-C,--directory", options->directory, "the project's folder").ShowDefault();
  eval.AddValue("--model", options->model,
                "\"seed\", a model directory or a release (default: the project's release, or its base model)");
  eval.Footer("Example: cairn eval -C examples/harbour-guide --model seed");
  eval.OnChosen([options, &context] { context.run = [options, &context] { return Evaluate(*options, context); }; });
}

}  // namespace cairn::cli
