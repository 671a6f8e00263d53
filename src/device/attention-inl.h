// Attention: no [T, T] matrix, but tiles of it, as in a matrix product. A warp owns rows and walks tiles of the keys
// that they see, or owns keys and walks tiles of the rows that see them. So that a number from shared memory serves
// several products, each of its threads has, 4 down and 8 across,
//   kOwn x kOther scores of a tile:  own Down() + 4i,  other Across() + 8j;
//   kOwn x kDims sums over others:   own Down() + 4i,  of the head what LoadDims says.
// Grid y is the head, or the group of heads where keys are owned.
#pragma once

#include "device/kernel_args.h"
#include "device/thread-inl.h"

namespace cairn::device {

CAIRN_DEVICE int Down() { return Thread() % 32 / 8; }
CAIRN_DEVICE int Across() { return Thread() % 8; }
CAIRN_DEVICE int Lesser(int a, int b) { return a < b ? a : b; }

// Heads lie 16 bytes aligned: their dimensions are multiples of four.
CAIRN_DEVICE Float4 Four(const float* from, int i) { return reinterpret_cast<const Float4*>(from)[i]; }

template <int kDim>
struct Tiling {
  static constexpr int kOwn = OwnOfThread(kDim), kOther = kDim <= 64 ? 4 : 2, kDims = kDim / 8;
  static constexpr int kOwnTile = 4 * kOwn, kOtherTile = 8 * kOther;  // of a warp
  // Floats from a row of a tile to the next, and from the weights of a thread's own to those of the next Down(): no two
  // threads of a warp want different ones from a bank.
  static constexpr int kStride = kDim + 4, kWeights = kOwn * kOtherTile + 8;
  using Scores = float[kOwn][kOther];
  using Sums = float[kOwn][kDims];
};

struct Range {
  int begin, end;
};

// Shared memory of a block. Weights are what others are multiplied with before they are added: each warp has its own.
template <int kDim, int kOwned>
struct Tiles {
  using Of = Tiling<kDim>;
  Float4 own[kOwned][OwnOfBlock(kDim) * Of::kStride / 4], other[2][Of::kOtherTile * Of::kStride / 4];
  Float4 weights[kAttentionThreads / 8 * Of::kWeights / 4];
  Range seen[OwnOfBlock(kDim)];  // others by each own one
  CAIRN_DEVICE float* Own(int i) { return reinterpret_cast<float*>(own[i]); }
  CAIRN_DEVICE float* Other(int i) { return reinterpret_cast<float*>(other[i]); }
  CAIRN_DEVICE float* OwnOfWarp(int i) { return Own(i) + Thread() / 32 * Of::kOwnTile * Of::kStride; }
  // The thread's own i.
  CAIRN_DEVICE float* Weights(int i) {
    return reinterpret_cast<float*>(weights) + Thread() / 8 * Of::kWeights + i * Of::kOtherTile;
  }
};

// Which others the warp's and the thread's own ones see. A row sees keys from its sample's first to itself; keys are
// seen from themselves to their sample's last. `bound` has the other end for each, behind the last for keys. Both ends
// ascend. What is beyond t sees what the last one sees: it is computed, but not stored. `seen` is filled, to be read
// after the next barrier.
template <int kDim, bool kOwnKeys>
class Sight {
 public:
  using Of = Tiling<kDim>;
  CAIRN_DEVICE Sight(const int32_t* bound, int t, Range* seen) : t_(t), seen_(seen) {
    const auto of = [&](int own) {
      own = Lesser(own, t - 1);
      return kOwnKeys ? Range{own, bound[own]} : Range{bound[own], own + 1};
    };
    const int last = WarpFirst() + Of::kOwnTile - 1;
    block_ = {of(BlockFirst()).begin, of(BlockFirst() + OwnOfBlock(kDim) - 1).end};
    warp_ = {of(WarpFirst()).begin, of(last).end};
    whole_ = {of(last).begin, of(WarpFirst()).end};
    if (Thread() < OwnOfBlock(kDim)) seen[Thread()] = of(BlockFirst() + Thread());
  }
  CAIRN_DEVICE static int BlockFirst() { return Block() * OwnOfBlock(kDim); }
  CAIRN_DEVICE static int WarpFirst() { return BlockFirst() + Thread() / 32 * Of::kOwnTile; }
  CAIRN_DEVICE static int Own(int i) { return WarpFirst() + Down() + 4 * i; }
  CAIRN_DEVICE bool Exists(int i) const { return Own(i) < t_; }
  // What some of the block, and what own i sees.
  CAIRN_DEVICE Range OfBlock() const { return block_; }
  CAIRN_DEVICE Range OfOwn(int i) const { return (seen_ + (WarpFirst() - BlockFirst() + Down()))[4 * i]; }
  // Of the tile of others that begins at `tile`: whether some of the warp see any; from which to which they do; whether
  // each sees all; a bit for each that own i sees.
  CAIRN_DEVICE bool Sees(int tile) const { return OfWarp(tile).begin != OfWarp(tile).end; }
  CAIRN_DEVICE Range OfWarp(int tile) const { return Within(warp_, tile); }
  CAIRN_DEVICE bool Whole(int tile) const { return whole_.begin <= tile && tile + Of::kOtherTile <= whole_.end; }
  CAIRN_DEVICE uint32_t Visible(int i, int tile) const {
    const Range seen = Within(OfOwn(i), tile);
    return Below(seen.end) & ~Below(seen.begin);
  }

 private:
  CAIRN_DEVICE static int Within(int at, int tile) { return at < tile ? 0 : Lesser(at - tile, Of::kOtherTile); }
  CAIRN_DEVICE static Range Within(Range r, int tile) { return {Within(r.begin, tile), Within(r.end, tile)}; }
  CAIRN_DEVICE static uint32_t Below(int bit) { return bit == 32 ? 0xFFFFFFFFu : (1u << bit) - 1; }

  int t_;
  const Range* seen_;
  Range block_, warp_, whole_;
};

// Rows [first, first + kRows) of one head, by all threads of the block. Beyond t: the last one, so that it can be read.
template <int kDim, int kRows>
CAIRN_DEVICE void Stage(const float* from, int64_t ld, int first, int t, float* to) {
  constexpr int kEach = kAttentionThreads * 4 / kDim, kAtOnce = kRows / kEach < 4 ? kRows / kEach : 4;
  static_assert(kRows % (kEach * kAtOnce) == 0);
  const int row = Thread() / (kDim / 4), part = Thread() % (kDim / 4);
  from += 4 * part;
  to += row * Tiling<kDim>::kStride + 4 * part;
  CAIRN_ROLLED for (int n = 0; n < kRows; n += kEach * kAtOnce) {
    CAIRN_UNROLL for (int i = n; i < n + kEach * kAtOnce; i += kEach) {
      *reinterpret_cast<Float4*>(to + i * Tiling<kDim>::kStride) = Four(from + Lesser(first + row + i, t - 1) * ld, 0);
    }
  }
}

// The chains over the head.
template <int kDim>
CAIRN_DEVICE void Products(const float* own, const float* other, typename Tiling<kDim>::Scores& to) {
  using Of = Tiling<kDim>;
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) to[i][j] = 0.0f;
  own += Down() * Of::kStride;
  other += Across() * Of::kStride;
  CAIRN_ROLLED for (int four = 0; four < kDim / 4; ++four) {
    Float4 b[Of::kOther];
    CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) b[j] = Four(other + 8 * j * Of::kStride, four);
    CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
      const Float4 a = Four(own + 4 * i * Of::kStride, four);
      CAIRN_UNROLL for (int d = 0; d < 4; ++d) {
        CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) to[i][j] = Fma(a[d], b[j][d], to[i][j]);
      }
    }
  }
}

// A thread's dimensions of a row: four from 4 Across() on and further fours each 32 behind the last; of a head of 8
// one.
template <int kDim>
CAIRN_DEVICE void LoadDims(const float* row, float* to) {
  if (kDim == 8) to[0] = row[Across()];
  CAIRN_UNROLL for (int four = 0; four < kDim / 32; ++four) {
    const Float4 part = Four(row, 8 * four + Across());
    CAIRN_UNROLL for (int d = 0; d < 4; ++d) to[4 * four + d] = part[d];
  }
}
template <int kDim>
CAIRN_DEVICE void StoreDims(const float* from, float* row) {
  if (kDim == 8) row[Across()] = from[0];
  CAIRN_UNROLL for (int four = 0; four < kDim / 32; ++four) {
    const float* part = from + 4 * four;
    reinterpret_cast<Float4*>(row)[8 * four + Across()] = Float4{part[0], part[1], part[2], part[3]};
  }
}

// Continues the chains over others, ascending, with those of a tile that are seen: a product with 0 in place of the
// others would turn -0 into +0 and infinity into NaN.
template <int kDim, bool kWhole, typename See, typename TilesOf>
CAIRN_DEVICE void AddOthers(const See& sight, int tile, TilesOf& tiles, const float* other,
                            typename Tiling<kDim>::Sums& to) {
  using Of = Tiling<kDim>;
  const Range seen = sight.OfWarp(tile);
  uint32_t visible[Of::kOwn];
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) visible[i] = kWhole ? 0 : sight.Visible(i, tile);
  CAIRN_ROLLED for (int j = kWhole ? 0 : seen.begin / 4 * 4; j < (kWhole ? Of::kOtherTile : seen.end); j += 4) {
    Float4 weight[Of::kOwn];
    CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) weight[i] = Four(tiles.Weights(i) + j, 0);
    CAIRN_UNROLL for (int c = 0; c < 4; ++c) {
      float x[Of::kDims];
      LoadDims<kDim>(other + (j + c) * Of::kStride, x);
      CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
        if (!kWhole && (visible[i] >> (j + c) & 1) == 0) continue;
        CAIRN_UNROLL for (int d = 0; d < Of::kDims; ++d) to[i][d] = Fma(weight[i][c], x[d], to[i][d]);
      }
    }
  }
}
template <int kDim, typename See, typename TilesOf>
CAIRN_DEVICE void AddTile(const See& sight, int tile, TilesOf& tiles, const float* other,
                          typename Tiling<kDim>::Sums& to) {
  WarpBarrier();
  if (sight.Whole(tile)) {
    AddOthers<kDim, true>(sight, tile, tiles, other, to);
  } else {
    AddOthers<kDim, false>(sight, tile, tiles, other, to);
  }
}

template <int n, int kWidth>
CAIRN_DEVICE void Clear(float (&x)[n][kWidth]) {
  CAIRN_UNROLL for (int i = 0; i < n; ++i) CAIRN_UNROLL for (int j = 0; j < kWidth; ++j) x[i][j] = 0.0f;
}

// The greatest score of each of the thread's rows.
template <int kDim>
CAIRN_DEVICE void RowMaxima(const AttentionArgs& args, const Sight<kDim, false>& sight, const float* k,
                            Tiles<kDim, 1>& tiles, float* m) {
  using Of = Tiling<kDim>;
  const int64_t ld = static_cast<int64_t>(args.kv_heads) * kDim;
  const Range keys = sight.OfBlock();
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) m[i] = FromBits(0x7FC00000u);  // NaN: nothing yet
  for (int tile = keys.begin; tile < keys.end; tile += Of::kOtherTile) {
    Barrier();
    Stage<kDim, Of::kOtherTile>(k, ld, tile, args.t, tiles.Other(0));
    Barrier();
    if (!sight.Sees(tile)) continue;
    typename Of::Scores s;
    Products<kDim>(tiles.OwnOfWarp(0), tiles.Other(0), s);
    CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
      const uint32_t visible = sight.Visible(i, tile) >> Across();
      CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) {
        if ((visible >> 8 * j & 1) != 0) m[i] = Max(m[i], s[i][j] * args.scale);
      }
    }
  }
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) tiles.Weights(i)[Across()] = m[i];
  WarpBarrier();
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
    CAIRN_UNROLL for (int a = 0; a < 8; ++a) m[i] = Max(m[i], tiles.Weights(i)[a]);
    m[i] += 0.0f;
  }
}

template <int kDim>
CAIRN_DEVICE void AttentionRows(const AttentionArgs& args, Tiles<kDim, 1>& tiles) {
  using Of = Tiling<kDim>;
  const Sight<kDim, false> sight(args.segment_start, args.t, tiles.seen);
  const int h = BlockY(), group = h / (args.heads / args.kv_heads) * kDim;
  const int64_t ld = static_cast<int64_t>(args.kv_heads) * kDim;
  const Range keys = sight.OfBlock();
  Stage<kDim, OwnOfBlock(kDim)>(args.q + h * kDim, static_cast<int64_t>(args.heads) * kDim, sight.BlockFirst(), args.t,
                                tiles.Own(0));
  float m[Of::kOwn], lanes[Of::kOwn][2];  // of the 16 lanes those that others Across() and Across() + 8 are in
  typename Of::Sums out;
  RowMaxima<kDim>(args, sight, args.k + group, tiles, m);
  Clear(lanes);
  Clear(out);
  for (int tile = keys.begin; tile < keys.end; tile += Of::kOtherTile) {
    Barrier();
    Stage<kDim, Of::kOtherTile>(args.k + group, ld, tile, args.t, tiles.Other(0));
    Stage<kDim, Of::kOtherTile>(args.v + group, ld, tile, args.t, tiles.Other(1));
    Barrier();
    if (!sight.Sees(tile)) continue;
    typename Of::Scores p;
    Products<kDim>(tiles.OwnOfWarp(0), tiles.Other(0), p);
    CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
      const uint32_t visible = sight.Visible(i, tile) >> Across();
      CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) {
        p[i][j] = Exp(p[i][j] * args.scale - m[i]);
        tiles.Weights(i)[Across() + 8 * j] = p[i][j];
        lanes[i][j % 2] += (visible >> 8 * j & 1) != 0 ? p[i][j] : 0.0f;  // no lane is -0
      }
    }
    AddTile<kDim>(sight, tile, tiles, tiles.Other(1), out);
  }
  WarpBarrier();
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
    CAIRN_UNROLL for (int a = 0; a < 2; ++a) {
      tiles.Weights(i)[(keys.begin + Across() + 8 * a - sight.OfOwn(i).begin) & 15] = lanes[i][a];
    }
  }
  WarpBarrier();
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
    if (!sight.Exists(i)) continue;
    float sums[16];
    CAIRN_UNROLL for (int a = 0; a < 16; ++a) sums[a] = tiles.Weights(i)[a];
    const float l = Fold16(sums);
    CAIRN_UNROLL for (int d = 0; d < Of::kDims; ++d) out[i][d] = Div(out[i][d], l);
    const int64_t at = static_cast<int64_t>(sight.Own(i)) * args.heads + h;
    StoreDims<kDim>(out[i], args.out + at * kDim);
    if (Across() == 0) args.stats[at * 2] = m[i];
    if (Across() == 1) args.stats[at * 2 + 1] = l;
  }
}

// Of a row: m, l, 1/l, delta.
CAIRN_DEVICE Float4 RowOf(const AttentionArgs& args, int64_t at, float delta) {
  const float l = args.stats[at * 2 + 1];
  return Float4{args.stats[at * 2], l, Div(1.0f, l), delta};
}

// From chains of scores to probabilities; row(i, j): RowOf that score. With y = 1/l rounded, a quotient of p*y that is
// corrected twice by its remainder is p/l correctly rounded (Markstein 1990), where the remainders are exact: l is a
// sum with a 1, and below 2^31. One branch for all of them; Div would have one each.
template <int kOwn, int kOther, typename Row>
CAIRN_DEVICE void Probabilities(float (&p)[kOwn][kOther], float scale, const Row& row) {
  bool exact = true;
  CAIRN_UNROLL for (int i = 0; i < kOwn; ++i) {
    CAIRN_UNROLL for (int j = 0; j < kOther; ++j) {
      p[i][j] = Exp(p[i][j] * scale - row(i, j)[0]);
      exact = exact & (p[i][j] >= 0x1p-90f);
    }
  }
  if (exact) {
    CAIRN_UNROLL for (int i = 0; i < kOwn; ++i) {
      CAIRN_UNROLL for (int j = 0; j < kOther; ++j) {
        const float l = row(i, j)[1], y = row(i, j)[2];
        float q = p[i][j] * y;
        q = Fma(Fma(-q, l, p[i][j]), y, q);
        p[i][j] = Fma(Fma(-q, l, p[i][j]), y, q);
      }
    }
  } else {
    CAIRN_UNROLL for (int i = 0; i < kOwn; ++i) {
      CAIRN_UNROLL for (int j = 0; j < kOther; ++j) p[i][j] = Div(p[i][j], row(i, j)[1]);
    }
  }
}

// Writes delta.
template <int kDim>
CAIRN_DEVICE void AttentionGradQuery(const AttentionArgs& args, Tiles<kDim, 2>& tiles, Float4* rows) {
  using Of = Tiling<kDim>;
  const Sight<kDim, false> sight(args.segment_start, args.t, tiles.seen);
  const int h = BlockY(), group = h / (args.heads / args.kv_heads) * kDim;
  const int64_t ld = static_cast<int64_t>(args.kv_heads) * kDim, q_ld = static_cast<int64_t>(args.heads) * kDim;
  const Range keys = sight.OfBlock();
  Stage<kDim, OwnOfBlock(kDim)>(args.q + h * kDim, q_ld, sight.BlockFirst(), args.t, tiles.Own(0));
  Stage<kDim, OwnOfBlock(kDim)>(args.dout + h * kDim, q_ld, sight.BlockFirst(), args.t, tiles.Own(1));
  Barrier();
  if (Thread() < OwnOfBlock(kDim)) {
    const int row = sight.BlockFirst() + Thread();
    const int64_t at = static_cast<int64_t>(Lesser(row, args.t - 1)) * args.heads + h;
    float lane[16];
    CAIRN_UNROLL for (int d = 0; d < 16; ++d) lane[d] = 0.0f;
    CAIRN_UNROLL for (int four = 0; four < kDim / 4; ++four) {
      const Float4 dout = Four(tiles.Own(1) + Thread() * Of::kStride, four), out = Four(args.out + at * kDim, four);
      CAIRN_UNROLL for (int d = 0; d < 4; ++d) {
        float& sum = lane[(4 * four + d) % 16];
        sum = Fma(dout[d], out[d], sum);
      }
    }
    rows[Thread()] = RowOf(args, at, Fold16(lane));
    if (row < args.t) args.delta[at] = rows[Thread()][3];
  }
  typename Of::Sums dq;
  Clear(dq);
  const auto row = [&](int i, int) { return (rows + (Thread() / 32 * Of::kOwnTile + Down()))[4 * i]; };
  for (int tile = keys.begin; tile < keys.end; tile += Of::kOtherTile) {
    Barrier();
    Stage<kDim, Of::kOtherTile>(args.k + group, ld, tile, args.t, tiles.Other(0));
    Stage<kDim, Of::kOtherTile>(args.v + group, ld, tile, args.t, tiles.Other(1));
    Barrier();
    if (!sight.Sees(tile)) continue;
    typename Of::Scores p, dp;
    Products<kDim>(tiles.OwnOfWarp(0), tiles.Other(0), p);
    Probabilities(p, args.scale, row);
    Products<kDim>(tiles.OwnOfWarp(1), tiles.Other(1), dp);
    CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
      CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) {
        tiles.Weights(i)[Across() + 8 * j] = (p[i][j] * (dp[i][j] - row(i, j)[3])) * args.scale;
      }
    }
    AddTile<kDim>(sight, tile, tiles, tiles.Other(0), dq);
  }
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
    if (sight.Exists(i)) StoreDims<kDim>(dq[i], args.dq + (static_cast<int64_t>(sight.Own(i)) * args.heads + h) * kDim);
  }
}

// Heads of the group ascending, then rows. Needs delta of every row.
template <int kDim>
CAIRN_DEVICE void AttentionGradKey(const AttentionArgs& args, Tiles<kDim, 2>& tiles, Float4* rows) {
  using Of = Tiling<kDim>;
  const Sight<kDim, true> sight(args.segment_end, args.t, tiles.seen);
  const int g = BlockY(), per_group = args.heads / args.kv_heads;
  const int64_t ld = static_cast<int64_t>(args.heads) * kDim, kv_ld = static_cast<int64_t>(args.kv_heads) * kDim;
  const Range seen_by = sight.OfBlock();
  Stage<kDim, OwnOfBlock(kDim)>(args.k + g * kDim, kv_ld, sight.BlockFirst(), args.t, tiles.Own(0));
  Stage<kDim, OwnOfBlock(kDim)>(args.v + g * kDim, kv_ld, sight.BlockFirst(), args.t, tiles.Own(1));
  typename Of::Sums dk, dv;
  Clear(dk);
  Clear(dv);
  const auto row = [&](int, int j) { return rows[Across() + 8 * j]; };
  for (int h = g * per_group; h < (g + 1) * per_group; ++h) {
    for (int tile = seen_by.begin; tile < seen_by.end; tile += Of::kOtherTile) {
      Barrier();
      Stage<kDim, Of::kOtherTile>(args.q + h * kDim, ld, tile, args.t, tiles.Other(0));
      Stage<kDim, Of::kOtherTile>(args.dout + h * kDim, ld, tile, args.t, tiles.Other(1));
      if (Thread() < Of::kOtherTile) {
        const int64_t at = static_cast<int64_t>(Lesser(tile + Thread(), args.t - 1)) * args.heads + h;
        rows[Thread()] = RowOf(args, at, args.delta[at]);
      }
      Barrier();
      if (!sight.Sees(tile)) continue;
      typename Of::Scores p, dp;
      Products<kDim>(tiles.OwnOfWarp(0), tiles.Other(0), p);
      Probabilities(p, args.scale, row);
      CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
        CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) tiles.Weights(i)[Across() + 8 * j] = p[i][j];
      }
      AddTile<kDim>(sight, tile, tiles, tiles.Other(1), dv);
      Products<kDim>(tiles.OwnOfWarp(1), tiles.Other(1), dp);
      WarpBarrier();
      CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
        CAIRN_UNROLL for (int j = 0; j < Of::kOther; ++j) {
          float& weight = tiles.Weights(i)[Across() + 8 * j];
          weight = (weight * (dp[i][j] - row(i, j)[3])) * args.scale;
        }
      }
      AddTile<kDim>(sight, tile, tiles, tiles.Other(0), dk);
    }
  }
  CAIRN_UNROLL for (int i = 0; i < Of::kOwn; ++i) {
    if (!sight.Exists(i)) continue;
    const int64_t at = (static_cast<int64_t>(sight.Own(i)) * args.kv_heads + g) * kDim;
    StoreDims<kDim>(dk[i], args.dk + at);
    StoreDims<kDim>(dv[i], args.dv + at);
  }
}

// Six blocks in a processor: 168 registers for a thread, which nothing here exceeds.
#define CAIRN_ATTENTION(dim)                                                    \
  CAIRN_KERNEL_FOR(Attention##dim, AttentionArgs, kAttentionThreads, 6) {       \
    CAIRN_SHARED Tiles<dim, 1> tiles;                                           \
    AttentionRows<dim>(args, tiles);                                            \
  }                                                                             \
  CAIRN_KERNEL_FOR(AttentionGradQ##dim, AttentionArgs, kAttentionThreads, 6) {  \
    CAIRN_SHARED Tiles<dim, 2> tiles;                                           \
    CAIRN_SHARED Float4 rows[OwnOfBlock(dim)];                                  \
    AttentionGradQuery<dim>(args, tiles, rows);                                 \
  }                                                                             \
  CAIRN_KERNEL_FOR(AttentionGradKV##dim, AttentionArgs, kAttentionThreads, 6) { \
    CAIRN_SHARED Tiles<dim, 2> tiles;                                           \
    CAIRN_SHARED Float4 rows[Tiling<dim>::kOtherTile];                          \
    AttentionGradKey<dim>(args, tiles, rows);                                   \
  }
CAIRN_ATTENTION(8)
CAIRN_ATTENTION(32)
CAIRN_ATTENTION(64)
CAIRN_ATTENTION(128)

}  // namespace cairn::device
