// RMSNorm: 16 threads a row, each a lane of sum16.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

CAIRN_KERNEL(RmsNormForward, RmsNormArgs) {
  CAIRN_SHARED float shared[kRowThreads];
  const int row = Block() * (kRowThreads / 16) + Thread() / 16, lane = Thread() & 15;
  const bool inside = row < args.t;
  const int64_t at = static_cast<int64_t>(row) * args.c;
  float sum = 0.0f;
  for (int j = lane; inside && j < args.c; j += 16) sum = Fma(args.x[at + j], args.x[at + j], sum);
  sum = FoldThreads(sum, shared);
  const float r = Div(1.0f, Sqrt(Div(sum, static_cast<float>(args.c)) + args.eps));
  for (int j = lane; inside && j < args.c; j += 16) args.y[at + j] = (args.x[at + j] * r) * args.w[j];
  if (inside && lane == 0) args.rstd[row] = r;
}

CAIRN_KERNEL(RmsNormBackward, RmsNormGradArgs) {
  CAIRN_SHARED float shared[kRowThreads];
  const int row = Block() * (kRowThreads / 16) + Thread() / 16, lane = Thread() & 15;
  const bool inside = row < args.t;
  const int64_t at = static_cast<int64_t>(row) * args.c;
  float sum = 0.0f;
  for (int j = lane; inside && j < args.c; j += 16) sum = Fma(args.dy[at + j] * args.w[j], args.x[at + j], sum);
  sum = FoldThreads(sum, shared);
  const float r = inside ? args.rstd[row] : 0.0f;
  const float g = Div(sum * (r * r * r), static_cast<float>(args.c));
  for (int j = lane; inside && j < args.c; j += 16) {
    const float d = r * (args.dy[at + j] * args.w[j]) - args.x[at + j] * g;
    args.dx[at + j] = args.residual != nullptr ? args.residual[at + j] + d : d;
  }
}

// A thread a column; grid y is the norm.
CAIRN_KERNEL_FOR(RmsNormGradWeight, NormWeightArgs, 32, 1) {
  const int j = Block() * Threads() + Thread();
  if (j >= args.c) return;
  const float *dy = args.task[BlockY()].dy, *x = args.task[BlockY()].x, *rstd = args.task[BlockY()].rstd;
  float* dw = args.task[BlockY()].dw;
  constexpr int kBatch = 32;  // rows whose values are on their way at a time
  float sum = dw[j];
  int i = 0;
  for (; i + kBatch <= args.t; i += kBatch) {
    float dy_part[kBatch], x_part[kBatch];
    CAIRN_UNROLL for (int part = 0; part < kBatch; ++part) {
      const int64_t at = static_cast<int64_t>(i + part) * args.c + j;
      dy_part[part] = dy[at];
      x_part[part] = x[at] * rstd[i + part];
    }
    CAIRN_UNROLL for (int part = 0; part < kBatch; ++part) sum = Fma(dy_part[part], x_part[part], sum);
  }
  for (; i < args.t; ++i) {
    const int64_t at = static_cast<int64_t>(i) * args.c + j;
    sum = Fma(dy[at], x[at] * rstd[i], sum);
  }
  dw[j] = sum;
}

}  // namespace cairn::device
