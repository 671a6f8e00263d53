// A decoder's weights with what belongs to them: configuration, tokenizer, chat format, an optional adapter.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/chat.h"
#include "formats/tokenizer.h"
#include "kernels/kernels.h"
#include "model/config.h"
#include "model/frozen.h"
#include "model/int8_layers.h"
#include "model/lora.h"
#include "model/parameters.h"

namespace cairn::model {

struct Model {
  ModelConfig config;
  ParameterList list;
  ModelOffsets offsets;
  std::vector<float> weights;                   // list.size() elements, empty if frozen
  std::shared_ptr<const FrozenWeights> frozen;  // instead of weights, where only an adapter or nothing is trained
  std::optional<Adapter> adapter;
  std::shared_ptr<const Int8Layers> int8;  // what the blocks' linear layers compute with, if set; with an adapter only
  kernels::RopeTable rope;                 // max_position_embeddings rows, at most 8192

  // The tensor at an offset of list.
  kernels::WeightMatrix Matrix(size_t offset) const;
  const float* Vector(size_t offset) const;
  // A matrix that is not used for a while needs no memory if it lies in a mapped file; elsewhere this does nothing.
  void Forget(size_t offset, size_t rows, size_t columns) const;
  const float* At(size_t offset) const { return weights.data() + offset; }  // REQUIRES !frozen
};

// All weights in f32, to be trained or changed: the same values.
void Widen(Model& model);
// A frozen model whose matrices in the blocks are narrowed to `type`; embedding, head and norms stay as they are.
// REQUIRES row lengths that are multiples of kernels::kWeightBlock for the blocked types (see CheckNarrowable).
Model Narrowed(const Model& model, kernels::WeightType type);
Result<void> CheckNarrowable(const ModelConfig& config, kernels::WeightType type, const std::string& where);

// Weights drawn from N(0, 0.02) (projections back into the residual stream: divided by sqrt(2 L)), norms 1.
Model InitModel(const ModelConfig& config, uint64_t seed);
// Lays out an all-zero model: for tests and for filling by hand.
Model EmptyModel(const ModelConfig& config);
Model ModelWithoutWeights(const ModelConfig& config);  // configuration and layout alone

// A tensor in f32 as it is when the adapter, if there is one, is added into the weights: W + scale * (B A), chain over
// rank.
std::vector<float> MergedTensor(ThreadPool& pool, const Model& model, const TensorSpec& tensor);

// SHA-256 over config.json's canonical text and the Merkle tree of the tensors in name order (f32 bits, little-endian).
Digest WeightsDigest(const Model& model);

// What a model reads and writes, without its weights.
struct ChatTexts {
  ModelConfig config;
  formats::Tokenizer tokenizer;
  formats::ChatFormat format;
  std::vector<formats::TokenId> more_ends;  // end an answer, too, beside config's eos_token_id and format's stop_token
};

// Everything needed to talk to a model.
struct ChatModel {
  Model model;
  formats::Tokenizer tokenizer;
  formats::ChatFormat format;
  std::string directory;
  std::vector<formats::TokenId> more_ends = {};  // as in ChatTexts
};

// A Hugging Face directory: config.json, model.safetensors or shards with index, tokenizer.json, tokenizer_config.json,
// chat_template.jinja if the template stands alone, generation_config.json for further tokens that end an answer.
// Every tensor is checked; an adapter/ directory is not applied.
enum class Storage {
  kF32,
  kAsStored,      // frozen: the files stay mapped, matrices keep their types
  kLargeAsStored  // frozen only where f32 would take much memory; a small model is faster in f32
};
inline constexpr size_t kSmallModel = size_t{64} << 20;  // parameters, for kLargeAsStored
Result<Model> LoadModel(const std::string& directory, Storage storage = Storage::kF32);
Result<ChatTexts> LoadChatTexts(const std::string& directory);
Result<ChatModel> LoadChatModel(const std::string& directory, Storage storage = Storage::kLargeAsStored);

// config.json as it is saved.
std::string ConfigText(const ModelConfig& config);

// What lies beside the weights, by name of the file: config.json, tokenizer.json, tokenizer_config.json (chat
// template), generation_config.json. Equal inputs give equal bytes.
std::map<std::string, std::string> ModelTexts(const ModelConfig& config, const formats::Tokenizer& tokenizer,
                                              const formats::ChatFormat& format,
                                              const std::vector<formats::TokenId>& more_ends = {});
// model.safetensors as it is saved: bf16, the adapter merged, one tensor in memory at a time. Refers to pool and model.
formats::TensorFile SavedWeights(ThreadPool& pool, const Model& model);
Result<void> SaveWeights(ThreadPool& pool, const Model& model, const std::string& directory);
// The same and the ModelTexts.
Result<void> SaveModel(ThreadPool& pool, const Model& model, const formats::Tokenizer& tokenizer,
                       const formats::ChatFormat& format, const std::string& directory,
                       const std::vector<formats::TokenId>& more_ends = {});
// Rounds every weight to bf16 and back: what a saved model computes with.
void RoundToBf16(std::vector<float>& weights);

}  // namespace cairn::model
