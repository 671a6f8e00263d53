// Attention: no [T, T] matrix. Grid y is the head, and a warp takes neighbouring rows (or keys) of it, so that its
// threads read the same keys (or rows) together: what limits is the way from the cache to the registers, so each thread
// takes several rows at a time. Every thread of a warp walks all that any of them needs.
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
CAIRN_DEVICE float Chain(const float* a, const float* b) {
  float acc = 0.0f;
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) acc = Fma(a[d], b[d], acc);
  return acc;
}

// to[d] = fma(x, from[d], to[d])
template <int kDim>
CAIRN_DEVICE void AddTimes(float x, const float* from, float* to) {
  CAIRN_UNROLL for (int d = 0; d < kDim; ++d) to[d] = Fma(x, from[d], to[d]);
}

// The rows that a thread has, `first` and those behind it, and what its warp has.
template <int kDim>
struct OwnRows {
  static constexpr int n = RowsOfThread(kDim);
  int t, first, warp_first, warp_end;  // of T rows; warp_end is at most T
  // `unit`: which of the block's threads it is, or which pair of them; a warp holds `in_warp` of these.
  CAIRN_DEVICE OwnRows(int rows, int unit, int in_warp) : t(rows) {
    const int block_first = Block() * (Threads() / 32 * in_warp * n);
    first = block_first + unit * n;
    warp_first = block_first + unit / in_warp * in_warp * n;
    warp_end = warp_first + in_warp * n < t ? warp_first + in_warp * n : t;
  }
  CAIRN_DEVICE bool Exists(int r) const { return first + r < t; }
  // Where it does not exist: the last one, so that it can be read.
  CAIRN_DEVICE int Row(int r) const { return Exists(r) ? first + r : t - 1; }
  // The first key that row r sees; beyond the last row none is visible.
  CAIRN_DEVICE int FirstKey(const int32_t* segment_start, int r) const {
    const int key = segment_start[Row(r)];  // read in any case: a branch here would put arrays into memory
    return Exists(r) ? key : t;
  }
};

// Where the keys and values of head h begin in a row of them.
template <int kDim>
CAIRN_DEVICE int64_t GroupOffset(int h, int heads, int kv_heads) {
  return static_cast<int64_t>(h / (heads / kv_heads)) * kDim;
}

// lanes: 16 for each row of the block.
template <int kDim>
CAIRN_DEVICE void AttentionRows(const AttentionArgs& args, float* lanes) {
  constexpr int n = RowsOfThread(kDim);
  const OwnRows<kDim> own(args.t, Thread(), 32);
  if (own.warp_first >= args.t) return;
  const int h = BlockY(), keys_first = args.segment_start[own.warp_first];
  const int64_t ld = static_cast<int64_t>(args.kv_heads) * kDim;
  const int64_t group = GroupOffset<kDim>(h, args.heads, args.kv_heads);
  int start[n];
  int64_t at[n];
  float q[n][kDim], out[n][kDim], m[n];
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    start[r] = own.FirstKey(args.segment_start, r);
    at[r] = static_cast<int64_t>(own.Row(r)) * args.heads + h;
    LoadHead<kDim>(args.q + at[r] * kDim, q[r]);
    m[r] = 0.0f;
    CAIRN_UNROLL for (int d = 0; d < kDim; ++d) out[r][d] = 0.0f;
    for (int i = 0; i < 16; ++i) lanes[(i * n + r) * kAttentionThreads + Thread()] = 0.0f;
  }
  for (int j = keys_first; j < own.warp_end; ++j) {
    float key[kDim];
    LoadHead<kDim>(args.k + j * ld + group, key);
    CAIRN_UNROLL for (int r = 0; r < n; ++r) {
      const float s = Chain<kDim>(q[r], key) * args.scale;
      const bool visible = j >= start[r] && j <= own.first + r;
      m[r] = visible && (j == start[r] || s > m[r]) ? s : m[r];
    }
  }
  CAIRN_UNROLL for (int r = 0; r < n; ++r) m[r] += 0.0f;
  for (int j = keys_first; j < own.warp_end; ++j) {
    float key[kDim], value[kDim], p[n];
    LoadHead<kDim>(args.k + j * ld + group, key);
    LoadHead<kDim>(args.v + j * ld + group, value);
    CAIRN_UNROLL for (int r = 0; r < n; ++r) p[r] = Exp(Chain<kDim>(q[r], key) * args.scale - m[r]);
    CAIRN_UNROLL for (int r = 0; r < n; ++r) {
      if (j < start[r] || j > own.first + r) continue;
      lanes[((j - start[r]) % 16 * n + r) * kAttentionThreads + Thread()] += p[r];
      AddTimes<kDim>(p[r], value, out[r]);
    }
  }
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    if (!own.Exists(r)) continue;
    float sums[16];
    CAIRN_UNROLL for (int i = 0; i < 16; ++i) sums[i] = lanes[(i * n + r) * kAttentionThreads + Thread()];
    const float l = Fold16(sums);
    CAIRN_UNROLL for (int d = 0; d < kDim; ++d) out[r][d] = Div(out[r][d], l);
    StoreHead<kDim>(out[r], args.out + at[r] * kDim);
    args.stats[at[r] * 2] = m[r];
    args.stats[at[r] * 2 + 1] = l;
  }
}

// Backward, two threads work on the same rows: the first has what meets queries or keys, the second what meets values
// or the output's gradient. Each does one of the two chains of a score and gets the other from its partner.
struct Pair {
  bool second;
  int unit;  // which pair of the block
  CAIRN_DEVICE Pair() : second(Thread() % 32 >= 16), unit(Thread() / 32 * 16 + Thread() % 16) {}
};
struct Scores {
  float p, ds;
  // chain: of the score or of its gradient, as the thread's side is.
  CAIRN_DEVICE Scores(bool second, float chain, float scale, float m, float l, float delta) {
    const float other = FromPartner(chain);
    p = Div(Exp((second ? other : chain) * scale - m), l);
    ds = (p * ((second ? chain : other) - delta)) * scale;
  }
};

template <int kDim>
CAIRN_DEVICE void AttentionGradQuery(const AttentionArgs& args) {
  constexpr int n = RowsOfThread(kDim);
  const Pair pair;
  const OwnRows<kDim> own(args.t, pair.unit, 16);
  if (own.warp_first >= args.t) return;
  const int h = BlockY(), keys_first = args.segment_start[own.warp_first];
  const int64_t ld = static_cast<int64_t>(args.kv_heads) * kDim;
  const float* from = (pair.second ? args.v : args.k) + GroupOffset<kDim>(h, args.heads, args.kv_heads);
  int start[n];
  int64_t at[n];
  float held[n][kDim], dq[n][kDim], m[n], l[n], delta[n];
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    start[r] = own.FirstKey(args.segment_start, r);
    at[r] = static_cast<int64_t>(own.Row(r)) * args.heads + h;
    float lane[16];
    CAIRN_UNROLL for (int i = 0; i < 16; ++i) lane[i] = 0.0f;
    CAIRN_UNROLL for (int d = 0; d < kDim; ++d) {
      const int64_t i = at[r] * kDim + d;
      lane[d % 16] = Fma(args.dout[i], args.out[i], lane[d % 16]);
    }
    delta[r] = Fold16(lane);
    m[r] = args.stats[at[r] * 2];
    l[r] = args.stats[at[r] * 2 + 1];
    LoadHead<kDim>((pair.second ? args.dout : args.q) + at[r] * kDim, held[r]);
    CAIRN_UNROLL for (int d = 0; d < kDim; ++d) dq[r][d] = 0.0f;
  }
  for (int j = keys_first; j < own.warp_end; ++j) {
    float row[kDim], ds[n];
    LoadHead<kDim>(from + j * ld, row);
    CAIRN_UNROLL for (int r = 0; r < n; ++r) ds[r] =
        Scores(pair.second, Chain<kDim>(held[r], row), args.scale, m[r], l[r], delta[r]).ds;
    CAIRN_UNROLL for (int r = 0; r < n; ++r) {
      if (!pair.second && j >= start[r] && j <= own.first + r) AddTimes<kDim>(ds[r], row, dq[r]);
    }
  }
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    if (pair.second || !own.Exists(r)) continue;
    args.delta[at[r]] = delta[r];
    StoreHead<kDim>(dq[r], args.dq + at[r] * kDim);
  }
}

// Own rows are keys here; grid y is the group. Heads of the group ascending, then rows. Needs delta of every row.
template <int kDim>
CAIRN_DEVICE void AttentionGradKey(const AttentionArgs& args) {
  constexpr int n = RowsOfThread(kDim);
  const Pair pair;
  const OwnRows<kDim> own(args.t, pair.unit, 16);
  if (own.warp_first >= args.t) return;
  const int g = BlockY(), per_group = args.heads / args.kv_heads, rows_end = args.segment_end[own.warp_end - 1];
  const int64_t ld = static_cast<int64_t>(args.heads) * kDim;
  int end[n];
  int64_t at[n];
  float held[n][kDim], gradient[n][kDim];
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    end[r] = own.Exists(r) ? args.segment_end[own.Row(r)] : 0;
    at[r] = (static_cast<int64_t>(own.Row(r)) * args.kv_heads + g) * kDim;
    LoadHead<kDim>((pair.second ? args.v : args.k) + at[r], held[r]);
    CAIRN_UNROLL for (int d = 0; d < kDim; ++d) gradient[r][d] = 0.0f;
  }
  for (int h = g * per_group; h < (g + 1) * per_group; ++h) {
    const float* from = (pair.second ? args.dout : args.q) + static_cast<int64_t>(h) * kDim;
    for (int t = own.warp_first; t < rows_end; ++t) {
      const int64_t of_row = static_cast<int64_t>(t) * args.heads + h;
      const float m = args.stats[of_row * 2], l = args.stats[of_row * 2 + 1], delta = args.delta[of_row];
      float row[kDim], x[n];
      LoadHead<kDim>(from + t * ld, row);
      CAIRN_UNROLL for (int r = 0; r < n; ++r) {
        const Scores scores(pair.second, Chain<kDim>(held[r], row), args.scale, m, l, delta);
        x[r] = pair.second ? scores.p : scores.ds;
      }
      CAIRN_UNROLL for (int r = 0; r < n; ++r) {
        if (t >= own.first + r && t < end[r]) AddTimes<kDim>(x[r], row, gradient[r]);
      }
    }
  }
  CAIRN_UNROLL for (int r = 0; r < n; ++r) {
    if (own.Exists(r)) StoreHead<kDim>(gradient[r], (pair.second ? args.dv : args.dk) + at[r]);
  }
}

#define CAIRN_ATTENTION(dim)                                                                                    \
  CAIRN_KERNEL_FOR(Attention##dim, AttentionArgs, kAttentionThreads, 2) {                                       \
    CAIRN_SHARED float lanes[16 * RowsOfThread(dim) * kAttentionThreads];                                       \
    AttentionRows<dim>(args, lanes);                                                                            \
  }                                                                                                             \
  CAIRN_KERNEL_FOR(AttentionGradQ##dim, AttentionArgs, kAttentionThreads, 2) { AttentionGradQuery<dim>(args); } \
  CAIRN_KERNEL_FOR(AttentionGradKV##dim, AttentionArgs, kAttentionThreads, 2) { AttentionGradKey<dim>(args); }
CAIRN_ATTENTION(8)
CAIRN_ATTENTION(32)
CAIRN_ATTENTION(64)
CAIRN_ATTENTION(128)

}  // namespace cairn::device
