#include <algorithm>
#include <cmath>

#include "kernels/reference/reference.h"
#include "kernels/reference/sum16.h"

namespace cairn::kernels::reference {

double SumOfSquares(const float* x, size_t n) {
  double total = 0.0;
  for (size_t begin = 0; begin < n; begin += 65536) {
    Sum16 sum;
    for (size_t j = begin; j < std::min(n, begin + 65536); ++j) sum.Fma(j - begin, x[j], x[j]);
    total += static_cast<double>(sum.Fold());
  }
  return total;
}

void Add(const float* a, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = y[i] + a[i];
}

void Scale(float s, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = y[i] * s;
}

void AddScaled(float s, const float* a, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = std::fma(s, a[i], y[i]);
}

size_t FirstNotFinite(const float* x, size_t n) {
  for (size_t i = 0; i < n; ++i)
    if (!std::isfinite(x[i])) return i;
  return n;
}

}  // namespace cairn::kernels::reference
