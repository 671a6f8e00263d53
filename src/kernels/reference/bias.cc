#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void StartAtBias(const float* bias, float* y, size_t t, size_t n, bool accumulate) {
  for (size_t i = 0; i < t; ++i)
    for (size_t j = 0; j < n; ++j) y[i * n + j] = accumulate ? y[i * n + j] + bias[j] : bias[j];
}

void BiasGradient(const float* dy, float* dbias, size_t t, size_t n) {
  for (size_t i = 0; i < t; ++i)
    for (size_t j = 0; j < n; ++j) dbias[j] += dy[i * n + j];
}

}  // namespace cairn::kernels::reference
