// int8_loss: does LoRA learn as well in 8-bit numbers (cairn-i8-1) as in binary32? For several seeds, an adapter is
// trained with both on the same samples in the same order, and both are asked for the loss of held-out samples. What
// counts is the difference beside the noise of the seeds.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>

#include "../recipes/seed/corpus.h"
#include "../recipes/seed/seed_recipe.h"
#include "../recipes/seed/seed_training.h"
#include "train/trainer.h"

namespace cairn::bench {
namespace {

struct Options {
  std::string model = "models/seed", recipe = "recipes/seed";
  std::vector<std::string> levels = {"novel", "clear"};
  uint64_t steps = 150, samples_per_step = 24, seeds = 5, heldout = 400;
  double learning_rate = 2e-3;
  int threads = 2, rank = 16;
};

struct Task {
  const seed::Corpus& corpus;
  const formats::Tokenizer& tokenizer;
  const seed::SeedRecipe& recipe;
  seed::SeedPhase phase;
  train::TokenSample Sample(uint64_t i) const { return seed::SeedSample(corpus, tokenizer, recipe, phase, i); }
};

double HeldOutLoss(ThreadPool& pool, const model::Model& m, const Task& task, const Options& options) {
  model::TrainingPass pass(pool, m);
  model::PackedTokens packed;
  double sum = 0;
  size_t count = 0;
  for (uint64_t i = 0; i < options.heldout; ++i) {
    const train::TokenSample sample = task.Sample((uint64_t{1} << 32) + i);
    packed.Append(sample.ids, sample.loss_mask);
    if (packed.size() < 2048 && i + 1 < options.heldout) continue;
    for (float loss : pass.Losses(packed)) sum += static_cast<double>(loss), ++count;
    packed.Clear();
  }
  return sum / static_cast<double>(count);
}

Result<double> LossAfterTraining(ThreadPool& pool, const model::Model& base, const Task& task, const Options& options,
                                 uint64_t seed, train::Numerics numerics) {
  model::Model m = base;
  model::LoraConfig lora;
  lora.rank = options.rank;
  lora.alpha = 2.0 * options.rank;
  m.adapter = model::Adapter::Create(m.config, lora, seed);
  train::TrainConfig config;
  config.steps = options.steps;
  config.learning_rate = options.learning_rate;
  config.warmup_steps = options.steps / 20;
  config.seed = seed;
  config.numerics = numerics;
  const uint64_t first = seed * options.steps * options.samples_per_step;
  train::GeneratedSource source([&](uint64_t i) { return task.Sample(i); }, options.samples_per_step, options.steps,
                                first);
  {
    train::Trainer trainer(pool, m, config, source);
    while (trainer.step() < config.steps) CAIRN_TRY(trainer.Step());
  }
  return HeldOutLoss(pool, m, task, options);
}

Result<void> Compare(ThreadPool& pool, const model::Model& base, const Task& task, const std::string& level,
                     const Options& options) {
  fmt::print("level {}: held-out loss before training {:.4f}\n", level, HeldOutLoss(pool, base, task, options));
  std::vector<double> exact, differences;
  for (uint64_t seed = 1; seed <= options.seeds; ++seed) {
    CAIRN_ASSIGN(double f32, LossAfterTraining(pool, base, task, options, seed, train::Numerics::kF32));
    CAIRN_ASSIGN(double i8, LossAfterTraining(pool, base, task, options, seed, train::Numerics::kInt8));
    fmt::print("  seed {}: binary32 {:.4f}, 8-bit {:.4f}, difference {:+.4f}\n", seed, f32, i8, i8 - f32);
    std::fflush(stdout);
    exact.push_back(f32);
    differences.push_back(i8 - f32);
  }
  auto mean = [](const std::vector<double>& x) {
    double sum = 0;
    for (double v : x) sum += v;
    return sum / static_cast<double>(x.size());
  };
  const double centre = mean(exact), difference = mean(differences);
  double squares = 0;
  for (double x : exact) squares += (x - centre) * (x - centre);
  const double noise = std::sqrt(squares / static_cast<double>(std::max<size_t>(exact.size(), 2) - 1));
  fmt::print("  mean difference {:+.4f}, noise of seeds {:.4f}: 8-bit is {} the noise\n", difference, noise,
             std::abs(difference) < noise ? "within" : "beyond");
  return {};
}

Result<void> Run(const Options& options) {
  CAIRN_ASSIGN(seed::Corpus corpus, seed::Corpus::Load(options.recipe));
  CAIRN_ASSIGN(seed::SeedRecipe recipe, seed::LoadSeedRecipe(options.recipe + "/recipe.yaml"));
  CAIRN_ASSIGN(formats::Tokenizer tokenizer, formats::Tokenizer::Load(options.model + "/tokenizer.json"));
  CAIRN_ASSIGN(model::Model base, model::LoadModel(options.model));
  ThreadPool pool(options.threads);
  for (const std::string& name : options.levels) {
    seed::SeedPhase phase = recipe.phases.back();
    phase.text_loss_every = 0;
    CAIRN_ASSIGN(phase.level, seed::ParseLevel(name));
    CAIRN_TRY(Compare(pool, base, {corpus, tokenizer, recipe, phase}, name, options));
  }
  return {};
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  cairn::bench::Options options;
  CLI::App app("the loss that LoRA reaches in 8-bit numbers beside binary32");
  app.add_option("--model", options.model, "base model")->capture_default_str();
  app.add_option("--recipe", options.recipe, "folder with the generator's words and frames")->capture_default_str();
  app.add_option("--level", options.levels, "levels of generated text, one task each")->capture_default_str();
  app.add_option("--steps", options.steps)->capture_default_str();
  app.add_option("--samples", options.samples_per_step, "in a step")->capture_default_str();
  app.add_option("--seeds", options.seeds)->capture_default_str();
  app.add_option("--rank", options.rank)->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate)->capture_default_str();
  app.add_option("--threads", options.threads)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  cairn::Result<void> done = cairn::bench::Run(options);
  if (done.ok()) return 0;
  fmt::print(stderr, "{}\n", done.error().ToString());
  return 1;
}
