#include "train/config.h"

#include <bit>
#include <numbers>

#include "kernels/kernels.h"

namespace cairn::train {
namespace {

constexpr const char* kNumericsNames[] = {kNumericsVersion, "cairn-i8-1"};
constexpr const char* kScheduleNames[] = {"constant", "linear", "cosine"};
constexpr const char* kOptimizerNames[] = {"adamw", "muon"};

// One list of the numbers that decide the result; numerics, schedule and optimiser have names.
template <typename Config, typename Visitor>
void ForEachField(Config& c, Visitor&& visit) {
  visit("steps", c.steps);
  visit("learning_rate", c.learning_rate);
  visit("final_ratio", c.final_ratio);
  visit("warmup_steps", c.warmup_steps);
  visit("beta1", c.beta1);
  visit("beta2", c.beta2);
  visit("eps", c.eps);
  visit("weight_decay", c.weight_decay);
  visit("clip_norm", c.clip_norm);
  visit("row_tokens", c.row_tokens);
  visit("shards", c.shards);
  visit("segment_steps", c.segment_steps);
  visit("seed", c.seed);
}

}  // namespace

const char* NumericsName(Numerics numerics) { return kNumericsNames[static_cast<int>(numerics)]; }
const char* ScheduleName(Schedule schedule) { return kScheduleNames[static_cast<int>(schedule)]; }
const char* OptimizerName(Optimizer optimizer) { return kOptimizerNames[static_cast<int>(optimizer)]; }

Result<void> TrainConfig::Validate(const std::string& where) const {
  auto between = [&](const char* name, double value, double low, double high) -> Result<void> {
    if (value >= low && value <= high) return {};
    return BadInput(std::string(name) + " is out of its range", where);
  };
  CAIRN_TRY(between("steps", static_cast<double>(steps), 1, 1e9));
  CAIRN_TRY(between("learning_rate", learning_rate, 1e-9, 1));
  CAIRN_TRY(between("final_ratio", final_ratio, 0, 1));
  CAIRN_TRY(between("momentum", momentum, 0, 0.9999));
  CAIRN_TRY(between("beta1", beta1, 0, 0.9999));
  CAIRN_TRY(between("beta2", beta2, 0, 0.999999));
  CAIRN_TRY(between("eps", eps, 1e-20, 1));
  CAIRN_TRY(between("weight_decay", weight_decay, 0, 1));
  CAIRN_TRY(between("clip_norm", clip_norm, 0, 1e9));
  CAIRN_TRY(between("row_tokens", static_cast<double>(row_tokens), 1, 1 << 20));
  CAIRN_TRY(between("micro_batch", static_cast<double>(resources.micro_batch), 1, 1 << 20));
  CAIRN_TRY(between("segment_steps", static_cast<double>(segment_steps), 1, 1e9));
  if (!std::has_single_bit(shards) || shards > 1024)
    return BadInput("shards must be a power of two, at most 1024", where);
  return {};
}

Json TrainConfigToJson(const TrainConfig& config) {
  Json json = {{"schedule", ScheduleName(config.schedule)}};
  // AdamW is what a transcript without these fields means, so that older ones keep their digests.
  if (config.optimizer != Optimizer::kAdamW) {
    json["optimizer"] = OptimizerName(config.optimizer);
    json["momentum"] = config.momentum;
  }
  ForEachField(config, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

float LearningRate(const TrainConfig& c, uint64_t step) {
  double rate = c.learning_rate;
  if (step <= c.warmup_steps) {
    rate = c.learning_rate * static_cast<double>(step) / static_cast<double>(c.warmup_steps);
  } else if (c.schedule != Schedule::kConstant && c.steps > c.warmup_steps) {
    double done = static_cast<double>(step - c.warmup_steps) / static_cast<double>(c.steps - c.warmup_steps);
    double share = c.schedule == Schedule::kLinear ? 1 - done : 0.5 * (1 + kernels::Cos64(std::numbers::pi * done));
    rate = c.learning_rate * (c.final_ratio + (1 - c.final_ratio) * share);
  }
  return static_cast<float>(rate);
}

}  // namespace cairn::train
