// For tests: shapes of tiny models.
#pragma once

#include "model/config.h"

namespace cairn::model {

inline ModelConfig TinyConfig(int64_t vocab_size, int64_t positions) {
  ModelConfig c;
  c.vocab_size = vocab_size;
  c.hidden_size = 32;
  c.intermediate_size = 48;
  c.num_hidden_layers = 2;
  c.num_attention_heads = 4;
  c.num_key_value_heads = 2;
  c.head_dim = 8;
  c.max_position_embeddings = positions;
  return c;
}

// Everything that some family has, in a model of two layers.
inline ModelConfig WithAllFields(ModelConfig c) {
  c.qkv_bias = c.o_bias = c.qk_norm = true;
  c.no_rope = {true, false};
  c.embedding_multiplier = 1.5;
  c.attention_multiplier = 0.3;
  c.residual_multiplier = 0.7;
  c.logits_scaling = 2.5;
  return c;
}

}  // namespace cairn::model
