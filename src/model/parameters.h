// The ONE list of a model's tensors, from which load, save, initialise, digest and optimise are derived.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "model/config.h"

namespace cairn::model {

struct TensorSpec {
  std::string name;            // Hugging Face's name
  int64_t rows = 0, cols = 0;  // a vector has rows == 1 and is_vector
  bool is_vector = false;
  size_t offset = 0;  // in elements, in the flat buffer
  size_t size() const { return static_cast<size_t>(rows * cols); }
  std::vector<int64_t> shape() const {
    return is_vector ? std::vector<int64_t>{cols} : std::vector<int64_t>{rows, cols};
  }
};

// Tensors laid out one after the other in a flat f32 buffer.
class ParameterList {
 public:
  size_t AddMatrix(std::string name, int64_t rows, int64_t cols);  // returns the offset
  size_t AddVector(std::string name, int64_t size);
  const std::vector<TensorSpec>& tensors() const { return tensors_; }
  size_t size() const { return size_; }
  // Indices of tensors() in order of name bytes: the order of every digest and norm.
  std::vector<size_t> NameOrder() const;

 private:
  std::vector<TensorSpec> tensors_;
  size_t size_ = 0;
};

// The linear layers of a block, in the order of the list.
enum Projection { kQ, kK, kV, kO, kGate, kUp, kDown, kProjections };
extern const char* const kProjectionNames[kProjections];  // "self_attn.q_proj", ...

constexpr size_t kNoTensor = SIZE_MAX;
struct LayerOffsets {
  size_t input_norm = 0, post_norm = 0;
  size_t projection[kProjections] = {};
  size_t bias[kProjections];                      // kNoTensor where the model has none
  size_t q_norm = kNoTensor, k_norm = kNoTensor;  // [D], where the model has them
  LayerOffsets() { std::fill_n(bias, static_cast<size_t>(kProjections), kNoTensor); }
};
struct ModelOffsets {
  size_t embedding = 0, final_norm = 0, head = 0;  // head == embedding when tied
  std::vector<LayerOffsets> layers;
};
// Rows (outputs) and columns (inputs) of one projection.
struct ProjectionShape {
  size_t out = 0, in = 0;
};
ProjectionShape ShapeOf(const ModelConfig& config, int projection);

ParameterList ModelParameters(const ModelConfig& config, ModelOffsets* offsets);

}  // namespace cairn::model
