// Muon: the update of a weight matrix is its momentum made nearly orthogonal, so that every direction learns at the
// same rate. Jordan et al. 2024 (Newton-Schulz iteration of degree five, Nesterov momentum); Liu et al. 2025,
// arXiv:2502.16982 (scale that gives the update the size of AdamW's, decoupled weight decay). Arithmetic:
// docs/numerics.md.
#pragma once

#include <cstddef>
#include <vector>

#include "base/thread_pool.h"

namespace cairn::train {

struct MuonStep {
  float learning_rate = 0, momentum = 0.95f, weight_decay = 0;
  float gradient_scale = 1;  // clipping factor
};

// What the iteration is made of. Singular values in (0, 1] end in about [0.7, 1.2]; more exactness would buy nothing.
struct MuonMath {
  static constexpr int kIterations = 5;
  static constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;
  static constexpr double kTiny = 1e-7;
  // The factors of the weights and of the orthogonal matrix in an update.
  static float Shrink(const MuonStep& step) { return 1.0f - step.learning_rate * step.weight_decay; }
  static float Rate(const MuonStep& step, size_t rows, size_t cols);
};

class Muon {
 public:
  explicit Muon(ThreadPool& pool) : pool_(pool) {}

  // Shapes    g, m, w: [rows, cols]; m is the momentum, zero before the first step.
  // Order     every sum is one of the kernels', so threads change no bit.
  // A zero gradient with zero momentum only decays the weights.
  void Update(const MuonStep& step, const float* g, float* m, float* w, size_t rows, size_t cols);

 private:
  void Orthogonalise(size_t rows, size_t cols);

  ThreadPool& pool_;
  std::vector<float> x_, next_, gram_, poly_;  // x [rows, cols]; Gram matrix over the shorter side
};

}  // namespace cairn::train
