// The tile of Int8Linear with multiply-adds of 16-bit pairs, which every SIMD target has; compiled once for each.
#include "kernels/int8.h"
#include "kernels/int8_tile.h"
#include "kernels/simd-inl.h"

#if defined(CAIRN_KERNELS_INT8_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_INT8_SIMD_INL_H_
#undef CAIRN_KERNELS_INT8_SIMD_INL_H_
#else
#define CAIRN_KERNELS_INT8_SIMD_INL_H_
#endif

#include <algorithm>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

constexpr size_t kInt8Columns = 2 * kLanes;  // of a tile
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
constexpr size_t kInt8Rows = 6;
#else
constexpr size_t kInt8Rows = 3;  // 12 of 16 registers are sums; NEON has two sums for each
#endif

// Rows [row, row + kRows), columns [col, col + kInt8Columns) of the tile; `cols` of them exist.
template <size_t kRows>
HWY_NOINLINE void Int8Columns(const Int8Tile& g, size_t row, size_t col, size_t cols) {
  const DF d;
  const DI di;
  const hn::Repartition<int16_t, DI> d16;
  const hn::Repartition<int64_t, DI> d64;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  using V16 = hn::Vec<decltype(d16)>;
  using VI = hn::Vec<DI>;
  constexpr size_t kVecs = 4;  // of products: half a vector of columns each
  auto left = [&](size_t half) { return cols > half * kLanes ? cols - half * kLanes : 0; };
  auto y_at = [&](size_t r, size_t half) { return g.y + (row + r) * g.ldy + col + half * kLanes; };

  VF y[kRows][2];
  for (size_t r = 0; r < kRows; ++r)
    for (size_t half = 0; half < 2; ++half)
      y[r][half] = g.accumulate && left(half) > 0 ? LoadUpTo(y_at(r, half), left(half)) : hn::Zero(d);
  for (size_t b = 0; b < g.blocks; ++b) {
    const size_t first = b * kInt8Block, n = std::min(kInt8Block, g.k - first), x_row = b * g.x_rows + row;
    int16_t x[kRows][kInt8Block];
    for (size_t r = 0; r < kRows; ++r) std::copy_n(g.x + (x_row + r) * kInt8Block, n, x[r]);
    VI even[kRows][kVecs], odd[kRows][kVecs];
    CAIRN_UNROLL
    for (size_t r = 0; r < kRows; ++r)
      for (size_t v = 0; v < kVecs; ++v) even[r][v] = odd[r][v] = hn::Zero(di);
    const uint8_t* w = g.w + first * kInt8Panel + col * 4;
    for (size_t i = 0; i < n; i += 4, w += 4 * kInt8Panel) {
      V16 xi[kRows];
      CAIRN_UNROLL
      for (size_t r = 0; r < kRows; ++r) {
        int64_t four;
        std::memcpy(&four, x[r] + i, sizeof four);
        xi[r] = hn::BitCast(d16, hn::Set(d64, four));
      }
      CAIRN_UNROLL
      for (size_t v = 0; v < kVecs; ++v) {
        const V16 wi = hn::PromoteTo(d16, hn::LoadU(d8, w + v * 2 * kLanes));
        CAIRN_UNROLL
        for (size_t r = 0; r < kRows; ++r)
          even[r][v] = hn::ReorderWidenMulAccumulate(di, wi, xi[r], even[r][v], odd[r][v]);
      }
    }
    CAIRN_UNROLL
    for (size_t r = 0; r < kRows; ++r) {
      const VF scale = hn::Set(d, g.x_scales[x_row + r]);
      const VI offset = hn::Set(di, 128 * g.x_sums[x_row + r]);
      for (size_t half = 0; half < 2; ++half) {
        const VI low = hn::RearrangeToOddPlusEven(even[r][2 * half], odd[r][2 * half]);
        const VI high = hn::RearrangeToOddPlusEven(even[r][2 * half + 1], odd[r][2 * half + 1]);
        const VI sum = hn::Sub(hn::Add(hn::ConcatEven(di, high, low), hn::ConcatOdd(di, high, low)), offset);
        const VF w_scale = hn::LoadU(d, g.w_scales + b * kInt8Panel + col + half * kLanes);
        y[r][half] = hn::MulAdd(hn::ConvertTo(d, sum), hn::Mul(scale, w_scale), y[r][half]);
      }
    }
  }
  for (size_t r = 0; r < kRows; ++r)
    for (size_t half = 0; half < 2; ++half)
      if (left(half) > 0) StoreUpTo(y[r][half], y_at(r, half), left(half));
}

template <size_t kRows>
void Int8RowsOf(const Int8Tile& g, size_t row, size_t rows) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return Int8RowsOf<kRows - 1>(g, row, rows);
  }
  for (size_t col = 0; col < g.cols; col += kInt8Columns)
    Int8Columns<kRows>(g, row, col, std::min(kInt8Columns, g.cols - col));
}

inline void RunInt8TileSimd(const Int8Tile& g) {
  for (size_t row = 0; row < g.rows; row += kInt8Rows) Int8RowsOf<kInt8Rows>(g, row, std::min(kInt8Rows, g.rows - row));
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
