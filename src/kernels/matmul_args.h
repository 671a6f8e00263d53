// A product with all strides filled in, as the files of matmul pass it on.
#pragma once

#include "kernels/kernels.h"

namespace cairn::kernels {

constexpr size_t kSerialWork = 32 * 32 * 32;  // below this, waking threads costs more than the work
constexpr size_t kNearFloats = 128u << 10;    // 512 KB: half of L2, for a block of A, B or C

struct MatMulArgs {
  MatMulShape s;
  const float* a;
  WeightMatrix b;
  float* c;
};

}  // namespace cairn::kernels
