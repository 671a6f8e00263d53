// Matrix products: a block of threads a tile of C, a thread 8 x 8 of its chains.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

constexpr int kFetch = kTile * kTileDepth / kTileThreads;  // elements of a staged tile that a thread brings
constexpr int kTileRow = kTile + 4;                        // of the staged tile: no two threads meet in a bank
static_assert(kTileThreads == kTile && kTileDepth == 8 && kFetch == 8);

// Walks the rows [first, first + kTile) of an operand along K, kTileDepth at a time. kAlongRows: the operand is stored
// [K, rows], else [rows, K].
template <bool kAlongRows>
class TileReader {
 public:
  CAIRN_DEVICE TileReader(const float* src, int64_t ld, int first, int rows) {
    const int thread = Thread();
    if (kAlongRows) {
      at_ = src + first + thread;
      step_ = ld;
      advance_ = kTileDepth * ld;
      inside_ = first + thread < rows ? kFetch : 0;
    } else {
      const int left = rows - first - thread / kTileDepth;
      at_ = src + (first + thread / kTileDepth) * ld + thread % kTileDepth;
      step_ = kTile / kFetch * ld;
      advance_ = kTileDepth;
      inside_ = (left + 7) / 8;
    }
  }

  // The next kTileDepth of K, of which `depth` exist; what does not exist is 0 and not used.
  CAIRN_DEVICE void Fetch(int depth, float* regs) {
    const int mine = kAlongRows ? 0 : Thread() % kTileDepth;
    CAIRN_UNROLL for (int i = 0; i < kFetch; ++i) {
      const bool exists = i < inside_ && (depth >= kTileDepth || (kAlongRows ? i : mine) < depth);
      regs[i] = exists ? at_[i * step_] : 0.0f;
    }
    at_ += advance_;
  }

  // To tile[depth][row].
  CAIRN_DEVICE static void Stage(const float* regs, float* tile) {
    const int thread = Thread();
    CAIRN_UNROLL for (int i = 0; i < kFetch; ++i) {
      const int row = kAlongRows ? thread : thread / kTileDepth + i * 8, depth = kAlongRows ? i : thread % kTileDepth;
      tile[depth * kTileRow + row] = regs[i];
    }
  }

 private:
  const float* at_;
  int64_t step_, advance_;
  int inside_;
};

// A thread's rows and columns of a tile: four from `at` on, and four 32 behind them.
CAIRN_DEVICE int Within(int at, int i) { return (i < 4 ? 0 : 28) + at + i; }
CAIRN_DEVICE void LoadEight(const float* row, int at, float* to) {
  const Float4 low = *reinterpret_cast<const Float4*>(row + at), high = *reinterpret_cast<const Float4*>(row + 32 + at);
  CAIRN_UNROLL for (int i = 0; i < 4; ++i) to[i] = low[i], to[4 + i] = high[i];
}

// Calls body(row i < 8, quarter 0 or 1, address) for the groups of four outputs of a thread that lie inside C.
template <typename Body>
CAIRN_DEVICE void ForQuarters(float* c, int m, int n, int m0, int n0, const Body& body) {
  CAIRN_UNROLL for (int i = 0; i < 8; ++i) {
    CAIRN_UNROLL for (int quarter = 0; quarter < 2; ++quarter) {
      const int row = m0 + Within(Thread() / 8 * 4, i), col = n0 + 32 * quarter + Thread() % 8 * 4;
      if (row < m && col < n) body(i, quarter, c + static_cast<int64_t>(row) * n + col, n - col);
    }
  }
}

// kTransA: A stored [K, M]; kTransB: B stored [N, K]. as, bs: kTileDepth * kTileRow floats of the block, 16 bytes
// aligned.
template <bool kTransA, bool kTransB>
CAIRN_DEVICE void MatMulBlock(const float* a, const float* b, float* c, int m, int n, int k, int first_tile,
                              bool accumulate, float* as, float* bs) {
  const int tile = Block() - first_tile, across = (n + kTile - 1) / kTile;
  const int m0 = tile / across * kTile, n0 = tile % across * kTile;
  const int row_at = Thread() / 8 * 4, col_at = Thread() % 8 * 4;
  const bool whole = n % 4 == 0;  // groups of four outputs are aligned
  float acc[8][8];
  CAIRN_UNROLL for (int i = 0; i < 8; ++i) CAIRN_UNROLL for (int j = 0; j < 8; ++j) acc[i][j] = 0.0f;
  if (accumulate) {
    ForQuarters(c, m, n, m0, n0, [&](int i, int quarter, const float* from, int left) {
      Float4 four{};
      if (whole) four = *reinterpret_cast<const Float4*>(from);
      CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
        if (!whole && j < left) four[j] = from[j];
        acc[i][4 * quarter + j] = four[j];
      }
    });
  }
  TileReader<kTransA> rows(a, kTransA ? m : k, m0, m);
  TileReader<!kTransB> columns(b, kTransB ? k : n, n0, n);
  float a_next[kFetch], b_next[kFetch];
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
      float av[8], bv[8];
      LoadEight(as + depth * kTileRow, row_at, av);
      LoadEight(bs + depth * kTileRow, col_at, bv);
      CAIRN_UNROLL for (int i = 0; i < 8; ++i) {
        CAIRN_UNROLL for (int j = 0; j < 8; ++j) acc[i][j] = Fma(av[i], bv[j], acc[i][j]);
      }
    };
    if (left >= kTileDepth) {
      CAIRN_UNROLL for (int depth = 0; depth < kTileDepth; ++depth) step(depth);
    } else {  // a chain ends where K ends: a product with 0 could turn -0 into +0
      for (int depth = 0; depth < left; ++depth) step(depth);
    }
  }
  ForQuarters(c, m, n, m0, n0, [&](int i, int quarter, float* to, int left) {
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
#define CAIRN_MATMUL(name, trans_a, trans_b)                                                                      \
  CAIRN_KERNEL_FOR(name, MatMulArgs, kTileThreads, 8) {                                                           \
    CAIRN_SHARED Float4 a_tile[kTileDepth * kTileRow / 4];                                                        \
    CAIRN_SHARED Float4 b_tile[kTileDepth * kTileRow / 4];                                                        \
    int i = 0;                                                                                                    \
    while (i + 1 < args.count && args.task[i + 1].first_tile <= Block()) ++i;                                     \
    MatMulBlock<trans_a, trans_b>(args.task[i].a, args.task[i].b, args.task[i].c, args.task[i].m, args.task[i].n, \
                                  args.task[i].k, args.task[i].first_tile, args.task[i].accumulate != 0,          \
                                  reinterpret_cast<float*>(a_tile), reinterpret_cast<float*>(b_tile));            \
  }
CAIRN_MATMUL(MatMulNN, false, false)
CAIRN_MATMUL(MatMulNT, false, true)
CAIRN_MATMUL(MatMulTN, true, false)

}  // namespace cairn::device
