// Widening of stored weights to f32 with vectors; compiled once for each target. WidenWeights is the definition.
#include "kernels/simd-inl.h"
#include "kernels/weight_matrix.h"

#if defined(CAIRN_KERNELS_WIDEN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_WIDEN_INL_H_
#undef CAIRN_KERNELS_WIDEN_INL_H_
#else
#define CAIRN_KERNELS_WIDEN_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

HWY_INLINE void WidenBf16(const uint16_t* HWY_RESTRICT x, size_t n, float* HWY_RESTRICT out) {
  const DF d;
  const hn::RebindToUnsigned<DF> du;
  const hn::Rebind<uint16_t, DF> d16;
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    hn::StoreU(hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, hn::LoadU(d16, x + i)))), d, out + i);
  if (i < n) Bf16ToF32(x + i, out + i, n - i);
}

// Exact, subnormals included: conversions from binary16 heed neither flush-to-zero nor denormals-are-zero.
HWY_INLINE VF WidenHalves(hn::Vec<hn::Rebind<uint16_t, DF>> x) {
  return hn::PromoteTo(DF(), hn::BitCast(hn::Rebind<hwy::float16_t, DF>(), x));
}

HWY_INLINE void WidenF16(const uint16_t* HWY_RESTRICT x, size_t n, float* HWY_RESTRICT out) {
  const hn::Rebind<uint16_t, DF> d16;
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) hn::StoreU(WidenHalves(hn::LoadU(d16, x + i)), DF(), out + i);
  if (i < n) F16ToF32(x + i, out + i, n - i);
}

// One block; the products are exact: 11 bits of the scale times 8.
HWY_INLINE void WidenQ8Block(const std::byte* HWY_RESTRICT block, float* HWY_RESTRICT out) {
  const DF d;
  const DI di;
  const hn::Rebind<int8_t, DF> d8;
  const VF scale = hn::Set(d, BlockScale(block));
  const auto* q = reinterpret_cast<const int8_t*>(block + 2);
  for (size_t i = 0; i < kWeightBlock; i += kLanes)
    hn::StoreU(hn::Mul(hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(d8, q + i))), scale), d, out + i);
}

HWY_INLINE void WidenQ4Block(const std::byte* HWY_RESTRICT block, float* HWY_RESTRICT out) {
  const DF d;
  const DI di;
  const hn::Rebind<uint8_t, DF> d8;
  const VF scale = hn::Set(d, BlockScale(block));
  const auto* q = reinterpret_cast<const uint8_t*>(block + 2);
  for (size_t i = 0; i < kWeightBlock / 2; i += kLanes) {
    const auto pair = hn::PromoteTo(di, hn::LoadU(d8, q + i));
    const auto low = hn::Sub(hn::And(pair, hn::Set(di, 15)), hn::Set(di, 8));
    const auto high = hn::Sub(hn::ShiftRight<4>(pair), hn::Set(di, 8));
    hn::StoreU(hn::Mul(hn::ConvertTo(d, low), scale), d, out + i);
    hn::StoreU(hn::Mul(hn::ConvertTo(d, high), scale), d, out + kWeightBlock / 2 + i);
  }
}

// Elements [first, first + n) of a row; whole blocks by vectors.
inline void Widen(WeightType type, const std::byte* row, size_t first, size_t n, float* out) {
  if (type == WeightType::kBf16) return WidenBf16(reinterpret_cast<const uint16_t*>(row) + first, n, out);
  if (type == WeightType::kF16) return WidenF16(reinterpret_cast<const uint16_t*>(row) + first, n, out);
  if (type == WeightType::kF32) return WidenWeights(type, row, first, n, out);
  const size_t bytes = WeightRowBytes(type, kWeightBlock);
  const size_t head = std::min(n, (kWeightBlock - first % kWeightBlock) % kWeightBlock);
  WidenWeights(type, row, first, head, out);
  size_t i = head;
  for (; i + kWeightBlock <= n; i += kWeightBlock) {
    const std::byte* block = row + (first + i) / kWeightBlock * bytes;
    type == WeightType::kQ8_0 ? WidenQ8Block(block, out + i) : WidenQ4Block(block, out + i);
  }
  WidenWeights(type, row, first + i, n - i, out + i);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
