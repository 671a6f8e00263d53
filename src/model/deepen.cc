#include "model/deepen.h"

#include <algorithm>

#include "base/check.h"

namespace cairn::model {
namespace {

void CopyBlock(const Model& from, size_t source, Model& to, size_t target) {
  const LayerOffsets& a = from.offsets.layers[source];
  const LayerOffsets& b = to.offsets.layers[target];
  const auto hidden = static_cast<size_t>(from.config.hidden_size);
  auto copy = [&](size_t here, size_t there, size_t n) { std::copy_n(from.At(here), n, to.weights.data() + there); };
  copy(a.input_norm, b.input_norm, hidden);
  copy(a.post_norm, b.post_norm, hidden);
  for (int p = 0; p < kProjections; ++p) {
    const ProjectionShape shape = ShapeOf(from.config, p);
    copy(a.projection[p], b.projection[p], shape.out * shape.in);
  }
}

void Silence(Model& model, size_t block) {
  for (int p : {kO, kDown}) {
    const ProjectionShape shape = ShapeOf(model.config, p);
    std::fill_n(model.weights.data() + model.offsets.layers[block].projection[p], shape.out * shape.in, 0.0f);
  }
}

}  // namespace

Model Deepened(const Model& model, int64_t layers) {
  CAIRN_CHECK(layers >= model.config.num_hidden_layers && !model.frozen && !model.adapter && model.config.IsPlain());
  ModelConfig config = model.config;
  config.num_hidden_layers = layers;
  Model out = EmptyModel(config);
  const auto hidden = static_cast<size_t>(config.hidden_size);
  const auto vocabulary = static_cast<size_t>(config.vocab_size) * hidden;
  std::copy_n(model.At(model.offsets.embedding), vocabulary, out.weights.data() + out.offsets.embedding);
  std::copy_n(model.At(model.offsets.head), vocabulary, out.weights.data() + out.offsets.head);
  std::copy_n(model.At(model.offsets.final_norm), hidden, out.weights.data() + out.offsets.final_norm);
  const auto count = static_cast<size_t>(layers), had = model.offsets.layers.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t source = i * had / count;
    CopyBlock(model, source, out, i);
    if (i > 0 && (i - 1) * had / count == source) Silence(out, i);
  }
  return out;
}

}  // namespace cairn::model
