// What the kernels share, compiled once for each target: include inside files with a foreach_target body.
#include <cstddef>
#include <cstring>

#include "kernels/simd.h"

#if defined(CAIRN_KERNELS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_SIMD_INL_H_
#undef CAIRN_KERNELS_SIMD_INL_H_
#else
#define CAIRN_KERNELS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

// 1: vectors with a real fma. 0: the file must fall back to the plain loops.
#undef CAIRN_SIMD
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON
#define CAIRN_SIMD 1
#else
#define CAIRN_SIMD 0
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// dst[i, 0..3] = src[0..3, i] for i = 0..3.
HWY_INLINE void Transpose4x4(const float* HWY_RESTRICT src, size_t ld, float* HWY_RESTRICT dst, size_t dst_ld) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::FixedTag<float, 4> f;
  const hn::FixedTag<uint64_t, 2> u;
  const auto r0 = hn::LoadU(f, src), r1 = hn::LoadU(f, src + ld);
  const auto r2 = hn::LoadU(f, src + 2 * ld), r3 = hn::LoadU(f, src + 3 * ld);
  const auto a = hn::BitCast(u, hn::InterleaveLower(f, r0, r1)), b = hn::BitCast(u, hn::InterleaveLower(f, r2, r3));
  const auto c = hn::BitCast(u, hn::InterleaveUpper(f, r0, r1)), e = hn::BitCast(u, hn::InterleaveUpper(f, r2, r3));
  hn::StoreU(hn::BitCast(f, hn::InterleaveLower(u, a, b)), f, dst);
  hn::StoreU(hn::BitCast(f, hn::InterleaveUpper(u, a, b)), f, dst + dst_ld);
  hn::StoreU(hn::BitCast(f, hn::InterleaveLower(u, c, e)), f, dst + 2 * dst_ld);
  hn::StoreU(hn::BitCast(f, hn::InterleaveUpper(u, c, e)), f, dst + 3 * dst_ld);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
