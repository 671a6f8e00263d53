// Narrowing to 8-bit blocks and the layer y = x W^T over them.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int8.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "kernels/int8.h"
#include "kernels/int8_simd-inl.h"
#include "kernels/int8_tile.h"
#include "kernels/reference/reference.h"
#include "kernels/scratch.h"
#include "kernels/simd-inl.h"

#ifndef CAIRN_KERNELS_INT8_ONCE
#define CAIRN_KERNELS_INT8_ONCE
namespace cairn::kernels {
constexpr size_t kRowsOfTask = 16 * kInt8TileRows;
constexpr size_t kAmxRowsOfTask = 384;  // setting up the tile registers takes as long as a dozen rows

inline size_t Padded(size_t k) { return (k + 3) / 4 * 4; }
inline size_t Blocks(size_t k) { return (k + kInt8Block - 1) / kInt8Block; }

// Rows of x, narrowed. One block of all rows after another, so that a tile reads neighbours.
struct NarrowedRows {
  int8_t* quanta;  // [blocks, rows, kInt8Block]; the last block has k padded to a multiple of 4
  int32_t* sums;   // of each block's numbers, [blocks, rows]
  float* scales;   // [blocks, rows]
  size_t rows;     // padded to a multiple of kAmxRows
};
}  // namespace cairn::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {

// reference::NarrowBlock.
float NarrowBlock(const float* x, size_t n, int8_t* q) {
#if CAIRN_SIMD
  if (n % kLanes != 0) return reference::NarrowBlock(x, n, q);
  const DF d;
  const DI di;
  const auto magnitude = hn::Set(di, 0x7FFFFFFF);
  auto most = hn::Zero(di);
  for (size_t i = 0; i < n; i += kLanes) most = hn::Max(most, hn::And(hn::BitCast(di, hn::LoadU(d, x + i)), magnitude));
  const float largest = std::bit_cast<float>(static_cast<int32_t>(hn::GetLane(hn::MaxOfLanes(di, most))));
  if (!(largest >= 0x1p-100f && largest <= 0x1.fffffep127f)) return reference::NarrowBlock(x, n, q);
  const VF inverse = hn::Set(d, 127.0f / largest), magic = hn::Set(d, 12582912.0f);
  const auto zero = hn::Set(di, 0x4B400000);
  for (size_t i = 0; i < n; i += kLanes) {
    const VF z = hn::Add(hn::Mul(hn::LoadU(d, x + i), inverse), magic);
    const hn::Rebind<int8_t, DI> d8;
    hn::StoreU(hn::DemoteTo(d8, hn::Sub(hn::BitCast(di, z), zero)), d8, q + i);
  }
  return largest / 127.0f;
#else
  return reference::NarrowBlock(x, n, q);
#endif
}

void NarrowRow(const float* x, size_t k, size_t row, const NarrowedRows& out) {
  for (size_t at = row, first = 0; first < k; at += out.rows, first += kInt8Block) {
    const size_t n = std::min(kInt8Block, k - first);
    int8_t* q = out.quanta + at * kInt8Block;
    out.scales[at] = NarrowBlock(x + first, n, q);
    int32_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += q[i];
    out.sums[at] = sum;
    std::fill(q + n, q + Padded(n), int8_t{0});
  }
}

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
Int8Unit UnitOfTarget() { return BestInt8Unit(); }
#else
Int8Unit UnitOfTarget() { return Int8Unit::kSimd; }
#endif

// AMX takes many rows at a time and is not here.
#if CAIRN_SIMD
void RunTile(const Int8Tile& tile, Int8Unit unit) {
  unit == Int8Unit::kSimd ? RunInt8TileSimd(tile) : RunInt8TileVnni(tile);
}
#else
void RunTile(const Int8Tile& g, Int8Unit) {
  for (size_t r = 0; r < g.rows; ++r) {
    float y[kInt8Panel] = {};
    if (g.accumulate) std::copy_n(g.y + r * g.ldy, g.cols, y);
    const uint8_t* w = g.w;
    for (size_t b = 0; b < g.blocks; ++b) {
      const size_t n = std::min(kInt8Block, g.k - b * kInt8Block), at = b * g.x_rows + r;
      int32_t sum[kInt8Panel];
      std::fill_n(sum, kInt8Panel, -128 * g.x_sums[at]);
      for (size_t i = 0; i < n; i += 4, w += 4 * kInt8Panel) {
        const int8_t* x = g.x + at * kInt8Block + i;
        for (size_t c = 0; c < kInt8Panel; ++c)
          for (size_t j = 0; j < 4; ++j) sum[c] += int32_t{w[c * 4 + j]} * int32_t{x[j]};
      }
      const float sx = g.x_scales[at];
      for (size_t c = 0; c < kInt8Panel; ++c)
        y[c] = std::fma(static_cast<float>(sum[c]), sx * g.w_scales[b * kInt8Panel + c], y[c]);
    }
    std::copy_n(y, g.cols, g.y + r * g.ldy);
  }
}
#endif  // CAIRN_SIMD

void Int8LinearTarget(ThreadPool& pool, const float* x, const Int8Matrix& w, float* y, size_t t, bool accumulate) {
  const size_t k = Padded(w.k), blocks = Blocks(w.k), padded_t = (t + kAmxRows - 1) / kAmxRows * kAmxRows;
  float* scratch = Scratch(ScratchSlot::kShared, blocks * padded_t * (kInt8Block / 4 + 2));
  float* sums = scratch + blocks * padded_t * kInt8Block / 4;
  const NarrowedRows rows{reinterpret_cast<int8_t*>(scratch), reinterpret_cast<int32_t*>(sums),
                          sums + blocks * padded_t, padded_t};
  pool.RunRanges(t, 8, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) NarrowRow(x + i * w.k, w.k, i, rows);
  });
  for (size_t b = 0; b < blocks; ++b) {
    std::fill_n(rows.sums + b * padded_t + t, padded_t - t, 0);
    std::fill_n(rows.scales + b * padded_t + t, padded_t - t, 0.0f);
  }
  const Int8Unit unit = UnitOfTarget();
  const bool amx = unit == Int8Unit::kAmx && k % kAmxStep == 0;
  const size_t panels = (w.n + kInt8Panel - 1) / kInt8Panel, rows_of_task = amx ? kAmxRowsOfTask : kRowsOfTask,
               parts = (t + rows_of_task - 1) / rows_of_task;
  // Neighbouring tasks share rows of x.
  pool.Run(panels * parts, [&](size_t task) {
    const size_t panel = task % panels, first = task / panels * rows_of_task, end = std::min(t, first + rows_of_task),
                 n0 = panel * kInt8Panel;
    auto tile = [&](size_t row, size_t count) {
      return Int8Tile{.rows = count,
                      .cols = std::min(kInt8Panel, w.n - n0),
                      .k = k,
                      .blocks = blocks,
                      .x_rows = rows.rows,
                      .x = rows.quanta + row * kInt8Block,
                      .x_sums = rows.sums + row,
                      .x_scales = rows.scales + row,
                      .w = w.quanta.data() + panel * kInt8Panel * k,
                      .w_scales = w.scales.data() + panel * kInt8Panel * blocks,
                      .y = y + row * w.n + n0,
                      .ldy = w.n,
                      .accumulate = accumulate};
    };
    if (amx) return RunInt8TileAmx(tile(first, end - first));
    for (size_t row = first; row < end; row += kInt8TileRows)
      RunTile(tile(row, std::min(kInt8TileRows, end - row)), unit);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(Int8LinearTarget);
HWY_EXPORT(UnitOfTarget);

namespace {

std::atomic<Int8Unit> most_allowed{Int8Unit::kAmx};

// Elements [first, first + n) of rows [n0, n0 + count) of w or of its transpose, each row kInt8Block apart.
void ReadRows(const WeightMatrix& w, size_t cols, bool transposed, size_t n0, size_t count, size_t first, size_t n,
              float* out) {
  if (!transposed) {
    for (size_t c = 0; c < count; ++c) WidenWeights(w.type, w.Row(n0 + c, cols), first, n, out + c * kInt8Block);
    return;
  }
  float across[kInt8Panel];
  for (size_t i = 0; i < n; ++i) {
    WidenWeights(w.type, w.Row(first + i, cols), n0, count, across);
    for (size_t c = 0; c < count; ++c) out[c * kInt8Block + i] = across[c];
  }
}

void NarrowPanel(const WeightMatrix& w, size_t cols, bool transposed, size_t panel, Int8Matrix& out) {
  const size_t k = Padded(out.k), n0 = panel * kInt8Panel, count = std::min(kInt8Panel, out.n - n0);
  uint8_t* quanta = out.quanta.data() + n0 * k;
  float* scales = out.scales.data() + n0 * Blocks(out.k);
  float x[kInt8Panel * kInt8Block];
  int8_t q[kInt8Block];
  for (size_t b = 0, first = 0; first < out.k; ++b, first += kInt8Block) {
    const size_t n = std::min(kInt8Block, out.k - first);
    ReadRows(w, cols, transposed, n0, count, first, n, x);
    for (size_t c = 0; c < count; ++c) {
      scales[b * kInt8Panel + c] = reference::NarrowBlock(x + c * kInt8Block, n, q);
      for (size_t i = 0; i < n; ++i)
        quanta[(first + i) / 4 * 4 * kInt8Panel + c * 4 + (first + i) % 4] = static_cast<uint8_t>(q[i] + 128);
    }
  }
}

}  // namespace

Int8Matrix NarrowToInt8(ThreadPool& pool, const WeightMatrix& w, size_t rows, size_t cols, bool transposed) {
  Int8Matrix out{transposed ? cols : rows, transposed ? rows : cols, {}, {}};
  const size_t panels = (out.n + kInt8Panel - 1) / kInt8Panel;
  out.quanta.assign(panels * kInt8Panel * Padded(out.k), 128);
  out.scales.assign(panels * kInt8Panel * Blocks(out.k), 0.0f);
  pool.Run(panels, [&](size_t panel) { NarrowPanel(w, cols, transposed, panel, out); });
  return out;
}

// What AMX does not take runs on VNNI, which every processor with it has.
Int8Unit BestInt8Unit() {
  return std::min(most_allowed.load(), !HasVnni() ? Int8Unit::kSimd : HasAmx() ? Int8Unit::kAmx : Int8Unit::kVnni);
}

void LimitInt8Unit(Int8Unit most) { most_allowed = most; }

Int8Unit Int8UnitHere() { return HWY_DYNAMIC_DISPATCH(UnitOfTarget)(); }

std::string Int8UnitName(Int8Unit unit) {
  return unit == Int8Unit::kAmx ? "AMX" : unit == Int8Unit::kVnni ? "VNNI" : "SIMD";
}

void Int8Linear(ThreadPool& pool, const float* x, const Int8Matrix& w, float* y, size_t t, bool accumulate) {
  if (t == 0 || w.n == 0) return;
  if (w.k == 0) {
    if (!accumulate) std::fill_n(y, t * w.n, 0.0f);
    return;
  }
  HWY_DYNAMIC_DISPATCH(Int8LinearTarget)(pool, x, w, y, t, accumulate);
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
