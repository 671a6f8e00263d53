#include "bench/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cairn::bench {
namespace {

constexpr const char* kShapesFile = CAIRN_SOURCE_DIR "/bench/shapes.json";

// Weights of the linear layers of all blocks, and of the head.
double MatrixWeights(const model::ModelConfig& c) {
  double block = 0;
  for (int p = 0; p < model::kProjections; ++p) {
    model::ProjectionShape s = model::ShapeOf(c, p);
    block += static_cast<double>(s.out * s.in);
  }
  return block * static_cast<double>(c.num_hidden_layers) + static_cast<double>(c.vocab_size * c.hidden_size);
}

double AdapterWeights(const model::ModelConfig& c, int64_t rank) {
  double block = 0;
  for (int p = 0; p < model::kProjections; ++p) {
    model::ProjectionShape s = model::ShapeOf(c, p);
    block += static_cast<double>((s.out + s.in) * static_cast<size_t>(rank));
  }
  return block * static_cast<double>(c.num_hidden_layers);
}

}  // namespace

Result<Shape> LoadShape(const std::string& name) {
  CAIRN_ASSIGN(Json all, ReadJsonFile(kShapesFile));
  if (!all.contains(name)) {
    std::vector<std::string> names;
    for (const auto& [key, value] : all.items()) names.push_back(key);
    return BadInput(fmt::format("no shape {}; there are {}", name, fmt::join(names, ", ")), kShapesFile);
  }
  const Json& json = all[name];
  Shape shape;
  shape.name = name;
  CAIRN_ASSIGN(shape.config, model::ParseModelConfig(json["config"], std::string(kShapesFile) + ", shape " + name));
  shape.samples = json["samples"].get<uint64_t>();
  shape.sample_tokens = json["sample_tokens"].get<uint64_t>();
  shape.lora_rank = json["lora_rank"].get<int64_t>();
  return shape;
}

model::Model RandomModel(ThreadPool& pool, const Shape& shape) {
  model::Model m = model::EmptyModel(shape.config);
  constexpr size_t kChunk = 1 << 16;
  const float bound = 0.02f * std::sqrt(3.0f);
  const float residual = 1.0f / std::sqrt(2.0f * static_cast<float>(shape.config.num_hidden_layers));
  for (const model::TensorSpec& t : m.list.tensors()) {
    float* w = m.weights.data() + t.offset;
    if (t.is_vector) {
      std::fill_n(w, t.size(), 1.0f);
      continue;
    }
    const bool into_residual = t.name.ends_with("o_proj.weight") || t.name.ends_with("down_proj.weight");
    const float step = bound * (into_residual ? residual : 1.0f) * 0x1p-31f;
    pool.RunRanges((t.size() + kChunk - 1) / kChunk, 1, [&](size_t begin, size_t end) {
      for (size_t c = begin; c < end; ++c) {
        RandomStream random(1, RandomPurpose::kInit, t.offset + c * kChunk);
        for (size_t i = c * kChunk; i < std::min(t.size(), (c + 1) * kChunk); ++i)
          w[i] = static_cast<float>(static_cast<int32_t>(random.NextU32())) * step;
      }
    });
  }
  if (shape.lora_rank > 0) {
    model::LoraConfig lora;
    lora.rank = shape.lora_rank;
    lora.alpha = 2 * static_cast<double>(shape.lora_rank);
    m.adapter = model::Adapter::Create(m.config, lora, 1);
  }
  return m;
}

train::TokenSample RandomSample(const Shape& shape, uint64_t i) {
  RandomStream random(1, RandomPurpose::kText, i);
  train::TokenSample s;
  s.id = std::to_string(i);
  for (uint64_t j = 0; j < shape.sample_tokens; ++j)
    s.ids.push_back(static_cast<formats::TokenId>(random.Below(static_cast<uint32_t>(shape.config.vocab_size))));
  s.loss_mask.assign(s.ids.size(), 1);
  return s;
}

double StepFlops(const Shape& shape) {
  const auto tokens = static_cast<double>(shape.tokens()), length = static_cast<double>(shape.sample_tokens);
  const bool frozen = shape.lora_rank > 0;
  const double matrices = (frozen ? 4 : 6) * MatrixWeights(shape.config) * tokens;
  const double adapter = frozen ? 6 * AdapterWeights(shape.config, shape.lora_rank) * tokens : 0;
  const double pairs = static_cast<double>(shape.samples) * length * (length + 1) / 2;
  const model::ModelConfig& c = shape.config;
  return matrices + adapter +
         12 * pairs * static_cast<double>(c.num_hidden_layers * c.num_attention_heads * c.head_dim);
}

std::vector<LinearLayer> LinearLayers(const Shape& shape) {
  std::vector<LinearLayer> layers;
  auto add = [&](const char* name, size_t out, size_t in) {
    for (const LinearLayer& l : layers)
      if (l.out == out && l.in == in) return;
    layers.push_back({shape.name + " " + name, shape.tokens(), out, in});
  };
  for (int p = 0; p < model::kProjections; ++p) {
    model::ProjectionShape s = model::ShapeOf(shape.config, p);
    add(std::string(model::kProjectionNames[p]).substr(std::string(model::kProjectionNames[p]).find('.') + 1).c_str(),
        s.out, s.in);
  }
  add("head", static_cast<size_t>(shape.config.vocab_size), static_cast<size_t>(shape.config.hidden_size));
  return layers;
}

}  // namespace cairn::bench
