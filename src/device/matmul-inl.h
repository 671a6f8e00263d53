// Matrix products: a block of threads a tile of C, a thread 8 x 8 or 16 x 8 of its chains: the greater its part, the
// less comes from shared memory for each product, which is what limits.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// Floats from one depth of a staged tile to the next: no two threads meet in a bank.
constexpr int Stride(int rows) { return rows + 4; }
static_assert(kTileThreads == 64 && kTileDepth == 8);

// Walks the rows [first, first + kRows) of an operand along K, kTileDepth at a time. kAlongRows: the operand is stored
// [K, rows], else [rows, K]. A thread brings kFetch elements each time.
template <bool kAlongRows, int kRows>
class TileReader {
 public:
  static constexpr int kFetch = kRows * kTileDepth / kTileThreads;

  CAIRN_DEVICE TileReader(const float* src, int64_t ld, int first, int rows) {
    const int thread = Thread();
    if (kAlongRows) {
      at_ = src + first + thread;
      step_ = ld;
      advance_ = kTileDepth * ld;
      inside_ = rows - first - thread;
    } else {
      at_ = src + (first + thread / kTileDepth) * ld + thread % kTileDepth;
      step_ = 8 * ld;
      advance_ = kTileDepth;
      inside_ = rows - first - thread / kTileDepth;
    }
  }

  // The next kTileDepth of K, of which `depth` exist; what does not exist is 0 and not used.
  CAIRN_DEVICE void Fetch(int depth, float* regs) {
    CAIRN_UNROLL for (int i = 0; i < kFetch; ++i) {
      const bool exists = RowOf(i) - RowOf(0) < inside_ && (depth >= kTileDepth || DepthOf(i) < depth);
      regs[i] = exists ? at_[kAlongRows ? i % 8 * step_ + i / 8 * kTileThreads : i * step_] : 0.0f;
    }
    at_ += advance_;
  }

  // To tile[depth][row].
  CAIRN_DEVICE static void Stage(const float* regs, float* tile) {
    CAIRN_UNROLL for (int i = 0; i < kFetch; ++i) tile[DepthOf(i) * Stride(kRows) + RowOf(i)] = regs[i];
  }

 private:
  CAIRN_DEVICE static int RowOf(int i) {
    return kAlongRows ? Thread() + i / 8 * kTileThreads : Thread() / kTileDepth + i * 8;
  }
  CAIRN_DEVICE static int DepthOf(int i) { return kAlongRows ? i % 8 : Thread() % kTileDepth; }

  const float* at_;
  int64_t step_, advance_;
  int inside_;  // rows from the thread's first one on
};

// A thread's rows or columns of a tile: four from `at` on, and further fours each 32 behind the last.
CAIRN_DEVICE int Within(int at, int i) { return at + i / 4 * 32 + i % 4; }
template <int n>
CAIRN_DEVICE void LoadFours(const float* row, int at, float* to) {
  CAIRN_UNROLL for (int four = 0; four < n / 4; ++four) {
    const Float4 part = *reinterpret_cast<const Float4*>(row + at + four * 32);
    CAIRN_UNROLL for (int i = 0; i < 4; ++i) to[4 * four + i] = part[i];
  }
}

// Calls body(row i < kRows / 8, quarter 0 or 1, address) for the groups of four outputs of a thread that lie inside C.
template <int kRows, typename Body>
CAIRN_DEVICE void ForQuarters(float* c, int m, int n, int m0, int n0, const Body& body) {
  CAIRN_UNROLL for (int i = 0; i < kRows / 8; ++i) {
    CAIRN_UNROLL for (int quarter = 0; quarter < 2; ++quarter) {
      const int row = m0 + Within(Thread() / 8 * 4, i), col = n0 + 32 * quarter + Thread() % 8 * 4;
      if (row < m && col < n) body(i, quarter, c + static_cast<int64_t>(row) * n + col, n - col);
    }
  }
}

// kTransA: A stored [K, M]; kTransB: B stored [N, K]. as, bs: kTileDepth * Stride(kRows) floats of the block, and of
// kTile for bs, 16 bytes aligned.
template <bool kTransA, bool kTransB, int kRows>
CAIRN_DEVICE void MatMulBlock(const float* a, const float* b, float* c, int m, int n, int k, int first_tile,
                              bool accumulate, float* as, float* bs) {
  const int tile = Block() - first_tile, across = (n + kTile - 1) / kTile;
  const int m0 = tile / across * kRows, n0 = tile % across * kTile;
  const int row_at = Thread() / 8 * 4, col_at = Thread() % 8 * 4;
  const bool whole = n % 4 == 0;  // groups of four outputs are aligned
  constexpr int kMine = kRows / 8;
  float acc[kMine][8];
  CAIRN_UNROLL for (int i = 0; i < kMine; ++i) CAIRN_UNROLL for (int j = 0; j < 8; ++j) acc[i][j] = 0.0f;
  if (accumulate) {
    ForQuarters<kRows>(c, m, n, m0, n0, [&](int i, int quarter, const float* from, int left) {
      Float4 four{};
      if (whole) four = *reinterpret_cast<const Float4*>(from);
      CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
        if (!whole && j < left) four[j] = from[j];
        acc[i][4 * quarter + j] = four[j];
      }
    });
  }
  TileReader<kTransA, kRows> rows(a, kTransA ? m : k, m0, m);
  TileReader<!kTransB, kTile> columns(b, kTransB ? k : n, n0, n);
  float a_next[decltype(rows)::kFetch], b_next[decltype(columns)::kFetch];
  rows.Fetch(k, a_next);
  columns.Fetch(k, b_next);
  for (int left = k; left > 0; left -= kTileDepth) {
    Barrier();
    rows.Stage(a_next, as);
    columns.Stage(b_next, bs);
    Barrier();
    if (left > kTileDepth) {
      rows.Fetch(left - kTileDepth, a_next);
      columns.Fetch(left - kTileDepth, b_next);
    }
    auto step = [&](int depth) {
      float av[kMine], bv[8];
      LoadFours<kMine>(as + depth * Stride(kRows), row_at, av);
      LoadFours<8>(bs + depth * Stride(kTile), col_at, bv);
      CAIRN_UNROLL for (int i = 0; i < kMine; ++i) {
        CAIRN_UNROLL for (int j = 0; j < 8; ++j) acc[i][j] = Fma(av[i], bv[j], acc[i][j]);
      }
    };
    if (left >= kTileDepth) {
      CAIRN_UNROLL for (int depth = 0; depth < kTileDepth; ++depth) step(depth);
    } else {  // a chain ends where K ends: a product with 0 could turn -0 into +0
      for (int depth = 0; depth < left; ++depth) step(depth);
    }
  }
  ForQuarters<kRows>(c, m, n, m0, n0, [&](int i, int quarter, float* to, int left) {
    const float* from = acc[i] + 4 * quarter;
    if (whole) {
      *reinterpret_cast<Float4*>(to) = Float4{from[0], from[1], from[2], from[3]};
    } else {
      CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
        if (j < left) to[j] = from[j];
      }
    }
  });
}

// The task is read member by member: a pointer into the arguments would have them copied for every thread.
#define CAIRN_MATMUL(name, trans_a, trans_b, rows)                                                      \
  CAIRN_KERNEL_FOR(name, MatMulArgs, kTileThreads, 512 / rows) {                                        \
    CAIRN_SHARED Float4 a_tile[kTileDepth * Stride(rows) / 4];                                          \
    CAIRN_SHARED Float4 b_tile[kTileDepth * Stride(kTile) / 4];                                         \
    int i = 0;                                                                                          \
    while (i + 1 < args.count && args.task[i + 1].first_tile <= Block()) ++i;                           \
    MatMulBlock<trans_a, trans_b, rows>(args.task[i].a, args.task[i].b, args.task[i].c, args.task[i].m, \
                                        args.task[i].n, args.task[i].k, args.task[i].first_tile,        \
                                        args.task[i].accumulate != 0, reinterpret_cast<float*>(a_tile), \
                                        reinterpret_cast<float*>(b_tile));                              \
  }
CAIRN_MATMUL(MatMulNN, false, false, kTallTile)
CAIRN_MATMUL(MatMulNT, false, true, kTallTile)
CAIRN_MATMUL(MatMulTN, true, false, kTile)

}  // namespace cairn::device
