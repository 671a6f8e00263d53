// Sums of squares, AdamW and Muon.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// A block of 16 threads a block of 65,536 elements; grid y is the span.
CAIRN_KERNEL(SquaresOfBlocks, SquaresArgs) {
  CAIRN_SHARED float shared[16];
  const int64_t n = args.span[BlockY()].n, begin = static_cast<int64_t>(Block()) * kSquareBlock;
  if (begin >= n) return;
  const int64_t end = begin + kSquareBlock < n ? begin + kSquareBlock : n;
  const float* x = args.x + args.span[BlockY()].offset;
  float lane = 0.0f;
  int64_t j = begin + Thread();
  for (; j + 15 * 16 < end; j += 16 * 16) {
    float part[16];
    CAIRN_UNROLL for (int i = 0; i < 16; ++i) part[i] = x[j + i * 16];
    CAIRN_UNROLL for (int i = 0; i < 16; ++i) lane = Fma(part[i], part[i], lane);
  }
  for (; j < end; j += 16) lane = Fma(x[j], x[j], lane);
  const float sum = FoldThreads(lane, shared);
  if (Thread() == 0) args.sums[args.first[BlockY()] + Block()] = sum;
}

CAIRN_KERNEL(Scale, ScaleArgs) {
  for (int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread(); i < args.n;
       i += static_cast<int64_t>(Blocks()) * Threads())
    args.y[i] *= args.s;
}

CAIRN_KERNEL(Add, AddArgs) {
  for (int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread(); i < args.n;
       i += static_cast<int64_t>(Blocks()) * Threads())
    args.y[i] += args.a[i];
}

#define CAIRN_FOR_SPAN(i)                                                                             \
  for (int64_t i = args.span[BlockY()].offset + static_cast<int64_t>(Block()) * Threads() + Thread(), \
               i##_end = args.span[BlockY()].offset + args.span[BlockY()].n;                          \
       i < i##_end; i += static_cast<int64_t>(Blocks()) * Threads())

CAIRN_KERNEL(AdamW, AdamWArgs) {
  const float new1 = 1.0f - args.beta1, new2 = 1.0f - args.beta2, decay = args.weight_decay[BlockY()];
  CAIRN_FOR_SPAN(i) {
    const float g = args.g[i] * args.gradient_scale;
    const float m = Fma(args.beta1, args.m[i], new1 * g), v = Fma(args.beta2, args.v[i], (new2 * g) * g);
    const float update = Div(Div(m, args.correction1), Sqrt(Div(v, args.correction2)) + args.eps);
    args.m[i] = m;
    args.v[i] = v;
    args.w[i] = args.w[i] - args.learning_rate * Fma(decay, args.w[i], update);
  }
}

// Momentum, and what is made orthogonal: x = momentum * m + g, before it is scaled to norm 1.
CAIRN_KERNEL(MuonMomentum, MuonArgs) {
  CAIRN_FOR_SPAN(i) {
    const float g = args.g[i];
    const float m = Fma(args.gradient_scale, g, args.m[i] * args.momentum);
    args.m[i] = m;
    args.x[i] = Fma(args.momentum, m, g * args.gradient_scale);
  }
}

CAIRN_KERNEL(MuonNormalise, MuonArgs) {
  const int64_t blocks = (args.span[BlockY()].n + kSquareBlock - 1) / kSquareBlock;
  double total = 0.0;
  for (int64_t i = 0; i < blocks; ++i) total += static_cast<double>(args.sums[args.first[BlockY()] + i]);
  const float factor = static_cast<float>(Div(1.0, Sqrt(total) + args.tiny));
  CAIRN_FOR_SPAN(i) args.x[i] *= factor;
}

// poly = c * (gram gram) + b * gram; the spans are those of gram.
CAIRN_KERNEL(MuonPolynomial, MuonArgs) {
  CAIRN_FOR_SPAN(i) args.poly[i] = Fma(args.b, args.gram[i], args.poly[i] * args.c);
}

CAIRN_KERNEL(MuonNext, MuonArgs) { CAIRN_FOR_SPAN(i) args.next[i] = Fma(args.a, args.x[i], args.next[i]); }

CAIRN_KERNEL(MuonUpdate, MuonArgs) { CAIRN_FOR_SPAN(i) args.w[i] = Fma(args.rate, args.x[i], args.w[i] * args.shrink); }

}  // namespace cairn::device
