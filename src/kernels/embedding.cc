// Table look-up and its gradient.
#include <algorithm>
#include <cstring>

#include "kernels/kernels.h"

namespace cairn::kernels {

void Embedding(ThreadPool& pool, const WeightMatrix& table, const int32_t* ids, float* y, size_t t, size_t c) {
  pool.RunRanges(t, 64, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end && c > 0; ++i)
      WidenWeights(table.type, table.Row(static_cast<size_t>(ids[i]), c), 0, c, y + i * c);
  });
}

// Threads take columns, so that every element still sees its rows in token order.
void EmbeddingBackward(ThreadPool& pool, const float* dy, const int32_t* ids, float* dtable, size_t t, size_t c) {
  pool.RunRanges((c + 15) / 16, 2, [&](size_t begin, size_t end) {
    const size_t first = begin * 16, count = std::min(end * 16, c) - first;
    for (size_t i = 0; i < t; ++i) {
      const float* from = dy + i * c + first;
      float* to = dtable + static_cast<size_t>(ids[i]) * c + first;
      for (size_t j = 0; j < count; ++j) to[j] += from[j];
    }
  });
}

}  // namespace cairn::kernels
