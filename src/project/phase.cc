#include "project/phase.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/philox.h"

namespace cairn::project {
namespace {

// A whole phase has about this many segments: enough to replay a small slice, few enough to keep their states.
constexpr uint64_t kSegments = 6;

uint64_t TokensOf(const model::ChatModel& base, const formats::Conversation& c) {
  uint64_t n = 0;
  for (const auto& m : c.messages) n += base.tokenizer.Encode(m.content).size() + 2;
  return n;
}

std::optional<kernels::WeightType> QuantizedType(const TrainingConfig& training) {
  if (training.method == TrainingMethod::kFull || training.lora.quantize == BaseQuantization::kNone) return {};
  return training.lora.quantize == BaseQuantization::kQ8_0 ? kernels::WeightType::kQ8_0 : kernels::WeightType::kQ4_0;
}

}  // namespace

PhasePlan PlanOf(const TrainingConfig& training, size_t phase) {
  const PhaseConfig& config = training.phases[phase];
  return {std::to_string(phase + 1) + "-" + config.name, config.epochs, training.seed + phase};
}

Result<PhaseSamples> MixSamples(std::vector<formats::Conversation> contributed,
                                std::vector<formats::Conversation> base_data, double replay,
                                const model::ChatModel& base, uint64_t seed) {
  PhaseSamples samples;
  auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(contributed.begin(), contributed.end(), by_id);
  contributed.erase(
      std::unique(contributed.begin(), contributed.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
      contributed.end());
  samples.contributed = contributed.size();
  uint64_t tokens = 0;
  for (const auto& c : contributed) tokens += TokensOf(base, c);
  samples.conversations = std::move(contributed);
  // replay is a share of the mixture: r / (1 - r) tokens of base data for each contributed one.
  double wanted = replay < 1 ? static_cast<double>(tokens) * replay / (1 - replay) : 0;
  RandomStream random(seed, RandomPurpose::kMix, 0);
  for (uint32_t i : Permutation(static_cast<uint32_t>(base_data.size()), random)) {
    if (wanted <= 0) break;
    wanted -= static_cast<double>(TokensOf(base, base_data[i]));
    samples.conversations.push_back(base_data[i]);
    ++samples.replayed;
  }
  return samples;
}

Result<train::EpochSource> PhaseSource(const std::vector<formats::Conversation>& conversations,
                                       const model::ChatModel& base, const TrainingConfig& training,
                                       const PhasePlan& plan) {
  auto longest = static_cast<size_t>(base.model.config.max_position_embeddings);
  std::vector<train::TokenSample> samples;
  for (const auto& c : conversations) {
    CAIRN_ASSIGN(train::TokenSample sample, train::Tokenise(base.format, base.tokenizer, c, longest));
    samples.push_back(std::move(sample));
  }
  if (samples.empty())
    return BadInput("phase " + plan.directory_name + " has no sample; does the taxonomy have leaves of its kind?");
  return train::EpochSource(std::move(samples), training.batch_tokens, plan.epochs, plan.seed);
}

train::TrainConfig PhaseTrainConfig(const TrainingConfig& training, const PhasePlan& plan, uint64_t steps) {
  train::TrainConfig config;
  config.steps = steps;
  config.learning_rate = training.optimizer.learning_rate;
  config.schedule = training.optimizer.schedule;
  config.warmup_steps = static_cast<uint64_t>(std::ceil(training.optimizer.warmup * static_cast<double>(steps)));
  config.weight_decay = training.optimizer.weight_decay;
  config.clip_norm = training.optimizer.clip_norm;
  config.shards = training.shards;
  config.segment_steps = std::max<uint64_t>(1, (steps + kSegments - 1) / kSegments);
  config.seed = plan.seed;
  return config;
}

Json PhaseHeaderOf(const train::TrainConfig& config, const PhasePlan& plan, const TrainingConfig& training,
                   const Digest& start, const std::vector<formats::Conversation>& conversations,
                   const Digest& base_digest) {
  Json inputs = {{"base", base_digest.Hex()},
                 {"samples", Sha256Of(train::ConversationsToJsonl(conversations)).Hex()},
                 {"epochs", plan.epochs},
                 {"batch_tokens", training.batch_tokens},
                 {"method", training.method == TrainingMethod::kLora ? "lora" : "full"}};
  if (training.method == TrainingMethod::kLora)
    inputs["lora"] = {{"rank", training.lora.rank}, {"alpha", training.lora.alpha}};
  if (auto type = QuantizedType(training)) inputs["lora"]["quantize"] = kernels::WeightTypeName(*type);
  return train::PhaseHeader(config, plan.directory_name, start, inputs);
}

Result<void> QuantizeBase(model::Model& model, const TrainingConfig& training) {
  auto type = QuantizedType(training);
  if (!type) return {};
  CAIRN_TRY(model::CheckNarrowable(model.config, *type, "spec.training.lora.quantize"));
  model = model::Narrowed(model, *type);
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
  model::LoraConfig lora;
  lora.rank = static_cast<int64_t>(training.lora.rank);
  lora.alpha = training.lora.alpha;
  for (int p = 0; p < model::kProjections; ++p) {
    bool attention = p <= model::kO;
    lora.targets[p] = training.lora.targets == LoraTargets::kAllLinear ||
                      (training.lora.targets == LoraTargets::kAttention) == attention;
  }
  CAIRN_TRY(lora.Validate("spec.training.lora"));
  model.adapter = model::Adapter::Create(model.config, lora, seed);
  return {};
}

}  // namespace cairn::project
