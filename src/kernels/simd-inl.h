// What the kernels share, compiled once for each target: include inside files with a foreach_target body.
#include <cstddef>
#include <type_traits>

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
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || \
    (HWY_TARGET == HWY_NEON && HWY_ARCH_ARM_A64)
#define CAIRN_SIMD 1
#else
#define CAIRN_SIMD 0
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<DF>;
using VF = hn::Vec<DF>;
constexpr size_t kLanes = hn::MaxLanes(DF());
constexpr size_t kVectors16 = 16 / kLanes;  // vectors that hold the 16 lanes of sum16
static_assert(kLanes <= 16 && 16 % kLanes == 0);

// Loads and stores of min(n, kLanes) elements; missing ones read as 0 and are not written. n >= 1.
HWY_INLINE VF LoadUpTo(const float* p, size_t n) {
  const DF d;
  if (HWY_LIKELY(n >= kLanes)) return hn::LoadU(d, p);
#if HWY_TARGET == HWY_NEON  // its masked forms touch the whole vector
  alignas(64) float buffer[kLanes] = {};
  for (size_t i = 0; i < n; ++i) buffer[i] = p[i];
  return hn::Load(d, buffer);
#else
  return hn::MaskedLoad(hn::FirstN(d, n), d, p);
#endif
}
HWY_INLINE void StoreUpTo(VF x, float* p, size_t n) {
  const DF d;
  if (HWY_LIKELY(n >= kLanes)) return hn::StoreU(x, d, p);
#if HWY_TARGET == HWY_NEON
  alignas(64) float buffer[kLanes];
  hn::Store(x, d, buffer);
  for (size_t i = 0; i < n; ++i) p[i] = buffer[i];
#else
  hn::BlendedStore(x, hn::FirstN(d, n), d, p);
#endif
}

// Lower half plus upper half until one lane is left.
template <class D>
HWY_INLINE float FoldLanes(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    return FoldLanes(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    alignas(16) float x[4];
    hn::Store(v, d, x);
    return (x[0] + x[2]) + (x[1] + x[3]);
  }
}

// reference::Exp in every lane. NaN is put back at the end: min and max lose it on some processors, and a NaN that is
// lost would let training go on.
HWY_INLINE VF Exp(VF argument) {
  const DF d;
  const DI di;
  const VF x = hn::Min(hn::Max(argument, hn::Set(d, -87.0f)), hn::Set(d, 88.0f));
  const VF magic = hn::Set(d, 12582912.0f);
  const VF z = hn::MulAdd(x, hn::Set(d, 1.44269504088896341f), magic);
  const VF n = hn::Sub(z, magic);
  const auto i = hn::ShiftLeft<23>(hn::Sub(hn::BitCast(di, z), hn::Set(di, 0x4B400000)));
  VF r = hn::MulAdd(n, hn::Set(d, -0.693145751953125f), x);
  r = hn::MulAdd(n, hn::Set(d, -1.428606765330187045e-06f), r);
  VF p = hn::Set(d, 1.9875691500e-4f);
  p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  const VF q = hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0f));
  return hn::IfThenElse(hn::IsNaN(argument), argument, hn::BitCast(d, hn::Add(hn::BitCast(di, q), i)));
}

HWY_INLINE VF Sigmoid(VF x) {
  const DF d;
  const VF one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, Exp(hn::Neg(x))));
}

// The 16 lanes of sum16 in vectors of this target. Each method takes elements j .. j + kLanes - 1 of which `left` exist
// (lanes without an element keep their value: adding 0 could turn -0 into +0); j is a multiple of kLanes.
class Lanes16 {
 public:
  HWY_INLINE Lanes16() {
    for (size_t i = 0; i < kVectors16; ++i) lane_[i] = hn::Zero(DF());
  }
  HWY_INLINE void Add(size_t vector, VF x, size_t left) { Set(vector, hn::Add(lane_[vector], x), left); }
  HWY_INLINE void Fma(size_t vector, VF a, VF b, size_t left) { Set(vector, hn::MulAdd(a, b, lane_[vector]), left); }
  HWY_INLINE float Fold() {
    for (size_t half = kVectors16 / 2; half >= 1; half /= 2)
      for (size_t i = 0; i < half; ++i) lane_[i] = hn::Add(lane_[i], lane_[i + half]);
    return FoldLanes(DF(), lane_[0]);
  }

 private:
  HWY_INLINE void Set(size_t vector, VF next, size_t left) {
    const DF d;
    lane_[vector] = HWY_LIKELY(left >= kLanes) ? next : hn::IfThenElse(hn::FirstN(d, left), next, lane_[vector]);
  }
  VF lane_[kVectors16];
};

// Calls body(j, vector, left) for each vector of a row of n elements; `vector` is the part of Lanes16 it belongs to.
#define CAIRN_FOR_EACH_VECTOR16(j, vector, left, n)                                    \
  for (size_t j##_block = 0; j##_block < (n); j##_block += 16)                         \
    for (size_t vector = 0, j = j##_block; vector < kVectors16; ++vector, j += kLanes) \
      if (const size_t left = j < (n) ? (n)-j : 0; left != 0)

// sum16 of fma(a, b, lane).
inline float Dot16(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, size_t n) {
  Lanes16 sum;
  CAIRN_FOR_EACH_VECTOR16(j, vector, left, n) sum.Fma(vector, LoadUpTo(a + j, left), LoadUpTo(b + j, left), left);
  return sum.Fold();
}

// The largest of n >= 1 elements, +0 for -0. Multiplies each by `scale` first, in place, when kScale.
template <bool kScale>
inline float MaxOf(std::conditional_t<kScale, float, const float>* x, size_t n, float scale) {
  const DF d;
  const VF s = hn::Set(d, scale);
  VF best = hn::Set(d, kScale ? x[0] * scale : x[0]);
  for (size_t j = 0; j < n; j += kLanes) {
    const size_t left = n - j;
    VF v = LoadUpTo(x + j, left);
    if constexpr (kScale) {
      v = hn::Mul(v, s);
      StoreUpTo(v, x + j, left);
    }
    if (HWY_UNLIKELY(left < kLanes)) v = hn::IfThenElse(hn::FirstN(d, left), v, best);
    best = hn::Max(best, v);
  }
  return hn::GetLane(hn::MaxOfLanes(d, best)) + 0.0f;
}

// sum16 of exp(x - m); the terms are stored to y (may be x) when kStore.
template <bool kStore>
inline float ExpSum16(const float* x, float* y, size_t n, float m) {
  const VF mv = hn::Set(DF(), m);
  Lanes16 sum;
  CAIRN_FOR_EACH_VECTOR16(j, vector, left, n) {
    const VF p = Exp(hn::Sub(LoadUpTo(x + j, left), mv));
    if constexpr (kStore) StoreUpTo(p, y + j, left);
    sum.Add(vector, p, left);
  }
  return sum.Fold();
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
