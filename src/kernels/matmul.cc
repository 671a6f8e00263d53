// Packed, register-tiled matmul. Every element of C is one chain of fma over k: tiles cut M and N freely, and a cut of
// K continues the chain through C, so no tiling and no thread count changes a bit.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "kernels/few_rows-inl.h"
#include "kernels/kernels.h"
#include "kernels/matmul_args.h"
#include "kernels/pack-inl.h"
#include "kernels/reference/reference.h"
#include "kernels/scratch.h"
#include "kernels/tile-inl.h"
#include "kernels/widen-inl.h"

#ifndef CAIRN_KERNELS_MATMUL_ONCE
#define CAIRN_KERNELS_MATMUL_ONCE
namespace cairn::kernels {
constexpr size_t kKBlock = 2048;  // a chain that long stays in registers; C is read and written once for each block
constexpr size_t kPackedBFloats = 2u << 20;  // 8 MB: the packed part of B stays in L3
constexpr size_t kTilesOfBlock = 8;          // of rows
constexpr size_t kPanelsOfTask = 8;          // packed side by side: 1 KB of each row of B
constexpr size_t kGroupFloats = 48u << 10;   // 192 KB: panels of B that a block of rows passes before the next ones
constexpr size_t kNearK = 512;               // that many panels of that length are kNearFloats
constexpr size_t kNearRows = 512;            // a tile of rows of A that long is at most 28 KB, no more than L1
// The transpose of A is read where it lies for products so narrow that packing costs more; but if they are short, too,
// C is what they wait for. Its rows must be near each other: each panel of B reads all of them again.
constexpr size_t kNarrow = 512, kShort = 128, kNearColumns = 255;
constexpr size_t kNarrowK = 256;      // of such a product at a time: its rows of A are read again for each panel
constexpr size_t kNarrowTiles = 32;   // of A packed by a task at a time: 512 KB
constexpr size_t kTallNarrow = 1024;  // with more rows of C it is better to pack B once for all tasks
constexpr size_t kRowsAhead = 16;     // rows of a transpose fetched while one is packed
constexpr size_t kWidened = 256;      // k that are widened at a time before they are transposed
}  // namespace cairn::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD
bool ReadsAInPlace(const MatMulArgs& g) {
  return g.s.trans_a ? g.s.n <= kNarrow && g.s.k > kShort && g.s.lda <= kNearColumns : g.s.lda <= kNearRows;
}

// A long chain for so little of C that each thread can pass all of it, or all of its columns, for a block of k: a
// weight gradient. Threads meet once and not after each block.
bool IsNarrowGradient(const MatMulArgs& g) {
  const bool packed_once = g.s.n <= kPanelsOfTask * kWide && g.s.m <= kTallNarrow && g.s.k > kShort;
  return g.s.trans_a && (ReadsAInPlace(g) || packed_once);
}

// Rows [m0, m1) and k [k0, k0 + k) of A as tiles of kRowsMax rows.
void PackA(const MatMulArgs& g, size_t m0, size_t m1, size_t k0, size_t k, float* dst) {
  const size_t tile = k * kPackedRows;
  if (!g.s.trans_a) {
    for (size_t m = m0; m < m1; m += kRowsMax, dst += tile)
      PackOperand(PlaceInA(g, m, k0).data, g.s.lda, false, std::min(kRowsMax, m1 - m), kPackedRows, k, dst);
    return;
  }
  // All tiles along a row of the transpose: rows a power of two apart push each other out of the cache.
  const DF d;
  for (size_t i = 0; i < k; ++i, dst += kPackedRows) {
    const float* row = g.a + (k0 + i) * g.s.lda;
    float* to = dst;
    const float* ahead = row + (i + kRowsAhead < k ? kRowsAhead : 0) * g.s.lda;
    for (size_t m = m0; m < m1; m += 16) __builtin_prefetch(ahead + m);
    for (size_t m = m0; m < m1; m += kRowsMax, to += tile)
      for (size_t j = 0; j < kRowsMax && m + j < m1; j += kLanes)
        hn::StoreU(LoadUpTo(row + m + j, g.s.m - m - j), d, to + j);
  }
}

// Columns [n0, n0 + cols) and k [k0, k0 + k) of B, widened, as [k, PanelWidth(cols)].
void PackB(const MatMulArgs& g, size_t n0, size_t cols, size_t k0, size_t k, float* dst) {
  const size_t ldb = g.s.ldb, width = PanelWidth(cols);
  if (g.b.type == WeightType::kF32) {
    if (g.s.trans_b) return PackTransposed(g.b.f32() + n0 * ldb + k0, ldb, cols, width, k, dst);
    return PackRows(g.b.f32() + k0 * ldb + n0, ldb, cols, width, k, dst);
  }
  if (g.s.trans_b) {
    for (size_t begin = 0; begin < k; begin += kWidened) {
      const size_t part = std::min(kWidened, k - begin);
      float* rows = Scratch(ScratchSlot::kWidened, kWide * kWidened);
      for (size_t j = 0; j < cols; ++j) Widen(g.b.type, g.b.Row(n0 + j, ldb), k0 + begin, part, rows + j * part);
      PackTransposed(rows, part, cols, width, part, dst + begin * width);
    }
    return;
  }
  for (size_t i = 0; i < k; ++i) {
    Widen(g.b.type, g.b.Row(k0 + i, ldb), n0, cols, dst + i * width);
    std::fill_n(dst + i * width + cols, width - cols, 0.0f);
  }
}

// Columns [n0, n1) and k [k0, k0 + k) of B as panels of kWide columns, one after another, each as PackB lays it out.
void PackPanels(const MatMulArgs& g, size_t n0, size_t n1, size_t k0, size_t k, float* dst) {
  // Rows of B go to all panels a few at a time, so that what is read lies side by side.
  const size_t step = g.s.trans_b ? k : 16;
  for (size_t i = 0; i < k; i += step)
    for (size_t n = n0; n < n1; n += kWide) {
      const size_t cols = std::min(kWide, n1 - n);
      PackB(g, n, cols, k0 + i, std::min(step, k - i), dst + (n - n0) * k + i * PanelWidth(cols));
    }
}

// Equal blocks of at most `most`.
size_t KBlock(size_t k, size_t most) {
  const size_t blocks = (k + most - 1) / most;
  return (k + blocks - 1) / blocks;
}

struct Block {
  size_t m0, m1, n0, n1, k0, k;
};

// What the tile at (m, n) fetches of the rows of A that the next block of k reads where they lie: every tile of the
// block has an equal part of them.
TileFetch FetchNextRows(const MatMulArgs& g, const Block& block, size_t m, size_t n) {
  const size_t k = block.k0 + block.k, panels = (block.n1 - block.n0 + kWide - 1) / kWide;
  if (k >= g.s.k) return {};
  const size_t tiles = (block.m1 - block.m0 + kRowsMax - 1) / kRowsMax * panels;
  const size_t i = (m - block.m0) / kRowsMax * panels + (n - block.n0) / kWide;
  return {g.a + k * g.s.lda + i * block.k * g.s.lda / tiles, (g.s.lda + tiles - 1) / tiles};
}

// The block's part of the product. b_packed: its part of B as PackPanels lays it out.
void MultiplyBlock(const MatMulArgs& g, const Block& block, const float* b_packed) {
  const bool in_place = ReadsAInPlace(g);
  float* packed = nullptr;
  if (!in_place) {
    packed = Scratch(ScratchSlot::kTask, (block.m1 - block.m0 + kRowsMax - 1) / kRowsMax * kPackedRows * block.k);
    PackA(g, block.m0, block.m1, block.k0, block.k, packed);
  }
  auto panel = [&](size_t n) { return b_packed + (n - block.n0) * block.k; };
  auto tile = [&](size_t m, size_t n, const TileFetch& fetch) {
    const size_t rows = std::min(kRowsMax, block.m1 - m), cols = std::min(kWide, block.n1 - n);
    const TileOperand a = in_place ? PlaceInA(g, m, block.k0)
                                   : TileOperand::Packed(packed + (m - block.m0) / kRowsMax * kPackedRows * block.k);
    RunTile(rows, cols, block.k, a, panel(n), PanelWidth(cols), g.c + m * g.s.ldc + n, g.s.ldc,
            g.s.accumulate || block.k0 > 0, fetch);
  };
  if (in_place && g.s.trans_a) {
    for (size_t n = block.n0; n < block.n1; n += kWide)
      for (size_t m = block.m0; m < block.m1; m += kRowsMax) tile(m, n, FetchNextRows(g, block, m, n));
  } else {
    // C is written as it lies, row after row. If B comes from L3, it does so in groups of panels, and the tiles of one
    // group fetch the next, `step` columns with each k.
    const bool near = (block.n1 - block.n0) * block.k <= kNearFloats;
    const size_t wide = near ? block.n1 - block.n0 : std::max<size_t>(1, kGroupFloats / (block.k * kWide)) * kWide;
    for (size_t n0 = block.n0; n0 < block.n1; n0 += wide) {
      const size_t n1 = std::min(block.n1, n0 + wide), next = std::min(block.n1, n1 + wide) - n1;
      const size_t tiles = RoundUp(block.m1 - block.m0, kRowsMax) / kRowsMax * (RoundUp(n1 - n0, kWide) / kWide);
      const size_t step = next / tiles + 1;
      size_t done = 0;
      for (size_t m = block.m0; m < block.m1; m += kRowsMax)
        for (size_t n = n0; n < n1; n += kWide, done += step)
          tile(m, n, done < next ? TileFetch{panel(n1) + done * block.k, step} : TileFetch{});
    }
  }
}

// Few tiles of rows, little work, or a narrow gradient: each task has columns of its own, whose part of B it packs
// into its L2; and rows of its own where there are fewer columns than threads need, or more rows of A than fit.
void MultiplyColumns(ThreadPool& pool, const MatMulArgs& g) {
  const bool narrow = IsNarrowGradient(g);
  const size_t threads = static_cast<size_t>(pool.size()), wanted = narrow ? threads : 2 * threads;
  const size_t k_block = KBlock(g.s.k, narrow ? kNarrowK : kNearK);
  const size_t panels = (g.s.n + kWide - 1) / kWide, tiles = (g.s.m + kRowsMax - 1) / kRowsMax;
  const size_t wide = std::clamp<size_t>(narrow ? panels : panels / wanted, 1, kPanelsOfTask) * kWide;
  const size_t columns = (g.s.n + wide - 1) / wide;
  size_t rows = threads == 1 ? 1 : std::min(tiles, (wanted + columns - 1) / columns);
  if (narrow) rows = RoundUp(std::max(rows, (tiles + kNarrowTiles - 1) / kNarrowTiles), rows);
  const size_t grain = std::max<size_t>(1, kSerialWork * rows / (g.s.m * g.s.k * wide));
  pool.RunRanges(columns * rows, grain, [&](size_t begin, size_t end) {
    float* packed = Scratch(ScratchSlot::kTask2, wide * k_block);
    for (size_t i = begin; i < end; ++i) {
      const size_t n = i / rows * wide, m0 = tiles * (i % rows) / rows * kRowsMax;
      const size_t m1 = std::min(g.s.m, tiles * (i % rows + 1) / rows * kRowsMax);
      for (size_t k = 0; k < g.s.k; k += k_block) {
        const Block block = {m0, m1, n, std::min(g.s.n, n + wide), k, std::min(k_block, g.s.k - k)};
        PackPanels(g, block.n0, block.n1, k, block.k, packed);
        MultiplyBlock(g, block, packed);
      }
    }
  });
}

// Columns [n0, n1) and k [k0, k0 + k): B is packed once and shared, each task has rows of its own.
void MultiplyRows(ThreadPool& pool, const MatMulArgs& g, const Block& part) {
  const size_t panels = (part.n1 - part.n0 + kWide - 1) / kWide, tiles = (g.s.m + kRowsMax - 1) / kRowsMax;
  float* b_packed = Scratch(ScratchSlot::kShared, panels * kWide * part.k);
  const size_t threads = static_cast<size_t>(pool.size());
  const size_t packs = std::max((panels + kPanelsOfTask - 1) / kPanelsOfTask, std::min(panels, threads));
  pool.Run(packs, [&](size_t i) {
    const size_t first = panels * i / packs * kWide, last = panels * (i + 1) / packs * kWide;
    PackPanels(g, part.n0 + first, std::min(part.n1, part.n0 + last), part.k0, part.k, b_packed + first * part.k);
  });
  // As many tiles a block as L2 holds of A, fewer when threads would be idle, then a split of columns. All blocks are
  // about equal, and each thread has as many: the last one to end keeps the others waiting.
  const size_t wanted = threads == 1 ? 1 : threads * 4;
  const size_t near = std::clamp<size_t>(kNearFloats / (kPackedRows * part.k), 2, kTilesOfBlock);
  const size_t most = std::clamp(tiles / wanted, std::min<size_t>(2, tiles), near);
  const size_t least = (tiles + most - 1) / most, m_blocks = least < wanted ? least : RoundUp(least, threads);
  size_t n_blocks = std::min(panels, (wanted + m_blocks - 1) / m_blocks);
  while (m_blocks * n_blocks % threads != 0 && n_blocks < panels) ++n_blocks;
  pool.Run(m_blocks * n_blocks, [&](size_t i) {
    const size_t row = i / n_blocks, column = i % n_blocks;
    const size_t m0 = tiles * row / m_blocks * kRowsMax, m1 = tiles * (row + 1) / m_blocks * kRowsMax;
    const size_t first = panels * column / n_blocks * kWide, last = panels * (column + 1) / n_blocks * kWide;
    MultiplyBlock(g, {m0, std::min(g.s.m, m1), part.n0 + first, std::min(part.n1, part.n0 + last), part.k0, part.k},
                  b_packed + first * part.k);
  });
}

void MatMulTarget(ThreadPool& pool, const MatMulArgs& g) {
  if (MultiplyInPlace(pool, g)) return;
  if (g.s.m <= kFewTiles * kRowsMax || g.s.m * g.s.n * g.s.k < kSerialWork || IsNarrowGradient(g))
    return MultiplyColumns(pool, g);
  const size_t k_block = KBlock(g.s.k, kKBlock);
  const size_t wide = kPackedBFloats / (k_block * kWide) * kWide;
  for (size_t n = 0; n < g.s.n; n += wide)
    for (size_t k = 0; k < g.s.k; k += k_block)
      MultiplyRows(pool, g, {0, g.s.m, n, std::min(g.s.n, n + wide), k, std::min(k_block, g.s.k - k)});
}
#else   // no SIMD: rows of the definition
const float* WidenedB(const MatMulArgs& g, std::vector<float>& out) {
  if (g.b.type == WeightType::kF32) return g.b.f32();
  const size_t rows = g.s.trans_b ? g.s.n : g.s.k;
  out.resize(rows * g.s.ldb);
  for (size_t i = 0; i < rows; ++i) WidenWeights(g.b.type, g.b.Row(i, g.s.ldb), 0, g.s.ldb, out.data() + i * g.s.ldb);
  return out.data();
}

void MatMulTarget(ThreadPool& pool, const MatMulArgs& g) {
  std::vector<float> widened;
  const float* b = WidenedB(g, widened);
  pool.RunRanges(g.s.m, 1, [&](size_t begin, size_t end) {
    MatMulShape part = g.s;
    part.m = end - begin;
    reference::MatMul(part, g.a + begin * (g.s.trans_a ? 1 : g.s.lda), b, g.c + begin * g.s.ldc);
  });
}
#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(MatMulTarget);

namespace {

void Run(ThreadPool& pool, MatMulArgs g) {
  MatMulShape& s = g.s;
  if (s.lda == 0) s.lda = s.trans_a ? s.m : s.k;
  if (s.ldb == 0) s.ldb = s.trans_b ? s.k : s.n;
  if (s.ldc == 0) s.ldc = s.n;
  CAIRN_CHECK(s.lda >= (s.trans_a ? s.m : s.k) && s.ldb >= (s.trans_b ? s.k : s.n) && s.ldc >= s.n);
  if (s.m == 0 || s.n == 0) return;
  if (s.k == 0) {
    for (size_t m = 0; m < s.m && !s.accumulate; ++m) std::fill_n(g.c + m * s.ldc, s.n, 0.0f);
    return;
  }
  HWY_DYNAMIC_DISPATCH(MatMulTarget)(pool, g);
}

}  // namespace

void MatMul(ThreadPool& pool, const MatMulShape& shape, const float* a, const float* b, float* c) {
  Run(pool, {shape, a, b, c});
}

void Linear(ThreadPool& pool, const float* x, const WeightMatrix& w, float* y, size_t t, size_t k, size_t n,
            bool accumulate) {
  Run(pool, {{.m = t, .n = n, .k = k, .trans_b = true, .accumulate = accumulate}, x, w, y});
}

void LinearGradInput(ThreadPool& pool, const float* dy, const WeightMatrix& w, float* dx, size_t t, size_t k, size_t n,
                     bool accumulate) {
  Run(pool, {{.m = t, .n = k, .k = n, .accumulate = accumulate}, dy, w, dx});
}

void LinearGradWeight(ThreadPool& pool, const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n) {
  MatMul(pool, {.m = n, .n = k, .k = t, .trans_a = true, .accumulate = true}, dy, x, dw);
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
