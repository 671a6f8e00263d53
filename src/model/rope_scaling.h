// Rotary frequencies of models that were made to read longer texts than they were first trained on: "rope_scaling" of
// config.json, or "rope_parameters" as newer releases of transformers write it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace cairn::model {

// kLinear: all frequencies divided by factor (Chen et al. 2023, arXiv:2306.15595). kLlama3 (Llama 3.1 and 3.2): the
// slow ones only, those between in part. kDynamic changes nothing up to max_position_embeddings, and no longer text is
// read; it is kept for the programs that do read one.
enum class RopeScalingType { kNone, kLinear, kDynamic, kLlama3 };

struct RopeScaling {
  RopeScalingType type = RopeScalingType::kNone;
  double factor = 1;
  // kLlama3: frequencies that turn less than low_freq_factor times in the original positions are slow, more than
  // high_freq_factor times fast.
  double low_freq_factor = 1, high_freq_factor = 4;
  int64_t original_max_position_embeddings = 8192;
};

// json: the object, or null for none. kUnsupported names a type that cairn does not run; kBadInput a value out of
// range.
Result<RopeScaling> ParseRopeScaling(const Json& json, const std::string& where);
Json RopeScalingToJson(const RopeScaling& scaling);  // as "rope_scaling"; REQUIRES a type other than kNone

// frequencies: theta^(-2i/D), in radians a position. In binary64, with IEEE operations in the order of
// docs/numerics.md.
void ScaleFrequencies(const RopeScaling& scaling, std::vector<double>& frequencies);

}  // namespace cairn::model
