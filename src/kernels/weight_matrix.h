// The weight of a linear layer as it is stored. Every type widens exactly to f32 where it is read, so a result has the
// bits that the widened f32 matrix gives (docs/numerics.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace cairn::kernels {

// kF16 is IEEE 754 binary16. kQ8_0 and kQ4_0 are GGML's blocks of 32 elements of a row: a scale (f16) and 32 whole
// numbers of 8 or 4 bits.
enum class WeightType { kF32, kBf16, kF16, kQ8_0, kQ4_0 };
constexpr size_t kWeightBlock = 32;  // row lengths of the blocked types are multiples of it

const char* WeightTypeName(WeightType type);  // "F32", "BF16", "F16", "Q8_0", "Q4_0"
inline bool IsBlocked(WeightType type) { return type == WeightType::kQ8_0 || type == WeightType::kQ4_0; }
size_t WeightRowBytes(WeightType type, size_t columns);

// [rows, columns], row-major, not owned. data: aligned to 4 bytes for kF32, to 2 otherwise.
struct WeightMatrix {
  WeightType type = WeightType::kF32;
  const void* data = nullptr;

  WeightMatrix() = default;
  WeightMatrix(const float* w) : data(w) {}  // NOLINT: an f32 matrix is used everywhere a weight is
  WeightMatrix(WeightType t, const void* d) : type(t), data(d) {}
  const std::byte* Row(size_t row, size_t columns) const {
    return static_cast<const std::byte*>(data) + row * WeightRowBytes(type, columns);
  }
  const float* f32() const { return static_cast<const float*>(data); }
};

float BlockScale(const std::byte* block);  // of kQ8_0 and kQ4_0, widened
// Elements [first, first + n) of a row that starts at `row`.
void WidenWeights(WeightType type, const std::byte* row, size_t first, size_t n, float* out);
// x[n] to WeightRowBytes(type, n) bytes: halves round to nearest even, blocks are those of GGML's reference quantiser;
// n is a multiple of kWeightBlock for the blocked types. REQUIRES finite numbers for those.
void NarrowWeights(WeightType type, const float* x, size_t n, std::byte* out);

}  // namespace cairn::kernels
