// Products with few rows (decoding, adapters) or short chains: B is read where it lies, because a copy would cost more
// than the product.
#include "kernels/pack-inl.h"
#include "kernels/tile-inl.h"

#if defined(CAIRN_KERNELS_FEW_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_FEW_ROWS_INL_H_
#undef CAIRN_KERNELS_FEW_ROWS_INL_H_
#else
#define CAIRN_KERNELS_FEW_ROWS_INL_H_
#endif

#include <array>
#include <utility>

#include "kernels/matmul_args.h"
#include "kernels/scratch.h"
#include "kernels/widen-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// Beyond these a packed copy pays: tiles of rows with B as it is, rows with its transpose.
constexpr size_t kFewTiles = 5, kFewRowsTransposed = HWY_TARGET == HWY_AVX2 ? 6 : 16;
constexpr size_t kStripRows = HWY_TARGET == HWY_AVX2 ? 6 : 7;  // up to so many rows a strip is wider than a tile
// So many rows of B are read along at a time: down a column each row is on another page, and nothing is fetched ahead.
constexpr size_t kRowsOfB = 64;
// A task with all columns of B takes more rows, up to so many values: they and the rows after them are in L2 at a time.
constexpr size_t kRowsOfBNear = 256, kValuesOfB = 64u << 10;
constexpr size_t kFetchTiles = 3;  // so many take long enough to fetch B for the next columns
// Chains so short wait for C. Six rows of it are read and written along: fewer and longer pieces than a tile's.
constexpr size_t kShortChain = 16, kRowsOfC = 6;

inline TileOperand PlaceInA(const MatMulArgs& g, size_t m, size_t k) {
  const TileOperand all = g.s.trans_a ? TileOperand{g.a, 1, g.s.lda} : TileOperand{g.a, g.s.lda, 1};
  return all.From(m, k);
}

// The part of the product that begins at k, at most `most` of it, as a product that continues the chain. a: A from
// there on.
inline MatMulArgs Continued(const MatMulArgs& g, size_t k, size_t most, const float* a) {
  MatMulArgs part = g;
  part.s.k = std::min(most, g.s.k - k);
  part.s.accumulate = g.s.accumulate || k > 0;
  part.a = a;
  part.b.data = g.b.Row(k, g.s.ldb);
  return part;
}

// Vectors of columns side by side: what registers hold, at most 512 bytes of a row.
constexpr size_t VectorsFor(size_t rows) {
  constexpr size_t registers = HWY_TARGET == HWY_AVX2 ? 12 : 28;
  return rows * 8 <= registers ? 8 : rows * 4 <= registers - 4 ? 4 : rows * 2 <= registers ? 2 : 1;
}

// C[kRows, n0 .. n0 + cols) = chain over k of A[k, kRows] * B[k, n]. cols: kVecs * kLanes when kWhole, else less than
// one vector.
template <size_t kRows, size_t kVecs, bool kWhole>
HWY_NOINLINE void FewRowsStrip(const MatMulArgs& g, size_t n0, size_t cols) {
  static_assert(kWhole || kVecs == 1);
  const DF d;
  const float *HWY_RESTRICT a = g.a, *HWY_RESTRICT b = g.b.f32() + n0;
  VF sum[kRows][kVecs];
  auto load = [&](const float* from, size_t v) {
    return kWhole ? hn::LoadU(d, from + v * kLanes) : LoadUpTo(from, cols);
  };
  for (size_t r = 0; r < kRows; ++r)
    for (size_t v = 0; v < kVecs; ++v) sum[r][v] = g.s.accumulate ? load(g.c + r * g.s.ldc + n0, v) : hn::Zero(d);
  for (size_t i = 0; i < g.s.k; ++i, a += kRows, b += g.s.ldb) {
    VF bi[kVecs];
    for (size_t v = 0; v < kVecs; ++v) bi[v] = load(b, v);
    for (size_t r = 0; r < kRows; ++r) {
      const VF ai = hn::Set(d, a[r]);
      for (size_t v = 0; v < kVecs; ++v) sum[r][v] = hn::MulAdd(ai, bi[v], sum[r][v]);
    }
  }
  for (size_t r = 0; r < kRows; ++r)
    for (size_t v = 0; v < kVecs; ++v)
      StoreUpTo(sum[r][v], g.c + r * g.s.ldc + n0 + v * kLanes, kWhole ? kLanes : cols);
}

// Columns n0 .. n0 + cols, cols <= kLanes, with B stored as [n, k], not in a blocked type: blocks of it are transposed
// in registers, as words of 32 bits.
template <WeightType kType, size_t kRows>
HWY_NOINLINE void FewRowsTransposed(const MatMulArgs& g, size_t n0, size_t cols) {
  constexpr size_t kPair = kType == WeightType::kF32 ? 1 : 2;  // elements in a word
  const DF d;
  const hn::RebindToUnsigned<DF> du;
  const hn::Rebind<uint16_t, DF> d16;
  const size_t bytes = WeightRowBytes(kType, g.s.ldb);
  const float* HWY_RESTRICT a = g.a;
  const std::byte* HWY_RESTRICT b = g.b.Row(n0, g.s.ldb);
  VF sum[kRows];
  for (size_t r = 0; r < kRows; ++r) sum[r] = g.s.accumulate ? LoadUpTo(g.c + r * g.s.ldc + n0, cols) : hn::Zero(d);
  auto step = [&](VF bi) {
    for (size_t r = 0; r < kRows; ++r) sum[r] = hn::MulAdd(hn::Set(d, a[r]), bi, sum[r]);
    a += kRows;
  };
  auto step_word = [&](VF word) {
    if constexpr (kPair == 1) return step(word);
    const auto pair = hn::BitCast(du, word);
    if constexpr (kType == WeightType::kF16) {
      step(WidenHalves(hn::TruncateTo(d16, pair)));
      step(WidenHalves(hn::TruncateTo(d16, hn::ShiftRight<16>(pair))));
    } else {
      step(hn::BitCast(d, hn::ShiftLeft<16>(pair)));
      step(hn::BitCast(d, hn::And(pair, hn::Set(du, 0xFFFF0000u))));
    }
  };
  auto words_of = [&](size_t l, size_t i) {
    return reinterpret_cast<const float*>(b + std::min(l, cols - 1) * bytes + i * (4 / kPair));
  };
  // `words` times 32 bits of each row, fewer than a vector.
  auto part = [&](size_t i, size_t words) {
    VF block[kLanes];
    if (words > 0) LoadTransposed([&](size_t l) { return LoadUpTo(words_of(l, i), words); }, block);
    for (size_t l = 0; l < words; ++l) step_word(block[l]);
    return i + words * kPair;
  };
  // Whole blocks begin where a cache line does: rows whose distance is a power of two share few places of the cache, so
  // a line must not be needed twice.
  const size_t to_line = (64 - reinterpret_cast<uintptr_t>(b) % 64) % 64 / 4 % kLanes;
  size_t i = part(0, std::min(to_line, g.s.k / kPair));
  for (; i + kPair * kLanes <= g.s.k; i += kPair * kLanes) {
    VF block[kLanes];
    LoadTransposed([&](size_t l) { return hn::LoadU(d, words_of(l, i)); }, block);
    for (size_t l = 0; l < kLanes; ++l) step_word(block[l]);
  }
  i = part(i, (g.s.k - i) / kPair);
  if (i < g.s.k) {
    alignas(64) float column[kLanes] = {};
    for (size_t l = 0; l < cols; ++l) WidenWeights(kType, b + l * bytes, i, 1, column + l);
    step(hn::Load(d, column));
  }
  for (size_t r = 0; r < kRows; ++r) StoreUpTo(sum[r], g.c + r * g.s.ldc + n0, cols);
}

using FewRowsFunction = void (*)(const MatMulArgs&, size_t, size_t);

// Full strips first, then vector by vector. A packed as [K, kRows].
template <size_t kRows>
void FewRowsRange(const MatMulArgs& all, size_t begin, size_t end) {
  constexpr size_t kWidth = VectorsFor(kRows) * kLanes;
  for (size_t k = 0; k < all.s.k; k += kRowsOfB) {
    const MatMulArgs g = Continued(all, k, kRowsOfB, all.a + k * kRows);
    size_t n = begin;
    for (; n + kWidth <= end; n += kWidth) FewRowsStrip<kRows, VectorsFor(kRows), true>(g, n, kWidth);
    for (; n + kLanes <= end; n += kLanes) FewRowsStrip<kRows, 1, true>(g, n, kLanes);
    if (n < end) FewRowsStrip<kRows, 1, false>(g, n, end - n);
  }
}

template <size_t... kRow>
constexpr std::array<FewRowsFunction, sizeof...(kRow)> FewRowsTable(std::index_sequence<kRow...>) {
  return {&FewRowsRange<kRow + 1>...};
}
template <WeightType kType, size_t... kRow>
constexpr std::array<FewRowsFunction, sizeof...(kRow)> FewRowsTransposedTable(std::index_sequence<kRow...>) {
  return {&FewRowsTransposed<kType, kRow + 1>...};
}

inline FewRowsFunction FewRowsRangeFor(size_t rows) {
  static constexpr auto kRanges = FewRowsTable(std::make_index_sequence<kStripRows>());
  return kRanges[rows - 1];
}

// A as blocks of `block` k, each of tiles of `height` rows.
inline void PackTiles(const MatMulArgs& g, size_t height, size_t block, float* a) {
  for (size_t k = 0; k < g.s.k; k += block)
    for (size_t m = 0; m < g.s.m; m += height) {
      const size_t part = std::min(block, g.s.k - k), rows = std::min(height, g.s.m - m);
      PackOperand(PlaceInA(g, m, k).data, g.s.lda, g.s.trans_a, rows, kPackedRows, part, a);
      a += part * kPackedRows;
    }
}

// Columns [n0, n1). g: one block of A as PackTiles lays it out.
inline void TilesInPlace(const MatMulArgs& g, size_t height, size_t n0, size_t n1) {
  const size_t tiles = (g.s.m + height - 1) / height, k = g.s.k, wide = n1 - n0;
  // With all columns of B the rows after these lie side by side, and every tile fetches an equal part of them.
  const size_t parts = (wide + kWide - 1) / kWide * tiles;
  const bool whole = wide == g.s.ldb;
  for (size_t n = n0; n < n1; n += kWide) {
    const size_t cols = std::min(kWide, n1 - n), width = PanelWidth(cols);
    const float* b = g.b.f32() + n;
    size_t ldb = g.s.ldb;
    if (cols < width) {
      float* edge = Scratch(ScratchSlot::kTask, kRowsOfBNear * kWide);
      PackRows(b, ldb, cols, width, k, edge);
      b = edge, ldb = width;
    }
    for (size_t t = 0; t < tiles; ++t) {
      const size_t part = (n - n0) / kWide * tiles + t;
      const TileFetch fetch =
          whole ? TileFetch{g.b.f32() + k * wide + part * k * wide / parts, wide / parts + 1} : TileFetch{};
      if (!whole && tiles >= kFetchTiles && n + kWide < n1)
        for (size_t i = k * t / tiles; i < k * (t + 1) / tiles; ++i)
          for (size_t v = 0; v < kWide; v += kLanes) __builtin_prefetch(b + i * ldb + kWide + v);
      const size_t m = t * height, rows = std::min(height, g.s.m - m);
      RunTile(rows, cols, k, TileOperand::Packed(g.a + t * kPackedRows * k), b, ldb, g.c + m * g.s.ldc + n, g.s.ldc,
              g.s.accumulate, fetch);
    }
  }
}

// Rows [m0, m1) and columns [n0, n1), in tiles of `height` rows; a part of A and of C are near.
inline void MultiplyTilesInPlace(const MatMulArgs& all, size_t height, size_t m0, size_t m1, size_t n0, size_t n1) {
  MatMulArgs own = all;
  own.s.m = m1 - m0;
  own.c += m0 * all.s.ldc;
  const size_t packed_rows = (own.s.m + height - 1) / height * kPackedRows;
  const size_t near = kNearFloats / packed_rows / kRowsOfBNear * kRowsOfBNear;
  const size_t block = n1 - n0 < all.s.n ? kRowsOfB : std::clamp(kValuesOfB / all.s.n, kRowsOfB, kRowsOfBNear);
  float* a = Scratch(ScratchSlot::kTask2, packed_rows * std::min(all.s.k, near));
  for (size_t k = 0; k < all.s.k; k += near) {
    const MatMulArgs g = Continued(own, k, near, PlaceInA(all, m0, k).data);
    PackTiles(g, height, block, a);
    for (size_t i = 0; i < g.s.k; i += block) TilesInPlace(Continued(g, i, block, a + i * packed_rows), height, n0, n1);
  }
}

// More rows than a strip has, of B as it is. Each thread has tiles of its own and reads all of B, whole rows of it; if
// there are more threads than tiles, a part of the columns. Tiles have equal heights, and threads equal numbers of
// them.
inline void MultiplyFewTiles(ThreadPool& pool, const MatMulArgs& g) {
  const size_t work = std::max<size_t>(1, g.s.m * g.s.n * g.s.k / kSerialWork);
  const size_t threads = std::min(static_cast<size_t>(pool.size()), work);
  const size_t row_tasks = std::clamp<size_t>(g.s.m / kRowsMax, 1, threads);
  const size_t tiles = RoundUp((g.s.m + kRowsMax - 1) / kRowsMax, row_tasks), height = (g.s.m + tiles - 1) / tiles;
  const size_t task_rows = tiles / row_tasks * height, panels = (g.s.n + kWide - 1) / kWide;
  const size_t column_tasks = std::min(panels, (threads + row_tasks - 1) / row_tasks);
  pool.Run(row_tasks * column_tasks, [&](size_t i) {
    const size_t row = i / column_tasks, column = i % column_tasks;
    const size_t m0 = row * task_rows, m1 = std::min(g.s.m, m0 + task_rows);
    const size_t n0 = panels * column / column_tasks * kWide, n1 = panels * (column + 1) / column_tasks * kWide;
    if (m0 < m1) MultiplyTilesInPlace(g, height, m0, m1, n0, std::min(g.s.n, n1));
  });
}

// Many rows, but short chains.
inline void MultiplyShortChains(ThreadPool& pool, const MatMulArgs& g) {
  const size_t grain = std::max<size_t>(1, kSerialWork / (kRowsOfC * g.s.k * g.s.n));
  pool.RunRanges((g.s.m + kRowsOfC - 1) / kRowsOfC, grain, [&](size_t begin, size_t end) {
    float a[kRowsOfC * kShortChain];
    for (size_t m = begin * kRowsOfC; m < std::min(g.s.m, end * kRowsOfC); m += kRowsOfC) {
      MatMulArgs rows = g;
      rows.s.m = std::min(kRowsOfC, g.s.m - m);
      PackOperand(PlaceInA(g, m, 0).data, g.s.lda, g.s.trans_a, rows.s.m, rows.s.m, g.s.k, a);
      rows.a = a;
      rows.c = g.c + m * g.s.ldc;
      FewRowsRangeFor(rows.s.m)(rows, 0, g.s.n);
    }
  });
}

inline FewRowsFunction StripFunction(const MatMulArgs& g) {
  constexpr auto kRows = std::make_index_sequence<kFewRowsTransposed>();
  static constexpr auto kF32 = FewRowsTransposedTable<WeightType::kF32>(kRows);
  static constexpr auto kBf16 = FewRowsTransposedTable<WeightType::kBf16>(kRows);
  static constexpr auto kF16 = FewRowsTransposedTable<WeightType::kF16>(kRows);
  if (!g.s.trans_b) return FewRowsRangeFor(g.s.m);
  if (g.b.type == WeightType::kBf16) return kBf16[g.s.m - 1];
  return g.b.type == WeightType::kF16 ? kF16[g.s.m - 1] : kF32[g.s.m - 1];
}

inline void MultiplyStrips(ThreadPool& pool, const MatMulArgs& g) {
  const size_t wide = g.s.trans_b ? kLanes : 8 * kLanes, strips = (g.s.n + wide - 1) / wide;
  const FewRowsFunction run = StripFunction(g);
  // A as [K, M]: its rows may lie a power of two apart and push each other out of the cache.
  MatMulArgs packed = g;
  if (g.s.m > 1 || g.s.trans_a) {
    float* a = Scratch(ScratchSlot::kShared, g.s.m * g.s.k);
    PackOperand(g.a, g.s.lda, g.s.trans_a, g.s.m, g.s.m, g.s.k, a);
    packed.a = a;
  }
  pool.RunRanges(strips, std::max<size_t>(1, kSerialWork / (g.s.m * g.s.k * wide)), [&](size_t begin, size_t end) {
    const size_t n1 = std::min(g.s.n, end * wide);
    if (!g.s.trans_b) return run(packed, begin * wide, n1);
    for (size_t n = begin * wide; n < n1; n += wide) run(packed, n, std::min(wide, n1 - n));
  });
}

// Computes the product if B is best read in place.
inline bool MultiplyInPlace(ThreadPool& pool, const MatMulArgs& g) {
  if (g.s.trans_b) {
    if (g.s.m > kFewRowsTransposed || IsBlocked(g.b.type)) return false;
    MultiplyStrips(pool, g);
    return true;
  }
  if (g.b.type != WeightType::kF32) return false;
  if (g.s.m <= kStripRows) {
    MultiplyStrips(pool, g);
  } else if (g.s.k <= kShortChain) {
    MultiplyShortChains(pool, g);
  } else if (g.s.m <= kFewTiles * kRowsMax) {
    MultiplyFewTiles(pool, g);
  } else {
    return false;
  }
  return true;
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
