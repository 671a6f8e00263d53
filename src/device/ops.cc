#include "device/ops.h"

#include <algorithm>

#include "base/check.h"

namespace cairn::device {
namespace {

constexpr int kThreads = 256;

int32_t Int(size_t n) {
  CAIRN_CHECK(n <= size_t{0x7FFFFFFF});
  return static_cast<int32_t>(n);
}
int BlocksOf(size_t n, size_t each) { return Int((n + each - 1) / each); }

MatMulTask Task(const float* a, const float* b, float* c, size_t m, size_t n, size_t k, bool accumulate) {
  return {a, b, c, Int(m), Int(n), Int(k), 0, accumulate ? 1 : 0, 0};
}

int TilesOf(const MatMulTask& task, TileSize tile) {
  return (task.m + tile.rows - 1) / tile.rows * ((task.n + tile.columns - 1) / tile.columns);
}

Kernel AttentionKernel(size_t head_dim, Kernel dim8, Kernel dim32, Kernel dim64, Kernel dim128) {
  return head_dim == 8 ? dim8 : head_dim == 32 ? dim32 : head_dim == 64 ? dim64 : dim128;
}

// t rows or keys of each head.
Grid AttentionGrid(int32_t t, int32_t heads, size_t head_dim) {
  return {BlocksOf(static_cast<size_t>(t), static_cast<size_t>(OwnOfBlock(static_cast<int>(head_dim)))), heads,
          kAttentionThreads};
}

}  // namespace

void MatMuls(Device& device, Transposed transposed, const std::vector<MatMulTask>& tasks) {
  const Kernel kernel = transposed == Transposed::kNone ? Kernel::kMatMulNN
                        : transposed == Transposed::kA  ? Kernel::kMatMulTN
                                                        : Kernel::kMatMulNT;
  const TileSize tile = transposed == Transposed::kA ? kTallTile : kTile;
  const TileSize other = transposed == Transposed::kA ? kWideTile : kTile;
  for (size_t first = 0; first < tasks.size(); first += kMaxTasks) {
    MatMulArgs args{};
    args.count = Int(std::min<size_t>(tasks.size() - first, kMaxTasks));
    int tiles = 0;
    for (int i = 0; i < args.count; ++i) {
      MatMulTask& task = args.task[i] = tasks[first + static_cast<size_t>(i)];
      task.first_tile = tiles;
      task.wide = TilesOf(task, other) < TilesOf(task, tile) ? 1 : 0;
      tiles += TilesOf(task, task.wide != 0 ? other : tile);
    }
    device.Launch(kernel, {tiles, 1, tile.threads}, &args);
  }
}

MatMulTask LinearTask(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate) {
  return Task(x, w, y, t, n, k, accumulate);
}
MatMulTask GradInputTask(const float* dy, const float* w, float* dx, size_t t, size_t k, size_t n, bool accumulate) {
  return Task(dy, w, dx, t, k, n, accumulate);
}
MatMulTask GradWeightTask(const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n) {
  return Task(dy, x, dw, n, k, t, true);
}

void RmsNorm(Device& device, const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps) {
  const RmsNormArgs args{x, w, y, rstd, Int(t), Int(c), eps};
  device.Launch(Kernel::kRmsNormForward, {BlocksOf(t, kRowThreads / 16), 1, kRowThreads}, &args);
}
void RmsNormBackward(Device& device, const float* dy, const float* x, const float* w, const float* rstd,
                     const float* residual, float* dx, size_t t, size_t c) {
  const RmsNormGradArgs args{dy, x, w, rstd, residual, dx, Int(t), Int(c)};
  device.Launch(Kernel::kRmsNormBackward, {BlocksOf(t, kRowThreads / 16), 1, kRowThreads}, &args);
}
void RmsNormGradWeights(Device& device, const std::vector<NormWeightTask>& tasks, size_t t, size_t c) {
  for (size_t first = 0; first < tasks.size(); first += kMaxTasks) {
    NormWeightArgs args{Int(t), Int(c), {}};
    const size_t count = std::min<size_t>(tasks.size() - first, kMaxTasks);
    std::copy_n(tasks.begin() + static_cast<std::ptrdiff_t>(first), count, args.task);
    device.Launch(Kernel::kRmsNormGradWeight, {BlocksOf(c, 32), Int(count), 32}, &args);
  }
}

void Rope(Device& device, RopeArgs args) {
  const auto pairs =
      static_cast<size_t>(args.t) * static_cast<size_t>(args.heads) * static_cast<size_t>(args.head_dim / 2);
  device.Launch(Kernel::kRope, {BlocksOf(static_cast<size_t>(Int(pairs)), kThreads), 1, kThreads}, &args);
}
bool HasAttention(size_t head_dim) { return head_dim == 8 || head_dim == 32 || head_dim == 64 || head_dim == 128; }
void Attention(Device& device, const AttentionArgs& args, size_t head_dim) {
  CAIRN_CHECK(HasAttention(head_dim));
  const Kernel kernel =
      AttentionKernel(head_dim, Kernel::kAttention8, Kernel::kAttention32, Kernel::kAttention64, Kernel::kAttention128);
  device.Launch(kernel, AttentionGrid(args.t, args.heads, head_dim), &args);
}
void AttentionBackward(Device& device, const AttentionArgs& args, size_t head_dim) {
  CAIRN_CHECK(HasAttention(head_dim));
  device.Launch(AttentionKernel(head_dim, Kernel::kAttentionGradQ8, Kernel::kAttentionGradQ32,
                                Kernel::kAttentionGradQ64, Kernel::kAttentionGradQ128),
                AttentionGrid(args.t, args.heads, head_dim), &args);
  device.Launch(AttentionKernel(head_dim, Kernel::kAttentionGradKV8, Kernel::kAttentionGradKV32,
                                Kernel::kAttentionGradKV64, Kernel::kAttentionGradKV128),
                AttentionGrid(args.t, args.kv_heads, head_dim), &args);
}
void SwiGlu(Device& device, const float* g, const float* u, float* y, size_t n) {
  const SwiGluArgs args{g, u, nullptr, y, nullptr, nullptr, static_cast<int64_t>(n)};
  device.Launch(Kernel::kSwiGlu, {BlocksOf(n, kThreads), 1, kThreads}, &args);
}
void SwiGluBackward(Device& device, const float* dy, const float* g, const float* u, float* dg, float* du, size_t n) {
  const SwiGluArgs args{g, u, dy, nullptr, dg, du, static_cast<int64_t>(n)};
  device.Launch(Kernel::kSwiGluBackward, {BlocksOf(n, kThreads), 1, kThreads}, &args);
}

void GatherRows(Device& device, const float* from, const int32_t* index, float* to, size_t rows, size_t c) {
  const RowsArgs args{from, index, to, Int(rows), Int(c)};
  device.Launch(Kernel::kGatherRows, {BlocksOf(rows * c, kThreads), 1, kThreads}, &args);
}
void ScatterRows(Device& device, const float* from, const int32_t* index, float* to, size_t rows, size_t c) {
  const RowsArgs args{from, index, to, Int(rows), Int(c)};
  device.Launch(Kernel::kScatterRows, {BlocksOf(rows * c, kThreads), 1, kThreads}, &args);
}
void EmbeddingBackward(Device& device, const EmbeddingGradArgs& args) {
  device.Launch(Kernel::kEmbeddingGrad, {args.count, 1, std::min(kThreads, (args.c + 31) / 32 * 32)}, &args);
}
void CrossEntropy(Device& device, const CrossEntropyArgs& args) {
  device.Launch(Kernel::kCrossEntropy, {args.t, 1, kRowThreads}, &args);
}
void Scale(Device& device, float s, float* y, size_t n) {
  const ScaleArgs args{s, y, static_cast<int64_t>(n)};
  device.Launch(Kernel::kScale, {std::min(BlocksOf(n, kThreads), 4096), 1, kThreads}, &args);
}
void Add(Device& device, const float* a, float* y, size_t n) {
  const AddArgs args{a, y, static_cast<int64_t>(n)};
  device.Launch(Kernel::kAdd, {std::min(BlocksOf(n, kThreads), 4096), 1, kThreads}, &args);
}

SquareSums::SquareSums(std::vector<Span> of) : spans(std::move(of)) {
  for (const Span& span : spans) {
    first.push_back(blocks);
    blocks += static_cast<int32_t>((span.n + kSquareBlock - 1) / kSquareBlock);
  }
}

void SquareSums::Launch(Device& device, const float* x, float* sums) const {
  for (size_t from = 0; from < spans.size(); from += kMaxSpans) {
    SquaresArgs args{x, sums, Int(std::min<size_t>(spans.size() - from, kMaxSpans)), {}, {}};
    int64_t longest = 0;
    for (int i = 0; i < args.count; ++i) {
      args.span[i] = spans[from + static_cast<size_t>(i)];
      args.first[i] = first[from + static_cast<size_t>(i)];
      longest = std::max(longest, args.span[i].n);
    }
    device.Launch(Kernel::kSquaresOfBlocks,
                  {BlocksOf(static_cast<size_t>(longest), static_cast<size_t>(kSquareBlock)), args.count, 16}, &args);
  }
}

Grid SpanGrid(const std::vector<Span>& spans, size_t first, size_t count) {
  int64_t longest = 0;
  for (size_t i = first; i < first + count; ++i) longest = std::max(longest, spans[i].n);
  return {std::min(BlocksOf(static_cast<size_t>(longest), kThreads), 1024), Int(count), kThreads};
}

}  // namespace cairn::device
