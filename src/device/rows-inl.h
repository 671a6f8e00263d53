// Look-up of rows, its gradient, and cross-entropy.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

CAIRN_KERNEL(GatherRows, RowsArgs) {
  const int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread();
  if (i >= static_cast<int64_t>(args.rows) * args.c) return;
  args.to[i] = args.from[static_cast<int64_t>(args.index[i / args.c]) * args.c + i % args.c];
}

CAIRN_KERNEL(ScatterRows, RowsArgs) {
  const int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread();
  if (i >= static_cast<int64_t>(args.rows) * args.c) return;
  args.to[static_cast<int64_t>(args.index[i / args.c]) * args.c + i % args.c] = args.from[i];
}

// A block an id, a thread a column.
CAIRN_KERNEL(EmbeddingGrad, EmbeddingGradArgs) {
  for (int j = Thread(); j < args.c; j += Threads()) {
    float* to = args.dtable + static_cast<int64_t>(args.ids[Block()]) * args.c + j;
    float sum = *to;
    constexpr int kBatch = 16;  // rows whose values are on their way at a time
    int i = args.begin[Block()];
    const int end = args.begin[Block() + 1];
    for (; i + kBatch <= end; i += kBatch) {
      float part[kBatch];
      CAIRN_UNROLL for (int p = 0; p < kBatch; ++p) part[p] =
          args.dy[static_cast<int64_t>(args.rows[i + p]) * args.c + j];
      CAIRN_UNROLL for (int p = 0; p < kBatch; ++p) sum += part[p];
    }
    for (; i < end; ++i) sum += args.dy[static_cast<int64_t>(args.rows[i]) * args.c + j];
    *to = sum;
  }
}

// A block a row.
CAIRN_KERNEL(CrossEntropy, CrossEntropyArgs) {
  CAIRN_SHARED float shared[kRowThreads];
  float* x = args.logits + static_cast<int64_t>(Block()) * args.v;
  const int thread = Thread(), target = args.targets[Block()];
  float m = x[0];
  for (int j = thread; j < args.v; j += kRowThreads) m = x[j] > m ? x[j] : m;
  shared[thread] = m;
  const float wanted = x[target];
  Barrier();
  for (int half = kRowThreads / 2; half >= 1; half /= 2) {
    if (thread < half && shared[thread + half] > shared[thread]) shared[thread] = shared[thread + half];
    Barrier();
  }
  m = shared[0] + 0.0f;
  for (int j = thread; j < args.v; j += kRowThreads) x[j] = Exp(x[j] - m);
  Barrier();
  float lane = 0.0f;
  if (thread < 16) {
    int j = thread;
    for (; j + 7 * 16 < args.v; j += 8 * 16) {
      float part[8];
      CAIRN_UNROLL for (int i = 0; i < 8; ++i) part[i] = x[j + i * 16];
      CAIRN_UNROLL for (int i = 0; i < 8; ++i) lane += part[i];
    }
    for (; j < args.v; j += 16) lane += x[j];
  }
  shared[thread] = lane;
  Barrier();
  for (int half = 8; half >= 1; half /= 2) {
    if (thread < half) shared[thread] += shared[thread + half];
    Barrier();
  }
  const float l = shared[0];
  if (thread == 0) args.loss[Block()] = (LogOfSum(l) + m) - wanted;
  for (int j = thread; j < args.v; j += kRowThreads) x[j] = (Div(x[j], l) - (j == target ? 1.0f : 0.0f)) * args.scale;
}

}  // namespace cairn::device
