// Causal attention inside samples. Scores, outputs and gradients are small matmuls over packed blocks; the masked
// triangle is skipped, not multiplied by zero (that could turn -0 into +0). See numerics.md for the order of every sum.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "kernels/kernels.h"
#include "kernels/pack-inl.h"
#include "kernels/reference/reference.h"
#include "kernels/scratch.h"
#include "kernels/tile-inl.h"

#ifndef CAIRN_KERNELS_ATTENTION_ONCE
#define CAIRN_KERNELS_ATTENTION_ONCE
namespace cairn::kernels {

struct AttentionArgs {
  AttentionShape s;
  const int32_t* segment_start;
  const float *q, *k, *v;
  float *out, *max_and_sum;
};

struct AttentionGradArgs {
  AttentionShape s;
  const float *q, *k, *v, *out, *max_and_sum, *dout;
  float *dq, *dk, *dv;
};

// Query rows [row0, row1) of the segment that begins at `start`; `head` is a query head, or a group in the backward
// pass.
struct AttentionTask {
  size_t start, row0, row1, head;
};

struct DecodeArgs {
  AttentionShape s;
  size_t kv_stride;
  const float *q, *k, *v;
  float* out;
};

}  // namespace cairn::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

// The matrix src[n, D] cut into panels of kWide columns, packed: the right factor of products over rows.
class RowPanels {
 public:
  static size_t Floats(size_t n, size_t head_dim) { return n * RoundUp(head_dim, kWide); }
  RowPanels(const float* src, size_t ld, size_t n, size_t head_dim, float* dst) : data_(dst), n_(n), dim_(head_dim) {
    for (size_t d = 0; d < dim_; d += kWide)
      PackRows(src + d, ld, std::min(kWide, dim_ - d), PanelWidth(dim_ - d), n, dst + d * n);
  }

  // out[r, D] = chain over i < full + r of a[r, i] * src[i, D], r < rows.
  void CausalProduct(const float* a, size_t lda, size_t rows, size_t full, float* out, size_t ld) const {
    ForPanels([&](size_t d, size_t cols, size_t width) {
      RunTileToTriangle(rows, cols, full, a, lda, data_ + d * n_, width, out + d, ld);
    });
  }

  // out[j, D] continues its chain over the rows r of x [n, ld] that see key j (r + first >= j) with x[r, j] * src[r,
  // D]; j < first + n, first a multiple of kRowsMax.
  void CausalProductTransposed(const float* x, size_t ld, size_t first, float* out, size_t out_ld) const {
    const size_t keys = first + n_;
    for (size_t j = 0; j < keys; j += kRowsMax, x += kRowsMax, out += kRowsMax * out_ld) {
      const size_t count = std::min(kRowsMax, keys - j);
      ForPanels([&](size_t d, size_t cols, size_t width) {
        const float* b = data_ + d * n_;
        if (j < first) return RunTile(count, cols, n_, {x, 1, ld}, b, width, out + d, out_ld, true);
        const size_t row = j - first;  // the first one that sees key j; each later key is seen a row later
        RunTileFromTriangle(count, cols, n_ - row - (count - 1), x + row * ld, ld, b + row * width, width, out + d,
                            out_ld);
      });
    }
  }

 private:
  template <typename Body>
  void ForPanels(const Body& body) const {
    for (size_t d = 0; d < dim_; d += kWide) body(d, std::min(kWide, dim_ - d), PanelWidth(dim_ - d));
  }

  const float* data_;
  size_t n_, dim_;
};

// The matrix src[n, D] transposed into panels of kWide keys: the right factor of scores.
class KeyPanels {
 public:
  static size_t Floats(size_t n, size_t head_dim) { return RoundUp(n, kWide) * head_dim; }
  KeyPanels(const float* src, size_t ld, size_t n, size_t head_dim, float* dst) : data_(dst), dim_(head_dim) {
    for (size_t j = 0; j < n; j += kWide)
      PackTransposed(src + j * ld, ld, std::min(kWide, n - j), kWide, dim_, dst + j * dim_);
  }

  // out[r, j] = chain over D of x[r] * src[j], j < count, written up to the next multiple of kWide.
  void Scores(const float* x, size_t x_ld, size_t rows, size_t count, float* out, size_t ld) const {
    for (size_t j = 0; j < count; j += kWide)
      RunTile(rows, kWide, dim_, {x, x_ld, 1}, data_ + j * dim_, kWide, out + j, ld, false);
  }

 private:
  const float* data_;
  size_t dim_;
};

void DivideRow(float* x, float l, size_t n) {
  const VF lv = hn::Set(DF(), l);
  for (size_t j = 0; j < n; j += kLanes) StoreUpTo(hn::Div(LoadUpTo(x + j, n - j), lv), x + j, n - j);
}

void AttentionTaskForward(const AttentionArgs& a, const AttentionTask& task) {
  const size_t dim = a.s.head_dim, q_ld = a.s.heads * dim, kv_ld = a.s.kv_heads * dim;
  const size_t group = task.head / (a.s.heads / a.s.kv_heads), n = task.row1 - task.start;
  const size_t ld = RoundUp(n, kWide) + 16;
  const float scale = a.s.Scale();
  const size_t kv = task.start * kv_ld + group * dim;
  const KeyPanels keys(a.k + kv, kv_ld, n, dim, Scratch(ScratchSlot::kTask, KeyPanels::Floats(n, dim)));
  const RowPanels values(a.v + kv, kv_ld, n, dim, Scratch(ScratchSlot::kTask2, RowPanels::Floats(n, dim)));
  float* scores = Scratch(ScratchSlot::kTask3, kRowsMax * ld);
  for (size_t row = task.row0; row < task.row1; row += kRowsMax) {
    const size_t rows = std::min(kRowsMax, task.row1 - row), full = row - task.start + 1;
    const size_t at = row * q_ld + task.head * dim;
    keys.Scores(a.q + at, q_ld, rows, full + rows - 1, scores, ld);
    float* stats = a.max_and_sum + (row * a.s.heads + task.head) * 2;
    for (size_t r = 0; r < rows; ++r, stats += a.s.heads * 2) {
      float* s = scores + r * ld;
      stats[0] = MaxOf<true>(s, full + r, scale);
      stats[1] = ExpSum16<true>(s, s, full + r, stats[0]);
    }
    values.CausalProduct(scores, ld, rows, full, a.out + at, q_ld);
    stats = a.max_and_sum + (row * a.s.heads + task.head) * 2;
    for (size_t r = 0; r < rows; ++r, stats += a.s.heads * 2) DivideRow(a.out + at + r * q_ld, stats[1], dim);
  }
}

// s: scores, becomes p; dp: dout * v, becomes ds.
void SoftmaxGradRow(float* s, float* dp, size_t n, float scale, float m, float l, float delta) {
  const DF d;
  const VF scale_v = hn::Set(d, scale), m_v = hn::Set(d, m), l_v = hn::Set(d, l), delta_v = hn::Set(d, delta);
  for (size_t j = 0; j < n; j += kLanes) {
    const size_t left = n - j;
    const VF p = hn::Div(Exp(hn::Sub(hn::Mul(LoadUpTo(s + j, left), scale_v), m_v)), l_v);
    StoreUpTo(p, s + j, left);
    StoreUpTo(hn::Mul(hn::Mul(p, hn::Sub(LoadUpTo(dp + j, left), delta_v)), scale_v), dp + j, left);
  }
}

constexpr size_t kGradTiles = 4;  // row tiles in a block: the length of a continued chain of dk and dv
constexpr size_t kGradRows = kGradTiles * kRowsMax;

// What one backward task keeps: p and ds of a block of rows, and q and dout of it, packed.
struct GradScratch {
  size_t ld;
  float *p, *ds, *q_rows, *dout_rows;
  GradScratch(size_t n, size_t dim) : ld(RoundUp(n, kWide) + 16) {
    const size_t block = kGradRows * ld, rows = RowPanels::Floats(kGradRows, dim);
    p = Scratch(ScratchSlot::kTask3, 2 * block + 2 * rows);
    ds = p + block;
    q_rows = ds + block;
    dout_rows = q_rows + rows;
  }
};

// p and ds of rows [row, row + rows) (at most kRowsMax) of a head, at row `offset` of the block.
void GradScores(const AttentionGradArgs& a, const AttentionTask& task, size_t head, size_t row, size_t rows,
                const KeyPanels& keys, const KeyPanels& values, const GradScratch& w, size_t offset) {
  const size_t dim = a.s.head_dim, q_ld = a.s.heads * dim, at = row * q_ld + head * dim;
  const size_t full = row - task.start + 1;
  const float scale = a.s.Scale();
  float *p = w.p + offset * w.ld, *ds = w.ds + offset * w.ld;
  keys.Scores(a.q + at, q_ld, rows, full + rows - 1, p, w.ld);
  values.Scores(a.dout + at, q_ld, rows, full + rows - 1, ds, w.ld);
  for (size_t r = 0; r < rows; ++r) {
    const float* stats = a.max_and_sum + ((row + r) * a.s.heads + head) * 2;
    const float delta = Dot16(a.dout + at + r * q_ld, a.out + at + r * q_ld, dim);
    SoftmaxGradRow(p + r * w.ld, ds + r * w.ld, full + r, scale, stats[0], stats[1], delta);
  }
}

// A whole segment of one key/value group: the chains of dk and dv run over its heads, then its rows.
void AttentionTaskBackward(const AttentionGradArgs& a, const AttentionTask& task) {
  const size_t dim = a.s.head_dim, q_ld = a.s.heads * dim, kv_ld = a.s.kv_heads * dim;
  const size_t per_group = a.s.heads / a.s.kv_heads, n = task.row1 - task.start;
  const size_t kv = task.start * kv_ld + task.head * dim;
  float* packed = Scratch(ScratchSlot::kTask, 2 * KeyPanels::Floats(n, dim) + RowPanels::Floats(n, dim));
  const KeyPanels keys(a.k + kv, kv_ld, n, dim, packed);
  const KeyPanels values(a.v + kv, kv_ld, n, dim, packed + KeyPanels::Floats(n, dim));
  const RowPanels key_rows(a.k + kv, kv_ld, n, dim, packed + 2 * KeyPanels::Floats(n, dim));
  const GradScratch w(n, dim);
  for (size_t j = 0; j < n; ++j) {
    std::fill_n(a.dk + kv + j * kv_ld, dim, 0.0f);
    std::fill_n(a.dv + kv + j * kv_ld, dim, 0.0f);
  }
  for (size_t head = task.head * per_group; head < (task.head + 1) * per_group; ++head) {
    for (size_t row = task.start; row < task.row1; row += kGradRows) {
      const size_t rows = std::min(kGradRows, task.row1 - row), at = row * q_ld + head * dim;
      for (size_t r = 0; r < rows; r += kRowsMax) {
        const size_t part = std::min(kRowsMax, rows - r);
        GradScores(a, task, head, row + r, part, keys, values, w, r);
        key_rows.CausalProduct(w.ds + r * w.ld, w.ld, part, row + r - task.start + 1, a.dq + at + r * q_ld, q_ld);
      }
      const RowPanels q_rows(a.q + at, q_ld, rows, dim, w.q_rows), dout_rows(a.dout + at, q_ld, rows, dim, w.dout_rows);
      q_rows.CausalProductTransposed(w.ds, w.ld, row - task.start, a.dk + kv, kv_ld);
      dout_rows.CausalProductTransposed(w.p, w.ld, row - task.start, a.dv + kv, kv_ld);
    }
  }
}

// One group of query heads (at most kRowsMax at a time) against its keys and values.
void DecodeHeads(const DecodeArgs& a, size_t group, size_t head, size_t rows) {
  const size_t dim = a.s.head_dim, n = a.s.t, ld = RoundUp(n, kWide) + 16;
  const float scale = a.s.Scale();
  float* scores = Scratch(ScratchSlot::kTask, rows * ld + kWide * std::max(dim, n));
  float* packed = scores + rows * ld;
  const float *k = a.k + group * dim, *v = a.v + group * dim;
  for (size_t j = 0; j < n; j += kWide) {
    PackTransposed(k + j * a.kv_stride, a.kv_stride, std::min(kWide, n - j), kWide, dim, packed);
    RunTile(rows, kWide, dim, {a.q + head * dim, dim, 1}, packed, kWide, scores + j, ld, false);
  }
  float sums[kRowsMax];
  for (size_t r = 0; r < rows; ++r) {
    float* s = scores + r * ld;
    sums[r] = ExpSum16<true>(s, s, n, MaxOf<true>(s, n, scale));
  }
  float* out = a.out + head * dim;
  for (size_t d = 0; d < dim; d += kWide) {
    const size_t cols = std::min(kWide, dim - d), width = PanelWidth(cols);
    const bool direct = cols == width;
    if (!direct) PackRows(v + d, a.kv_stride, cols, width, n, packed);
    RunTile(rows, cols, n, {scores, ld, 1}, direct ? v + d : packed, direct ? a.kv_stride : width, out + d, dim, false);
  }
  for (size_t r = 0; r < rows; ++r) DivideRow(out + r * dim, sums[r], dim);
}

void DecodeTarget(const DecodeArgs& a) {
  const size_t per_group = a.s.heads / a.s.kv_heads;
  for (size_t g = 0; g < a.s.kv_heads; ++g)
    for (size_t h = 0; h < per_group; h += kRowsMax)
      DecodeHeads(a, g, g * per_group + h, std::min(kRowsMax, per_group - h));
}

#else  // no SIMD: the definition, cut at segments

void AttentionTaskForward(const AttentionArgs& a, const AttentionTask& task) {
  const size_t dim = a.s.head_dim, group = task.head / (a.s.heads / a.s.kv_heads), kv_ld = a.s.kv_heads * dim;
  const size_t n = task.row1 - task.start;
  std::vector<int32_t> start(n, 0);
  std::vector<float> q(n * dim), k(n * dim), v(n * dim), out(n * dim), stats(n * 2);
  for (size_t i = 0; i < n; ++i) {
    const size_t row = task.start + i;
    std::copy_n(a.q + (row * a.s.heads + task.head) * dim, dim, &q[i * dim]);
    std::copy_n(a.k + row * kv_ld + group * dim, dim, &k[i * dim]);
    std::copy_n(a.v + row * kv_ld + group * dim, dim, &v[i * dim]);
  }
  reference::Attention({n, 1, 1, dim, a.s.scale}, start.data(), q.data(), k.data(), v.data(), out.data(), stats.data());
  for (size_t row = task.row0; row < task.row1; ++row) {
    const size_t i = row - task.start;
    std::copy_n(&out[i * dim], dim, a.out + (row * a.s.heads + task.head) * dim);
    std::copy_n(&stats[i * 2], 2, a.max_and_sum + (row * a.s.heads + task.head) * 2);
  }
}

void AttentionTaskBackward(const AttentionGradArgs& a, const AttentionTask& task) {
  const size_t per_group = a.s.heads / a.s.kv_heads, dim = a.s.head_dim, n = task.row1 - task.start;
  std::vector<int32_t> start(n, 0);
  std::vector<float> q(n * per_group * dim), dout(q), out(q), dq(q), k(n * dim), v(k), dk(k), dv(k);
  std::vector<float> stats(n * per_group * 2);
  for (size_t i = 0; i < n; ++i) {
    const size_t head = (task.start + i) * a.s.heads + task.head * per_group;
    const size_t kv = ((task.start + i) * a.s.kv_heads + task.head) * dim;
    std::copy_n(a.q + head * dim, per_group * dim, &q[i * per_group * dim]);
    std::copy_n(a.out + head * dim, per_group * dim, &out[i * per_group * dim]);
    std::copy_n(a.dout + head * dim, per_group * dim, &dout[i * per_group * dim]);
    std::copy_n(a.max_and_sum + head * 2, per_group * 2, &stats[i * per_group * 2]);
    std::copy_n(a.k + kv, dim, &k[i * dim]);
    std::copy_n(a.v + kv, dim, &v[i * dim]);
  }
  reference::AttentionBackward({n, per_group, 1, dim, a.s.scale}, start.data(), q.data(), k.data(), v.data(),
                               out.data(), stats.data(), dout.data(), dq.data(), dk.data(), dv.data());
  for (size_t i = 0; i < n; ++i) {
    const size_t head = (task.start + i) * a.s.heads + task.head * per_group;
    const size_t kv = ((task.start + i) * a.s.kv_heads + task.head) * dim;
    std::copy_n(&dq[i * per_group * dim], per_group * dim, a.dq + head * dim);
    std::copy_n(&dk[i * dim], dim, a.dk + kv);
    std::copy_n(&dv[i * dim], dim, a.dv + kv);
  }
}

void DecodeTarget(const DecodeArgs& a) { reference::AttentionDecode(a.s, a.kv_stride, a.q, a.k, a.v, a.out); }

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(AttentionTaskForward);
HWY_EXPORT(AttentionTaskBackward);
HWY_EXPORT(DecodeTarget);

namespace {

void CheckShape(const AttentionShape& s) {
  CAIRN_CHECK(s.head_dim > 0 && s.kv_heads > 0 && s.heads > 0 && s.heads % s.kv_heads == 0);
}

// One task for each segment, head and up to `rows` query rows; long segments first would not change a bit, only time.
std::vector<AttentionTask> MakeTasks(const int32_t* segment_start, size_t t, size_t heads, size_t rows) {
  std::vector<AttentionTask> tasks;
  for (size_t begin = 0; begin < t;) {
    CAIRN_CHECK(static_cast<size_t>(segment_start[begin]) == begin);
    size_t end = begin + 1;
    while (end < t && segment_start[end] == segment_start[begin]) ++end;
    for (size_t row = begin; row < end; row += rows)
      for (size_t h = 0; h < heads; ++h) tasks.push_back({begin, row, std::min(end, row + std::min(rows, t)), h});
    begin = end;
  }
  return tasks;
}

}  // namespace

float AttentionShape::Scale() const { return scale == 0 ? 1.0f / std::sqrt(static_cast<float>(head_dim)) : scale; }

void Attention(ThreadPool& pool, const AttentionShape& shape, const int32_t* segment_start, const float* q,
               const float* k, const float* v, float* out, float* max_and_sum) {
  CheckShape(shape);
  // 252 = 18 tiles of 14 rows; packing the keys again for each task costs about a hundredth of the work.
  const std::vector<AttentionTask> tasks = MakeTasks(segment_start, shape.t, shape.heads, 252);
  const AttentionArgs args{shape, segment_start, q, k, v, out, max_and_sum};
  const auto run = HWY_DYNAMIC_DISPATCH(AttentionTaskForward);
  pool.Run(tasks.size(), [&](size_t i) { run(args, tasks[i]); });
}

void AttentionBackward(ThreadPool& pool, const AttentionShape& shape, const int32_t* segment_start, const float* q,
                       const float* k, const float* v, const float* out, const float* max_and_sum, const float* dout,
                       float* dq, float* dk, float* dv) {
  CheckShape(shape);
  const std::vector<AttentionTask> tasks =
      MakeTasks(segment_start, shape.t, shape.kv_heads, std::max<size_t>(shape.t, 1));
  const AttentionGradArgs args{shape, q, k, v, out, max_and_sum, dout, dq, dk, dv};
  const auto run = HWY_DYNAMIC_DISPATCH(AttentionTaskBackward);
  pool.Run(tasks.size(), [&](size_t i) { run(args, tasks[i]); });
}

void AttentionDecode(const AttentionShape& shape, size_t kv_stride, const float* q, const float* k, const float* v,
                     float* out) {
  CheckShape(shape);
  CAIRN_CHECK(shape.t > 0 && kv_stride >= shape.kv_heads * shape.head_dim);
  const DecodeArgs args{shape, kv_stride, q, k, v, out};
  HWY_DYNAMIC_DISPATCH(DecodeTarget)(args);
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
