// vpdpbusd adds four products of an unsigned and a signed byte to each 32-bit lane, without saturation: exact. W is the
// unsigned operand (number + 128), so that x can be a broadcast of four bytes; 128 times the sum of x is taken off
// first.
#include "base/check.h"
#include "kernels/int8.h"
#include "kernels/int8_tile.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace cairn::kernels {
namespace {

#define CAIRN_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

template <size_t kRows>
CAIRN_VNNI void Run(const Int8Tile& g) {
  constexpr size_t kHalf = kInt8Panel / 2;
  const __mmask16 low = FirstLanes(g.cols), high = FirstLanes(g.cols > kHalf ? g.cols - kHalf : 0);
  __m512 y[kRows][2];
  CAIRN_UNROLL
  for (size_t r = 0; r < kRows; ++r) {
    y[r][0] = g.accumulate ? _mm512_maskz_loadu_ps(low, g.y + r * g.ldy) : _mm512_setzero_ps();
    y[r][1] = g.accumulate ? _mm512_maskz_loadu_ps(high, g.y + r * g.ldy + kHalf) : _mm512_setzero_ps();
  }
  const uint8_t* w = g.w;
  for (size_t b = 0; b < g.blocks; ++b) {
    const size_t n = std::min(kInt8Block, g.k - b * kInt8Block);
    __m512i sum[kRows][2];
    CAIRN_UNROLL
    for (size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = _mm512_set1_epi32(-128 * g.x_sums[b * g.x_rows + r]);
    const int8_t* x = g.x + b * g.x_rows * kInt8Block;
    for (size_t i = 0; i < n; i += 4, w += 4 * kInt8Panel) {
      const __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 4 * kHalf);
      CAIRN_UNROLL
      for (size_t r = 0; r < kRows; ++r) {
        int32_t four;
        std::memcpy(&four, x + r * kInt8Block + i, sizeof four);
        const __m512i all = _mm512_set1_epi32(four);
        sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], w0, all);
        sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], w1, all);
      }
    }
    const __m512 s0 = _mm512_loadu_ps(g.w_scales + b * kInt8Panel),
                 s1 = _mm512_loadu_ps(g.w_scales + b * kInt8Panel + kHalf);
    CAIRN_UNROLL
    for (size_t r = 0; r < kRows; ++r) {
      const __m512 sx = _mm512_set1_ps(g.x_scales[b * g.x_rows + r]);
      y[r][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][0]), _mm512_mul_ps(sx, s0), y[r][0]);
      y[r][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][1]), _mm512_mul_ps(sx, s1), y[r][1]);
    }
  }
  CAIRN_UNROLL
  for (size_t r = 0; r < kRows; ++r) {
    _mm512_mask_storeu_ps(g.y + r * g.ldy, low, y[r][0]);
    if (high != 0) _mm512_mask_storeu_ps(g.y + r * g.ldy + kHalf, high, y[r][1]);
  }
}

}  // namespace

bool HasVnni() {
  static const bool has = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return has;
}

void RunInt8TileVnni(const Int8Tile& tile) {
  switch (tile.rows) {
    case 1:
      return Run<1>(tile);
    case 2:
      return Run<2>(tile);
    case 3:
      return Run<3>(tile);
    case 4:
      return Run<4>(tile);
    case 5:
      return Run<5>(tile);
    case 6:
      return Run<6>(tile);
    default:
      CAIRN_CHECK(false);
  }
}

}  // namespace cairn::kernels

#else

namespace cairn::kernels {
bool HasVnni() { return false; }
void RunInt8TileVnni(const Int8Tile&) { CAIRN_CHECK(false); }
}  // namespace cairn::kernels

#endif
