// Linear layers in 8-bit whole numbers, the profile cairn-i8-1 (docs/numerics.md). Sums of products of whole numbers
// are exact, so that every instruction set and every order gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/weight_matrix.h"

namespace cairn::kernels {

constexpr size_t kInt8Block = 128;  // elements along the sum that share a scale; the last block of a row may be shorter
constexpr size_t kInt8Panel = 32;   // outputs that are stored together

// A matrix [n, k] narrowed along k, laid out for y = x W^T. Padding is zero.
struct Int8Matrix {
  size_t n = 0, k = 0;
  std::vector<uint8_t> quanta;  // number + 128, for each panel [k / 4][kInt8Panel][4]
  std::vector<float> scales;    // for each panel [block][kInt8Panel]
};

// w [rows, cols] as it is, or its transpose.
Int8Matrix NarrowToInt8(ThreadPool& pool, const WeightMatrix& w, size_t rows, size_t cols, bool transposed);

// y [t, n] (+)= x [t, k] W^T, x narrowed in the same way. What is not finite in a block of x or W makes NaN.
void Int8Linear(ThreadPool& pool, const float* x, const Int8Matrix& w, float* y, size_t t, bool accumulate = false);

// What Int8Linear runs on here. kVnni is several times as fast as binary32, kAmx two to three times as fast as that;
// kSimd, the 16-bit products that every instruction set has, is about as fast as binary32.
enum class Int8Unit { kSimd, kVnni, kAmx };
Int8Unit Int8UnitHere();
std::string Int8UnitName(Int8Unit unit);

}  // namespace cairn::kernels
