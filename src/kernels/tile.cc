// The register tile of matmul and attention, compiled once for both.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tile.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>

#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// Rows of a tile that take part in fewer steps: after k common steps row r in r more, or before them in rows - 1 - r.
enum class Triangle { kNone, kEnd, kBegin };

constexpr size_t kFetchAhead = 16;  // steps of k, a few hundred cycles

#undef CAIRN_EACH_ROW
#define CAIRN_EACH_ROW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

#undef CAIRN_EACH_STEP
#define CAIRN_EACH_STEP(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

// C[kRows, kVecs * lanes] = chain over k of A(row, k) * b[k, ldb]. Named variables, not arrays, keep C in registers.
// kRowMajor: k_stride is 1; otherwise row_stride is.
template <size_t kRows, size_t kVecs, bool kRowMajor, Triangle kTriangle = Triangle::kNone>
HWY_NOINLINE void Tile(size_t k, const TileOperand& operand, const float* HWY_RESTRICT b, size_t ldb,
                       float* HWY_RESTRICT c, size_t ldc, bool load_c, const TileFetch& fetch) {
  const DF d;
  const size_t row = kRowMajor ? operand.row_stride : 1, next = kRowMajor ? 1 : operand.k_stride;
  // One pointer for three rows: the others are reached by scaled addressing.
  const float *HWY_RESTRICT a0 = operand.data, *HWY_RESTRICT a1 = a0 + 3 * row, *HWY_RESTRICT a2 = a1 + 3 * row,
                            *HWY_RESTRICT a3 = a2 + 3 * row, *HWY_RESTRICT a4 = a3 + 3 * row;
  const size_t next_step = fetch.step;
  const float* next_data = next_step > 0 ? fetch.data : b;
#define CAIRN_DECLARE(i) VF x##i = hn::Zero(d), y##i = hn::Zero(d);
#define CAIRN_LOAD(i)                                                    \
  if constexpr (kRows > i) {                                             \
    x##i = hn::LoadU(d, c + i * ldc);                                    \
    if constexpr (kVecs == 2) y##i = hn::LoadU(d, c + i * ldc + kLanes); \
  }
#define CAIRN_STEP(i)                                                                  \
  if constexpr (kRows > i) {                                                           \
    const float* const from = i < 3 ? a0 : i < 6 ? a1 : i < 9 ? a2 : i < 12 ? a3 : a4; \
    const VF ai = hn::Set(d, from[(i % 3) * row]);                                     \
    x##i = hn::MulAdd(ai, b0, x##i);                                                   \
    if constexpr (kVecs == 2) y##i = hn::MulAdd(ai, b1, y##i);                         \
  }
#define CAIRN_TRIANGLE_ROW(i) \
  if constexpr (kTriangle == Triangle::kEnd ? i > kStep : i <= kStep) CAIRN_STEP(i)
#define CAIRN_TRIANGLE_STEP(s)                                  \
  if constexpr (s + 1 < kRows) {                                \
    constexpr size_t kStep = s;                                 \
    const VF b0 = hn::LoadU(d, b);                              \
    VF b1 = b0;                                                 \
    if constexpr (kVecs == 2) b1 = hn::LoadU(d, b + kLanes);    \
    (void)b1;                                                   \
    CAIRN_EACH_ROW(CAIRN_TRIANGLE_ROW)                          \
    a0 += next, a1 += next, a2 += next, a3 += next, a4 += next; \
    b += ldb;                                                   \
  }
#define CAIRN_STORE(i)                                                   \
  if constexpr (kRows > i) {                                             \
    hn::StoreU(x##i, d, c + i * ldc);                                    \
    if constexpr (kVecs == 2) hn::StoreU(y##i, d, c + i * ldc + kLanes); \
  }
  CAIRN_EACH_ROW(CAIRN_DECLARE)
  if (load_c) {
    CAIRN_EACH_ROW(CAIRN_LOAD)
  }
  if constexpr (kTriangle == Triangle::kBegin) {
    CAIRN_EACH_STEP(CAIRN_TRIANGLE_STEP)
  }
  // A and B push C out of the cache while the chain runs; it is fetched again before the end, so the stores do not
  // wait.
  size_t left = k > kFetchAhead ? kFetchAhead : k;
  for (size_t i = k - left;; i = left, left = 0) {
    for (; i > 0; --i, b += ldb) {
      const VF b0 = hn::LoadU(d, b);
      VF b1 = b0;
      if constexpr (kVecs == 2) b1 = hn::LoadU(d, b + kLanes);
      (void)b1;
      __builtin_prefetch(next_data, 0, 2);
      next_data += next_step;
      CAIRN_EACH_ROW(CAIRN_STEP)
      a0 += next, a1 += next, a2 += next, a3 += next, a4 += next;
    }
    if (left == 0) break;
    for (size_t r = 0; r < kRows; ++r)
      for (size_t v = 0; v < kVecs; ++v) __builtin_prefetch(c + r * ldc + v * kLanes, 1);
  }
  if constexpr (kTriangle == Triangle::kEnd) {
    CAIRN_EACH_STEP(CAIRN_TRIANGLE_STEP)
  }
  CAIRN_EACH_ROW(CAIRN_STORE)
#undef CAIRN_DECLARE
#undef CAIRN_LOAD
#undef CAIRN_STEP
#undef CAIRN_TRIANGLE_ROW
#undef CAIRN_TRIANGLE_STEP
#undef CAIRN_STORE
}

using TileFunction = void (*)(size_t, const TileOperand&, const float*, size_t, float*, size_t, bool, const TileFetch&);

template <size_t kVecs, bool kRowMajor, Triangle kTriangle = Triangle::kNone>
inline TileFunction TileFor(size_t rows) {
#define CAIRN_ENTRY(i) &Tile<(i < kRowsMax ? i + 1 : 1), kVecs, kRowMajor, kTriangle>,
  static constexpr TileFunction kTiles[] = {CAIRN_EACH_ROW(CAIRN_ENTRY)};
#undef CAIRN_ENTRY
  return kTiles[rows - 1];
}

// A narrow edge goes through a full-width copy of C.
inline void RunTile(TileFunction tile, size_t rows, size_t cols, size_t k, const TileOperand& a, const float* b,
                    size_t ldb, float* c, size_t ldc, bool load_c, const TileFetch& fetch) {
  const size_t width = PanelWidth(cols);
  if (cols == width) return tile(k, a, b, ldb, c, ldc, load_c, fetch);
  alignas(64) float edge[kRowsMax * kWide];
  if (load_c) {
    for (size_t r = 0; r < rows; ++r) {
      std::memset(edge + r * width, 0, width * sizeof(float));
      std::memcpy(edge + r * width, c + r * ldc, cols * sizeof(float));
    }
  }
  tile(k, a, b, ldb, edge, width, load_c, fetch);
  for (size_t r = 0; r < rows; ++r) std::memcpy(c + r * ldc, edge + r * width, cols * sizeof(float));
}

void RunTile(size_t rows, size_t cols, size_t k, const TileOperand& a, const float* b, size_t ldb, float* c, size_t ldc,
             bool load_c, const TileFetch& fetch) {
  const bool row_major = a.k_stride == 1 && a.row_stride != 1;
  const TileFunction tile = PanelWidth(cols) == kWide ? (row_major ? TileFor<2, true>(rows) : TileFor<2, false>(rows))
                                                      : (row_major ? TileFor<1, true>(rows) : TileFor<1, false>(rows));
  RunTile(tile, rows, cols, k, a, b, ldb, c, ldc, load_c, fetch);
}

void RunTileToTriangle(size_t rows, size_t cols, size_t k, const float* a, size_t lda, const float* b, size_t ldb,
                       float* c, size_t ldc) {
  const TileFunction tile =
      PanelWidth(cols) == kWide ? TileFor<2, true, Triangle::kEnd>(rows) : TileFor<1, true, Triangle::kEnd>(rows);
  RunTile(tile, rows, cols, k, {a, lda, 1}, b, ldb, c, ldc, false, {});
}

void RunTileFromTriangle(size_t rows, size_t cols, size_t k, const float* a, size_t lda, const float* b, size_t ldb,
                         float* c, size_t ldc) {
  const TileFunction tile =
      PanelWidth(cols) == kWide ? TileFor<2, false, Triangle::kBegin>(rows) : TileFor<1, false, Triangle::kBegin>(rows);
  RunTile(tile, rows, cols, k, {a, 1, lda}, b, ldb, c, ldc, true, {});
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
