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

// The blocks of four lanes of v, one every `step` elements.
template <class D>
HWY_INLINE void StoreBlocks(D d, hn::Vec<D> v, float* HWY_RESTRICT dst, size_t step) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    hn::StoreU(v, d, dst);
  } else {
    const hn::Half<D> half;
    StoreBlocks(half, hn::LowerHalf(half, v), dst, step);
    StoreBlocks(half, hn::UpperHalf(half, v), dst + hn::MaxLanes(D()) / 8 * step, step);
  }
}

// Columns 0 .. 3 of dst[k, width] from four rows of src[4, ld]. Four rows are as many streams as the processor's
// prefetchers surely follow.
HWY_INLINE void PackFourTransposed(const float* HWY_RESTRICT src, size_t ld, size_t width, size_t k,
                                   float* HWY_RESTRICT dst) {
  const DF d;
  size_t i = 0;
  for (; i + kLanes <= k; i += kLanes) {
    VF v[4];
    for (size_t l = 0; l < 4; ++l) v[l] = hn::LoadU(d, src + l * ld + i);
    TransposeInBlocks(v);
    for (size_t l = 0; l < 4; ++l) StoreBlocks(d, v[l], dst + (i + l) * width, 4 * width);
  }
  for (; i < k; ++i)
    for (size_t l = 0; l < 4; ++l) dst[i * width + l] = src[l * ld + i];
}

// dst[k, width] from src[count, ld] transposed; columns count..width are zero.
inline void PackTransposed(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                           float* HWY_RESTRICT dst) {
  for (size_t j = 0; j + 4 <= count; j += 4) PackFourTransposed(src + j * ld, ld, width, k, dst + j);
  if (count % 4 != 0 && count > 4) {
    PackFourTransposed(src + (count - 4) * ld, ld, width, k, dst + count - 4);
  } else {
    for (size_t j = count / 4 * 4; j < count; ++j)
      for (size_t i = 0; i < k; ++i) dst[i * width + j] = src[j * ld + i];
  }
  for (size_t i = 0; i < k && count < width; ++i) std::fill(dst + i * width + count, dst + (i + 1) * width, 0.0f);
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
    float* to = dst + i * width;
    size_t j = 0;
    for (; j + kLanes <= count; j += kLanes) hn::StoreU(hn::LoadU(d, row + j), d, to + j);
    for (; j < count; ++j) to[j] = row[j];
    for (; j < width; ++j) to[j] = 0.0f;
  }
}

// dst[k, rows] from `rows` rows of an operand, stored as [rows, ld] or, when `transposed`, as [k, ld].
inline void PackOperand(const float* src, size_t ld, bool transposed, size_t rows, size_t k, float* dst) {
  transposed ? PackRows(src, ld, rows, rows, k, dst) : PackTransposed(src, ld, rows, rows, k, dst);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
