// Half-precision storage formats. Plain integer loops: the compiler vectorises them, and every path is exact.
#include <bit>

#include "kernels/kernels.h"

namespace cairn::kernels {

void Bf16ToF32(const uint16_t* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = std::bit_cast<float>(static_cast<uint32_t>(x[i]) << 16);
}

void F32ToBf16(const float* x, uint16_t* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[i]);
    const uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16;  // half up, minus one when already even
    const bool nan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
    y[i] = static_cast<uint16_t>(nan ? (bits >> 16) | 0x40u : rounded);
  }
}

void F16ToF32(const uint16_t* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const uint32_t magnitude = x[i] & 0x7FFFu, sign = static_cast<uint32_t>(x[i] & 0x8000u) << 16;
    const uint32_t moved = magnitude << 13, normal = moved + 0x38000000u;
    // Beside an implicit bit of 2^-14 the fraction is the subnormal: an exact difference of normal numbers.
    const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(moved | 0x38800000u) - 0x1p-14f);
    const uint32_t special = moved | 0x7F800000u | (magnitude > 0x7C00u ? 0x400000u : 0u);
    y[i] = std::bit_cast<float>((magnitude >= 0x7C00u ? special : magnitude < 0x400u ? subnormal : normal) | sign);
  }
}

void F32ToF16(const float* x, uint16_t* y, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[i]), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
    uint32_t half;
    if (magnitude > 0x7F800000u) {
      half = 0x7E00u;
    } else if (magnitude >= 0x477FF000u) {  // 65520 and more
      half = 0x7C00u;
    } else if (magnitude <
               0x38800000u) {  // below 2^-14: adding 0.5 leaves the multiple of 2^-24, rounded, in the low bits
      half = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3F000000u;
    } else {
      half = (magnitude - 0x38000000u + 0xFFFu + (magnitude >> 13 & 1)) >> 13;
    }
    y[i] = static_cast<uint16_t>(sign | half);
  }
}

}  // namespace cairn::kernels
