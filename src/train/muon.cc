#include "train/muon.h"

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"

namespace cairn::train {
namespace {

constexpr double kAdamSize = 0.2;  // root mean square of a usual AdamW update, in units of the learning rate

}  // namespace

float MuonMath::Rate(const MuonStep& step, size_t rows, size_t cols) {
  const double size = kAdamSize * std::sqrt(static_cast<double>(std::max(rows, cols)));
  return static_cast<float>(-static_cast<double>(step.learning_rate) * size);
}

// x <- a x + (b G + c G G) x with G = x x^T, or from the right with G = x^T x where x is tall.
void Muon::Orthogonalise(size_t rows, size_t cols) {
  const bool wide = rows <= cols;
  const size_t side = std::min(rows, cols), other = std::max(rows, cols);
  gram_.resize(side * side);
  poly_.resize(side * side);
  next_.resize(rows * cols);
  for (int i = 0; i < MuonMath::kIterations; ++i) {
    kernels::MatMul(pool_, {.m = side, .n = side, .k = other, .trans_a = !wide, .trans_b = wide}, x_.data(), x_.data(),
                    gram_.data());
    kernels::MatMul(pool_, {.m = side, .n = side, .k = side}, gram_.data(), gram_.data(), poly_.data());
    kernels::Scale(pool_, MuonMath::kC, poly_.data(), poly_.size());
    kernels::AddScaled(pool_, MuonMath::kB, gram_.data(), poly_.data(), poly_.size());
    const float* left = wide ? poly_.data() : x_.data();
    const float* right = wide ? x_.data() : poly_.data();
    kernels::MatMul(pool_, {.m = rows, .n = cols, .k = side}, left, right, next_.data());
    kernels::AddScaled(pool_, MuonMath::kA, x_.data(), next_.data(), next_.size());
    std::swap(x_, next_);
  }
}

void Muon::Update(const MuonStep& step, const float* g, float* m, float* w, size_t rows, size_t cols) {
  const size_t n = rows * cols;
  kernels::Scale(pool_, step.momentum, m, n);
  kernels::AddScaled(pool_, step.gradient_scale, g, m, n);
  x_.assign(g, g + n);
  kernels::Scale(pool_, step.gradient_scale, x_.data(), n);
  kernels::AddScaled(pool_, step.momentum, m, x_.data(), n);
  const double norm = std::sqrt(kernels::SumOfSquares(pool_, x_.data(), n));
  kernels::Scale(pool_, static_cast<float>(1.0 / (norm + MuonMath::kTiny)), x_.data(), n);
  Orthogonalise(rows, cols);
  kernels::Scale(pool_, MuonMath::Shrink(step), w, n);
  kernels::AddScaled(pool_, MuonMath::Rate(step, rows, cols), x_.data(), w, n);
}

}  // namespace cairn::train
