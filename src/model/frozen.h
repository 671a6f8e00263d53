// Weights that are not trained, as their files hold them: matrices in their own type, mostly memory-mapped; vectors
// widened to f32. A result has the bits that the same model has with all weights widened.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "formats/safetensors.h"
#include "kernels/weight_matrix.h"

namespace cairn::model {

struct FrozenWeights {
  std::map<size_t, kernels::WeightMatrix> matrices;  // by offset in Model::list
  std::map<size_t, std::vector<float>> vectors;      // by offset in Model::list
  // What the matrices point into.
  std::vector<std::shared_ptr<const formats::SafetensorsFile>> files;
  std::vector<std::shared_ptr<const std::vector<std::byte>>> copies;

  // Gives back the memory of a mapped matrix that is not used for a while; used again, its file is read again.
  void Forget(std::span<const std::byte> matrix) const {
    for (const auto& file : files) file->Forget(matrix);
  }
};

}  // namespace cairn::model
