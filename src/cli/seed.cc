// cairn seed train | replay: the built-in base model from its recipe.
#include <fmt/format.h>

#include "../recipes/seed/seed_training.h"
#include "base/thread_pool.h"
#include "cli/command.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string recipe, work = "local/seed", output = "models/seed", model;
  size_t phase = 1;
  uint64_t steps = 10;
};

}  // namespace

void AddSeed(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* seed =
      app.add_subcommand("seed", "make the built-in base model again, or check that it was made as it says");
  seed->require_subcommand(1);
  CLI::App* train = seed->add_subcommand("train", "train it from its recipe; goes on where a stopped run ended");
  AddCommon(*train, context);
  train->add_option("--recipe", options->recipe, "folder of the recipe (default: the one that comes with cairn)");
  train->add_option("--work", options->work, "folder for checkpoints")->capture_default_str();
  train->add_option("--output", options->output, "folder for the finished model")->capture_default_str();
  train->callback([options, &context] {
    context.run = [options, &context]() -> Result<int> {
      ThreadPool pool(context.Threads());
      cairn::seed::SeedOptions run{options->recipe.empty() ? HomeDirectory() + "/recipes/seed" : options->recipe,
                                   options->work, context.quiet};
      CAIRN_TRY(cairn::seed::TrainSeed(pool, run, options->output));
      return 0;
    };
  });
  CLI::App* replay = seed->add_subcommand("replay", "run steps of its training again and compare every bit");
  AddCommon(*replay, context);
  replay->add_option("--recipe", options->recipe, "folder of the recipe");
  replay->add_option("--model", options->model, "model folder (default: the built-in one)");
  replay->add_option("--phase", options->phase, "phase of the recipe, from 1")->capture_default_str();
  replay->add_option("--steps", options->steps, "how many steps from the phase's start")->capture_default_str();
  replay->callback([options, &context] {
    context.run = [options, &context]() -> Result<int> {
      ThreadPool pool(context.Threads());
      cairn::seed::SeedOptions run{options->recipe.empty() ? HomeDirectory() + "/recipes/seed" : options->recipe, "",
                                   context.quiet};
      std::string model = options->model.empty() ? HomeDirectory() + "/models/seed" : options->model;
      if (options->phase < 1) return BadInput("--phase counts from 1");
      CAIRN_ASSIGN(uint64_t steps, cairn::seed::ReplaySeed(pool, run, model, options->phase - 1, options->steps));
      if (context.json) fmt::print("{}\n", DumpJson({{"steps", steps}, {"equal", true}}));
      return 0;
    };
  });
}

}  // namespace cairn::cli
