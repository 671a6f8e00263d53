#include <cmath>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void MatMul(const MatMulShape& s, const float* a, const float* b, float* c) {
  const size_t lda = s.lda ? s.lda : (s.trans_a ? s.m : s.k);
  const size_t ldb = s.ldb ? s.ldb : (s.trans_b ? s.k : s.n);
  const size_t ldc = s.ldc ? s.ldc : s.n;
  for (size_t m = 0; m < s.m; ++m) {
    for (size_t n = 0; n < s.n; ++n) {
      float acc = s.accumulate ? c[m * ldc + n] : 0.0f;
      for (size_t k = 0; k < s.k; ++k) {
        const float av = s.trans_a ? a[k * lda + m] : a[m * lda + k];
        const float bv = s.trans_b ? b[n * ldb + k] : b[k * ldb + n];
        acc = std::fma(av, bv, acc);
      }
      c[m * ldc + n] = acc;
    }
  }
}

void Linear(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate) {
  MatMul({.m = t, .n = n, .k = k, .trans_b = true, .accumulate = accumulate}, x, w, y);
}

void LinearGradInput(const float* dy, const float* w, float* dx, size_t t, size_t k, size_t n, bool accumulate) {
  MatMul({.m = t, .n = k, .k = n, .accumulate = accumulate}, dy, w, dx);
}

void LinearGradWeight(const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n) {
  MatMul({.m = n, .n = k, .k = t, .trans_a = true, .accumulate = true}, dy, x, dw);
}

}  // namespace cairn::kernels::reference
