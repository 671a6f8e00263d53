// For tests: the models of testdata/families.json.
#pragma once

#include "base/file.h"
#include "model/model.h"

namespace cairn::model {

inline Json FamilyVectors() {
  return ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/model/testdata/families.json").value();
}

// Element i of the tensor that is number n in name order: a hash of both in [-1/4, 1/4), and 1 more in a norm.
inline Model FormulaModel(const ModelConfig& config) {
  Model model = EmptyModel(config);
  uint32_t number = 0;
  for (size_t at : model.list.NameOrder()) {
    const TensorSpec& tensor = model.list.tensors()[at];
    const float middle = tensor.name.ends_with("norm.weight") ? 1.0f : 0.0f;
    for (size_t i = 0; i < tensor.size(); ++i) {
      uint32_t h = static_cast<uint32_t>(i) * 2654435761u + number * 40503u * 65537u;
      h = (h ^ (h >> 15)) * 2246822519u;
      model.weights[tensor.offset + i] = middle + (static_cast<float>(h >> 16) / 65536.0f - 0.5f) * 0.5f;
    }
    ++number;
  }
  return model;
}

}  // namespace cairn::model
