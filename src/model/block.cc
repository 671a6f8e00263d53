#include "model/block.h"

#include <algorithm>

namespace cairn::model {
namespace {

// One linear layer of a block with its bias and its adapter, if it has them.
struct LinearLayer {
  kernels::WeightMatrix w;
  size_t in, out, rank = 0;
  float scale = 0;
  const float *bias = nullptr, *a = nullptr, *b = nullptr;
  const Int8Layer* int8 = nullptr;
  size_t w_offset, bias_offset, a_offset = 0, b_offset = 0;

  LinearLayer(const Model& model, size_t layer, int p, AdapterUse adapter = AdapterUse::kWith) {
    ProjectionShape shape = ShapeOf(model.config, p);
    in = shape.in;
    out = shape.out;
    w_offset = model.offsets.layers[layer].projection[p];
    w = model.Matrix(w_offset);
    bias_offset = model.offsets.layers[layer].bias[p];
    if (bias_offset != kNoTensor) bias = model.Vector(bias_offset);
    if (model.int8) int8 = &model.int8->layers[layer][static_cast<size_t>(p)];
    if (adapter == AdapterUse::kWithout || !model.adapter || !model.adapter->config.targets[p]) return;
    const LoraOffsets& o = model.adapter->offsets[layer][static_cast<size_t>(p)];
    rank = static_cast<size_t>(model.adapter->config.rank);
    scale = model.adapter->config.Scale();
    a_offset = o.a;
    b_offset = o.b;
    a = model.adapter->values.data() + o.a;
    b = model.adapter->values.data() + o.b;
  }

  // y (+)= bias + W x + B (scale * (A x)); low [T, rank] keeps scale * (A x).
  void Forward(ThreadPool& pool, const float* x, float* y, size_t t, bool accumulate, float* low) const {
    if (bias) {
      kernels::StartAtBias(pool, bias, y, t, out, accumulate);
      accumulate = true;
    }
    if (int8) {
      kernels::Int8Linear(pool, x, int8->forward, y, t, accumulate);
    } else {
      kernels::Linear(pool, x, w, y, t, in, out, accumulate);
    }
    if (rank == 0) return;
    kernels::Linear(pool, x, a, low, t, in, rank);
    kernels::Scale(pool, scale, low, t * rank);
    kernels::Linear(pool, low, b, y, t, rank, out, true);
  }

  // dx (+)= W^T dy (+ adapter's part), unless it is null; dlow [T, rank] keeps scale * (B^T dy).
  void GradInput(ThreadPool& pool, const float* dy, float* dx, size_t t, bool accumulate, float* dlow) const {
    if (dx && int8) {
      kernels::Int8Linear(pool, dy, int8->backward, dx, t, accumulate);
    } else if (dx) {
      kernels::LinearGradInput(pool, dy, w, dx, t, in, out, accumulate);
    }
    if (rank == 0) return;
    kernels::LinearGradInput(pool, dy, b, dlow, t, rank, out, false);
    kernels::Scale(pool, scale, dlow, t * rank);
    if (dx) kernels::LinearGradInput(pool, dlow, a, dx, t, in, rank, true);
  }

  // Adds to the gradient of one part, if it is trained.
  void GradWeight(ThreadPool& pool, LinearPart part, const float* dy, const float* x, size_t t, const float* low,
                  const float* dlow, const GradientViews& gradients) const {
    if (part == LinearPart::kWeight && gradients.weights) {
      kernels::LinearGradWeight(pool, dy, x, gradients.weights + w_offset, t, in, out);
      if (bias) kernels::BiasGradient(pool, dy, gradients.weights + bias_offset, t, out);
    }
    if (rank == 0 || !gradients.adapter) return;
    if (part == LinearPart::kLoraA) kernels::LinearGradWeight(pool, dlow, x, gradients.adapter + a_offset, t, in, rank);
    if (part == LinearPart::kLoraB)
      kernels::LinearGradWeight(pool, dy, low, gradients.adapter + b_offset, t, rank, out);
  }
};

// One block's operations on some rows of a batch.
class BlockRows {
 public:
  BlockRows(ThreadPool& pool, const Model& model, size_t layer, RowRange rows, AdapterUse adapter = AdapterUse::kWith)
      : pool(pool),
        model(model),
        layer(layer),
        rows(rows),
        adapter(adapter),
        s(model.config),
        offsets(model.offsets.layers[layer]),
        eps(static_cast<float>(model.config.rms_norm_eps)),
        residual_multiplier(static_cast<float>(model.config.residual_multiplier)) {}

  // Where the rows begin in a buffer of `width` values a row.
  template <typename Buffer>
  auto* At(Buffer& buffer, size_t width) const {
    return buffer.data() + rows.first * width;
  }

  void Forward(int p, const float* x, float* y, bool accumulate, BlockBuffers& b) const {
    const LinearLayer l(model, layer, p, adapter);
    l.Forward(pool, x, y, rows.count, accumulate, At(b.lora[static_cast<size_t>(p)], l.rank));
  }

  void GradInput(int p, const float* dy, float* dx, bool accumulate, BackwardScratch& w) const {
    const LinearLayer l(model, layer, p);
    l.GradInput(pool, dy, dx, rows.count, accumulate, At(w.lora[static_cast<size_t>(p)], l.rank));
  }

  void Norm(size_t weight, const float* x, float* y, float* rstd) const {
    kernels::RmsNorm(pool, x, model.Vector(weight), y, rstd, rows.count, s.hidden, eps);
  }

  // to = residual + residual_multiplier * linear layer p of x.
  void AddToResidual(int p, const float* x, const float* residual, float* to, BlockBuffers& b) const {
    std::copy_n(residual, rows.count * s.hidden, to);
    if (residual_multiplier == 1.0f) return Forward(p, x, to, true, b);
    Forward(p, x, At(b.branch, s.hidden), false, b);
    kernels::AddScaled(pool, residual_multiplier, At(b.branch, s.hidden), to, rows.count * s.hidden);
  }

  // Keeps in `branch` what reaches the branch that AddToResidual added; dx goes on through the residual.
  void BranchGradient(const float* dx, float* branch) const {
    std::copy_n(dx, rows.count * s.hidden, branch);
    if (residual_multiplier != 1.0f) kernels::Scale(pool, residual_multiplier, branch, rows.count * s.hidden);
  }

  ThreadPool& pool;
  const Model& model;
  const size_t layer;
  const RowRange rows;
  const AdapterUse adapter;
  const ModelSizes s;
  const LayerOffsets& offsets;
  const float eps, residual_multiplier;
};

size_t RankOf(const Model& model) { return model.adapter ? static_cast<size_t>(model.adapter->config.rank) : 0; }

// Batches differ in size: memory that was needed once is kept, and not cleared again.
void Fit(std::vector<float>& v, size_t n) {
  if (v.size() < n) v.resize(n);
}

}  // namespace

kernels::AttentionShape AttentionShapeOf(const ModelConfig& config, size_t t) {
  const ModelSizes s(config);
  return {t, s.heads, s.kv_heads, s.head_dim, static_cast<float>(config.attention_multiplier)};
}

void BlockBuffers::Resize(const Model& model, size_t t) {
  ResizeBeforeAttention(model, t);
  ResizeAfterAttention(model, t);
}

void BlockBuffers::ResizeBeforeAttention(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&x, &h1}) Fit(*v, t * s.hidden);
  Fit(rstd1, t);
  for (auto* v : {&q, &att}) Fit(*v, t * s.q);
  Fit(k, t * s.kv);
  Fit(this->v, t * s.kv);
  Fit(stats, t * s.heads * 2);
  if (model.config.qk_norm) {
    Fit(raw_q, t * s.q);
    Fit(raw_k, t * s.kv);
    Fit(rstd_q, t * s.heads);
    Fit(rstd_k, t * s.kv_heads);
  }
  for (int p : {kQ, kK, kV}) Fit(lora[static_cast<size_t>(p)], t * RankOf(model));
}

void BlockBuffers::ResizeAfterAttention(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&x, &mid, &h2}) Fit(*v, t * s.hidden);
  Fit(rstd2, t);
  Fit(att, t * s.q);
  for (auto* v : {&gate, &up, &act}) Fit(*v, t * s.ffn);
  if (model.config.residual_multiplier != 1.0) Fit(branch, t * s.hidden);
  for (int p : {kO, kGate, kUp, kDown}) Fit(lora[static_cast<size_t>(p)], t * RankOf(model));
}

void BlockBeforeAttention(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, RowRange rows,
                          BlockBuffers& b, AdapterUse adapter) {
  const BlockRows block(pool, model, layer, rows, adapter);
  const ModelSizes& s = block.s;
  float* h1 = block.At(b.h1, s.hidden);
  auto queries_or_keys = [&](int p, std::vector<float>& raw, std::vector<float>& rstd, size_t norm, size_t heads,
                             std::vector<float>& out) {
    const bool normed = norm != kNoTensor;
    float* to = block.At(out, heads * s.head_dim);
    float* before = normed ? block.At(raw, heads * s.head_dim) : to;
    block.Forward(p, h1, before, false, b);
    if (normed)
      kernels::RmsNorm(pool, before, model.Vector(norm), to, block.At(rstd, heads), rows.count * heads, s.head_dim,
                       block.eps);
    if (model.config.HasRope(layer))
      kernels::Rope(pool, model.rope, positions + rows.first, to, rows.count, heads, s.head_dim, false);
  };
  block.Norm(block.offsets.input_norm, block.At(b.x, s.hidden), h1, block.At(b.rstd1, 1));
  queries_or_keys(kQ, b.raw_q, b.rstd_q, block.offsets.q_norm, s.heads, b.q);
  queries_or_keys(kK, b.raw_k, b.rstd_k, block.offsets.k_norm, s.kv_heads, b.k);
  block.Forward(kV, h1, block.At(b.v, s.kv), false, b);
}

void BlockAfterAttention(ThreadPool& pool, const Model& model, size_t layer, RowRange rows, BlockBuffers& b, float* out,
                         AdapterUse adapter) {
  const BlockRows block(pool, model, layer, rows, adapter);
  const ModelSizes& s = block.s;
  float *mid = block.At(b.mid, s.hidden), *h2 = block.At(b.h2, s.hidden);
  float *gate = block.At(b.gate, s.ffn), *up = block.At(b.up, s.ffn), *act = block.At(b.act, s.ffn);
  block.AddToResidual(kO, block.At(b.att, s.q), block.At(b.x, s.hidden), mid, b);
  block.Norm(block.offsets.post_norm, mid, h2, block.At(b.rstd2, 1));
  block.Forward(kGate, h2, gate, false, b);
  block.Forward(kUp, h2, up, false, b);
  kernels::SwiGlu(pool, gate, up, act, rows.count * s.ffn);
  block.AddToResidual(kDown, act, mid, out + rows.first * s.hidden, b);
}

void BlockForward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, size_t t,
                  BlockBuffers& b, const AttentionFunction& attention, float* out) {
  BlockBeforeAttention(pool, model, layer, positions, {0, t}, b);
  attention(b);
  BlockAfterAttention(pool, model, layer, {0, t}, b, out);
}

void BackwardScratch::Resize(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&datt, &dq}) Fit(*v, t * s.q);
  for (auto* v : {&dk, &dv}) Fit(*v, t * s.kv);
  for (auto* v : {&dh, &dmid, &dout}) Fit(*v, t * s.hidden);
  for (auto* v : {&dact, &dgate, &dup}) Fit(*v, t * s.ffn);
  if (model.config.qk_norm) {
    Fit(draw_q, t * s.q);
    Fit(draw_k, t * s.kv);
  }
  for (auto& low : lora) Fit(low, t * RankOf(model));
}

void BlockAfterAttentionBackward(ThreadPool& pool, const Model& model, size_t layer, RowRange rows,
                                 const BlockBuffers& b, BackwardScratch& w, const GradientViews& gradients, float* dx) {
  const BlockRows block(pool, model, layer, rows);
  const ModelSizes& s = block.s;
  const size_t post_norm = block.offsets.post_norm;
  float *dout = block.At(w.dout, s.hidden), *dmid = block.At(w.dmid, s.hidden), *dh = block.At(w.dh, s.hidden);
  float *dact = block.At(w.dact, s.ffn), *dgate = block.At(w.dgate, s.ffn), *dup = block.At(w.dup, s.ffn);
  dx += rows.first * s.hidden;
  block.BranchGradient(dx, dout);
  block.GradInput(kDown, dout, dact, false, w);
  kernels::SwiGluBackward(pool, dact, block.At(b.gate, s.ffn), block.At(b.up, s.ffn), dgate, dup, rows.count * s.ffn);
  block.GradInput(kGate, dgate, dh, false, w);
  block.GradInput(kUp, dup, dh, true, w);
  kernels::RmsNormBackward(pool, dh, block.At(b.mid, s.hidden), model.Vector(post_norm), block.At(b.rstd2, 1), dx,
                           gradients.weights ? gradients.weights + post_norm : nullptr, rows.count, s.hidden, true);
  block.BranchGradient(dx, dmid);
  block.GradInput(kO, dmid, block.At(w.datt, s.q), false, w);
}

void BlockBeforeAttentionBackward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions,
                                  RowRange rows, const BlockBuffers& b, BackwardScratch& w,
                                  const GradientViews& gradients, float* dx) {
  const BlockRows block(pool, model, layer, rows);
  const ModelSizes& s = block.s;
  auto norm_gradient = [&](size_t offset) { return gradients.weights ? gradients.weights + offset : nullptr; };
  // From the gradient of what attention takes to that of what the linear layer gave.
  auto unrotated = [&](std::vector<float>& dqk, const std::vector<float>& raw, const std::vector<float>& rstd,
                       size_t norm, size_t heads, std::vector<float>& draw) -> const float* {
    float* dy = block.At(dqk, heads * s.head_dim);
    if (model.config.HasRope(layer))
      kernels::Rope(pool, model.rope, positions + rows.first, dy, rows.count, heads, s.head_dim, true);
    if (norm == kNoTensor) return dy;
    float* before = block.At(draw, heads * s.head_dim);
    kernels::RmsNormBackward(pool, dy, block.At(raw, heads * s.head_dim), model.Vector(norm), block.At(rstd, heads),
                             before, norm_gradient(norm), rows.count * heads, s.head_dim, false);
    return before;
  };
  float* dh = dx ? block.At(w.dh, s.hidden) : nullptr;
  block.GradInput(kQ, unrotated(w.dq, b.raw_q, b.rstd_q, block.offsets.q_norm, s.heads, w.draw_q), dh, false, w);
  block.GradInput(kK, unrotated(w.dk, b.raw_k, b.rstd_k, block.offsets.k_norm, s.kv_heads, w.draw_k), dh, true, w);
  block.GradInput(kV, block.At(w.dv, s.kv), dh, true, w);
  if (!dx) return;
  kernels::RmsNormBackward(pool, dh, block.At(b.x, s.hidden), model.Vector(block.offsets.input_norm),
                           block.At(b.rstd1, 1), dx + rows.first * s.hidden, norm_gradient(block.offsets.input_norm),
                           rows.count, s.hidden, true);
}

void BlockGradWeight(ThreadPool& pool, const Model& model, size_t layer, int p, LinearPart part, size_t t,
                     const BlockBuffers& b, const BackwardScratch& w, const GradientViews& gradients) {
  const bool normed = model.config.qk_norm;
  const std::array<const std::vector<float>*, kProjections> x = {&b.h1, &b.h1, &b.h1, &b.att, &b.h2, &b.h2, &b.act};
  const std::array<const std::vector<float>*, kProjections> dy = {
      normed ? &w.draw_q : &w.dq, normed ? &w.draw_k : &w.dk, &w.dv, &w.dmid, &w.dgate, &w.dup, &w.dout};
  const auto i = static_cast<size_t>(p);
  LinearLayer(model, layer, p)
      .GradWeight(pool, part, dy[i]->data(), x[i]->data(), t, b.lora[i].data(), w.lora[i].data(), gradients);
}

}  // namespace cairn::model
