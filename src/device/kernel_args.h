// What the kernels of a device are called with: one plain struct each, passed by value. Shared by the host and by
// device code, so nothing but fixed-size members. Dimension letters as in kernels/kernels.h; pointers are device
// addresses.
#pragma once

#include <stdint.h>

namespace cairn::device {

// C[m,n] = chain over k of A(m,k) * B(k,n), from +0 or from C; all dense. Up to kMaxTasks products of one transposition
// in a launch.
struct MatMulTask {
  const float *a, *b;
  float* c;
  int32_t m, n, k;
  int32_t first_tile;  // of this task among all blocks of the launch
  int32_t accumulate;
  int32_t wide;  // MatMuls chooses: kWideTile in place of kTallTile
};
constexpr int kMaxTasks = 84;  // with all members within the 4 KB that a launch may pass
constexpr int kTileDepth = 8;  // of K that is staged at a time
struct TileSize {              // of C, and the threads of a block that make it
  int rows, columns, threads;
};
constexpr TileSize kTile{128, 64, 128};
// Where A is transposed: weights fill one or the other, and all of a small model's are resident at once.
constexpr TileSize kTallTile{96, 64, 64}, kWideTile{64, 96, 64};
struct MatMulArgs {
  int32_t count;
  MatMulTask task[kMaxTasks];
};
static_assert(sizeof(MatMulArgs) <= 4096);

constexpr int kRowThreads = 256;  // 16 rows of 16 lanes
struct RmsNormArgs {
  const float *x, *w;
  float *y, *rstd;
  int32_t t, c;
  float eps;
};
struct RmsNormGradArgs {
  const float *dy, *x, *w, *rstd;
  const float* residual;  // null, or what is added to the gradient
  float* dx;
  int32_t t, c;
};
struct NormWeightTask {
  const float *dy, *x, *rstd;
  float* dw;
};
struct NormWeightArgs {
  int32_t t, c;
  NormWeightTask task[kMaxTasks];  // grid y
};

struct RopeArgs {
  const float *cos, *sin;  // [positions, D/2]
  const int32_t* positions;
  float* x;  // [T, heads, D]
  int32_t t, heads, head_dim, inverse;
};

constexpr int kAttentionThreads = 64;
// Rows (or keys) that a thread has sums for: as many as the registers hold; and a block, whose threads share them.
constexpr int OwnOfThread(int head_dim) { return head_dim <= 32 ? 8 : 256 / head_dim; }
constexpr int OwnOfBlock(int head_dim) { return kAttentionThreads / 8 * OwnOfThread(head_dim); }
struct AttentionArgs {
  const int32_t *segment_start, *segment_end;  // [T]: rows [start, end) are the sample that the row belongs to
  const float *q, *k, *v, *dout;
  float *out, *stats, *delta, *dq, *dk, *dv;  // stats [T, H, 2], delta [T, H]
  int32_t t, heads, kv_heads;
  float scale;
};

struct SwiGluArgs {
  const float *g, *u, *dy;
  float *y, *dg, *du;  // forward: y; backward: dg, du
  int64_t n;
};

struct RowsArgs {  // to[i] = from[index[i]], or to[index[i]] = from[i]
  const float* from;
  const int32_t* index;
  float* to;
  int32_t rows, c;
};
// Rows of dy with the same id, in token order: rows[begin[i] .. begin[i+1]) belong to ids[i].
struct EmbeddingGradArgs {
  const float* dy;
  const int32_t *ids, *begin, *rows;
  float* dtable;
  int32_t count, c;
};

struct CrossEntropyArgs {
  float* logits;  // [t, v], overwritten by the gradient
  const int32_t* targets;
  float* loss;
  int32_t t, v;
  float scale;
};

// Elementwise over ranges of buffers that share their layout.
struct Span {
  int64_t offset, n;
};
constexpr int kMaxSpans = 64;
constexpr int64_t kSquareBlock = 65536;
struct SquaresArgs {  // sums[first[span] + i] = sum16 of the squares of block i of the span
  const float* x;
  float* sums;
  int32_t count;
  int32_t first[kMaxSpans];
  Span span[kMaxSpans];  // grid y
};
struct ScaleArgs {  // y *= s
  float s;
  float* y;
  int64_t n;
};
struct AddArgs {  // y += a
  const float* a;
  float* y;
  int64_t n;
};
struct AdamWArgs {
  const float* g;
  float *m, *v, *w;
  float learning_rate, beta1, beta2, eps, correction1, correction2, gradient_scale;
  int32_t count;
  float weight_decay[kMaxSpans];
  Span span[kMaxSpans];
};
struct MuonArgs {
  const float* g;
  float *m, *w, *x, *next, *gram, *poly;  // gram and poly: side*side floats from Span::offset / other on
  const float* sums;
  float momentum, gradient_scale, shrink, rate;  // w = w*shrink + rate*x
  float a, b, c;                                 // of the iteration
  double tiny;
  int32_t count;
  int32_t first[kMaxSpans];  // of the span's sums of squares
  Span span[kMaxSpans];      // grid y
};

}  // namespace cairn::device
