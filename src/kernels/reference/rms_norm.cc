#include <cmath>

#include "kernels/reference/reference.h"
#include "kernels/reference/sum16.h"

namespace cairn::kernels::reference {

void RmsNorm(const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps) {
  for (size_t i = 0; i < t; ++i, x += c, y += c) {
    Sum16 sum;
    for (size_t j = 0; j < c; ++j) sum.Fma(j, x[j], x[j]);
    const float r = 1.0f / std::sqrt(sum.Fold() / static_cast<float>(c) + eps);
    for (size_t j = 0; j < c; ++j) y[j] = (x[j] * r) * w[j];
    rstd[i] = r;
  }
}

void RmsNormBackward(const float* dy, const float* x, const float* w, const float* rstd, float* dx, float* dw, size_t t,
                     size_t c, bool accumulate_dx) {
  for (size_t i = 0; i < t; ++i, dy += c, x += c, dx += c) {
    const float r = rstd[i];
    Sum16 sum;
    for (size_t j = 0; j < c; ++j) sum.Fma(j, dy[j] * w[j], x[j]);
    const float g = (sum.Fold() * (r * r * r)) / static_cast<float>(c);
    for (size_t j = 0; j < c; ++j) {
      const float d = r * (dy[j] * w[j]) - x[j] * g;
      dx[j] = accumulate_dx ? dx[j] + d : d;
      if (dw != nullptr) dw[j] = std::fma(dy[j], x[j] * r, dw[j]);
    }
  }
}

}  // namespace cairn::kernels::reference
