// Root-mean-square normalisation. Rows are independent; the weight's gradient is split by columns.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rms_norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

void RmsNormRow(const float* x, const float* w, float* y, float* rstd, size_t c, float eps) {
  const float r = 1.0f / std::sqrt(Dot16(x, x, c) / static_cast<float>(c) + eps);
  const VF rv = hn::Set(DF(), r);
  for (size_t j = 0; j < c; j += kLanes)
    StoreUpTo(hn::Mul(hn::Mul(LoadUpTo(x + j, c - j), rv), LoadUpTo(w + j, c - j)), y + j, c - j);
  *rstd = r;
}

void RmsNormBackwardRow(const float* dy, const float* x, const float* w, float r, float* dx, size_t c,
                        bool accumulate) {
  Lanes16 sum;
  CAIRN_FOR_EACH_VECTOR16(j, vector, left, c)
  sum.Fma(vector, hn::Mul(LoadUpTo(dy + j, left), LoadUpTo(w + j, left)), LoadUpTo(x + j, left), left);
  const VF g = hn::Set(DF(), (sum.Fold() * (r * r * r)) / static_cast<float>(c));
  const VF rv = hn::Set(DF(), r);
  for (size_t j = 0; j < c; j += kLanes) {
    const size_t left = c - j;
    const VF dyw = hn::Mul(LoadUpTo(dy + j, left), LoadUpTo(w + j, left));
    VF d = hn::Sub(hn::Mul(rv, dyw), hn::Mul(LoadUpTo(x + j, left), g));
    if (accumulate) d = hn::Add(LoadUpTo(dx + j, left), d);
    StoreUpTo(d, dx + j, left);
  }
}

// Columns [begin, end) of dw: chains over the rows in order.
void RmsNormGradWeight(const float* dy, const float* x, const float* rstd, float* dw, size_t t, size_t c, size_t begin,
                       size_t end) {
  for (size_t i = 0; i < t; ++i, dy += c, x += c) {
    const VF r = hn::Set(DF(), rstd[i]);
    for (size_t j = begin; j < end; j += kLanes) {
      const size_t left = end - j;
      StoreUpTo(hn::MulAdd(LoadUpTo(dy + j, left), hn::Mul(LoadUpTo(x + j, left), r), LoadUpTo(dw + j, left)), dw + j,
                left);
    }
  }
}

#else

void RmsNormRow(const float* x, const float* w, float* y, float* rstd, size_t c, float eps) {
  reference::RmsNorm(x, w, y, rstd, 1, c, eps);
}

void RmsNormBackwardRow(const float* dy, const float* x, const float* w, float r, float* dx, size_t c,
                        bool accumulate) {
  reference::RmsNormBackward(dy, x, w, &r, dx, nullptr, 1, c, accumulate);
}

void RmsNormGradWeight(const float* dy, const float* x, const float* rstd, float* dw, size_t t, size_t c, size_t begin,
                       size_t end) {
  for (size_t i = 0; i < t; ++i, dy += c, x += c)
    for (size_t j = begin; j < end; ++j) dw[j] = std::fma(dy[j], x[j] * rstd[i], dw[j]);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(RmsNormRow);
HWY_EXPORT(RmsNormBackwardRow);
HWY_EXPORT(RmsNormGradWeight);

void RmsNorm(ThreadPool& pool, const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps) {
  CAIRN_CHECK(c > 0);
  const auto row = HWY_DYNAMIC_DISPATCH(RmsNormRow);
  pool.RunRanges(t, 16, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) row(x + i * c, w, y + i * c, rstd + i, c, eps);
  });
}

void RmsNormBackward(ThreadPool& pool, const float* dy, const float* x, const float* w, const float* rstd, float* dx,
                     float* dw, size_t t, size_t c, bool accumulate_dx) {
  CAIRN_CHECK(c > 0);
  const auto row = HWY_DYNAMIC_DISPATCH(RmsNormBackwardRow);
  pool.RunRanges(t, 16, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) row(dy + i * c, x + i * c, w, rstd[i], dx + i * c, c, accumulate_dx);
  });
  if (dw == nullptr) return;
  const auto columns = HWY_DYNAMIC_DISPATCH(RmsNormGradWeight);
  pool.RunRanges((c + 15) / 16, 1,
                 [&](size_t begin, size_t end) { columns(dy, x, rstd, dw, t, c, begin * 16, std::min(end * 16, c)); });
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
