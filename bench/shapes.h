// The model shapes that are measured: bench/shapes.json, which the PyTorch side reads too.
#pragma once

#include <string>
#include <vector>

#include "base/philox.h"
#include "model/model.h"
#include "train/data.h"

namespace cairn::bench {

struct Shape {
  std::string name;
  model::ModelConfig config;
  uint64_t samples = 0, sample_tokens = 0;  // of one training step
  int64_t lora_rank = 0;                    // 0: all weights are trained; else they are frozen below an adapter
  uint64_t tokens() const { return samples * sample_tokens; }
};

Result<Shape> LoadShape(const std::string& name);

// Random weights and, where the shape says so, an adapter. Uniform with the deviation that InitModel gives; a draw
// costs a twelfth of InitModel's, which for a billion weights is a minute.
model::Model RandomModel(ThreadPool& pool, const Shape& shape);

// Sample i of the shape's length, random tokens, every token counted in the loss.
train::TokenSample RandomSample(const Shape& shape, uint64_t i);

// Floating-point operations that one training step needs, an fma being two. Matrices: 2 a weight and token forward, 2
// for the input gradient, 2 for the weight gradient where the weight is trained; the embedding is a lookup and costs
// nothing. Attention: 4 forward, 8 backward for each visible pair of tokens and query dimension. Norms, softmax,
// rotation, activation and optimiser are not counted.
double StepFlops(const Shape& shape);

// A linear layer over so many tokens.
struct LinearLayer {
  std::string name;
  size_t tokens = 0, out = 0, in = 0;
};
// The layers of a block of the shape and its head, each size once.
std::vector<LinearLayer> LinearLayers(const Shape& shape);

}  // namespace cairn::bench
