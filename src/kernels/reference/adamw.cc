#include <cmath>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void AdamW(const AdamWStep& s, const float* g, float* m, float* v, float* w, size_t n) {
  const float new1 = 1.0f - s.beta1, new2 = 1.0f - s.beta2;
  for (size_t i = 0; i < n; ++i) {
    const float gi = g[i] * s.gradient_scale;
    m[i] = std::fma(s.beta1, m[i], new1 * gi);
    v[i] = std::fma(s.beta2, v[i], (new2 * gi) * gi);
    const float update = (m[i] / s.correction1) / (std::sqrt(v[i] / s.correction2) + s.eps);
    w[i] = w[i] - s.learning_rate * std::fma(s.weight_decay, w[i], update);
  }
}

}  // namespace cairn::kernels::reference
