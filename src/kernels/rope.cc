// Rotary position embedding.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rope.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "base/check.h"
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// One head: the pairs (x[j], x[j + half]).
void RopeHead(const float* cos, const float* sin, float* x, size_t half, bool inverse) {
  for (size_t j = 0; j < half; j += kLanes) {
    const size_t left = half - j;
    const VF c = LoadUpTo(cos + j, left), s0 = LoadUpTo(sin + j, left), s = inverse ? hn::Neg(s0) : s0;
    const VF x0 = LoadUpTo(x + j, left), x1 = LoadUpTo(x + half + j, left);
    StoreUpTo(hn::MulAdd(x0, c, hn::Neg(hn::Mul(x1, s))), x + j, left);
    StoreUpTo(hn::MulAdd(x1, c, hn::Mul(x0, s)), x + half + j, left);
  }
}

#else

void RopeHead(const float* cos, const float* sin, float* x, size_t half, bool inverse) {
  for (size_t j = 0; j < half; ++j) {
    const float s = inverse ? -sin[j] : sin[j], x0 = x[j], x1 = x[j + half];
    x[j] = std::fma(x0, cos[j], -(x1 * s));
    x[j + half] = std::fma(x1, cos[j], x0 * s);
  }
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(RopeHead);

std::vector<double> RopeFrequencies(size_t head_dim, double theta) {
  CAIRN_CHECK(head_dim % 2 == 0 && theta >= 1);
  return reference::RopeFrequencies(head_dim, theta);
}

RopeTable MakeRopeTable(size_t positions, const std::vector<double>& frequencies) {
  for (double f : frequencies) CAIRN_CHECK(f >= 0 && static_cast<double>(positions) * f <= 0x1p20);  // range of Sin64
  return reference::MakeRopeTable(positions, frequencies);
}

void Rope(ThreadPool& pool, const RopeTable& table, const int32_t* positions, float* x, size_t t, size_t heads,
          size_t head_dim, bool inverse) {
  const size_t half = table.half;
  CAIRN_CHECK(half > 0 && head_dim == 2 * half);
  const auto head = HWY_DYNAMIC_DISPATCH(RopeHead);
  pool.RunRanges(t, 16, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const size_t row = static_cast<size_t>(positions[i]) * half;
      CAIRN_CHECK(positions[i] >= 0 && row < table.cos.size());
      for (size_t h = 0; h < heads; ++h)
        head(table.cos.data() + row, table.sin.data() + row, x + (i * heads + h) * head_dim, half, inverse);
    }
  });
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
