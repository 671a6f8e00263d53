// The families of decoders that cairn runs, by "model_type" of config.json: Llama and those that differ from it by
// biases, norms of queries and keys, layers without rotation, a sliding window or constant factors.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "model/config.h"

namespace cairn::model {

struct Family {
  const char* model_type;
  const char* architecture;           // transformers' class
  bool attention_bias_field = false;  // "attention_bias": of all four linear layers
  bool mlp_bias_field = false;        // "mlp_bias": of all three
  bool qkv_bias = false;              // always, of three
  bool qk_norm = false;
  bool multipliers = false;      // Granite's four
  bool no_rope_layers = false;   // SmolLM3's list
  bool always_windowed = false;  // "sliding_window" counts without "use_sliding_window"
  bool may_be_windowed = false;  // it counts with that
  // transformers' defaults, where config.json does not say
  int64_t sliding_window = 0;  // 0: none
  int64_t head_dim = 0;        // 0: hidden_size / num_attention_heads
  double rope_theta = 10000.0;
  bool tied = false;
  bool writes_null_ids = false;  // transformers' defaults of token ids are those of one vocabulary
};

// kUnsupported names the families that cairn runs.
Result<const Family*> FindFamily(const std::string& model_type, const std::string& where);

// That of a configuration which was parsed or begins as a Llama's.
const Family& FamilyOf(const ModelConfig& config);

// The fields that not every family has, checked; the others of config are valid.
Result<void> ParseFamilyFields(const Json& json, const Family& family, ModelConfig& config, const std::string& where);
void WriteFamilyFields(const ModelConfig& config, const Family& family, Json& json);

}  // namespace cairn::model
