// RMSNorm: 16 threads a row, each a lane of sum16.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// The lane of a row that a thread has.
struct NormLane {
  int row, lane;
  bool inside;
  int64_t at;  // the row's first element
  CAIRN_DEVICE NormLane(int t, int c)
      : row(Block() * (kRowThreads / 16) + Thread() / 16),
        lane(Thread() & 15),
        inside(row < t),
        at(static_cast<int64_t>(row) * c) {}
};

CAIRN_KERNEL(RmsNormForward, RmsNormArgs) {
  CAIRN_SHARED float shared[kRowThreads];
  const NormLane r(args.t, args.c);
  float sum = 0.0f;
  for (int j = r.lane; r.inside && j < args.c; j += 16) sum = Fma(args.x[r.at + j], args.x[r.at + j], sum);
  sum = FoldThreads(sum, shared);
  const float rstd = Div(1.0f, Sqrt(Div(sum, static_cast<float>(args.c)) + args.eps));
  for (int j = r.lane; r.inside && j < args.c; j += 16) args.y[r.at + j] = (args.x[r.at + j] * rstd) * args.w[j];
  if (r.inside && r.lane == 0) args.rstd[r.row] = rstd;
}

CAIRN_KERNEL(RmsNormBackward, RmsNormGradArgs) {
  CAIRN_SHARED float shared[kRowThreads];
  const NormLane r(args.t, args.c);
  float sum = 0.0f;
  for (int j = r.lane; r.inside && j < args.c; j += 16) sum = Fma(args.dy[r.at + j] * args.w[j], args.x[r.at + j], sum);
  sum = FoldThreads(sum, shared);
  const float rstd = r.inside ? args.rstd[r.row] : 0.0f;
  const float g = Div(sum * (rstd * rstd * rstd), static_cast<float>(args.c));
  for (int j = r.lane; r.inside && j < args.c; j += 16) {
    const float d = rstd * (args.dy[r.at + j] * args.w[j]) - args.x[r.at + j] * g;
    args.dx[r.at + j] = args.residual != nullptr ? args.residual[r.at + j] + d : d;
  }
}

// A thread a column; grid y is the norm.
CAIRN_KERNEL_FOR(RmsNormGradWeight, NormWeightArgs, 32, 1) {
  const int j = Block() * Threads() + Thread();
  if (j >= args.c) return;
  const float *dy = args.task[BlockY()].dy, *x = args.task[BlockY()].x, *rstd = args.task[BlockY()].rstd;
  float* dw = args.task[BlockY()].dw;
  constexpr int kBatch = 64;  // rows whose values are on their way at a time
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
