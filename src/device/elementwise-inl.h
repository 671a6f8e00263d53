// Rotary positions and SwiGLU: a thread a value.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

CAIRN_KERNEL(Rope, RopeArgs) {
  const uint32_t half = static_cast<uint32_t>(args.head_dim) / 2, heads = static_cast<uint32_t>(args.heads);
  const uint32_t i = static_cast<uint32_t>(Block() * Threads() + Thread());  // fewer than 2^31, as the grid shows
  if (i >= static_cast<uint32_t>(args.t) * heads * half) return;
  const uint32_t head = i / half, j = i % half;
  const int64_t row = static_cast<int64_t>(args.positions[head / heads]) * half + j;
  const float c = args.cos[row], s = args.inverse ? -args.sin[row] : args.sin[row];
  float* x = args.x + static_cast<int64_t>(head) * args.head_dim;
  const float x0 = x[j], x1 = x[j + half];
  x[j] = Fma(x0, c, -(x1 * s));
  x[j + half] = Fma(x1, c, x0 * s);
}

CAIRN_KERNEL(SwiGlu, SwiGluArgs) {
  const int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread();
  if (i < args.n) args.y[i] = (args.g[i] * Sigmoid(args.g[i])) * args.u[i];
}

CAIRN_KERNEL(SwiGluBackward, SwiGluArgs) {
  const int64_t i = static_cast<int64_t>(Block()) * Threads() + Thread();
  if (i >= args.n) return;
  const float g = args.g[i], s = Sigmoid(g), d = args.dy[i];
  args.du[i] = d * (g * s);
  args.dg[i] = (d * args.u[i]) * (s * Fma(g, 1.0f - s, 1.0f));
}

}  // namespace cairn::device
