#include "project/phase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/philox.h"

namespace cairn::project {
namespace {

// Of samples, each as often as it is seen: their order takes 4 bytes for each (512 MB).
constexpr size_t kMostVisits = size_t{1} << 27;

Result<void> Add(const model::ChatModel& base, formats::Conversation conversation, PhaseSamples& samples,
                 std::vector<train::TokenSample>& to) {
  CAIRN_ASSIGN(train::TokenSample sample,
               train::Tokenise(base.format, base.tokenizer, conversation, model::MaxPositions(base.model.config)));
  samples.conversations.push_back(std::move(conversation));
  to.push_back(std::move(sample));
  return {};
}

// replay is a share of the mixture: r / (1 - r) tokens of base data for each contributed one.
void CountBaseData(const TrainingConfig& training, train::EpochSamples& samples) {
  uint64_t tokens = 0;
  for (const train::TokenSample& sample : samples.every_epoch) tokens += sample.ids.size();
  const double replay = training.replay;
  samples.in_turn_tokens = replay < 1 ? static_cast<uint64_t>(static_cast<double>(tokens) * replay / (1 - replay)) : 0;
  samples.in_turn_base_weight = static_cast<float>(training.replay_distillation);
}

std::optional<kernels::WeightType> QuantizedType(const TrainingConfig& training) {
  if (training.method == TrainingMethod::kFull || training.lora.quantize == BaseQuantization::kNone) return {};
  return training.lora.quantize == BaseQuantization::kQ8_0 ? kernels::WeightType::kQ8_0 : kernels::WeightType::kQ4_0;
}

}  // namespace

bool TrainsOn(PhaseData data, taxonomy::LeafKind kind) {
  return data == PhaseData::kAll || (data == PhaseData::kKnowledge) == (kind == taxonomy::LeafKind::kKnowledge);
}

PhasePlan PlanOf(const TrainingConfig& training, size_t phase) {
  const PhaseConfig& config = training.phases[phase];
  return {std::to_string(phase + 1) + "-" + config.name, config.epochs, training.seed + phase};
}

train::Numerics NumericsOf(const TrainingConfig& training) {
  const bool int8 = training.method == TrainingMethod::kLora && training.lora.numerics == LoraNumerics::kI8;
  return int8 ? train::Numerics::kInt8 : train::Numerics::kF32;
}

Result<PhaseSamples> MixSamples(std::vector<formats::Conversation> contributed,
                                std::vector<formats::Conversation> base_data, const model::ChatModel& base,
                                const TrainingConfig& training, const PhasePlan& plan) {
  auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(contributed.begin(), contributed.end(), by_id);
  contributed.erase(
      std::unique(contributed.begin(), contributed.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
      contributed.end());
  PhaseSamples samples;
  train::EpochSamples& tokens = samples.tokens;
  for (formats::Conversation& c : contributed) CAIRN_TRY(Add(base, std::move(c), samples, tokens.every_epoch));
  CountBaseData(training, tokens);
  RandomStream random(plan.seed, RandomPurpose::kMix, 0);
  const std::vector<uint32_t> order = Permutation(static_cast<uint32_t>(base_data.size()), random);
  size_t next = 0;
  for (uint64_t epoch = 0; epoch < plan.epochs; ++epoch) {
    for (uint64_t taken = 0; taken < tokens.in_turn_tokens && next < order.size();) {
      formats::Conversation& row = base_data[order[next++]];
      const std::string id = row.id;
      if (auto added = Add(base, std::move(row), samples, tokens.in_turn); !added.ok()) {
        samples.left_out.emplace_back(id, added.error().message);
        continue;
      }
      taken += tokens.in_turn.back().ids.size();
    }
  }
  return samples;
}

Result<PhaseSamples> RecordedSamples(std::vector<formats::Conversation> conversations, size_t contributed,
                                     const model::ChatModel& base, const TrainingConfig& training) {
  PhaseSamples samples;
  train::EpochSamples& tokens = samples.tokens;
  for (size_t i = 0; i < conversations.size(); ++i)
    CAIRN_TRY(Add(base, std::move(conversations[i]), samples, i < contributed ? tokens.every_epoch : tokens.in_turn));
  CountBaseData(training, tokens);
  return samples;
}

Result<train::EpochSource> PhaseSource(const PhaseSamples& samples, const TrainingConfig& training,
                                       const PhasePlan& plan, uint64_t most_steps) {
  if (samples.tokens.every_epoch.empty())
    return BadInput("phase " + plan.directory_name + " has no sample: no row of its leaves was kept");
  const size_t in_epoch = samples.tokens.every_epoch.size() + samples.tokens.in_turn.size();
  if (plan.epochs > kMostVisits / in_epoch)
    return BadInput(
        fmt::format("phase {} has {} epochs of up to {} samples; at most {} samples are trained on in a phase",
                    plan.directory_name, plan.epochs, in_epoch, kMostVisits));
  return train::EpochSource(samples.tokens, training.batch_tokens, plan.epochs, plan.seed, most_steps);
}

model::LoraConfig LoraConfigOf(const TrainingConfig& training) {
  model::LoraConfig lora;
  lora.rank = static_cast<int64_t>(training.lora.rank);
  lora.alpha = training.lora.alpha;
  for (int p = 0; p < model::kProjections; ++p) {
    bool attention = p <= model::kO;
    lora.targets[p] = training.lora.targets == LoraTargets::kAllLinear ||
                      (training.lora.targets == LoraTargets::kAttention) == attention;
  }
  return lora;
}

train::TrainConfig PhaseTrainConfig(const TrainingConfig& training, const PhasePlan& plan, uint64_t steps) {
  train::TrainConfig config;
  config.steps = steps;
  config.learning_rate = training.optimizer.learning_rate;
  config.schedule = training.optimizer.schedule;
  config.warmup_steps = static_cast<uint64_t>(std::ceil(training.optimizer.warmup * static_cast<double>(steps)));
  config.weight_decay = training.optimizer.weight_decay;
  config.clip_norm = training.optimizer.clip_norm;
  config.numerics = NumericsOf(training);
  config.shards = training.shards;
  config.segment_steps = std::max<uint64_t>(1, (steps + kPhaseSegments - 1) / kPhaseSegments);
  config.seed = plan.seed;
  return config;
}

Json PhaseHeaderOf(const train::TrainConfig& config, const PhasePlan& plan, const TrainingConfig& training,
                   const Digest& start, const PhaseSamples& samples, const Digest& base_digest) {
  Json inputs = {{"base", base_digest.Hex()},
                 {"samples", Sha256Of(train::ConversationsToJsonl(samples.conversations)).Hex()},
                 {"contributed", samples.tokens.every_epoch.size()},
                 {"replay", training.replay},
                 {"epochs", plan.epochs},
                 {"batch_tokens", training.batch_tokens},
                 {"method", training.method == TrainingMethod::kLora ? "lora" : "full"}};
  if (training.replay_distillation > 0) inputs["replay_distillation"] = training.replay_distillation;
  if (training.method == TrainingMethod::kLora)
    inputs["lora"] = {{"rank", training.lora.rank}, {"alpha", training.lora.alpha}};
  if (auto type = QuantizedType(training)) inputs["lora"]["quantize"] = kernels::WeightTypeName(*type);
  return train::PhaseHeader(config, plan.directory_name, start, inputs);
}

Result<void> CheckQuantizes(const model::ModelConfig& base, const TrainingConfig& training, const std::string& where) {
  auto type = QuantizedType(training);
  if (!type) return {};
  return model::CheckNarrowable(base, *type, where);
}

Result<void> QuantizeBase(model::Model& model, const TrainingConfig& training) {
  CAIRN_TRY(CheckQuantizes(model.config, training, "spec.training.lora.quantize"));
  if (auto type = QuantizedType(training)) model = model::Narrowed(model, *type);
  return {};
}

Result<void> PrepareTrainable(model::Model& model, const TrainingConfig& training, const std::string& previous,
                              uint64_t seed) {
  if (training.method == TrainingMethod::kFull) {
    model::Widen(model);
    return {};
  }
  if (!previous.empty()) {
    CAIRN_ASSIGN(model.adapter, model::LoadAdapter(model.config, previous));
    return {};
  }
  const model::LoraConfig lora = LoraConfigOf(training);
  CAIRN_TRY(lora.Validate("spec.training.lora"));
  model.adapter = model::Adapter::Create(model.config, lora, seed);
  return {};
}

void ScaleForRelease(model::Adapter& adapter, const TrainingConfig& training) {
  adapter.config.alpha *= training.lora.merge_scale;
}

}  // namespace cairn::project
