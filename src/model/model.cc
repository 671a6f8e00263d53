#include "model/model.h"

#include <algorithm>
#include <cmath>

#include "base/merkle.h"
#include "base/philox.h"

namespace cairn::model {
namespace {

constexpr int64_t kMaxRopePositions = 8192;

}  // namespace

Model EmptyModel(const ModelConfig& config) {
  Model model;
  model.config = config;
  model.list = ModelParameters(config, &model.offsets);
  model.weights.assign(model.list.size(), 0.0f);
  model.rope = kernels::MakeRopeTable(static_cast<size_t>(std::min(config.max_position_embeddings, kMaxRopePositions)),
                                      static_cast<size_t>(config.head_dim), config.rope_theta);
  return model;
}

Model InitModel(const ModelConfig& config, uint64_t seed) {
  Model model = EmptyModel(config);
  double residual = 1.0 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
  for (size_t i = 0; i < model.list.tensors().size(); ++i) {
    const TensorSpec& tensor = model.list.tensors()[i];
    float* w = model.weights.data() + tensor.offset;
    if (tensor.is_vector) {
      std::fill(w, w + tensor.size(), 1.0f);
      continue;
    }
    bool into_residual =
        tensor.name.find("o_proj") != std::string::npos || tensor.name.find("down_proj") != std::string::npos;
    double sigma = 0.02 * (into_residual ? residual : 1.0);
    RandomStream random(seed, RandomPurpose::kInit, i);
    for (size_t j = 0; j < tensor.size(); ++j) w[j] = static_cast<float>(random.Normal() * sigma);
  }
  return model;
}

void MergeAdapter(ThreadPool& pool, Model& model) {
  if (!model.adapter) return;
  const Adapter& adapter = *model.adapter;
  auto rank = static_cast<size_t>(adapter.config.rank);
  for (size_t l = 0; l < model.offsets.layers.size(); ++l) {
    for (int p = 0; p < kProjections; ++p) {
      if (!adapter.config.targets[p]) continue;
      ProjectionShape shape = ShapeOf(model.config, p);
      const LoraOffsets& o = adapter.offsets[l][static_cast<size_t>(p)];
      std::vector<float> delta(shape.out * shape.in);
      kernels::MatMulShape product{.m = shape.out, .n = shape.in, .k = rank};
      kernels::MatMul(pool, product, adapter.values.data() + o.b, adapter.values.data() + o.a, delta.data());
      kernels::AddScaled(pool, adapter.config.Scale(), delta.data(),
                         model.weights.data() + model.offsets.layers[l].projection[p], delta.size());
    }
  }
  model.adapter.reset();
}

Digest WeightsDigest(const Model& model) {
  std::vector<Digest> leaves = {MerkleLeaf(DumpJson(ModelConfigToJson(model.config)))};
  for (size_t i : model.list.NameOrder()) {
    const TensorSpec& t = model.list.tensors()[i];
    Sha256 sha;
    sha.Update(t.name);
    sha.Update(std::as_bytes(std::span(model.At(t.offset), t.size())));
    leaves.push_back(sha.Finish());
  }
  return MerkleRoot(leaves);
}

void RoundToBf16(std::vector<float>& weights) {
  std::vector<uint16_t> narrow(weights.size());
  kernels::F32ToBf16(weights.data(), narrow.data(), weights.size());
  kernels::Bf16ToF32(narrow.data(), weights.data(), weights.size());
}

}  // namespace cairn::model
