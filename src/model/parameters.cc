#include "model/parameters.h"

#include <algorithm>
#include <numeric>

namespace cairn::model {

const char* const kProjectionNames[kProjections] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
                                                    "self_attn.o_proj", "mlp.gate_proj",    "mlp.up_proj",
                                                    "mlp.down_proj"};

size_t ParameterList::AddMatrix(std::string name, int64_t rows, int64_t cols) {
  tensors_.push_back({std::move(name), rows, cols, false, size_});
  size_ += tensors_.back().size();
  return tensors_.back().offset;
}

size_t ParameterList::AddVector(std::string name, int64_t size) {
  tensors_.push_back({std::move(name), 1, size, true, size_});
  size_ += tensors_.back().size();
  return tensors_.back().offset;
}

std::vector<size_t> ParameterList::NameOrder() const {
  std::vector<size_t> order(tensors_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tensors_[a].name < tensors_[b].name; });
  return order;
}

ProjectionShape ShapeOf(const ModelConfig& c, int projection) {
  auto hidden = static_cast<size_t>(c.hidden_size), ffn = static_cast<size_t>(c.intermediate_size);
  auto q = static_cast<size_t>(c.num_attention_heads * c.head_dim),
       kv = static_cast<size_t>(c.num_key_value_heads * c.head_dim);
  switch (projection) {
    case kQ:
      return {q, hidden};
    case kK:
    case kV:
      return {kv, hidden};
    case kO:
      return {hidden, q};
    case kGate:
    case kUp:
      return {ffn, hidden};
    default:
      return {hidden, ffn};
  }
}

namespace {

bool HasBias(const ModelConfig& c, int projection) {
  const bool qkv = projection == kQ || projection == kK || projection == kV;
  const bool mlp = projection == kGate || projection == kUp || projection == kDown;
  return (qkv && c.qkv_bias) || (projection == kO && c.o_bias) || (mlp && c.mlp_bias);
}

}  // namespace

ParameterList ModelParameters(const ModelConfig& config, ModelOffsets* offsets) {
  ParameterList list;
  offsets->layers.clear();
  offsets->embedding = list.AddMatrix("model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  for (int64_t l = 0; l < config.num_hidden_layers; ++l) {
    std::string prefix = "model.layers." + std::to_string(l) + ".";
    LayerOffsets layer;
    layer.input_norm = list.AddVector(prefix + "input_layernorm.weight", config.hidden_size);
    layer.post_norm = list.AddVector(prefix + "post_attention_layernorm.weight", config.hidden_size);
    for (int p = 0; p < kProjections; ++p) {
      ProjectionShape shape = ShapeOf(config, p);
      layer.projection[p] = list.AddMatrix(prefix + kProjectionNames[p] + ".weight", static_cast<int64_t>(shape.out),
                                           static_cast<int64_t>(shape.in));
      if (HasBias(config, p))
        layer.bias[p] = list.AddVector(prefix + kProjectionNames[p] + ".bias", static_cast<int64_t>(shape.out));
    }
    if (config.qk_norm) {
      layer.q_norm = list.AddVector(prefix + "self_attn.q_norm.weight", config.head_dim);
      layer.k_norm = list.AddVector(prefix + "self_attn.k_norm.weight", config.head_dim);
    }
    offsets->layers.push_back(layer);
  }
  offsets->final_norm = list.AddVector("model.norm.weight", config.hidden_size);
  offsets->head = config.tie_word_embeddings ? offsets->embedding
                                             : list.AddMatrix("lm_head.weight", config.vocab_size, config.hidden_size);
  return list;
}

}  // namespace cairn::model
