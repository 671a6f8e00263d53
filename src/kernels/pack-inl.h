// Operands copied into the layout that register tiles read; shared by matmul and attention.
#include "kernels/simd-inl.h"

#if defined(CAIRN_KERNELS_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_PACK_INL_H_
#undef CAIRN_KERNELS_PACK_INL_H_
#else
#define CAIRN_KERNELS_PACK_INL_H_
#endif

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// In each block of four lanes: v[i].lane(l) <- v[l].lane(i) for four vectors.
HWY_INLINE void TransposeInBlocks(VF* v) {
  const DF d;
  const hn::Repartition<uint64_t, DF> du;
  const auto a = hn::BitCast(du, hn::InterleaveLower(d, v[0], v[1]));
  const auto b = hn::BitCast(du, hn::InterleaveLower(d, v[2], v[3]));
  const auto c = hn::BitCast(du, hn::InterleaveUpper(d, v[0], v[1]));
  const auto e = hn::BitCast(du, hn::InterleaveUpper(d, v[2], v[3]));
  v[0] = hn::BitCast(d, hn::InterleaveLower(du, a, b));
  v[1] = hn::BitCast(d, hn::InterleaveUpper(du, a, b));
  v[2] = hn::BitCast(d, hn::InterleaveLower(du, c, e));
  v[3] = hn::BitCast(d, hn::InterleaveUpper(du, c, e));
}

// out[i].lane(l) = row(l).lane(i).
template <class Row>
HWY_INLINE void LoadTransposed(const Row& row, VF (&out)[kLanes]) {
  const DF d;
  VF v[kLanes];
  for (size_t l = 0; l < kLanes; ++l) v[l] = row(l);
  for (size_t l = 0; l < kLanes; l += 4) TransposeInBlocks(v + l);
  // v[4g + j], block q: element 4q + j of rows 4g .. 4g + 3.
  for (size_t j = 0; j < 4; ++j) {
    if constexpr (kLanes == 4) {
      out[j] = v[j];
    } else if constexpr (kLanes == 8) {
      out[j] = hn::ConcatLowerLower(d, v[4 + j], v[j]);
      out[4 + j] = hn::ConcatUpperUpper(d, v[4 + j], v[j]);
    } else {
      const VF even01 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(v[4 + j]), v[j]);
      const VF odd01 = hn::OddEvenBlocks(v[4 + j], hn::SwapAdjacentBlocks(v[j]));
      const VF even23 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(v[12 + j]), v[8 + j]);
      const VF odd23 = hn::OddEvenBlocks(v[12 + j], hn::SwapAdjacentBlocks(v[8 + j]));
      out[j] = hn::ConcatLowerLower(d, even23, even01);
      out[4 + j] = hn::ConcatLowerLower(d, odd23, odd01);
      out[8 + j] = hn::ConcatUpperUpper(d, even23, even01);
      out[12 + j] = hn::ConcatUpperUpper(d, odd23, odd01);
    }
  }
}

constexpr size_t kPackAhead =
    64;  // values of a row, four cache lines: kLanes rows may be more streams than are followed

// Columns 0 .. count - 1 of dst[k, width] from as many rows of src, at most kLanes. Blocks of kLanes k begin where
// cache lines do: rows whose distance is a power of two share few places of the cache, so a line must not be needed
// twice. spill: lanes after the columns may be stored, too, because later rows overwrite them.
HWY_INLINE void PackLanesTransposed(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                                    bool spill, float* HWY_RESTRICT dst) {
  const DF d;
  auto row = [&](size_t l, size_t i) { return src + std::min(l, count - 1) * ld + i; };
  auto part = [&](size_t i, size_t steps) {
    if (steps == 0) return;
    VF v[kLanes];
    LoadTransposed([&](size_t l) { return LoadUpTo(row(l, i), steps); }, v);
    for (size_t l = 0; l < steps; ++l) StoreUpTo(v[l], dst + (i + l) * width, count);
  };
  size_t i = std::min(k, (64 - reinterpret_cast<uintptr_t>(src) % 64) % 64 / 4 % kLanes);
  part(0, i);
  for (; i + kLanes <= k; i += kLanes) {
    VF v[kLanes];
    LoadTransposed(
        [&](size_t l) {
          __builtin_prefetch(row(l, i) + kPackAhead);
          return hn::LoadU(d, row(l, i));
        },
        v);
    if (count == kLanes || (spill && i + 2 * kLanes <= k)) {
      for (size_t l = 0; l < kLanes; ++l) hn::StoreU(v[l], d, dst + (i + l) * width);
    } else {
      for (size_t l = 0; l < kLanes; ++l) StoreUpTo(v[l], dst + (i + l) * width, count);
    }
  }
  part(i, k - i);
}

// dst[k, width] from src[k, ld], columns count..width zero.
inline void PackRows(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                     float* HWY_RESTRICT dst) {
  const DF d;
  size_t i = 0;
  if (count == width && count % kLanes != 0) {
    // Whole vectors, whose surplus the next row overwrites, while both sides stay inside their arrays.
    const size_t padded = (count + kLanes - 1) / kLanes * kLanes;
    for (; padded <= ld + count && i + 1 < k && i * width + padded <= k * width; ++i)
      for (size_t j = 0; j < count; j += kLanes) hn::StoreU(hn::LoadU(d, src + i * ld + j), d, dst + i * width + j);
  }
  for (; i < k; ++i) {
    const float* row = src + i * ld;
    for (size_t j = 0; j < width; j += kLanes)
      StoreUpTo(j < count ? LoadUpTo(row + j, count - j) : hn::Zero(d), dst + i * width + j, width - j);
  }
}

// dst[k, width] from `rows` <= width rows of an operand, stored as [rows, ld] or, when `transposed`, as [k, ld]. What
// the columns from `rows` on hold is undefined.
inline void PackOperand(const float* src, size_t ld, bool transposed, size_t rows, size_t width, size_t k, float* dst) {
  if (transposed) return PackRows(src, ld, rows, width, k, dst);
  for (size_t j = 0; j < rows; j += kLanes)
    PackLanesTransposed(src + j * ld, ld, std::min(kLanes, rows - j), width, k, j == 0 || j + kLanes <= width, dst + j);
}

// dst[k, width] from src[count, ld] transposed; columns count..width are zero.
inline void PackTransposed(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                           float* HWY_RESTRICT dst) {
  PackOperand(src, ld, false, count, width, k, dst);
  for (size_t i = 0; i < k && count < width; ++i) std::fill(dst + i * width + count, dst + (i + 1) * width, 0.0f);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
