// What this machine can do, measured for a moment: the limits that the kernels are compared with. Other programs on the
// machine make every figure smaller, so each is the best of a few repetitions.
#pragma once

#include <cstddef>

#include "base/thread_pool.h"

namespace cairn::kernels {

double FmaPeak(ThreadPool& pool);        // FLOP/s of fused multiply-adds that stay in registers, all threads together
double ReadBandwidth(ThreadPool& pool);  // bytes/s read from memory in long rows, all threads together
// FLOP/s of y[T,N] = x[T,K] w^T, counted as 2*T*K*N.
double LinearRate(ThreadPool& pool, size_t t, size_t k, size_t n);
double Int8LinearRate(ThreadPool& pool, size_t t, size_t k, size_t n);  // the same of Int8Linear, x narrowed each time

}  // namespace cairn::kernels
