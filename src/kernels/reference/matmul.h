// The definition of matmul: one chain of fma over k for each element of C.
#pragma once

#include "kernels/kernels.h"

namespace cairn::kernels::reference {

void MatMul(const MatMulShape& shape, const float* a, const float* b, float* c);
void Linear(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate = false);
void LinearGradInput(const float* dy, const float* w, float* dx, size_t t, size_t k, size_t n, bool accumulate);
void LinearGradWeight(const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n);

}  // namespace cairn::kernels::reference
