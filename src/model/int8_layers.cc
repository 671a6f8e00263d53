#include "model/int8_layers.h"

#include "model/model.h"

namespace cairn::model {

std::shared_ptr<const Int8Layers> MakeInt8Layers(ThreadPool& pool, const Model& model) {
  auto out = std::make_shared<Int8Layers>();
  for (const LayerOffsets& offsets : model.offsets.layers) {
    auto& layer = out->layers.emplace_back();
    for (int p = 0; p < kProjections; ++p) {
      const ProjectionShape shape = ShapeOf(model.config, p);
      const kernels::WeightMatrix w = model.Matrix(offsets.projection[p]);
      auto narrow = [&](bool transposed) { return kernels::NarrowToInt8(pool, w, shape.out, shape.in, transposed); };
      layer[static_cast<size_t>(p)] = {narrow(false), narrow(true)};
      model.Forget(offsets.projection[p], shape.out, shape.in);
    }
  }
  return out;
}

}  // namespace cairn::model
