// The frozen matrices of the blocks in 8-bit numbers, for training an adapter on them in the profile cairn-i8-1.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "kernels/int8.h"
#include "model/parameters.h"

namespace cairn::model {

struct Model;

struct Int8Layer {
  kernels::Int8Matrix forward, backward;  // narrowed along the inputs; along the outputs
};
struct Int8Layers {
  std::vector<std::array<Int8Layer, kProjections>> layers;
};

// Two bytes for each weight of the blocks. Embedding, head and norms stay as they are.
std::shared_ptr<const Int8Layers> MakeInt8Layers(ThreadPool& pool, const Model& model);

}  // namespace cairn::model
