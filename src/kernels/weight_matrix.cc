#include "kernels/weight_matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "kernels/kernels.h"

namespace cairn::kernels {
namespace {

constexpr size_t kScaleBytes = 2;

// Rounded; the quantiser goes on with the scale as it was.
void PutScale(float scale, std::byte* block) {
  uint16_t half;
  F32ToF16(&scale, &half, 1);
  std::memcpy(block, &half, sizeof half);
}

// 0 where 1 / scale is beyond the range: the f16 scale of such a block is 0, whatever its whole numbers are.
float InverseOf(float scale) {
  if (scale == 0) return 0;
  const float inverse = 1.0f / scale;
  return std::isfinite(inverse) ? inverse : 0;
}

void NarrowQ8(const float* x, std::byte* block) {
  float largest = 0;
  for (size_t i = 0; i < kWeightBlock; ++i) largest = std::max(largest, std::fabs(x[i]));
  const float scale = largest / 127.0f, inverse = InverseOf(scale);
  PutScale(scale, block);
  for (size_t i = 0; i < kWeightBlock; ++i)
    block[kScaleBytes + i] = static_cast<std::byte>(static_cast<int8_t>(std::round(x[i] * inverse)));
}

// The element of largest size becomes -8; element i shares a byte with element i + 16.
void NarrowQ4(const float* x, std::byte* block) {
  float extreme = 0;
  for (size_t i = 0; i < kWeightBlock; ++i)
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  const float scale = extreme / -8.0f, inverse = InverseOf(scale);
  PutScale(scale, block);
  auto quantum = [&](float v) {
    const double q = static_cast<double>(v) * static_cast<double>(inverse) + 8.5;
    return static_cast<uint8_t>(std::clamp(q, 0.0, 15.0));
  };
  for (size_t i = 0; i < kWeightBlock / 2; ++i)
    block[kScaleBytes + i] = static_cast<std::byte>(quantum(x[i]) | quantum(x[i + kWeightBlock / 2]) << 4);
}

int Quantum(WeightType type, const std::byte* block, size_t i) {
  const std::byte* q = block + kScaleBytes;
  if (type == WeightType::kQ8_0) return static_cast<int8_t>(q[i]);
  const auto pair = static_cast<unsigned>(q[i % (kWeightBlock / 2)]);
  return static_cast<int>(i < kWeightBlock / 2 ? pair & 15 : pair >> 4) - 8;
}

}  // namespace

const char* WeightTypeName(WeightType type) {
  constexpr const char* kNames[] = {"F32", "BF16", "F16", "Q8_0", "Q4_0"};
  return kNames[static_cast<int>(type)];
}

size_t WeightRowBytes(WeightType type, size_t columns) {
  switch (type) {
    case WeightType::kF32:
      return columns * 4;
    case WeightType::kBf16:
    case WeightType::kF16:
      return columns * 2;
    case WeightType::kQ8_0:
      return columns / kWeightBlock * (kScaleBytes + kWeightBlock);
    case WeightType::kQ4_0:
      return columns / kWeightBlock * (kScaleBytes + kWeightBlock / 2);
  }
  return 0;
}

float BlockScale(const std::byte* block) {
  uint16_t half;
  std::memcpy(&half, block, sizeof half);
  float scale;
  F16ToF32(&half, &scale, 1);
  return scale;
}

void WidenWeights(WeightType type, const std::byte* row, size_t first, size_t n, float* out) {
  if (type == WeightType::kF32) {
    std::memcpy(out, row + first * 4, n * 4);
  } else if (type == WeightType::kBf16) {
    Bf16ToF32(reinterpret_cast<const uint16_t*>(row) + first, out, n);
  } else if (type == WeightType::kF16) {
    F16ToF32(reinterpret_cast<const uint16_t*>(row) + first, out, n);
  } else {
    const size_t bytes = WeightRowBytes(type, kWeightBlock);
    for (size_t i = 0; i < n; ++i) {
      const std::byte* block = row + (first + i) / kWeightBlock * bytes;
      out[i] = static_cast<float>(Quantum(type, block, (first + i) % kWeightBlock)) * BlockScale(block);
    }
  }
}

void NarrowWeights(WeightType type, const float* x, size_t n, std::byte* out) {
  if (type == WeightType::kF32) {
    std::memcpy(out, x, n * 4);
  } else if (type == WeightType::kBf16) {
    F32ToBf16(x, reinterpret_cast<uint16_t*>(out), n);
  } else if (type == WeightType::kF16) {
    F32ToF16(x, reinterpret_cast<uint16_t*>(out), n);
  } else {
    CAIRN_CHECK(n % kWeightBlock == 0);
    const size_t bytes = WeightRowBytes(type, kWeightBlock);
    for (size_t i = 0; i < n; i += kWeightBlock, out += bytes)
      type == WeightType::kQ8_0 ? NarrowQ8(x + i, out) : NarrowQ4(x + i, out);
  }
}

}  // namespace cairn::kernels
