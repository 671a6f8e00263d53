#include "kernels/int8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

float NarrowBlock(const float* x, size_t n, int8_t* q) {
  constexpr uint32_t kInfinity = 0x7F800000u;
  uint32_t bits = 0;  // of the largest |x|; NaN is larger than all numbers
  for (size_t i = 0; i < n; ++i) bits = std::max(bits, std::bit_cast<uint32_t>(x[i]) & 0x7FFFFFFFu);
  const float largest = std::bit_cast<float>(bits);
  if (bits >= kInfinity || largest < 0x1p-100f) {
    std::fill_n(q, n, int8_t{0});
    return bits >= kInfinity ? std::numeric_limits<float>::quiet_NaN() : 0.0f;
  }
  const float inverse = 127.0f / largest;
  for (size_t i = 0; i < n; ++i) {
    const float z = x[i] * inverse + 12582912.0f;  // 1.5 * 2^23: leaves the nearest whole number in the low bits
    q[i] = static_cast<int8_t>(std::bit_cast<uint32_t>(z) - 0x4B400000u);
  }
  return largest / 127.0f;
}

void Int8Linear(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate) {
  for (size_t i = 0; i < t; ++i) {
    for (size_t j = 0; j < n; ++j) {
      float acc = accumulate ? y[i * n + j] : 0.0f;
      for (size_t first = 0; first < k; first += kInt8Block) {
        const size_t size = std::min(kInt8Block, k - first);
        int8_t qx[kInt8Block], qw[kInt8Block];
        const float sx = NarrowBlock(x + i * k + first, size, qx), sw = NarrowBlock(w + j * k + first, size, qw);
        int32_t dot = 0;
        for (size_t b = 0; b < size; ++b) dot += int32_t{qx[b]} * int32_t{qw[b]};
        acc = std::fma(static_cast<float>(dot), sx * sw, acc);
      }
      y[i * n + j] = acc;
    }
  }
}

}  // namespace cairn::kernels::reference
