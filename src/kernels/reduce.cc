// Sums of squares, vector updates, and the search for NaN.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

float SquaresOfBlock(const float* x, size_t n) {
  Lanes16 sum;
  CAIRN_FOR_EACH_VECTOR16(j, vector, left, n) {
    const VF v = LoadUpTo(x + j, left);
    sum.Fma(vector, v, v, left);
  }
  return sum.Fold();
}

void AddRange(const float* a, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes)
    StoreUpTo(hn::Add(LoadUpTo(y + i, n - i), LoadUpTo(a + i, n - i)), y + i, n - i);
}

void ScaleRange(float s, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes) StoreUpTo(hn::Mul(LoadUpTo(y + i, n - i), hn::Set(DF(), s)), y + i, n - i);
}

void AddScaledRange(float s, const float* a, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes)
    StoreUpTo(hn::MulAdd(hn::Set(DF(), s), LoadUpTo(a + i, n - i), LoadUpTo(y + i, n - i)), y + i, n - i);
}

#else

float SquaresOfBlock(const float* x, size_t n) { return static_cast<float>(reference::SumOfSquares(x, n)); }
void AddRange(const float* a, float* y, size_t n) { reference::Add(a, y, n); }
void ScaleRange(float s, float* y, size_t n) { reference::Scale(s, y, n); }
void AddScaledRange(float s, const float* a, float* y, size_t n) { reference::AddScaled(s, a, y, n); }

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(SquaresOfBlock);
HWY_EXPORT(AddRange);
HWY_EXPORT(ScaleRange);
HWY_EXPORT(AddScaledRange);

double SumOfSquares(ThreadPool& pool, const float* x, size_t n) {
  constexpr size_t kBlock = 65536;
  std::vector<float> sums((n + kBlock - 1) / kBlock);
  const auto block = HWY_DYNAMIC_DISPATCH(SquaresOfBlock);
  pool.RunRanges(sums.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) sums[i] = block(x + i * kBlock, std::min(kBlock, n - i * kBlock));
  });
  double total = 0.0;
  for (float s : sums) total += static_cast<double>(s);
  return total;
}

void Add(ThreadPool& pool, const float* a, float* y, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(AddRange);
  pool.RunRanges(n, 16384, [&](size_t i, size_t end) { range(a + i, y + i, end - i); });
}

void Scale(ThreadPool& pool, float s, float* y, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(ScaleRange);
  pool.RunRanges(n, 16384, [&](size_t i, size_t end) { range(s, y + i, end - i); });
}

void AddScaled(ThreadPool& pool, float s, const float* a, float* y, size_t n) {
  const auto range = HWY_DYNAMIC_DISPATCH(AddScaledRange);
  pool.RunRanges(n, 16384, [&](size_t i, size_t end) { range(s, a + i, y + i, end - i); });
}

size_t FirstNotFinite(const float* x, size_t n) {
  const auto bad = [](float f) { return (std::bit_cast<uint32_t>(f) & 0x7F800000u) == 0x7F800000u; };
  for (size_t begin = 0; begin < n; begin += 1024) {
    const size_t end = std::min(n, begin + 1024);
    uint32_t any = 0;  // no early exit: the compiler turns this loop into vectors
    for (size_t i = begin; i < end; ++i) any |= bad(x[i]);
    if (any == 0) continue;
    for (size_t i = begin; i < end; ++i)
      if (bad(x[i])) return i;
  }
  return n;
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
