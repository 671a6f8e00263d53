// For tests: shapes of tiny models, and models in files of other types.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "formats/safetensors.h"
#include "model/model.h"

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

// A model directory without a tokenizer: tensor i of the list as type_of(i) (F32, BF16, F16), dealt out to `files`
// files.
using TypeOfTensor = std::function<kernels::WeightType(size_t)>;
inline Result<void> WriteStored(const Model& model, const TypeOfTensor& type_of, size_t files,
                                const std::string& directory) {
  const auto dtype_of = [](kernels::WeightType type) {
    return type == kernels::WeightType::kF32    ? formats::DType::kF32
           : type == kernels::WeightType::kBf16 ? formats::DType::kBF16
                                                : formats::DType::kF16;
  };
  Json weight_map = Json::object();
  for (size_t file = 0; file < files; ++file) {
    const std::string name = files == 1 ? "model.safetensors" : fmt::format("part-{}.safetensors", file);
    std::vector<std::vector<std::byte>> stored(model.list.tensors().size());
    std::vector<formats::TensorToWrite> tensors;
    for (size_t i = file; i < stored.size(); i += files) {
      const TensorSpec& t = model.list.tensors()[i];
      stored[i].resize(kernels::WeightRowBytes(type_of(i), t.size()));
      kernels::NarrowWeights(type_of(i), model.weights.data() + t.offset, t.size(), stored[i].data());
      tensors.push_back({t.name, dtype_of(type_of(i)), t.shape(), stored[i]});
      weight_map[t.name] = name;
    }
    CAIRN_TRY(formats::WriteSafetensors(directory + "/" + name, tensors, {}));
  }
  if (files > 1)
    CAIRN_TRY(WriteFileAtomic(directory + "/model.safetensors.index.json", PrettyJson({{"weight_map", weight_map}})));
  return WriteFileAtomic(directory + "/config.json", PrettyJson(ModelConfigToJson(model.config)));
}

}  // namespace cairn::model
