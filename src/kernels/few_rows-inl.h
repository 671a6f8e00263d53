// Products with few rows (decoding, adapters): B is read once, where it lies, because a copy would cost more than the
// product.
#include "kernels/pack-inl.h"

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

// Beyond these a packed copy of B pays: of B as it is, and of its transpose.
constexpr size_t kFewRows = HWY_TARGET == HWY_AVX2 ? 6 : 7;
constexpr size_t kFewRowsTransposed = HWY_TARGET == HWY_AVX2 ? 6 : 16;

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

// Full strips first, then vector by vector.
template <size_t kRows>
void FewRowsRange(const MatMulArgs& g, size_t n0, size_t n1) {
  constexpr size_t kWidth = VectorsFor(kRows) * kLanes;
  for (; n0 + kWidth <= n1; n0 += kWidth) FewRowsStrip<kRows, VectorsFor(kRows), true>(g, n0, kWidth);
  for (; n0 + kLanes <= n1; n0 += kLanes) FewRowsStrip<kRows, 1, true>(g, n0, kLanes);
  if (n0 < n1) FewRowsStrip<kRows, 1, false>(g, n0, n1 - n0);
}

template <size_t... kRow>
constexpr std::array<FewRowsFunction, sizeof...(kRow)> FewRowsTable(std::index_sequence<kRow...>) {
  return {&FewRowsRange<kRow + 1>...};
}
template <WeightType kType, size_t... kRow>
constexpr std::array<FewRowsFunction, sizeof...(kRow)> FewRowsTransposedTable(std::index_sequence<kRow...>) {
  return {&FewRowsTransposed<kType, kRow + 1>...};
}

// Whether MultiplyFewRows takes the product.
inline bool HasFewRows(const MatMulArgs& g) {
  if (!g.s.trans_b) return g.b.type == WeightType::kF32 && g.s.m <= kFewRows;
  return !IsBlocked(g.b.type) && g.s.m <= kFewRowsTransposed;
}

// REQUIRES HasFewRows.
inline FewRowsFunction FewRowsFunctionOf(const MatMulArgs& g) {
  constexpr auto kRows = std::make_index_sequence<kFewRows>();
  constexpr auto kRowsTransposed = std::make_index_sequence<kFewRowsTransposed>();
  static constexpr auto kStrips = FewRowsTable(kRows);
  static constexpr auto kF32 = FewRowsTransposedTable<WeightType::kF32>(kRowsTransposed);
  static constexpr auto kBf16 = FewRowsTransposedTable<WeightType::kBf16>(kRowsTransposed);
  static constexpr auto kF16 = FewRowsTransposedTable<WeightType::kF16>(kRowsTransposed);
  const size_t i = g.s.m - 1;
  if (!g.s.trans_b) return kStrips[i];
  if (g.b.type == WeightType::kBf16) return kBf16[i];
  return g.b.type == WeightType::kF16 ? kF16[i] : kF32[i];
}

inline void MultiplyFewRows(ThreadPool& pool, const MatMulArgs& g) {
  const size_t wide = g.s.trans_b ? kLanes : 8 * kLanes, strips = (g.s.n + wide - 1) / wide;
  const FewRowsFunction run = FewRowsFunctionOf(g);
  // A as [K, M]: its rows may lie a power of two apart and push each other out of the cache.
  MatMulArgs packed = g;
  if (g.s.m > 1 || g.s.trans_a) {
    float* a = Scratch(ScratchSlot::kShared, g.s.m * g.s.k);
    PackOperand(g.a, g.s.lda, g.s.trans_a, g.s.m, g.s.k, a);
    packed.a = a;
  }
  pool.RunRanges(strips, std::max<size_t>(1, kSerialWork / (g.s.m * g.s.k * wide)), [&](size_t begin, size_t end) {
    const size_t n1 = std::min(g.s.n, end * wide);
    if (!g.s.trans_b) return run(packed, begin * wide, n1);
    for (size_t n = begin * wide; n < n1; n += wide) run(packed, n, std::min(wide, n1 - n));
  });
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
