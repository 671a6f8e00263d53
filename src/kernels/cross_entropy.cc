// Cross-entropy and its gradient, a row at a time.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cross_entropy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/check.h"
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

float CrossEntropyRow(float* x, size_t target, size_t v, float scale, bool with_gradient) {
  const DF d;
  const float m = MaxOf<false>(x, v, 1.0f), at_target = x[target];
  const float l = with_gradient ? ExpSum16<true>(x, x, v, m) : ExpSum16<false>(x, nullptr, v, m);
  const float loss = (reference::Log(l) + m) - at_target;
  if (!with_gradient) return loss;
  const float target_gradient = (x[target] / l - 1.0f) * scale;
  const VF lv = hn::Set(d, l), sv = hn::Set(d, scale);
  for (size_t j = 0; j < v; j += kLanes) StoreUpTo(hn::Mul(hn::Div(LoadUpTo(x + j, v - j), lv), sv), x + j, v - j);
  x[target] = target_gradient;
  return loss;
}

float SoftmaxRowTarget(const float* x, float* y, size_t n) {
  return n == 0 ? 0.0f : ExpSum16<true>(x, y, n, MaxOf<false>(x, n, 1.0f));
}

#else

float CrossEntropyRow(float* x, size_t target, size_t v, float scale, bool with_gradient) {
  const int32_t id = static_cast<int32_t>(target);
  float loss;
  reference::CrossEntropy(x, &id, &loss, 1, v, scale, with_gradient);
  return loss;
}

float SoftmaxRowTarget(const float* x, float* y, size_t n) { return reference::SoftmaxRow(x, y, n); }

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(CrossEntropyRow);
HWY_EXPORT(SoftmaxRowTarget);

void CrossEntropy(ThreadPool& pool, float* logits, const int32_t* targets, float* loss, size_t t, size_t v, float scale,
                  bool with_gradient) {
  const auto row = HWY_DYNAMIC_DISPATCH(CrossEntropyRow);
  pool.RunRanges(t, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      CAIRN_CHECK(targets[i] >= 0 && static_cast<size_t>(targets[i]) < v);
      loss[i] = row(logits + i * v, static_cast<size_t>(targets[i]), v, scale, with_gradient);
    }
  });
}

float SoftmaxRow(const float* x, float* y, size_t n) { return HWY_DYNAMIC_DISPATCH(SoftmaxRowTarget)(x, y, n); }

}  // namespace cairn::kernels
#endif  // HWY_ONCE
