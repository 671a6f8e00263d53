#include "model/model.h"

#include <algorithm>
#include <cmath>

#include "base/little_endian.h"
#include "base/merkle.h"
#include "base/philox.h"

namespace cairn::model {

Model ModelWithoutWeights(const ModelConfig& config) {
  Model model;
  model.config = config;
  model.list = ModelParameters(config, &model.offsets);
  std::vector<double> frequencies = kernels::RopeFrequencies(static_cast<size_t>(config.head_dim), config.rope_theta);
  ScaleFrequencies(config.rope_scaling, frequencies);
  model.rope = kernels::MakeRopeTable(MaxPositions(config), frequencies);
  return model;
}

Model EmptyModel(const ModelConfig& config) {
  Model model = ModelWithoutWeights(config);
  model.weights.assign(model.list.size(), 0.0f);
  return model;
}

Model InitModel(const ModelConfig& config, uint64_t seed) {
  Model model = EmptyModel(config);
  double residual = 1.0 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
  for (size_t i = 0; i < model.list.tensors().size(); ++i) {
    const TensorSpec& tensor = model.list.tensors()[i];
    float* w = model.weights.data() + tensor.offset;
    if (tensor.is_vector) {
      std::fill(w, w + tensor.size(), tensor.name.ends_with(".bias") ? 0.0f : 1.0f);
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

kernels::WeightMatrix Model::Matrix(size_t offset) const {
  return frozen ? frozen->matrices.at(offset) : kernels::WeightMatrix(weights.data() + offset);
}

void Model::Forget(size_t offset, size_t rows, size_t columns) const {
  if (!frozen) return;
  const kernels::WeightMatrix m = Matrix(offset);
  frozen->Forget({m.Row(0, columns), rows * kernels::WeightRowBytes(m.type, columns)});
}

const float* Model::Vector(size_t offset) const {
  return frozen ? frozen->vectors.at(offset).data() : weights.data() + offset;
}

namespace {

// Row `row` of a tensor in f32; a vector is one row.
void CopyRow(const Model& model, const TensorSpec& t, size_t row, float* out) {
  const auto columns = static_cast<size_t>(t.cols);
  if (t.is_vector) {
    std::copy_n(model.Vector(t.offset), columns, out);
  } else {
    const kernels::WeightMatrix m = model.Matrix(t.offset);
    kernels::WidenWeights(m.type, m.Row(row, columns), 0, columns, out);
  }
}

}  // namespace

void Widen(Model& model) {
  if (!model.frozen) return;
  std::vector<float> weights(model.list.size());
  for (const TensorSpec& t : model.list.tensors())
    for (size_t row = 0; row < static_cast<size_t>(t.rows); ++row)
      CopyRow(model, t, row, weights.data() + t.offset + row * static_cast<size_t>(t.cols));
  model.weights = std::move(weights);
  model.frozen.reset();
}

Result<void> CheckNarrowable(const ModelConfig& config, kernels::WeightType type, const std::string& where) {
  if (!kernels::IsBlocked(type)) return {};
  for (int p = 0; p < kProjections; ++p)
    if (ShapeOf(config, p).in % kernels::kWeightBlock != 0)
      return Unsupported(std::string(kernels::WeightTypeName(type)) + " needs rows whose length is a multiple of " +
                             std::to_string(kernels::kWeightBlock) + "; " + kProjectionNames[p] + " has " +
                             std::to_string(ShapeOf(config, p).in),
                         where);
  return {};
}

Model Narrowed(const Model& model, kernels::WeightType type) {
  auto frozen = std::make_shared<FrozenWeights>();
  if (model.frozen) *frozen = *model.frozen;
  std::vector<float> row;
  auto narrow = [&](const TensorSpec& t, kernels::WeightType to) {
    const auto columns = static_cast<size_t>(t.cols), bytes = kernels::WeightRowBytes(to, columns);
    auto copy = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(t.rows) * bytes);
    row.resize(columns);
    for (size_t i = 0; i < static_cast<size_t>(t.rows); ++i) {
      CopyRow(model, t, i, row.data());
      kernels::NarrowWeights(to, row.data(), columns, copy->data() + i * bytes);
    }
    model.Forget(t.offset, static_cast<size_t>(t.rows), columns);
    frozen->matrices[t.offset] = {to, copy->data()};
    frozen->copies.push_back(std::move(copy));
  };
  for (const TensorSpec& t : model.list.tensors()) {
    const bool in_block = t.name.find(".layers.") != std::string::npos;
    if (!t.is_vector && in_block) {
      narrow(t, type);
    } else if (!model.frozen && t.is_vector) {
      frozen->vectors[t.offset].assign(model.Vector(t.offset), model.Vector(t.offset) + t.size());
    } else if (!model.frozen) {
      narrow(t, kernels::WeightType::kF32);
    }
  }
  Model out = ModelWithoutWeights(model.config);
  out.adapter = model.adapter;
  out.frozen = std::move(frozen);
  return out;
}

namespace {

// Adds the adapter's part of the matrix at `offset`, if it has one.
void AddAdapterPart(ThreadPool& pool, const Model& model, size_t offset, float* matrix) {
  const Adapter& adapter = *model.adapter;
  for (size_t l = 0; l < model.offsets.layers.size(); ++l) {
    for (int p = 0; p < kProjections; ++p) {
      if (!adapter.config.targets[p] || model.offsets.layers[l].projection[p] != offset) continue;
      const ProjectionShape shape = ShapeOf(model.config, p);
      const LoraOffsets& o = adapter.offsets[l][static_cast<size_t>(p)];
      std::vector<float> delta(shape.out * shape.in);
      kernels::MatMulShape product{.m = shape.out, .n = shape.in, .k = static_cast<size_t>(adapter.config.rank)};
      kernels::MatMul(pool, product, adapter.values.data() + o.b, adapter.values.data() + o.a, delta.data());
      kernels::AddScaled(pool, adapter.config.Scale(), delta.data(), matrix, delta.size());
    }
  }
}

}  // namespace

std::vector<float> MergedTensor(ThreadPool& pool, const Model& model, const TensorSpec& tensor) {
  std::vector<float> values(tensor.size());
  const auto columns = static_cast<size_t>(tensor.cols);
  for (size_t row = 0; row < static_cast<size_t>(tensor.rows); ++row)
    CopyRow(model, tensor, row, values.data() + row * columns);
  if (model.adapter) AddAdapterPart(pool, model, tensor.offset, values.data());
  return values;
}

Digest WeightsDigest(const Model& model) {
  std::vector<Digest> leaves = {MerkleLeaf(DumpJson(ModelConfigToJson(model.config)))};
  for (size_t i : model.list.NameOrder()) {
    const TensorSpec& t = model.list.tensors()[i];
    Sha256 sha;
    sha.Update(t.name);
    std::vector<float> row(static_cast<size_t>(t.cols));
    for (size_t i = 0; i < static_cast<size_t>(t.rows); ++i) {
      CopyRow(model, t, i, row.data());
      HashLittleEndian(sha, std::span<const float>(row));
    }
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
