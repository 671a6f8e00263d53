// tdpbsud multiplies 16 rows of 64 signed bytes by 64 rows of 16 unsigned ones into 32-bit sums in one instruction:
// exact. The four tile registers of a block of W stay while all rows pass; while a tile of sums is made, the one before
// it is scaled and added to y, which lies in a buffer so that rows a power of two apart do not share places of the
// cache.
#include "base/check.h"
#include "kernels/int8.h"
#include "kernels/int8_tile.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace cairn::kernels {
namespace {

#define CAIRN_AMX __attribute__((target("avx512f,amx-tile,amx-int8")))

constexpr size_t kRows = 192;  // of x and y at a time: 24 KB each, within L1
constexpr size_t kHalf = kInt8Panel / 2;

// What ldtilecfg reads: all eight tile registers at their full size.
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes_of_row[16] = {kAmxStep, kAmxStep, kAmxStep, kAmxStep, kAmxStep, kAmxStep, kAmxStep, kAmxStep};
  uint8_t rows[16] = {kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows};
};
constexpr TileConfig kTileConfig;

bool AskForAmx() {
  unsigned a, b, c, d;
  constexpr unsigned kTile = 1u << 24, kInt8 = 1u << 25;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & kTile) == 0 || (d & kInt8) == 0) return false;
  // Linux lends the registers on request, as they make a thread's state larger.
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// Rows of one block of x and what belongs to them; y [rows, kInt8Panel].
struct BlockRows {
  const int8_t* x;
  const int32_t* sums;
  const float* scales;
  float* y;
};

// kAmxRows rows of products, [kAmxRows, kInt8Panel].
CAIRN_AMX inline void AddScaled(const int32_t* products, const float* w_scales, const BlockRows& g) {
  const __m512 s0 = _mm512_loadu_ps(w_scales), s1 = _mm512_loadu_ps(w_scales + kHalf);
#pragma GCC unroll 16
  for (size_t r = 0; r < kAmxRows; ++r) {
    const __m512i offset = _mm512_set1_epi32(128 * g.sums[r]);  // W is number + 128
    const __m512 sx = _mm512_set1_ps(g.scales[r]);
    const __m512i p0 = _mm512_sub_epi32(_mm512_load_si512(products + r * kInt8Panel), offset),
                  p1 = _mm512_sub_epi32(_mm512_load_si512(products + r * kInt8Panel + kHalf), offset);
    float* y = g.y + r * kInt8Panel;
    _mm512_store_ps(y, _mm512_fmadd_ps(_mm512_cvtepi32_ps(p0), _mm512_mul_ps(sx, s0), _mm512_load_ps(y)));
    _mm512_store_ps(y + kHalf,
                    _mm512_fmadd_ps(_mm512_cvtepi32_ps(p1), _mm512_mul_ps(sx, s1), _mm512_load_ps(y + kHalf)));
  }
}

// Registers: sums 0 and 1, rows of x 2 and 3, W 4 and 5, its second half of k 6 and 7.
template <bool kWhole>  // the block has two steps, not one
CAIRN_AMX void RunBlock(const uint8_t* w, const float* w_scales, BlockRows g, size_t groups) {
  constexpr size_t kPanelRow = 4 * kInt8Panel, kStep = kAmxStep * kInt8Panel;
  alignas(64) int32_t products[2][kAmxRows * kInt8Panel];
  _tile_loadd(4, w, kPanelRow);
  _tile_loadd(5, w + kPanelRow / 2, kPanelRow);
  if constexpr (kWhole) {
    _tile_loadd(6, w + kStep, kPanelRow);
    _tile_loadd(7, w + kStep + kPanelRow / 2, kPanelRow);
  }
  for (size_t i = 0; i <= groups; ++i) {
    if (i < groups) {
      const int8_t* x = g.x + i * kAmxRows * kInt8Block;
      _tile_zero(0);
      _tile_zero(1);
      _tile_loadd(2, x, kInt8Block);
      _tile_dpbsud(0, 2, 4);
      _tile_dpbsud(1, 2, 5);
      if constexpr (kWhole) {
        _tile_loadd(3, x + kAmxStep, kInt8Block);
        _tile_dpbsud(0, 3, 6);
        _tile_dpbsud(1, 3, 7);
      }
    }
    if (i > 0) {
      AddScaled(products[(i - 1) % 2], w_scales, g);
      g.sums += kAmxRows;
      g.scales += kAmxRows;
      g.y += kAmxRows * kInt8Panel;
    }
    if (i < groups) {
      _tile_stored(0, products[i % 2], kPanelRow);
      _tile_stored(1, products[i % 2] + kHalf, kPanelRow);
    }
  }
}

// At most kRows rows.
CAIRN_AMX void RunRows(const Int8Tile& g) {
  alignas(64) float y[kRows * kInt8Panel];
  const __mmask16 low = FirstLanes(g.cols), high = FirstLanes(g.cols > kHalf ? g.cols - kHalf : 0);
  const size_t groups = (g.rows + kAmxRows - 1) / kAmxRows;
  for (size_t r = 0; r < groups * kAmxRows; ++r) {
    const bool add = g.accumulate && r < g.rows;
    _mm512_store_ps(y + r * kInt8Panel, add ? _mm512_maskz_loadu_ps(low, g.y + r * g.ldy) : _mm512_setzero_ps());
    _mm512_store_ps(y + r * kInt8Panel + kHalf,
                    add ? _mm512_maskz_loadu_ps(high, g.y + r * g.ldy + kHalf) : _mm512_setzero_ps());
  }
  for (size_t b = 0; b < g.blocks; ++b) {
    const uint8_t* w = g.w + b * kInt8Block * kInt8Panel;
    const float* w_scales = g.w_scales + b * kInt8Panel;
    const size_t row = b * g.x_rows;
    const BlockRows rows{g.x + row * kInt8Block, g.x_sums + row, g.x_scales + row, y};
    if (g.k - b * kInt8Block >= kInt8Block)
      RunBlock<true>(w, w_scales, rows, groups);
    else
      RunBlock<false>(w, w_scales, rows, groups);
  }
  for (size_t r = 0; r < g.rows; ++r) {
    _mm512_mask_storeu_ps(g.y + r * g.ldy, low, _mm512_load_ps(y + r * kInt8Panel));
    if (high != 0) _mm512_mask_storeu_ps(g.y + r * g.ldy + kHalf, high, _mm512_load_ps(y + r * kInt8Panel + kHalf));
  }
}

}  // namespace

bool HasAmx() {
  static const bool has = AskForAmx();
  return has;
}

CAIRN_AMX void RunInt8TileAmx(const Int8Tile& tile) {
  CAIRN_CHECK(tile.k % kAmxStep == 0);
  _tile_loadconfig(&kTileConfig);
  for (size_t row = 0; row < tile.rows; row += kRows) {
    Int8Tile part = tile;
    part.rows = std::min(kRows, tile.rows - row);
    part.x += row * kInt8Block;
    part.x_sums += row;
    part.x_scales += row;
    part.y += row * tile.ldy;
    RunRows(part);
  }
  _tile_release();
}

}  // namespace cairn::kernels

#else

namespace cairn::kernels {
bool HasAmx() { return false; }
void RunInt8TileAmx(const Int8Tile&) { CAIRN_CHECK(false); }
}  // namespace cairn::kernels

#endif
