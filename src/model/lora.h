// Low-rank adapters (Hu et al. 2021, arXiv:2106.09685) on the linear layers of a block: y = W x + (alpha/rank) B A x.
// Saved in PEFT's layout: adapter_model.safetensors + adapter_config.json.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "formats/safetensors.h"
#include "model/parameters.h"

namespace cairn::model {

struct LoraConfig {
  int64_t rank = 0;  // 1..512
  double alpha = 0;  // scale = alpha / rank, narrowed once to f32
  bool targets[kProjections] = {true, true, true, true, true, true, true};
  float Scale() const { return static_cast<float>(alpha / static_cast<double>(rank)); }
  Result<void> Validate(const std::string& where) const;
};

struct LoraOffsets {
  size_t a = 0, b = 0;  // A [rank, in], B [out, rank]
};

// An adapter's tensors: names as PEFT writes them ("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight").
ParameterList LoraParameters(const ModelConfig& config, const LoraConfig& lora,
                             std::vector<std::vector<LoraOffsets>>* offsets);

struct Adapter {
  LoraConfig config;
  ParameterList list;
  std::vector<std::vector<LoraOffsets>> offsets;  // [layer][projection]
  std::vector<float> values;
  // A is uniform in [-1/sqrt(in), 1/sqrt(in)) (PEFT's kaiming-uniform with a = sqrt 5), B is zero.
  static Adapter Create(const ModelConfig& model, const LoraConfig& config, uint64_t seed);
};

// adapter_config.json in PEFT's form. Equal inputs give equal bytes.
std::string AdapterText(const LoraConfig& lora, const std::string& base_model_name);
// adapter_model.safetensors as it is saved: F32. Refers to the adapter.
formats::TensorFile SavedAdapter(const Adapter& adapter);
// Writes adapter_model.safetensors and adapter_config.json.
Result<void> SaveAdapter(const Adapter& adapter, const std::string& directory, const std::string& base_model_name);
Result<Adapter> LoadAdapter(const ModelConfig& model, const std::string& directory);

}  // namespace cairn::model
