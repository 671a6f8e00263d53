// cairn seed train | replay | measure | side-files: the built-in base model from its recipe.

#include "../recipes/seed/measure.h"
#include "../recipes/seed/seed_training.h"
#include "../recipes/seed/side_files.h"
#include "base/file.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "infer/sampler.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string recipe, work = "local/seed", output = "models/seed", model, failures, from;
  size_t phase = 1;
  uint64_t steps = 10, items = 200, beams = cairn::seed::MeasureOptions{}.writing_beams;

  std::string Recipe() const { return recipe.empty() ? HomeDirectory() + "/recipes/seed" : recipe; }
};

Result<int> Measure(const Options& options, const Context& context) {
  CAIRN_ASSIGN(std::string directory, ResolveModel(options.model.empty() ? "seed" : options.model));
  CAIRN_ASSIGN(model::ChatModel chat, model::LoadChatModel(directory));
  CAIRN_ASSIGN(cairn::seed::Corpus corpus, cairn::seed::Corpus::Load(options.Recipe()));
  cairn::seed::MeasureOptions measure;
  measure.items_per_task = options.items;
  measure.writing_beams = options.beams;
  measure.ask.quiet = context.quiet;
  ThreadPool pool(context.Threads());
  CAIRN_ASSIGN(auto measured,
               cairn::seed::MeasureSeed(pool, chat, corpus, options.Recipe() + "/handwritten.yaml", measure));
  if (!options.failures.empty()) CAIRN_TRY(WriteFileAtomic(options.failures, cairn::seed::ItemsToJsonl(measured)));
  std::string table = cairn::seed::MeasurementToMarkdown(measured);
  if (!context.json) {
    Say(stdout, "{}", table);
    return 0;
  }
  if (!context.quiet) Say(stderr, "{}", table);
  Json json = cairn::seed::MeasurementToJson(measured);
  json["model"] = directory;
  json["weights"] = model::WeightsDigest(chat.model).Hex();
  SayJson(json);
  return 0;
}

void AddMeasure(Command seed, const std::shared_ptr<Options>& options, Context& context) {
  Command measure = seed.AddCommand("measure", "ask it held-out and hand-written questions and count what is right");
  AddCommon(measure, context);
  measure.AddValue("--recipe", options->recipe, "folder of the recipe");
  measure.AddValue("--model", options->model, "model folder (default: the built-in one)");
  measure.AddValue("--items", options->items, "held-out items of each task").Between(1, 100000).ShowDefault();
  measure.AddValue("--beams", options->beams, "of the search with which questions are written; 1: greedy")
      .Between(1, infer::kMaxBeams)
      .ShowDefault();
  measure.AddValue("--failures", options->failures, "write every item with the answer given here, wrong ones first");
  measure.OnChosen([options, &context] { context.run = [options, &context] { return Measure(*options, context); }; });
}

Result<int> SideFiles(const Options& options, const Context& context) {
  CAIRN_ASSIGN(cairn::seed::SeedRecipe recipe, cairn::seed::LoadSeedRecipe(options.Recipe() + "/recipe.yaml"));
  CAIRN_ASSIGN(cairn::seed::Corpus corpus, cairn::seed::Corpus::Load(options.Recipe()));
  CAIRN_TRY(cairn::seed::WriteSideFiles(corpus, recipe, options.output));
  if (context.json) SayJson({{"output", options.output}});
  return 0;
}

void AddSideFiles(Command seed, const std::shared_ptr<Options>& options, Context& context) {
  Command files = seed.AddCommand("side-files", "write heldout.jsonl and replay.jsonl, which lie beside its weights");
  AddCommon(files, context);
  files.AddValue("--recipe", options->recipe, "folder of the recipe");
  files.AddValue("--output", options->output, "folder of the model").Required();
  files.OnChosen([options, &context] { context.run = [options, &context] { return SideFiles(*options, context); }; });
}

}  // namespace

void AddSeed(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command seed = app.AddCommand("seed", "make the built-in base model again, or check that it was made as it says");
  seed.RequireCommand();
  Command train = seed.AddCommand("train", "train it from its recipe; goes on where a stopped run ended");
  AddCommon(train, context);
  train.AddValue("--recipe", options->recipe, "folder of the recipe (default: the one that comes with cairn)");
  train.AddValue("--work", options->work, "folder for checkpoints").ShowDefault();
  train.AddValue("--output", options->output, "folder for the finished model").ShowDefault();
  train.AddValue(
      "--from", options->from,
      "go on behind the phases whose transcripts and end weights this model folder has (default: train all)");
  AddDevice(train, context);
  train.OnChosen([options, &context] {
    context.run = [options, &context]() -> Result<int> {
      ThreadPool pool(context.Threads());
      cairn::seed::SeedOptions run{options->Recipe(), options->work, context.quiet, context.resources.device,
                                   options->from};
      CAIRN_TRY(cairn::seed::TrainSeed(pool, run, options->output));
      return 0;
    };
  });
  Command replay = seed.AddCommand("replay", "run steps of its training again and compare every bit");
  AddCommon(replay, context);
  replay.AddValue("--recipe", options->recipe, "folder of the recipe");
  replay.AddValue("--model", options->model, "model folder (default: the built-in one)");
  replay.AddValue("--phase", options->phase, "phase of the recipe, from 1").NotNegative().ShowDefault();
  replay.AddValue("--steps", options->steps, "how many steps from the phase's start").NotNegative().ShowDefault();
  AddDevice(replay, context);
  replay.OnChosen([options, &context] {
    context.run = [options, &context]() -> Result<int> {
      ThreadPool pool(context.Threads());
      cairn::seed::SeedOptions run{options->Recipe(), "", context.quiet, context.resources.device, ""};
      std::string model = options->model.empty() ? HomeDirectory() + "/models/seed" : options->model;
      if (options->phase < 1) return BadInput("--phase counts from 1");
      CAIRN_ASSIGN(uint64_t steps, cairn::seed::ReplaySeed(pool, run, model, options->phase - 1, options->steps));
      if (context.json) SayJson({{"steps", steps}, {"equal", true}});
      return 0;
    };
  });
  AddMeasure(seed, options, context);
  AddSideFiles(seed, options, context);
}

}  // namespace cairn::cli
