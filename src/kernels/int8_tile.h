// The inner part of Int8Linear: a few rows of x against one panel of W.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/int8.h"

// Before loops over the rows of a tile, whose sums are to stay in registers.
#if defined(__clang__)
#define CAIRN_UNROLL _Pragma("unroll")
#else
#define CAIRN_UNROLL _Pragma("GCC unroll 6")
#endif

namespace cairn::kernels {

constexpr size_t kInt8TileRows = 6;  // 12 sums and 12 results of 16 lanes, of 32 registers

struct Int8Tile {
  size_t rows, cols;  // at most kInt8TileRows (any number for AMX), kInt8Panel
  size_t k;           // padded to a multiple of 4
  size_t blocks;
  size_t x_rows;    // of each block of x, of which these are some
  const int8_t* x;  // [blocks, x_rows, kInt8Block]
  const int32_t* x_sums;
  const float* x_scales;  // both [blocks, x_rows]
  const uint8_t* w;       // as in Int8Matrix
  const float* w_scales;
  float* y;
  size_t ldy;
  bool accumulate;
};

// The lanes of 16 that hold the first of `cols` columns, as a mask of AVX-512.
inline uint16_t FirstLanes(size_t cols) { return static_cast<uint16_t>(cols >= 16 ? 0xFFFFu : (1u << cols) - 1u); }

// The best unit of this processor, where kernels use AVX-512.
Int8Unit BestInt8Unit();
void LimitInt8Unit(Int8Unit most);  // for tests of what runs without a better one

// With the instructions of AVX-512 VNNI, where the processor has them.
bool HasVnni();
void RunInt8TileVnni(const Int8Tile& tile);

// With the tile registers of AMX, where the processor has them and the system lends them; k is a multiple of kAmxStep,
// and x may be read up to a multiple of kAmxRows.
constexpr size_t kAmxRows = 16, kAmxStep = 64;  // of a tile register: rows, bytes of a row
bool HasAmx();
void RunInt8TileAmx(const Int8Tile& tile);

}  // namespace cairn::kernels
