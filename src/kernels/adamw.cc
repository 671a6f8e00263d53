// AdamW, elementwise.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/adamw.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

void AdamWRange(const AdamWStep& s, const float* g, float* m, float* v, float* w, size_t n) {
  const DF d;
  const VF beta1 = hn::Set(d, s.beta1), new1 = hn::Set(d, 1.0f - s.beta1);
  const VF beta2 = hn::Set(d, s.beta2), new2 = hn::Set(d, 1.0f - s.beta2);
  const VF correction1 = hn::Set(d, s.correction1), correction2 = hn::Set(d, s.correction2);
  const VF gradient_scale = hn::Set(d, s.gradient_scale), eps = hn::Set(d, s.eps);
  const VF decay = hn::Set(d, s.weight_decay), rate = hn::Set(d, s.learning_rate);
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t left = n - i;
    const VF gi = hn::Mul(LoadUpTo(g + i, left), gradient_scale);
    const VF mi = hn::MulAdd(beta1, LoadUpTo(m + i, left), hn::Mul(new1, gi));
    const VF vi = hn::MulAdd(beta2, LoadUpTo(v + i, left), hn::Mul(hn::Mul(new2, gi), gi));
    const VF root = hn::Add(hn::Sqrt(hn::Div(vi, correction2)), eps);
    const VF update = hn::Div(hn::Div(mi, correction1), root);
    const VF wi = LoadUpTo(w + i, left);
    StoreUpTo(mi, m + i, left);
    StoreUpTo(vi, v + i, left);
    StoreUpTo(hn::Sub(wi, hn::Mul(rate, hn::MulAdd(decay, wi, update))), w + i, left);
  }
}

#else

void AdamWRange(const AdamWStep& s, const float* g, float* m, float* v, float* w, size_t n) {
  reference::AdamW(s, g, m, v, w, n);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(AdamWRange);

void AdamW(ThreadPool& pool, const AdamWStep& step, const float* g, float* m, float* v, float* w, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(AdamWRange);
  pool.RunRanges(n, 8192, [&](size_t i, size_t end) { range(step, g + i, m + i, v + i, w + i, end - i); });
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
