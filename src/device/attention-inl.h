// Attention: a thread a row and head, neighbours share the head; no [T, T] matrix.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

// Heads lie 16 bytes aligned: their dimensions are multiples of four.
CAIRN_DEVICE Float4 Four(const float* from, int i) { return reinterpret_cast<const Float4*>(from)[i]; }

template <int kDim>
CAIRN_DEVICE void LoadHead(const float* from, float* to) {
  CAIRN_UNROLL for (int i = 0; i < kDim / 4; ++i) {
    const Float4 part = Four(from, i);
    CAIRN_UNROLL for (int d = 0; d < 4; ++d) to[4 * i + d] = part[d];
  }
}

template <int kDim>
CAIRN_DEVICE void StoreHead(const float* from, float* to) {
  CAIRN_UNROLL for (int i = 0; i < kDim / 4; ++i) reinterpret_cast<Float4*>(to)[i] =
      Float4{from[4 * i], from[4 * i + 1], from[4 * i + 2], from[4 * i + 3]};
}

template <int kDim>
CAIRN_DEVICE float Chain(const float* held, const float* from) {
  float acc = 0.0f;
  CAIRN_UNROLL for (int i = 0; i < kDim / 4; ++i) {
    const Float4 part = Four(from, i);
    CAIRN_UNROLL for (int d = 0; d < 4; ++d) acc = Fma(held[4 * i + d], part[d], acc);
  }
  return acc;
}

// to[d] = fma(x, from[d], to[d])
template <int kDim>
CAIRN_DEVICE void AddTimes(float x, const float* from, float* to) {
  CAIRN_UNROLL for (int i = 0; i < kDim / 4; ++i) {
    const Float4 part = Four(from, i);
    CAIRN_UNROLL for (int d = 0; d < 4; ++d) to[4 * i + d] = Fma(x, part[d], to[4 * i + d]);
  }
}

// The query that a thread works on: one row of one head, and the n keys and values that it sees. n is 0 beyond the last
// head; addresses are computed there, too, since the compiler loses track of what they point to behind a branch.
template <int kDim>
struct QueryRow {
  int64_t row;  // of [T, H]
  int n;
  int64_t kv_ld;
  const float *keys, *values;
  CAIRN_DEVICE explicit QueryRow(const AttentionArgs& args) {
    const int64_t index = static_cast<int64_t>(Block()) * Threads() + Thread();
    const int t = static_cast<int>(index % args.t), h = static_cast<int>(index / args.t);
    const int start = args.segment_start[t];
    row = static_cast<int64_t>(t) * args.heads + h;
    n = h < args.heads ? t + 1 - start : 0;
    kv_ld = static_cast<int64_t>(args.kv_heads) * kDim;
    const int64_t first = start * kv_ld + h / (args.heads / args.kv_heads) * kDim;
    keys = args.k + first;
    values = args.v + first;
  }
};

// lanes: 16 for each thread of the block.
template <int kDim>
CAIRN_DEVICE void AttentionRow(const AttentionArgs& args, float* lanes) {
  const QueryRow<kDim> r(args);
  if (r.n == 0) return;
  const int64_t at = r.row * kDim;
  float q[kDim], out[kDim];
  LoadHead<kDim>(args.q + at, q);
  float m = 0.0f;
  for (int j = 0; j < r.n; ++j) {
    const float s = Chain<kDim>(q, r.keys + j * r.kv_ld) * args.scale;
    m = j == 0 || s > m ? s : m;
  }
  m += 0.0f;
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) out[d] = 0.0f;
  float* lane = lanes + Thread();  // lane i at i * kAttentionThreads
  for (int i = 0; i < 16; ++i) lane[i * kAttentionThreads] = 0.0f;
  for (int j = 0; j < r.n; ++j) {
    const float p = Exp(Chain<kDim>(q, r.keys + j * r.kv_ld) * args.scale - m);
    lane[j % 16 * kAttentionThreads] += p;
    AddTimes<kDim>(p, r.values + j * r.kv_ld, out);
  }
  float sums[16];
  CAIRN_UNROLL for (int i = 0; i < 16; ++i) sums[i] = lane[i * kAttentionThreads];
  const float l = Fold16(sums);
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) out[d] = Div(out[d], l);
  StoreHead<kDim>(out, args.out + at);
  args.stats[r.row * 2] = m;
  args.stats[r.row * 2 + 1] = l;
}

template <int kDim>
CAIRN_DEVICE void AttentionGradQuery(const AttentionArgs& args) {
  const QueryRow<kDim> r(args);
  if (r.n == 0) return;
  const int64_t at = r.row * kDim;
  float q[kDim], dout[kDim], dq[kDim], lane[16];
  LoadHead<kDim>(args.q + at, q);
  LoadHead<kDim>(args.dout + at, dout);
  CAIRN_UNROLL for (int i = 0; i < 16; ++i) lane[i] = 0.0f;
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) lane[d % 16] = Fma(dout[d], args.out[at + d], lane[d % 16]);
  const float delta = Fold16(lane), m = args.stats[r.row * 2], l = args.stats[r.row * 2 + 1];
  args.delta[r.row] = delta;
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) dq[d] = 0.0f;
  for (int j = 0; j < r.n; ++j) {
    const float* key = r.keys + j * r.kv_ld;
    const float p = Div(Exp(Chain<kDim>(q, key) * args.scale - m), l);
    const float ds = (p * (Chain<kDim>(dout, r.values + j * r.kv_ld) - delta)) * args.scale;
    AddTimes<kDim>(ds, key, dq);
  }
  StoreHead<kDim>(dq, args.dq + at);
}

// A thread a (key, group): heads of the group ascending, then rows. Needs delta of every row.
template <int kDim>
CAIRN_DEVICE void AttentionGradKey(const AttentionArgs& args) {
  const int64_t index = static_cast<int64_t>(Block()) * Threads() + Thread();
  const int j = static_cast<int>(index % args.t), g = static_cast<int>(index / args.t);
  if (g >= args.kv_heads) return;
  const int64_t at = (static_cast<int64_t>(j) * args.kv_heads + g) * kDim;
  const int per_group = args.heads / args.kv_heads, end = args.segment_end[j];
  const int lane = Thread() % 32, first = j > lane ? j - lane : 0;
  float k[kDim], v[kDim], dk[kDim], dv[kDim];
  LoadHead<kDim>(args.k + at, k);
  LoadHead<kDim>(args.v + at, v);
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) dk[d] = dv[d] = 0.0f;
  for (int h = g * per_group; h < (g + 1) * per_group; ++h) {
    // The threads of a warp walk the same rows, each from its own key on, so that they read them together.
    for (int t = first; t < end; ++t) {
      if (t < j) continue;
      const int64_t row = static_cast<int64_t>(t) * args.heads + h;
      const float *q = args.q + row * kDim, *dout = args.dout + row * kDim;
      const float p = Div(Exp(Chain<kDim>(k, q) * args.scale - args.stats[row * 2]), args.stats[row * 2 + 1]);
      const float ds = (p * (Chain<kDim>(v, dout) - args.delta[row])) * args.scale;
      AddTimes<kDim>(ds, q, dk);
      AddTimes<kDim>(p, dout, dv);
    }
  }
  StoreHead<kDim>(dk, args.dk + at);
  StoreHead<kDim>(dv, args.dv + at);
}

#define CAIRN_ATTENTION(dim)                                                          \
  CAIRN_KERNEL(Attention##dim, AttentionArgs) {                                       \
    CAIRN_SHARED float lanes[16 * kAttentionThreads];                                 \
    AttentionRow<dim>(args, lanes);                                                   \
  }                                                                                   \
  CAIRN_KERNEL(AttentionGradQ##dim, AttentionArgs) { AttentionGradQuery<dim>(args); } \
  CAIRN_KERNEL(AttentionGradKV##dim, AttentionArgs) { AttentionGradKey<dim>(args); }
CAIRN_ATTENTION(8)
CAIRN_ATTENTION(32)
CAIRN_ATTENTION(64)
CAIRN_ATTENTION(128)

}  // namespace cairn::device
