// The bias of a linear layer: where its chains start, and its gradient.
#include <algorithm>

#include "kernels/kernels.h"

namespace cairn::kernels {

void StartAtBias(ThreadPool& pool, const float* bias, float* y, size_t t, size_t n, bool accumulate) {
  pool.RunRanges(t, 64, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      float* row = y + i * n;
      if (accumulate) {
        for (size_t j = 0; j < n; ++j) row[j] += bias[j];
      } else {
        std::copy_n(bias, n, row);
      }
    }
  });
}

// Threads take columns, so that every element still sees the rows in token order.
void BiasGradient(ThreadPool& pool, const float* dy, float* dbias, size_t t, size_t n) {
  pool.RunRanges((n + 15) / 16, 2, [&](size_t begin, size_t end) {
    const size_t first = begin * 16, count = std::min(end * 16, n) - first;
    for (size_t i = 0; i < t; ++i)
      for (size_t j = first; j < first + count; ++j) dbias[j] += dy[i * n + j];
  });
}

}  // namespace cairn::kernels
