// Matrix products: a block of threads a tile of C, a thread 8 x 8 or 12 x 8 of its chains: the greater its part, the
// less comes from shared memory for each product.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// Floats from one depth of a staged tile to the next: no two threads meet in a bank.
constexpr int Stride(int rows) { return rows + 4; }
static_assert(kTileDepth == 8);

// Walks the rows [first, first + kRows) of an operand along K, kTileDepth at a time. kAlongRows: the operand is stored
// [K, rows], else [rows, K]. A thread brings kFours groups of four neighbours each time. kWhole: groups are aligned,
// and inside or outside as a whole.
template <bool kAlongRows, int kRows, int kThreads, bool kWhole>
class TileReader {
 public:
  static constexpr int kFours = kRows * kTileDepth / 4 / kThreads;

  CAIRN_DEVICE TileReader(const float* src, int ld, int first, int rows)
      : at_(src + (kAlongRows ? static_cast<int64_t>(Depth()) * ld + first + Row()
                              : static_cast<int64_t>(first + Row()) * ld + Depth())),
        ld_(ld),
        inside_(rows - first - Row()) {}

  // The next kTileDepth of K, of which `depth` exist; what does not exist is left as it is and not used.
  CAIRN_DEVICE void Fetch(int depth, Float4* fours) {
    CAIRN_UNROLL for (int i = 0; i < kFours; ++i) {
      const float* from = at_ + (kAlongRows ? i * kApart : static_cast<int64_t>(i * kApart) * ld_);
      const int rows = inside_ - i * kApart, depths = depth - Depth();
      if (kWhole) {
        if (rows > 0 && depths > 0) fours[i] = *reinterpret_cast<const Float4*>(from);
      } else {
        CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
          if (rows > (kAlongRows ? j : 0) && depths > (kAlongRows ? 0 : j)) fours[i][j] = from[j];
        }
      }
    }
    at_ += kAlongRows ? static_cast<int64_t>(kTileDepth) * ld_ : kTileDepth;
  }

  // To tile[depth][row].
  CAIRN_DEVICE static void Stage(const Float4* fours, float* tile) {
    float* to = tile + Depth() * Stride(kRows) + Row();
    CAIRN_UNROLL for (int i = 0; i < kFours; ++i) {
      if (kAlongRows) *reinterpret_cast<Float4*>(to + i * kApart) = fours[i];
      CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
        if (!kAlongRows) to[j * Stride(kRows) + i * kApart] = fours[i][j];
      }
    }
  }

 private:
  // Threads next to each other in memory, and rows from one group of a thread to its next.
  static constexpr int kAcross = kAlongRows ? kThreads / kTileDepth : kTileDepth / 4;
  static constexpr int kApart = kAlongRows ? kAcross * 4 : kThreads / kAcross;
  // Where the thread's first group begins.
  CAIRN_DEVICE static int Row() { return kAlongRows ? Thread() % kAcross * 4 : Thread() / kAcross; }
  CAIRN_DEVICE static int Depth() { return kAlongRows ? Thread() / kAcross : Thread() % kAcross * 4; }

  const float* at_;
  int ld_, inside_;  // rows from the thread's first one on
};

// A block's tile of C: its warps one below the other, its threads with fours of rows and of columns. Neighbouring
// threads share columns, those two apart rows: then shared memory serves 16 threads at once instead of 8.
template <TileSize kSize>
struct Tile {
  static constexpr int kRows = kSize.rows, kColumns = kSize.columns, kThreads = kSize.threads;
  static constexpr int kWarpRows = kRows / (kThreads / 32);
  static constexpr int kRowFours = kWarpRows / 16, kColumnFours = kColumns / 32;  // of a thread
  static constexpr int kMyRows = 4 * kRowFours, kMyColumns = 4 * kColumnFours;
  static constexpr int kStage = kTileDepth * (Stride(kRows) + Stride(kColumns));  // floats

  CAIRN_DEVICE static int WarpRow() { return Thread() / 32 * kWarpRows; }
  CAIRN_DEVICE static int Row(int four) { return WarpRow() + Thread() / 16 % 2 * 8 + Thread() % 2 * 4 + four * 16; }
  CAIRN_DEVICE static int Column(int four) { return Thread() / 2 % 8 * 4 + four * 32; }

  // Calls body(row i of the thread's, group of four columns, address, columns left) for what lies inside C.
  template <typename Body>
  CAIRN_DEVICE static void ForFours(float* c, int m, int n, int m0, int n0, const Body& body) {
    CAIRN_UNROLL for (int i = 0; i < kMyRows; ++i) {
      CAIRN_UNROLL for (int four = 0; four < kColumnFours; ++four) {
        const int row = m0 + Row(i / 4) + i % 4, col = n0 + Column(four);
        if (row < m && col < n) body(i, four, c + static_cast<int64_t>(row) * n + col, n - col);
      }
    }
  }
};
CAIRN_DEVICE void LoadFour(const float* from, float* to) {
  const Float4 four = *reinterpret_cast<const Float4*>(from);
  CAIRN_UNROLL for (int i = 0; i < 4; ++i) to[i] = four[i];
}

// kTransA: A stored [K, M]; kTransB: B stored [N, K]. shared: 2 * kStage floats of the block, 16 bytes aligned: while
// one half is read, the other is filled.
template <bool kTransA, bool kTransB, bool kWhole, typename Shape>
CAIRN_DEVICE void MatMulBlock(const float* a, const float* b, float* c, int m, int n, int k, int tile, bool accumulate,
                              float* shared) {
  const int across = (n + Shape::kColumns - 1) / Shape::kColumns;
  const int m0 = tile / across * Shape::kRows, n0 = tile % across * Shape::kColumns;
  float acc[Shape::kMyRows][Shape::kMyColumns];
  CAIRN_UNROLL for (int i = 0; i < Shape::kMyRows; ++i) {
    CAIRN_UNROLL for (int j = 0; j < Shape::kMyColumns; ++j) acc[i][j] = 0.0f;
  }
  if (accumulate) {
    Shape::ForFours(c, m, n, m0, n0, [&](int i, int four, const float* from, int left) {
      CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
        if (!kWhole && j < left) acc[i][4 * four + j] = from[j];
      }
      if (kWhole) LoadFour(from, acc[i] + 4 * four);
    });
  }
  TileReader<kTransA, Shape::kRows, Shape::kThreads, kWhole> rows(a, kTransA ? m : k, m0, m);
  TileReader<!kTransB, Shape::kColumns, Shape::kThreads, kWhole> columns(b, kTransB ? k : n, n0, n);
  Float4 a_next[decltype(rows)::kFours] = {}, b_next[decltype(columns)::kFours] = {};
  float *as = shared, *bs = shared + kTileDepth * Stride(Shape::kRows);
  int half = 0;
  auto fetch = [&](int depth) {
    rows.Fetch(depth, a_next);
    columns.Fetch(depth, b_next);
  };
  auto stage = [&] {
    rows.Stage(a_next, as + half);
    columns.Stage(b_next, bs + half);
    Barrier();  // one for each stage: what it fills was last read before the barrier ahead of it
  };
  auto step = [&](int depth) {  // rows by fours, as registers are few
    float bv[Shape::kMyColumns];
    CAIRN_UNROLL for (int j = 0; j < Shape::kMyColumns; j += 4)
        LoadFour(bs + half + depth * Stride(Shape::kColumns) + Shape::Column(j / 4), bv + j);
    CAIRN_UNROLL for (int i = 0; i < Shape::kMyRows; i += 4) {
      float av[4];
      LoadFour(as + half + depth * Stride(Shape::kRows) + Shape::Row(i / 4), av);
      CAIRN_UNROLL for (int r = 0; r < 4; ++r) {
        CAIRN_UNROLL for (int j = 0; j < Shape::kMyColumns; ++j) acc[i + r][j] = Fma(av[r], bv[j], acc[i + r][j]);
      }
    }
  };
  fetch(k);
  stage();
  int left = k;
  for (; left >= kTileDepth; left -= kTileDepth) {
    fetch(left - kTileDepth);  // in no branch: loads of one are not moved ahead of the products
    CAIRN_UNROLL for (int depth = 0; depth < kTileDepth; ++depth) step(depth);
    half = Shape::kStage - half;
    stage();
  }
  // A chain ends where K ends: a product with 0 could turn -0 into +0.
  for (int depth = 0; depth < left; ++depth) step(depth);
  Shape::ForFours(c, m, n, m0, n0, [&](int i, int four, float* to, int left_of_n) {
    const float* from = acc[i] + 4 * four;
    if (kWhole) *reinterpret_cast<Float4*>(to) = Float4{from[0], from[1], from[2], from[3]};
    CAIRN_UNROLL for (int j = 0; j < 4; ++j) {
      if (!kWhole && j < left_of_n) to[j] = from[j];
    }
  });
}

CAIRN_DEVICE bool Aligned(const float* x, int ld) { return reinterpret_cast<uintptr_t>(x) % 16 == 0 && ld % 4 == 0; }

template <bool kTransA, bool kTransB, typename Shape>
CAIRN_DEVICE void MatMulTile(const float* a, const float* b, float* c, int m, int n, int k, int tile, bool accumulate,
                             float* shared) {
  if (Aligned(a, kTransA ? m : k) && Aligned(b, kTransB ? k : n) && Aligned(c, n)) {
    MatMulBlock<kTransA, kTransB, true, Shape>(a, b, c, m, n, k, tile, accumulate, shared);
  } else {
    MatMulBlock<kTransA, kTransB, false, Shape>(a, b, c, m, n, k, tile, accumulate, shared);
  }
}

// The task is read member by member: a pointer into the arguments would have them copied for every thread.
#define CAIRN_MATMUL_TASK(trans_a, trans_b, size)                                                             \
  MatMulTile<trans_a, trans_b, Tile<size>>(args.task[i].a, args.task[i].b, args.task[i].c, args.task[i].m,    \
                                           args.task[i].n, args.task[i].k, Block() - args.task[i].first_tile, \
                                           args.task[i].accumulate != 0, reinterpret_cast<float*>(shared))
#define CAIRN_MATMUL(name, size, blocks, body)                                \
  CAIRN_KERNEL_FOR(name, MatMulArgs, size.threads, blocks) {                  \
    CAIRN_SHARED Float4 shared[2 * Tile<size>::kStage / 4];                   \
    int i = 0;                                                                \
    while (i + 1 < args.count && args.task[i + 1].first_tile <= Block()) ++i; \
    body;                                                                     \
  }
static_assert(kWideTile.threads == kTallTile.threads && Tile<kWideTile>::kStage == Tile<kTallTile>::kStage);
CAIRN_MATMUL(MatMulNN, kTile, 4, CAIRN_MATMUL_TASK(false, false, kTile))
CAIRN_MATMUL(MatMulNT, kTile, 4, CAIRN_MATMUL_TASK(false, true, kTile))
CAIRN_MATMUL(MatMulTN, kTallTile, 6, if (args.task[i].wide != 0) CAIRN_MATMUL_TASK(true, false, kWideTile);
             else CAIRN_MATMUL_TASK(true, false, kTallTile))

}  // namespace cairn::device
