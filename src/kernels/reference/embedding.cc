#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void Embedding(const float* table, const int32_t* ids, float* y, size_t t, size_t c) {
  for (size_t i = 0; i < t; ++i)
    for (size_t j = 0; j < c; ++j) y[i * c + j] = table[static_cast<size_t>(ids[i]) * c + j];
}

void EmbeddingBackward(const float* dy, const int32_t* ids, float* dtable, size_t t, size_t c) {
  for (size_t i = 0; i < t; ++i)
    for (size_t j = 0; j < c; ++j) dtable[static_cast<size_t>(ids[i]) * c + j] += dy[i * c + j];
}

}  // namespace cairn::kernels::reference
