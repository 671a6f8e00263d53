// train_bench: how fast one training step of a shape of bench/shapes.json runs: tokens/s, GFLOP/s, share of the FMA
// peak that the same run measures, peak memory. Random weights and tokens; the work is the same as for real ones.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/memory.h"
#include "bench/measure.h"
#include "bench/shapes.h"
#include "kernels/kernels.h"
#include "kernels/machine_speed.h"
#include "train/trainer.h"

namespace cairn::bench {
namespace {

struct Options {
  std::string shape = "A", base = "F32", json;
  int threads = 0;
  bool int8 = false;
  uint64_t steps = 3, warmup = 1;
  train::Resources resources{.micro_batch = 0};
};

struct Figures {
  std::vector<double> step_seconds;
  double peak_gflops = 0;  // the greatest of all steps
  double state_digest_seconds = 0, loss = 0;
  uint64_t peak_bytes = 0;
};

// A digest of the whole state ends each segment of real training; it is timed on its own here.
train::TrainConfig BenchConfig(const Shape& shape, const Options& options) {
  train::TrainConfig config;
  config.steps = config.segment_steps = uint64_t{1} << 29;
  config.learning_rate = 1e-4;
  config.schedule = train::Schedule::kConstant;
  config.weight_decay = 0.1;
  config.row_tokens = shape.sample_tokens;
  config.resources = options.resources;
  if (options.int8) config.numerics = train::Numerics::kInt8;
  return config;
}

// The model as a project has it: BF16, in a mapped file. The file is removed at once; the map keeps it.
Result<model::Model> FromFile(ThreadPool& pool, model::Model m) {
  std::string directory = std::filesystem::temp_directory_path() / "cairn-bench-XXXXXX";
  if (!::mkdtemp(directory.data())) return IoError("cannot make a folder", directory);
  std::optional<model::Adapter> adapter = std::exchange(m.adapter, std::nullopt);  // would be merged
  Result<void> written = model::SaveWeights(pool, m, directory);
  if (written.ok()) written = WriteJson(directory + "/config.json", model::ModelConfigToJson(m.config));
  m = {};
  Result<model::Model> loaded = written.ok() ? model::LoadModel(directory, model::Storage::kAsStored) : written.error();
  std::filesystem::remove_all(directory);
  if (loaded.ok()) loaded->adapter = std::move(adapter);
  return loaded;
}

// A frozen base may be kept in another type than f32.
Result<void> NarrowBase(ThreadPool& pool, model::Model& m, const std::string& base) {
  if (base == "F32") return {};
  if (!m.adapter) return BadInput("--base is for shapes with an adapter: weights that are trained are F32");
  CAIRN_ASSIGN(m, FromFile(pool, std::move(m)));
  for (auto type : {kernels::WeightType::kF16, kernels::WeightType::kQ8_0, kernels::WeightType::kQ4_0}) {
    if (base != kernels::WeightTypeName(type)) continue;
    CAIRN_TRY(model::CheckNarrowable(m.config, type, "--base"));
    m = model::Narrowed(m, type);
  }
  return {};
}

Result<Figures> Train(ThreadPool& pool, const Shape& shape, const Options& options) {
  model::Model m = RandomModel(pool, shape);
  CAIRN_TRY(NarrowBase(pool, m, options.base));
  if (options.int8 && !m.adapter) return BadInput("--int8 is for shapes with an adapter");
  RestartPeakMemory();
  const train::TrainConfig config = BenchConfig(shape, options);
  train::GeneratedSource source([&](uint64_t i) { return RandomSample(shape, i); }, shape.samples, config.steps, 0);
  train::Trainer trainer(pool, m, config, source);
  Figures figures;
  for (uint64_t i = 0; i < options.warmup + options.steps; ++i) {
    figures.peak_gflops = std::max(figures.peak_gflops, kernels::FmaPeak(pool) * 1e-9);
    const double start = Seconds();
    CAIRN_ASSIGN(train::StepRecord record, trainer.Step());
    if (i >= options.warmup) figures.step_seconds.push_back(Seconds() - start);
    figures.loss = record.loss;
  }
  const double start = Seconds();
  (void)trainer.StateDigest();
  figures.state_digest_seconds = Seconds() - start;
  // Not getrusage: its maximum begins with that of the process that started this one.
  figures.peak_bytes = ProcessMemory("VmHWM");
  return figures;
}

Result<void> Run(Options options) {
  CAIRN_TRY(CheckFloatEnvironment());
  CAIRN_ASSIGN(Shape shape, LoadShape(options.shape));
  if (options.threads == 0) options.threads = AvailableCpus();
  if (options.resources.micro_batch == 0) options.resources.micro_batch = shape.samples;
  ThreadPool pool(options.threads);
  CAIRN_ASSIGN(Figures f, Train(pool, shape, options));
  const Spread seconds = SpreadOf(f.step_seconds);
  const auto tokens = static_cast<double>(shape.tokens());
  const double gflops = StepFlops(shape) / seconds.median * 1e-9;
  fmt::print("| {} | {} | {:.1f} tokens/s | {:.1f} GFLOP/s | {:.0f} % of {:.1f} | {:.2f} GB |\n", shape.name,
             options.threads, tokens / seconds.median, gflops, 100 * gflops / f.peak_gflops, f.peak_gflops,
             static_cast<double>(f.peak_bytes) * 1e-9);
  return WriteJson(options.json, {{"program", "cairn"},
                                  {"shape", shape.name},
                                  {"threads", options.threads},
                                  {"base", options.base},
                                  {"int8", options.int8},
                                  {"micro_batch", options.resources.micro_batch},
                                  {"recompute", options.resources.recompute},
                                  {"isa", kernels::CurrentTarget()},
                                  {"step_tokens", shape.tokens()},
                                  {"step_flops", StepFlops(shape)},
                                  {"step_seconds", f.step_seconds},
                                  {"peak_gflops", f.peak_gflops},
                                  {"peak_rss_bytes", f.peak_bytes},
                                  {"state_digest_seconds", f.state_digest_seconds},
                                  {"loss", f.loss}});
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Speed of one training step.", "train_bench");
  app.add_option("--shape", options.shape, "a name of bench/shapes.json (default A)");
  app.add_option("--threads", options.threads, "default: all CPUs")->check(CLI::Range(1, 1024));
  app.add_option("--steps", options.steps, "timed steps (default 3)")->check(CLI::Range(1, 1000000));
  app.add_option("--warmup", options.warmup, "steps before them (default 1)");
  app.add_option("--micro-batch", options.resources.micro_batch,
                 "samples in memory at a time (default: all of a step)");
  app.add_flag("--recompute", options.resources.recompute, "keep blocks' inputs only and run each block twice");
  app.add_option("--base", options.base, "type of a frozen base's matrices (default F32)")
      ->check(CLI::IsMember({"F32", "BF16", "F16", "Q8_0", "Q4_0"}));
  app.add_flag("--int8", options.int8, "the frozen base computes in 8-bit numbers (cairn-i8-1)");
  app.add_option("--json", options.json, "write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  return ExitCode("train_bench", Run(options));
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) { return cairn::bench::Main(argc, argv); }
