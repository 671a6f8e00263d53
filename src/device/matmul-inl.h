// Matrix products: a block of threads a tile of C, a thread 8 x 8 of its chains.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// Stages A(first.., k0..) as tile[k][row], rows beyond `rows` left as they are. kTrans: A is stored [K, M].
template <bool kTrans>
CAIRN_DEVICE void FetchTile(const float* src, int ld, int first, int rows, int k0, int k, float* regs) {
  const int thread = Thread();
  CAIRN_UNROLL for (int i = 0; i < kTile * kTileDepth / kTileThreads; ++i) {
    const int e = thread + i * kTileThreads;
    const int row = kTrans ? e % kTile : e / kTileDepth, depth = kTrans ? e / kTile : e % kTileDepth;
    const bool inside = first + row < rows && k0 + depth < k;
    const int64_t at = kTrans ? static_cast<int64_t>(k0 + depth) * ld + first + row
                              : static_cast<int64_t>(first + row) * ld + k0 + depth;
    regs[i] = inside ? src[at] : 0.0f;
  }
}

template <bool kTrans>
CAIRN_DEVICE void StageTile(const float* regs, float* tile) {
  const int thread = Thread();
  CAIRN_UNROLL for (int i = 0; i < kTile * kTileDepth / kTileThreads; ++i) {
    const int e = thread + i * kTileThreads;
    const int row = kTrans ? e % kTile : e / kTileDepth, depth = kTrans ? e / kTile : e % kTileDepth;
    tile[depth * (kTile + 4) + row] = regs[i];
  }
}

CAIRN_DEVICE void LoadEight(const float* row, int at, float* to) {
  const Float4 low = *reinterpret_cast<const Float4*>(row + at), high = *reinterpret_cast<const Float4*>(row + 32 + at);
  for (int i = 0; i < 4; ++i) to[i] = low[i], to[4 + i] = high[i];
}

// Row or column i < 8 of a thread's outputs within the tile; `at` is 4 times its place among eight threads.
CAIRN_DEVICE int Within(int at, int i) { return (i < 4 ? 0 : 28) + at + i; }

// kTransA: A stored [K, M]; kTransB: B stored [N, K]. A thread holds 8 x 8 outputs.
template <bool kTransA, bool kTransB>
CAIRN_DEVICE void MatMulBlock(const float* a, const float* b, float* c, int m, int n, int k, int lda, int ldb, int ldc,
                              int first_tile, bool accumulate) {
  CAIRN_SHARED Float4 a_tile[kTileDepth * (kTile + 4) / 4];
  CAIRN_SHARED Float4 b_tile[kTileDepth * (kTile + 4) / 4];
  float *as = reinterpret_cast<float*>(a_tile), *bs = reinterpret_cast<float*>(b_tile);
  constexpr int kFetch = kTile * kTileDepth / kTileThreads;
  const int tile = Block() - first_tile, across = (n + kTile - 1) / kTile;
  const int m0 = tile / across * kTile, n0 = tile % across * kTile;
  const int row_at = Thread() / 8 * 4, col_at = Thread() % 8 * 4;
  float acc[8][8];
  CAIRN_UNROLL for (int i = 0; i < 8; ++i) {
    CAIRN_UNROLL for (int j = 0; j < 8; ++j) {
      const int row = m0 + Within(row_at, i), col = n0 + Within(col_at, j);
      acc[i][j] = accumulate && row < m && col < n ? c[static_cast<int64_t>(row) * ldc + col] : 0.0f;
    }
  }
  float a_next[kFetch], b_next[kFetch];
  FetchTile<kTransA>(a, lda, m0, m, 0, k, a_next);
  FetchTile<!kTransB>(b, ldb, n0, n, 0, k, b_next);
  for (int k0 = 0; k0 < k; k0 += kTileDepth) {
    Barrier();
    StageTile<kTransA>(a_next, as);
    StageTile<!kTransB>(b_next, bs);
    Barrier();
    if (k0 + kTileDepth < k) {
      FetchTile<kTransA>(a, lda, m0, m, k0 + kTileDepth, k, a_next);
      FetchTile<!kTransB>(b, ldb, n0, n, k0 + kTileDepth, k, b_next);
    }
    auto step = [&](int depth) {
      float av[8], bv[8];
      LoadEight(as + depth * (kTile + 4), row_at, av);
      LoadEight(bs + depth * (kTile + 4), col_at, bv);
      CAIRN_UNROLL for (int i = 0; i < 8; ++i) CAIRN_UNROLL for (int j = 0; j < 8; ++j) acc[i][j] =
          Fma(av[i], bv[j], acc[i][j]);
    };
    if (k0 + kTileDepth <= k) {
      CAIRN_UNROLL for (int depth = 0; depth < kTileDepth; ++depth) step(depth);
    } else {  // a chain ends where K ends: a product with 0 could turn -0 into +0
      for (int depth = 0; depth < k - k0; ++depth) step(depth);
    }
  }
  CAIRN_UNROLL for (int i = 0; i < 8; ++i) {
    CAIRN_UNROLL for (int j = 0; j < 8; ++j) {
      const int row = m0 + Within(row_at, i), col = n0 + Within(col_at, j);
      if (row < m && col < n) c[static_cast<int64_t>(row) * ldc + col] = acc[i][j];
    }
  }
}

// The task is read member by member: a pointer into the arguments would have them copied for every thread.
#define CAIRN_MATMUL(name, trans_a, trans_b)                                                                      \
  CAIRN_KERNEL(name, MatMulArgs) {                                                                                \
    int i = 0;                                                                                                    \
    while (i + 1 < args.count && args.task[i + 1].first_tile <= Block()) ++i;                                     \
    MatMulBlock<trans_a, trans_b>(args.task[i].a, args.task[i].b, args.task[i].c, args.task[i].m, args.task[i].n, \
                                  args.task[i].k, args.task[i].lda, args.task[i].ldb, args.task[i].ldc,           \
                                  args.task[i].first_tile, args.task[i].accumulate != 0);                         \
  }
CAIRN_MATMUL(MatMulNN, false, false)
CAIRN_MATMUL(MatMulNT, false, true)
CAIRN_MATMUL(MatMulTN, true, false)

}  // namespace cairn::device
