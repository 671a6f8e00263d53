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
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"
#include "kernels/scratch.h"
#include "kernels/tile-inl.h"
#include "kernels/widen-inl.h"

#ifndef CAIRN_KERNELS_MATMUL_ONCE
#define CAIRN_KERNELS_MATMUL_ONCE
namespace cairn::kernels {
// Operands with all strides filled in.
struct MatMulArgs {
  MatMulShape s;
  const float* a;
  WeightMatrix b;
  float* c;
};
constexpr size_t kKBlock = 256;               // a panel of B (32 KB) plus one of A stay near L1
constexpr size_t kNearRows = 512;             // a tile of rows that long is at most 28 KB, no more than L1
constexpr size_t kWidened = 256;              // k that are widened at a time before they are transposed
constexpr size_t kPackedBFloats = 2u << 20;   // 8 MB: the packed part of B stays in L3
constexpr size_t kSerialWork = 32 * 32 * 32;  // below this, waking threads costs more than the work
}  // namespace cairn::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD
// A is read where it lies if that misses no cache: its transpose always, because a row of a tile is then one or two
// cache lines; rows of A while those of a tile lie close together.
bool ReadsAInPlace(const MatMulArgs& g) { return g.s.trans_a || g.s.lda <= kNearRows; }
TileOperand PlaceInA(const MatMulArgs& g, size_t m, size_t k) {
  const TileOperand all = g.s.trans_a ? TileOperand{g.a, 1, g.s.lda} : TileOperand{g.a, g.s.lda, 1};
  return all.From(m, k);
}

// Rows [m0, m0 + rows) and k [k0, k0 + k) of A as [k, rows].
void PackA(const MatMulArgs& g, size_t m0, size_t rows, size_t k0, size_t k, float* dst) {
  PackTransposed(g.a + m0 * g.s.lda + k0, g.s.lda, rows, rows, k, dst);
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

// Equal blocks of at most kKBlock.
size_t KBlock(size_t k) {
  const size_t blocks = (k + kKBlock - 1) / kKBlock;
  return (k + blocks - 1) / blocks;
}

// ---- Few rows (decoding, low-rank factors): A is packed at most once, each task packs its own panels of B.

// a_packed: for each tile of kRowsMax rows, [K, rows]; null where A is read in place.
void FewRowsPanel(const MatMulArgs& g, const float* a_packed, size_t panel) {
  const size_t n0 = panel * kWide, cols = std::min(kWide, g.s.n - n0), width = PanelWidth(cols);
  const size_t k_block = KBlock(g.s.k);
  float* packed = Scratch(ScratchSlot::kTask, k_block * kWide);
  const bool direct = !g.s.trans_b && cols == width && g.b.type == WeightType::kF32;
  for (size_t k0 = 0; k0 < g.s.k; k0 += k_block) {
    const size_t k = std::min(k_block, g.s.k - k0);
    const float* b = direct ? g.b.f32() + k0 * g.s.ldb + n0 : packed;
    if (!direct) PackB(g, n0, cols, k0, k, packed);
    for (size_t m0 = 0; m0 < g.s.m; m0 += kRowsMax) {
      const size_t rows = std::min(kRowsMax, g.s.m - m0);
      RunTile(rows, cols, k,
              a_packed ? TileOperand::Packed(a_packed + m0 * g.s.k + k0 * rows, rows) : PlaceInA(g, m0, k0), b,
              direct ? g.s.ldb : width, g.c + m0 * g.s.ldc + n0, g.s.ldc, g.s.accumulate || k0 > 0);
    }
  }
}

void FewRows(ThreadPool& pool, const MatMulArgs& g) {
  float* a_packed = nullptr;
  if (!ReadsAInPlace(g)) {
    a_packed = Scratch(ScratchSlot::kShared, g.s.m * g.s.k);
    for (size_t m0 = 0; m0 < g.s.m; m0 += kRowsMax)
      PackA(g, m0, std::min(kRowsMax, g.s.m - m0), 0, g.s.k, a_packed + m0 * g.s.k);
  }
  const size_t panels = (g.s.n + kWide - 1) / kWide;
  const size_t grain = std::max<size_t>(1, kSerialWork / (g.s.m * g.s.k * kWide));
  pool.RunRanges(panels, grain, [&](size_t begin, size_t end) {
    for (size_t p = begin; p < end; ++p) FewRowsPanel(g, a_packed, p);
  });
}

// ---- Many rows: B is packed once and shared; each task packs its own rows of A.

struct Block {
  size_t m0, m1;          // rows of C
  size_t panel0, panel1;  // panels of the packed part of B
};

// b_packed: panels of columns [n0, n1) of B, panel p at p * kWide * K as [K, its width].
void ManyRowsBlock(const MatMulArgs& g, const float* b_packed, size_t n0, size_t n1, const Block& block) {
  const size_t k_block = KBlock(g.s.k);
  const bool in_place = ReadsAInPlace(g);
  float* packed = in_place ? nullptr : Scratch(ScratchSlot::kTask, (block.m1 - block.m0) * k_block);
  for (size_t k0 = 0; k0 < g.s.k; k0 += k_block) {
    const size_t k = std::min(k_block, g.s.k - k0);
    for (size_t m = block.m0; m < block.m1 && !in_place; m += kRowsMax)
      PackA(g, m, std::min(kRowsMax, block.m1 - m), k0, k, packed + (m - block.m0) * k);
    for (size_t p = block.panel0; p < block.panel1; ++p) {
      const size_t col = n0 + p * kWide, cols = std::min(kWide, n1 - col), width = PanelWidth(cols);
      const float* b = b_packed + p * kWide * g.s.k + k0 * width;
      for (size_t m = block.m0; m < block.m1; m += kRowsMax) {
        const size_t rows = std::min(kRowsMax, block.m1 - m);
        RunTile(rows, cols, k, in_place ? PlaceInA(g, m, k0) : TileOperand::Packed(packed + (m - block.m0) * k, rows),
                b, width, g.c + m * g.s.ldc + col, g.s.ldc, g.s.accumulate || k0 > 0);
      }
    }
  }
}

void ManyRows(ThreadPool& pool, const MatMulArgs& g) {
  const size_t chunk = std::max<size_t>(8, kPackedBFloats / (g.s.k * kWide)) * kWide;
  const bool serial = pool.size() == 1 || g.s.m * g.s.n * g.s.k < kSerialWork;
  const size_t wanted = serial ? 1 : static_cast<size_t>(pool.size()) * 4;
  for (size_t n0 = 0; n0 < g.s.n; n0 += chunk) {
    const size_t n1 = std::min(g.s.n, n0 + chunk), panels = (n1 - n0 + kWide - 1) / kWide;
    float* b_packed = Scratch(ScratchSlot::kShared, panels * kWide * g.s.k);
    pool.RunRanges(panels, serial ? panels : 1, [&](size_t begin, size_t end) {
      for (size_t p = begin; p < end; ++p)
        PackB(g, n0 + p * kWide, std::min(kWide, n1 - n0 - p * kWide), 0, g.s.k, b_packed + p * kWide * g.s.k);
    });
    const size_t tiles = (g.s.m + kRowsMax - 1) / kRowsMax;
    // Up to 8 tiles of rows a block (A in L2), fewer when the threads would otherwise be idle, then a split of columns.
    const size_t block_tiles = std::clamp<size_t>(tiles / wanted, std::min<size_t>(2, tiles), 8);
    const size_t m_blocks = (tiles + block_tiles - 1) / block_tiles;
    const size_t n_blocks = std::min(panels, (wanted + m_blocks - 1) / m_blocks);
    auto body = [&](size_t i) {
      const size_t mi = i / n_blocks, ni = i % n_blocks;
      ManyRowsBlock(g, b_packed, n0, n1,
                    {mi * block_tiles * kRowsMax, std::min(g.s.m, (mi + 1) * block_tiles * kRowsMax),
                     panels * ni / n_blocks, panels * (ni + 1) / n_blocks});
    };
    if (serial) {
      for (size_t i = 0; i < m_blocks * n_blocks; ++i) body(i);
    } else {
      pool.Run(m_blocks * n_blocks, body);
    }
  }
}

void MatMulTarget(ThreadPool& pool, const MatMulArgs& g) {
  if (g.s.m <= std::max<size_t>(16, kRowsMax)) return FewRows(pool, g);
  ManyRows(pool, g);
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
