// SwiGLU, elementwise.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/swiglu.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

void SwiGluRange(const float* g, const float* u, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes) {
    const VF x = LoadUpTo(g + i, n - i);
    StoreUpTo(hn::Mul(hn::Mul(x, Sigmoid(x)), LoadUpTo(u + i, n - i)), y + i, n - i);
  }
}

void SwiGluBackwardRange(const float* dy, const float* g, const float* u, float* dg, float* du, size_t n) {
  const VF one = hn::Set(DF(), 1.0f);
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = n - i;
    const VF x = LoadUpTo(g + i, left), d = LoadUpTo(dy + i, left), up = LoadUpTo(u + i, left);
    const VF s = Sigmoid(x);
    StoreUpTo(hn::Mul(d, hn::Mul(x, s)), du + i, left);
    const VF slope = hn::Mul(s, hn::MulAdd(x, hn::Sub(one, s), one));
    StoreUpTo(hn::Mul(hn::Mul(d, up), slope), dg + i, left);
  }
}

#else

void SwiGluRange(const float* g, const float* u, float* y, size_t n) { reference::SwiGlu(g, u, y, n); }

void SwiGluBackwardRange(const float* dy, const float* g, const float* u, float* dg, float* du, size_t n) {
  reference::SwiGluBackward(dy, g, u, dg, du, n);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(SwiGluRange);
HWY_EXPORT(SwiGluBackwardRange);

void SwiGlu(ThreadPool& pool, const float* g, const float* u, float* y, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(SwiGluRange);
  pool.RunRanges(n, 8192, [&](size_t i, size_t end) { range(g + i, u + i, y + i, end - i); });
}

void SwiGluBackward(ThreadPool& pool, const float* dy, const float* g, const float* u, float* dg, float* du, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(SwiGluBackwardRange);
  pool.RunRanges(n, 8192, [&](size_t i, size_t end) { range(dy + i, g + i, u + i, dg + i, du + i, end - i); });
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
