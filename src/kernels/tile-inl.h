// The register tile of matmul; shared by matmul and attention.
#include "kernels/simd-inl.h"

#if defined(CAIRN_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_TILE_INL_H_
#undef CAIRN_KERNELS_TILE_INL_H_
#else
#define CAIRN_KERNELS_TILE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

constexpr size_t RoundUp(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

constexpr size_t kWide = 2 * kLanes;  // columns of a tile
#if HWY_TARGET == HWY_AVX2
constexpr size_t kRowsMax = 6;  // 12 of 16 registers accumulate
#elif HWY_TARGET == HWY_NEON
constexpr size_t kRowsMax = 8;
#else
constexpr size_t kRowsMax = 14;  // 28 of 32 registers accumulate
#endif

// A packed tile of A is [k, kPackedRows], however many rows it has: stores that cross cache lines cost more than the
// room.
constexpr size_t kPackedRows = RoundUp(kRowsMax, kLanes);

// Width of the packed panel that holds cols <= kWide columns.
inline size_t PanelWidth(size_t cols) { return cols > kLanes ? kWide : kLanes; }

// Where a tile reads A: element (row, k) stands at data[row * row_stride + k * k_stride]. One of the strides is 1, so
// that both layouts are read as they are: rows of A, or its transpose (packed tiles are one).
struct TileOperand {
  const float* data;
  size_t row_stride, k_stride;
  static TileOperand Packed(const float* a) { return {a, 1, kPackedRows}; }
  TileOperand From(size_t row, size_t k) const {
    return {data + row * row_stride + k * k_stride, row_stride, k_stride};
  }
};

// What a tile fetches into L2 for the tiles after it: `step` values with each k. Handed on by reference: a copy would
// be read in other widths than it was written, and so wait until all stores of C before it are done.
struct TileFetch {
  const float* data = nullptr;
  size_t step = 0;
};

// C[rows, cols] at c = chain over k of A(row, k) * b[k, ldb]; starts at the present C if load_c. rows <= kRowsMax; cols
// <= the width of the panel b.
void RunTile(size_t rows, size_t cols, size_t k, const TileOperand& a, const float* b, size_t ldb, float* c, size_t ldc,
             bool load_c, const TileFetch& fetch = {});

// Products under a causal mask. C[rows, cols] = chain over i < k + r of a[r, i] * b[i]: row r sees r rows of b more.
void RunTileToTriangle(size_t rows, size_t cols, size_t k, const float* a, size_t lda, const float* b, size_t ldb,
                       float* c, size_t ldc);
// C[rows, cols] continues its chain over i in [r, rows - 1 + k) of a[i, r] * b[i]: row r of C begins r steps late.
void RunTileFromTriangle(size_t rows, size_t cols, size_t k, const float* a, size_t lda, const float* b, size_t ldb,
                         float* c, size_t ldc);

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
