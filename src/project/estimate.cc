// The estimate of `cairn build --plan`: rows, tokens, minutes, memory and disk of the steps that would run, on this
// machine.
#include <algorithm>
#include <filesystem>

#include "eval/held_out.h"
#include "kernels/int8.h"
#include "kernels/machine_speed.h"
#include "project/phase.h"
#include "project/steps.h"
#include "synth/chunk.h"

namespace cairn::project {
namespace {

// Measured on the example project with the built-in teacher and samplesPerSeed 8: per sentence of a document, rows made
// and kept, and tokens that the teacher reads and writes (64 calls); per skill, rows kept; per kept row,
// tokens.
constexpr double kMadePerSentence = 43, kKeptPerSentence = 16, kTeacherTokensPerSentence = 4800;
// Of training in cairn-i8-1, compared with binary32 (docs/performance.md): narrow layers gain less.
double Int8Speed(double parameters) {
  const bool wide = parameters >= 64e6;
  switch (kernels::Int8UnitHere()) {
    case kernels::Int8Unit::kAmx:
      return wide ? 4 : 1.8;
    case kernels::Int8Unit::kVnni:
      return wide ? 2.5 : 1.6;
    case kernels::Int8Unit::kSimd:
      break;
  }
  return 1;
}
constexpr double kTokensPerCall = 75;
constexpr double kRowsPerSkill = 250, kTeacherTokensPerSkill = 40000, kTokensPerRow = 20;

// What a matmul of the model's own size reaches here now.
double MeasureRate(ThreadPool& pool, const model::ModelConfig& config) {
  return kernels::LinearRate(pool, 512, static_cast<size_t>(config.hidden_size),
                             static_cast<size_t>(config.intermediate_size));
}

uint64_t Sentences(const taxonomy::Leaf& leaf) {
  uint64_t n = 0;
  for (const taxonomy::Document& d : leaf.documents)
    for (char c : d.text) n += c == '.' || c == '!' || c == '?';
  return n;
}

struct LeafEstimate {
  double made = 0, kept = 0, teacher_tokens = 0;
};

LeafEstimate EstimateLeaf(const taxonomy::Leaf& leaf, uint64_t samples_per_seed) {
  double samples = static_cast<double>(samples_per_seed) / 8;
  if (leaf.kind == taxonomy::LeafKind::kSkill) return {kRowsPerSkill, kRowsPerSkill, kTeacherTokensPerSkill * samples};
  auto sentences = static_cast<double>(Sentences(leaf));
  return {sentences * kMadePerSentence * samples, sentences * kKeptPerSentence,
          sentences * kTeacherTokensPerSentence * samples};
}

// Values that are trained.
double TrainedValues(const model::ModelConfig& config, const TrainingConfig& training, double parameters) {
  if (training.method == TrainingMethod::kFull) return parameters;
  std::vector<std::vector<model::LoraOffsets>> offsets;
  return static_cast<double>(model::LoraParameters(config, LoraConfigOf(training), &offsets).size());
}

// What a training step holds of its tokens (docs/performance.md), and the same of one layer for the gradients.
double ActivationBytes(const model::ModelConfig& config, const train::Resources& resources) {
  const double tokens = static_cast<double>(resources.micro_batch * train::TrainConfig{}.row_tokens),
               hidden = static_cast<double>(config.hidden_size), layers = static_cast<double>(config.num_hidden_layers),
               heads = static_cast<double>((config.num_attention_heads + config.num_key_value_heads) * config.head_dim),
               layer = 4 * hidden + 2 * heads + 3 * static_cast<double>(config.intermediate_size);
  return 4 * tokens * (layer + (resources.recompute ? layer + layers * hidden : layers * layer));
}

// Of training, which needs the most. A large base stays in its file, 2 bytes a weight; in cairn-i8-1 its two 8-bit
// copies take its place.
double MemoryBytes(const BuildContext& context, const model::ModelConfig& config, double parameters, bool int8) {
  const TrainingConfig& training = context.project.config.spec.training;
  const bool lora = training.method == TrainingMethod::kLora, small = parameters <= model::kSmallModel;
  const double weights = !lora ? 0 : small ? (int8 ? 6 : 4) : 2;
  constexpr double kProgram = 2e8;  // base data, samples, tokenizer, buffers of kernels
  return parameters * weights + 16 * TrainedValues(config, training, parameters) +
         ActivationBytes(config, context.resources) + kProgram;
}

// The model in the store and in the release; checkpoint and kept states, three values for each that is trained.
double DiskBytes(const model::ModelConfig& config, const TrainingConfig& training, double parameters, double rows) {
  const double phases = static_cast<double>(training.phases.size()),
               trained = TrainedValues(config, training, parameters);
  const bool lora = training.method == TrainingMethod::kLora;
  const double kept = !lora ? 0 : trained <= kSmallAdapter ? kPhaseSegments : 1;
  const double states = 1 + 2 * kept * phases;
  return parameters * (lora ? 4 : 4 + 2 * phases) + 12 * trained * states + rows * 600;
}

struct Work {
  double rows = 0, teacher_tokens = 0, training_tokens = 0, measured_tokens = 0;
};

// Texts asked and answered when a model is measured; a token of plain text is about four bytes.
double MeasuredTokens(const Project& project) {
  constexpr double kBytesPerToken = 4, kAnswer = 10;
  const EvaluationConfig& evaluation = project.config.spec.evaluation;
  double tokens = 0;
  if (evaluation.Wants(Benchmark::kLeafQuestions))
    for (const taxonomy::Leaf& leaf : project.leaves)
      for (const taxonomy::EvalQuestion& q : leaf.eval_questions)
        tokens += static_cast<double>(q.question.size()) / kBytesPerToken + kAnswer;
  std::error_code code;
  const auto held_out = std::filesystem::file_size(project.base_directory + "/" + eval::kHeldOutFile, code);
  if (evaluation.Wants(Benchmark::kBaseRegression) && !code) tokens += static_cast<double>(held_out) / kBytesPerToken;
  return tokens;
}

Work WorkOf(const Project& project, const std::vector<dag::StepReport>& steps) {
  const SpecConfig& spec = project.config.spec;
  auto runs = [&](const std::string& id) {
    auto at = std::ranges::find(steps, id, &dag::StepReport::id);
    return at != steps.end() && at->state != dag::StepState::kUnchanged;
  };
  Work work;
  for (const taxonomy::Leaf& leaf : project.leaves) {
    if (!runs(SynthStepId(leaf))) continue;
    LeafEstimate estimate = EstimateLeaf(leaf, spec.synthesis.samples_per_seed);
    work.rows += estimate.made;
    work.teacher_tokens += estimate.teacher_tokens;
  }
  for (size_t i = 0; i < spec.training.phases.size(); ++i) {
    if (!runs(TrainStepId(project, i))) continue;
    double kept = 0;
    for (const taxonomy::Leaf& leaf : project.leaves)
      if (TrainsOn(spec.training.phases[i].data, leaf.kind))
        kept += EstimateLeaf(leaf, spec.synthesis.samples_per_seed).kept;
    work.training_tokens += kept * kTokensPerRow / (1 - std::min(spec.training.replay, 0.9)) *
                            static_cast<double>(spec.training.phases[i].epochs);
  }
  for (const char* step : {kMeasureBaseStep, kMeasureStep})
    if (runs(step)) work.measured_tokens += MeasuredTokens(project);
  return work;
}

// A teacher that is not the base, by the size of its files; behind an endpoint it works elsewhere.
double TeacherParameters(const Project& project, double base) {
  if (project.HasEndpoint()) return 0;
  if (project.teacher_digest == project.base_digest) return base;
  constexpr double kBytesPerWeight = 2;
  double bytes = 0;
  std::error_code code;
  for (std::filesystem::directory_iterator it(project.teacher_directory, code), end; !code && it != end;
       it.increment(code))
    if (it->path().extension() == ".safetensors") bytes += static_cast<double>(it->file_size(code));
  return bytes / kBytesPerWeight;
}

// Reading or writing a token takes 2 operations a parameter. Training takes 2 forward and 4 backward (2 for frozen
// weights), and 2 more to ask the base model.
double Operations(const Project& project, const Work& work, double parameters) {
  const TrainingConfig& training = project.config.spec.training;
  const double each = training.method == TrainingMethod::kFull ? 6 : 4 + (training.replay_distillation > 0 ? 2 : 0);
  const double faster = NumericsOf(training) == train::Numerics::kInt8 ? Int8Speed(parameters) : 1;
  return work.training_tokens * parameters * each / faster + work.measured_tokens * parameters * 2 +
         work.teacher_tokens * TeacherParameters(project, parameters) * 2;
}

}  // namespace

Result<Json> EstimateOf(BuildContext& context, const std::vector<dag::StepReport>& steps) {
  const Project& project = context.project;
  const TrainingConfig& training = project.config.spec.training;
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  const model::ModelConfig& config = base->model.config;
  const auto parameters = static_cast<double>(base->model.list.size());
  const double rate = MeasureRate(context.pool, config);
  const Work work = WorkOf(project, steps);
  constexpr double kReached = 0.5;  // of the rate, by all that a build does
  const double seconds = Operations(project, work, parameters) / (rate * kReached);
  const double disk = work.training_tokens > 0 ? DiskBytes(config, training, parameters, work.rows) : 0;
  const bool int8 = NumericsOf(training) == train::Numerics::kInt8;
  return Json{{"rows", static_cast<uint64_t>(work.rows)},
              {"teacher_tokens", static_cast<uint64_t>(work.teacher_tokens)},
              {"teacher_calls", static_cast<uint64_t>(work.teacher_tokens / kTokensPerCall)},
              {"training_tokens", static_cast<uint64_t>(work.training_tokens)},
              {"measured_tokens", static_cast<uint64_t>(work.measured_tokens)},
              {"minutes", seconds / 60},
              {"memory_bytes", static_cast<uint64_t>(MemoryBytes(context, config, parameters, int8))},
              {"disk_bytes", static_cast<uint64_t>(disk)},
              {"gflops_measured", rate * 1e-9}};
}

}  // namespace cairn::project
