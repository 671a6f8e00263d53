// What a decoder of the Llama kind looks like; read from and written to Hugging Face's config.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/rope_scaling.h"

namespace cairn::model {

inline constexpr uint64_t kMaxConfigBytes = 1 << 22;  // of each of a model's small JSON files

struct ModelConfig {
  std::string model_type = "llama";  // one of model/family.h
  int64_t vocab_size = 0;            // V
  int64_t hidden_size = 0;           // C
  int64_t intermediate_size = 0;     // F
  int64_t num_hidden_layers = 0;     // L
  int64_t num_attention_heads = 0;   // H
  int64_t num_key_value_heads = 0;   // G, divides H
  int64_t head_dim = 0;              // D, even
  int64_t max_position_embeddings = 2048;
  double rms_norm_eps = 1e-5;
  double rope_theta = 10000.0;
  RopeScaling rope_scaling;
  bool tie_word_embeddings = false;
  // What other families than Llama have; the defaults change nothing.
  bool qkv_bias = false, o_bias = false;  // of the attention's linear layers
  bool mlp_bias = false;                  // of the feed-forward's
  bool qk_norm = false;                   // RMSNorm of each query and key head before its rotation
  std::vector<bool> no_rope;              // [L] layers whose queries and keys are not rotated; empty: none
  int64_t sliding_window = 0;             // positions that a row sees; 0: all. Longer texts are refused
  double embedding_multiplier = 1.0;      // of the embedding's rows
  double attention_multiplier = 0.0;      // of the scores; 0: 1 / sqrt(D)
  double residual_multiplier = 1.0;       // of what attention and feed-forward add
  double logits_scaling = 1.0;            // logits are divided by it
  int64_t bos_token_id = -1, eos_token_id = -1, pad_token_id = -1;  // -1: none

  bool IsPlain() const;  // a Llama by what it computes, whatever its family
  bool HasRope(size_t layer) const { return no_rope.empty() || !no_rope[layer]; }
  // Every size positive and bounded (so that products fit 63 bits), G divides H, D even.
  Result<void> Validate(const std::string& where) const;
};

// The same as unsigned sizes, for indexing; of a valid configuration.
struct ModelSizes {
  size_t hidden, ffn, vocab, heads, kv_heads, head_dim;
  size_t q, kv;  // heads * head_dim, kv_heads * head_dim
  explicit ModelSizes(const ModelConfig& config);
};

// Positions that the model can tell apart: max_position_embeddings, or what a rotary table or the sliding window holds
// if that is less.
size_t MaxPositions(const ModelConfig& config);

Result<ModelConfig> ParseModelConfig(const Json& json, const std::string& where);
Json ModelConfigToJson(const ModelConfig& config);

}  // namespace cairn::model
