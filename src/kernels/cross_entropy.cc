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

float SoftCrossEntropyRow(float* x, float* base, size_t target, size_t v, float scale) {
  const DF d;
  const float m = MaxOf<false>(x, v, 1.0f), at_target = x[target], mb = MaxOf<false>(base, v, 1.0f);
  const float l = ExpSum16<true>(x, x, v, m), lb = ExpSum16<true>(base, base, v, mb);
  const VF lv = hn::Set(d, l), lbv = hn::Set(d, lb), sv = hn::Set(d, scale);
  for (size_t j = 0; j < v; j += kLanes) {
    const VF p = hn::Div(LoadUpTo(x + j, v - j), lv), q = hn::Div(LoadUpTo(base + j, v - j), lbv);
    StoreUpTo(hn::Mul(hn::Sub(p, q), sv), x + j, v - j);
  }
  return (reference::Log(l) + m) - at_target;
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

float SoftCrossEntropyRow(float* x, float* base, size_t target, size_t v, float scale) {
  const int32_t id = static_cast<int32_t>(target);
  float loss;
  reference::SoftCrossEntropy(x, base, &id, &scale, &loss, 1, v);
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
HWY_EXPORT(SoftCrossEntropyRow);
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

void SoftCrossEntropy(ThreadPool& pool, float* logits, float* base, const int32_t* targets, const float* scales,
                      float* loss, size_t t, size_t v) {
  const auto row = HWY_DYNAMIC_DISPATCH(SoftCrossEntropyRow);
  pool.RunRanges(t, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      CAIRN_CHECK(targets[i] >= 0 && static_cast<size_t>(targets[i]) < v);
      loss[i] = row(logits + i * v, base + i * v, static_cast<size_t>(targets[i]), v, scales[i]);
    }
  });
}

float SoftmaxRow(const float* x, float* y, size_t n) { return HWY_DYNAMIC_DISPATCH(SoftmaxRowTarget)(x, y, n); }

}  // namespace cairn::kernels
#endif  // HWY_ONCE
