// The register tile of matmul and the packing it reads; shared by matmul and attention.
#include "kernels/simd-inl.h"

#if defined(CAIRN_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_KERNELS_TILE_INL_H_
#undef CAIRN_KERNELS_TILE_INL_H_
#else
#define CAIRN_KERNELS_TILE_INL_H_
#endif

#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// dst[i, 0..3] = src[0..3, i] for i = 0..3.
HWY_INLINE void Transpose4x4(const float* HWY_RESTRICT src, size_t ld, float* HWY_RESTRICT dst, size_t dst_ld) {
  const hn::FixedTag<float, 4> f;
  const hn::FixedTag<uint64_t, 2> u;
  const auto r0 = hn::LoadU(f, src), r1 = hn::LoadU(f, src + ld);
  const auto r2 = hn::LoadU(f, src + 2 * ld), r3 = hn::LoadU(f, src + 3 * ld);
  const auto a = hn::BitCast(u, hn::InterleaveLower(f, r0, r1)), b = hn::BitCast(u, hn::InterleaveLower(f, r2, r3));
  const auto c = hn::BitCast(u, hn::InterleaveUpper(f, r0, r1)), e = hn::BitCast(u, hn::InterleaveUpper(f, r2, r3));
  hn::StoreU(hn::BitCast(f, hn::InterleaveLower(u, a, b)), f, dst);
  hn::StoreU(hn::BitCast(f, hn::InterleaveUpper(u, a, b)), f, dst + dst_ld);
  hn::StoreU(hn::BitCast(f, hn::InterleaveLower(u, c, e)), f, dst + 2 * dst_ld);
  hn::StoreU(hn::BitCast(f, hn::InterleaveUpper(u, c, e)), f, dst + 3 * dst_ld);
}

constexpr size_t kWide = 2 * kLanes;  // columns of a tile
#if HWY_TARGET == HWY_AVX2
constexpr size_t kRowsMax = 6;  // 12 of 16 registers accumulate
#elif HWY_TARGET == HWY_NEON
constexpr size_t kRowsMax = 8;
#else
constexpr size_t kRowsMax = 14;  // 28 of 32 registers accumulate
#endif

#undef CAIRN_EACH_ROW
#define CAIRN_EACH_ROW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

// C[kRows, kVecs * lanes] = chain over k of a[k, kRows] * b[k, ldb]. Named variables, not arrays, keep C in registers.
template <size_t kRows, size_t kVecs>
HWY_NOINLINE void Tile(size_t k, const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, size_t ldb,
                       float* HWY_RESTRICT c, size_t ldc, bool load_c) {
  const DF d;
#define CAIRN_DECLARE(i) VF x##i = hn::Zero(d), y##i = hn::Zero(d);
#define CAIRN_LOAD(i)                                                    \
  if constexpr (kRows > i) {                                             \
    x##i = hn::LoadU(d, c + i * ldc);                                    \
    if constexpr (kVecs == 2) y##i = hn::LoadU(d, c + i * ldc + kLanes); \
  }
#define CAIRN_STEP(i)                                          \
  if constexpr (kRows > i) {                                   \
    const VF ai = hn::Set(d, a[i]);                            \
    x##i = hn::MulAdd(ai, b0, x##i);                           \
    if constexpr (kVecs == 2) y##i = hn::MulAdd(ai, b1, y##i); \
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
  for (size_t i = 0; i < k; ++i, a += kRows, b += ldb) {
    const VF b0 = hn::LoadU(d, b);
    VF b1 = b0;
    if constexpr (kVecs == 2) b1 = hn::LoadU(d, b + kLanes);
    (void)b1;
    CAIRN_EACH_ROW(CAIRN_STEP)
  }
  CAIRN_EACH_ROW(CAIRN_STORE)
#undef CAIRN_DECLARE
#undef CAIRN_LOAD
#undef CAIRN_STEP
#undef CAIRN_STORE
}

using TileFunction = void (*)(size_t, const float*, const float*, size_t, float*, size_t, bool);

template <size_t kVecs>
inline TileFunction TileFor(size_t rows) {
#define CAIRN_ENTRY(i) &Tile<(i < kRowsMax ? i + 1 : 1), kVecs>,
  static constexpr TileFunction kTiles[] = {CAIRN_EACH_ROW(CAIRN_ENTRY)};
#undef CAIRN_ENTRY
  return kTiles[rows - 1];
}

// A tile of rows x cols at c; cols <= width of the panel b. A narrow edge goes through a full-width copy of C.
inline void RunTile(size_t rows, size_t cols, size_t k, const float* a, const float* b, size_t ldb, float* c,
                    size_t ldc, bool load_c) {
  const size_t width = cols > kLanes ? kWide : kLanes;
  const TileFunction tile = width == kWide ? TileFor<2>(rows) : TileFor<1>(rows);
  if (cols == width) return tile(k, a, b, ldb, c, ldc, load_c);
  alignas(64) float edge[kRowsMax * kWide];
  if (load_c) {
    for (size_t r = 0; r < rows; ++r) {
      std::memset(edge + r * width, 0, width * sizeof(float));
      std::memcpy(edge + r * width, c + r * ldc, cols * sizeof(float));
    }
  }
  tile(k, a, b, ldb, edge, width, load_c);
  for (size_t r = 0; r < rows; ++r) std::memcpy(c + r * ldc, edge + r * width, cols * sizeof(float));
}

// dst[k, width] from src[count, ld] transposed; columns count..width are zero.
inline void PackTransposed(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                           float* HWY_RESTRICT dst) {
  size_t j = 0;
  for (; j + 4 <= count; j += 4) {
    const float* r = src + j * ld;
    size_t i = 0;
    for (; i + 4 <= k; i += 4) Transpose4x4(r + i, ld, dst + i * width + j, width);
    for (; i < k; ++i)
      for (size_t l = 0; l < 4; ++l) dst[i * width + j + l] = r[l * ld + i];
  }
  for (; j < count; ++j)
    for (size_t i = 0; i < k; ++i) dst[i * width + j] = src[j * ld + i];
  for (; j < width; ++j)
    for (size_t i = 0; i < k; ++i) dst[i * width + j] = 0.0f;
}

// dst[k, width] from src[k, ld], columns count..width zero.
inline void PackRows(const float* HWY_RESTRICT src, size_t ld, size_t count, size_t width, size_t k,
                     float* HWY_RESTRICT dst) {
  const DF d;
  size_t i = 0;
  if (count == width && count % kLanes != 0) {
    // Whole vectors, whose surplus the next row overwrites, while both sides stay inside their arrays.
    const size_t padded = (count + kLanes - 1) / kLanes * kLanes;
    for (; padded <= ld + count && i + 1 < k && i * width + padded <= k * width; ++i)
      for (size_t j = 0; j < count; j += kLanes) hn::StoreU(hn::LoadU(d, src + i * ld + j), d, dst + i * width + j);
  }
  for (; i < k; ++i) {
    const float* row = src + i * ld;
    float* to = dst + i * width;
    size_t j = 0;
    for (; j + kLanes <= count; j += kLanes) hn::StoreU(hn::LoadU(d, row + j), d, to + j);
    for (; j < count; ++j) to[j] = row[j];
    for (; j < width; ++j) to[j] = 0.0f;
  }
}

// Width of the packed panel that holds cols <= kWide columns.
inline size_t PanelWidth(size_t cols) { return cols > kLanes ? kWide : kLanes; }

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();
#endif  // include guard
