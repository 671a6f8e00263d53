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
      value = significand == 0 ? std::numeric_limits<float>::infinity()
                               : std::bit_cast<float>(0x7FC00000u | (x[i] & 1023u) << 13);
    } else if (exponent == 0) {
      value = std::ldexp(significand, -24);
    } else {
      value = std::ldexp(significand + 1024.0f, exponent - 25);
    }
    y[i] = (x[i] & 0x8000) ? -value : value;
  }
}

// The nearest of the 65,536 values; of two, the even one.
void F32ToF16(const float* x, uint16_t* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const uint16_t sign = std::signbit(x[i]) ? 0x8000 : 0;
    const float size = std::fabs(x[i]);
    if (std::isnan(x[i])) {
      y[i] = static_cast<uint16_t>(sign | 0x7E00);
    } else if (size >= 65520.0f) {
      y[i] = static_cast<uint16_t>(sign | 0x7C00);
    } else {
      int exponent = size < 0x1p-14f ? -14 : std::ilogb(size);
      // In units of the last place; 2048 of them are the next exponent's 1024 and carry by themselves.
      const auto units = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
      y[i] = static_cast<uint16_t>(sign | (((exponent + 14) << 10) + units));
    }
  }
}

}  // namespace cairn::kernels::reference
