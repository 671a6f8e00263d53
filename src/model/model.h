// A decoder's weights in memory (f32) with what belongs to them: configuration, tokenizer, chat format, an optional
// adapter.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/chat.h"
#include "formats/tokenizer.h"
#include "kernels/kernels.h"
#include "model/config.h"
#include "model/lora.h"
#include "model/parameters.h"

namespace cairn::model {

struct Model {
  ModelConfig config;
  ParameterList list;
  ModelOffsets offsets;
  std::vector<float> weights;  // list.size() elements
  std::optional<Adapter> adapter;
  kernels::RopeTable rope;  // max_position_embeddings rows, at most 8192

  const float* At(size_t offset) const { return weights.data() + offset; }
};

// Weights drawn from N(0, 0.02) (projections back into the residual stream: divided by sqrt(2 L)), norms 1.
Model InitModel(const ModelConfig& config, uint64_t seed);
// Lays out an all-zero model: for tests and for filling by hand.
Model EmptyModel(const ModelConfig& config);

// Adds the adapter into the weights (W + scale * (B A), chain over rank) and drops it.
void MergeAdapter(ThreadPool& pool, Model& model);

// SHA-256 over config.json's canonical text and the Merkle tree of the tensors in name order (f32 bits, little-endian).
Digest WeightsDigest(const Model& model);

// Everything needed to talk to a model.
struct ChatModel {
  Model model;
  formats::Tokenizer tokenizer;
  formats::ChatFormat format;
  std::string directory;
};

// A Hugging Face directory: config.json, model.safetensors or shards with index, tokenizer.json, tokenizer_config.json.
// Every tensor is checked; an adapter/ directory is not applied.
Result<Model> LoadModel(const std::string& directory);
Result<ChatModel> LoadChatModel(const std::string& directory);

// Writes config.json, model.safetensors (bf16), tokenizer.json, tokenizer_config.json (chat template),
// generation_config.json.
Result<void> SaveModel(const Model& model, const formats::Tokenizer& tokenizer, const formats::ChatFormat& format,
                       const std::string& directory);
// Rounds every weight to bf16 and back: what a saved model computes with.
void RoundToBf16(std::vector<float>& weights);

}  // namespace cairn::model
