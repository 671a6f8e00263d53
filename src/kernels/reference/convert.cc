#include <bit>
#include <cmath>
#include <limits>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void Bf16ToF32(const uint16_t* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = std::bit_cast<float>(static_cast<uint32_t>(x[i]) << 16);
}

void F32ToBf16(const float* x, uint16_t* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[i]);
    const uint32_t high = bits >> 16, low = bits & 0xFFFF;
    const bool up = low > 0x8000 || (low == 0x8000 && (high & 1));
    y[i] = static_cast<uint16_t>(std::isnan(x[i]) ? (high | 0x40) : high + (up ? 1 : 0));
  }
}

void F16ToF32(const uint16_t* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const int exponent = (x[i] >> 10) & 31;
    const float significand = static_cast<float>(x[i] & 1023);
    float value;
    if (exponent == 31) {
      value = significand == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    } else if (exponent == 0) {
      value = std::ldexp(significand, -24);
    } else {
      value = std::ldexp(significand + 1024.0f, exponent - 25);
    }
    y[i] = (x[i] & 0x8000) ? -value : value;
  }
}

}  // namespace cairn::kernels::reference
