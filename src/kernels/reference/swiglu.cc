#include <cmath>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void SwiGlu(const float* g, const float* u, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = (g[i] * Sigmoid(g[i])) * u[i];
}

void SwiGluBackward(const float* dy, const float* g, const float* u, float* dg, float* du, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const float s = Sigmoid(g[i]);
    const float d = dy[i];
    du[i] = d * (g[i] * s);
    dg[i] = (d * u[i]) * (s * std::fma(g[i], 1.0f - s, 1.0f));
  }
}

}  // namespace cairn::kernels::reference
