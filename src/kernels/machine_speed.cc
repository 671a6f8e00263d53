#include "kernels/machine_speed.h"

#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/machine_speed.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "kernels/int8.h"
#include "kernels/kernels.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// Twelve independent chains hide the latency (four cycles, two units) and fit in the 16 registers of AVX2.
#undef CAIRN_EACH_CHAIN
#define CAIRN_EACH_CHAIN(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

// Returns how many floating-point operations that was.
double FmaChains(size_t rounds) {
  const DF d;
  volatile float factor = 0.875f, addend = 0.125f;  // read at run time; the chains stay near 1
  const VF a = hn::Set(d, factor), b = hn::Set(d, addend);
#define CAIRN_DECLARE(i) VF x##i = hn::Set(d, 1.0f + (i)*0x1p-6f);
#define CAIRN_STEP(i) x##i = hn::MulAdd(x##i, a, b);
#define CAIRN_SUM(i) sum = hn::Add(sum, x##i);
  CAIRN_EACH_CHAIN(CAIRN_DECLARE)
  for (size_t r = 0; r < rounds; ++r) {
    CAIRN_EACH_CHAIN(CAIRN_STEP)
  }
  VF sum = hn::Zero(d);
  CAIRN_EACH_CHAIN(CAIRN_SUM)
#undef CAIRN_DECLARE
#undef CAIRN_STEP
#undef CAIRN_SUM
  volatile float sink = FoldLanes(d, sum);
  (void)sink;
  return 2.0 * 12 * static_cast<double>(kLanes) * static_cast<double>(rounds);
}

// Eight streams of vectors, added up so that nothing is left out.
float ReadAll(const float* x, size_t n) {
  const DF d;
  VF sum[8];
  for (VF& s : sum) s = hn::Zero(d);
  for (size_t i = 0; i + 8 * kLanes <= n; i += 8 * kLanes)
    for (size_t j = 0; j < 8; ++j) sum[j] = hn::Add(sum[j], hn::LoadU(d, x + i + j * kLanes));
  for (size_t j = 1; j < 8; ++j) sum[0] = hn::Add(sum[0], sum[j]);
  return FoldLanes(d, sum[0]);
}

#else

double FmaChains(size_t rounds) {
  volatile float factor = 0.875f, addend = 0.125f;
  const float a = factor, b = addend;
  float x[4] = {1, 2, 3, 4};
  for (size_t r = 0; r < rounds; ++r)
    for (float& v : x) v = __builtin_fmaf(v, a, b);
  volatile float sink = x[0] + x[1] + x[2] + x[3];
  (void)sink;
  return 2.0 * 4 * static_cast<double>(rounds);
}

float ReadAll(const float* x, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; i += 16) sum += x[i];  // one element of each cache line
  return sum;
}

#endif
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
namespace {

HWY_EXPORT(FmaChains);
HWY_EXPORT(ReadAll);

constexpr int kRepetitions = 5;

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// work(i) on each thread at the same time returns an amount; the sum of amount / seconds, best of the repetitions.
template <typename Work>
double TogetherRate(ThreadPool& pool, Work work) {
  const auto threads = static_cast<size_t>(pool.size());
  double best = 0;
  for (int repeat = 0; repeat < kRepetitions; ++repeat) {
    std::vector<double> rates(threads);
    std::atomic<size_t> arrived{0};
    // Nobody starts before all have come, so that each thread runs one share.
    pool.Run(threads, [&](size_t i) {
      for (++arrived; arrived < threads;) std::this_thread::yield();
      const double start = Seconds();
      const double amount = work(i);
      rates[i] = amount / (Seconds() - start);
    });
    double sum = 0;
    for (double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

// Operations per second of a product of [t, k] and [k, n], the best repetition of 50 ms.
template <typename Product>
double RateOf(Product product, size_t t, size_t k, size_t n) {
  double best = 0;
  for (int repeat = 0; repeat < kRepetitions; ++repeat) {
    const double start = Seconds();
    double seconds = 0;
    int runs = 0;
    for (; seconds < 0.05; ++runs) {
      product();
      seconds = Seconds() - start;
    }
    best = std::max(best, 2.0 * static_cast<double>(t * k * n) * runs / seconds);
  }
  return best;
}

}  // namespace

double FmaPeak(ThreadPool& pool) {
  constexpr size_t kRounds = 500000;  // 2 ms at 3 GHz and six cycles a round
  return TogetherRate(pool, [](size_t) { return HWY_DYNAMIC_DISPATCH(FmaChains)(kRounds); });
}

double ReadBandwidth(ThreadPool& pool) {
  constexpr size_t kFloats = size_t{32} << 20;  // 128 MB: more than the caches hold
  const auto threads = static_cast<size_t>(pool.size());
  const std::vector<float> data(kFloats, 1.0f);
  return TogetherRate(pool, [&](size_t i) {
    const size_t first = kFloats * i / threads, last = kFloats * (i + 1) / threads;
    volatile float sink = HWY_DYNAMIC_DISPATCH(ReadAll)(data.data() + first, last - first);
    (void)sink;
    return static_cast<double>((last - first) * sizeof(float));
  });
}

double LinearRate(ThreadPool& pool, size_t t, size_t k, size_t n) {
  const std::vector<float> x(t * k, 0.5f), w(n * k, 0.25f);
  std::vector<float> y(t * n);
  return RateOf([&] { Linear(pool, x.data(), w.data(), y.data(), t, k, n); }, t, k, n);
}

double Int8LinearRate(ThreadPool& pool, size_t t, size_t k, size_t n) {
  const std::vector<float> x(t * k, 0.5f), w(n * k, 0.25f);
  const Int8Matrix narrow = NarrowToInt8(pool, w.data(), n, k, false);
  std::vector<float> y(t * n);
  return RateOf([&] { Int8Linear(pool, x.data(), narrow, y.data(), t); }, t, k, n);
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
