// How one training phase runs. Everything here except Resources changes the result and is recorded in the
// transcript's header.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace cairn::device {
class Device;
}

namespace cairn::train {

inline constexpr const char* kNumericsVersion = "cairn-f32-1";

// kInt8: the frozen linear layers under an adapter in 8-bit numbers, everything else in binary32.
enum class Numerics { kF32, kInt8 };
const char* NumericsName(Numerics numerics);  // "cairn-f32-1", "cairn-i8-1"
enum class Schedule { kConstant, kLinear, kCosine };
const char* ScheduleName(Schedule schedule);
// kMuon: the matrices of the blocks by Muon, everything else by AdamW; only where all weights are trained.
enum class Optimizer { kAdamW, kMuon };
const char* OptimizerName(Optimizer optimizer);

// What computes, and how much of a batch is in memory at a time. Changes no bit, only time and memory.
struct Resources {
  uint64_t micro_batch = 2;  // rows of each worker
  uint64_t workers = 0;      // owners that the shards are split among, at most one a shard; 0: chosen by size
  device::Device* device =
      nullptr;             // computes in place of the processor's threads and holds the state; must outlive it
  bool recompute = false;  // keep the blocks' inputs alone and run all but the last again before their backward passes
};

struct TrainConfig {
  uint64_t steps = 0;           // optimiser steps of the phase
  double learning_rate = 1e-3;  // peak
  double final_ratio = 0.0;     // linear, cosine: learning rate at the end over the peak
  Schedule schedule = Schedule::kCosine;
  uint64_t warmup_steps = 0;  // linear from 0
  Optimizer optimizer = Optimizer::kAdamW;
  double momentum = 0.95;  // of Muon
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weight_decay = 0.0;
  double clip_norm = 1.0;  // global gradient norm; 0: no clipping
  uint64_t row_tokens =
      512;  // samples are packed into rows of at most this many tokens (longer samples: a row of their own)
  Resources resources;
  Numerics numerics = Numerics::kF32;  // kInt8 needs an adapter
  uint64_t shards = 1;                 // power of two: gradient sum tree (docs/numerics.md)
  uint64_t segment_steps = 50;         // a digest of the whole state every so many steps
  uint64_t seed = 0;

  Result<void> Validate(const std::string& where) const;
};

// The fields that decide the result, for the transcript header and the replay.
Json TrainConfigToJson(const TrainConfig& config);

// Learning rate of step 1..steps, computed in binary64 and narrowed once.
float LearningRate(const TrainConfig& config, uint64_t step);

}  // namespace cairn::train
