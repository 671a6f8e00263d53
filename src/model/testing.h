// For tests: the shape of a tiny model.
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

}  // namespace cairn::model
