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

  LinearLayer(const Model& model, size_t layer, int p) {
    ProjectionShape shape = ShapeOf(model.config, p);
    in = shape.in;
    out = shape.out;
    w_offset = model.offsets.layers[layer].projection[p];
    w = model.Matrix(w_offset);
    bias_offset = model.offsets.layers[layer].bias[p];
    if (bias_offset != kNoTensor) bias = model.Vector(bias_offset);
    if (model.int8) int8 = &model.int8->layers[layer][static_cast<size_t>(p)];
    if (!model.adapter || !model.adapter->config.targets[p]) return;
    const LoraOffsets& o = model.adapter->offsets[layer][static_cast<size_t>(p)];
    rank = static_cast<size_t>(model.adapter->config.rank);
    scale = model.adapter->config.Scale();
    a_offset = o.a;
    b_offset = o.b;
    a = model.adapter->values.data() + o.a;
    b = model.adapter->values.data() + o.b;
  }

  // y (+)= bias + W x + B (scale * (A x)); low [T, rank] keeps scale * (A x).
  void Forward(ThreadPool& pool, const float* x, float* y, size_t t, bool accumulate, std::vector<float>& low) const {
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
    kernels::Linear(pool, x, a, low.data(), t, in, rank);
    kernels::Scale(pool, scale, low.data(), t * rank);
    kernels::Linear(pool, low.data(), b, y, t, rank, out, true);
  }

  // dx (+)= W^T dy (+ adapter's part); adds to the gradients.
  void Backward(ThreadPool& pool, const float* dy, const float* x, float* dx, size_t t, bool accumulate,
                const std::vector<float>& low, std::vector<float>& dlow, const GradientViews& gradients) const {
    if (gradients.weights) kernels::LinearGradWeight(pool, dy, x, gradients.weights + w_offset, t, in, out);
    if (gradients.weights && bias) kernels::BiasGradient(pool, dy, gradients.weights + bias_offset, t, out);
    if (int8) {
      kernels::Int8Linear(pool, dy, int8->backward, dx, t, accumulate);
    } else {
      kernels::LinearGradInput(pool, dy, w, dx, t, in, out, accumulate);
    }
    if (rank == 0) return;
    kernels::LinearGradInput(pool, dy, b, dlow.data(), t, rank, out, false);
    kernels::Scale(pool, scale, dlow.data(), t * rank);
    if (gradients.adapter) {
      kernels::LinearGradWeight(pool, dy, low.data(), gradients.adapter + b_offset, t, rank, out);
      kernels::LinearGradWeight(pool, dlow.data(), x, gradients.adapter + a_offset, t, in, rank);
    }
    kernels::LinearGradInput(pool, dlow.data(), a, dx, t, in, rank, true);
  }
};

}  // namespace

kernels::AttentionShape AttentionShapeOf(const ModelConfig& config, size_t t) {
  const ModelSizes s(config);
  return {t, s.heads, s.kv_heads, s.head_dim, static_cast<float>(config.attention_multiplier)};
}

void BlockBuffers::Resize(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&x, &h1, &mid, &h2}) v->resize(t * s.hidden);
  for (auto* v : {&rstd1, &rstd2}) v->resize(t);
  for (auto* v : {&q, &att}) v->resize(t * s.q);
  k.resize(t * s.kv);
  this->v.resize(t * s.kv);
  stats.resize(t * s.heads * 2);
  for (auto* v : {&gate, &up, &act}) v->resize(t * s.ffn);
  if (model.config.qk_norm) {
    raw_q.resize(t * s.q);
    raw_k.resize(t * s.kv);
    rstd_q.resize(t * s.heads);
    rstd_k.resize(t * s.kv_heads);
  }
  if (model.config.residual_multiplier != 1.0) branch.resize(t * s.hidden);
  size_t rank = model.adapter ? static_cast<size_t>(model.adapter->config.rank) : 0;
  for (auto& low : lora) low.resize(t * rank);
}

void BlockForward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, size_t t,
                  BlockBuffers& b, const AttentionFunction& attention, float* out) {
  const ModelSizes s(model.config);
  const LayerOffsets& offsets = model.offsets.layers[layer];
  const auto eps = static_cast<float>(model.config.rms_norm_eps);
  auto linear = [&](int p, const std::vector<float>& from, float* to, bool accumulate) {
    LinearLayer(model, layer, p).Forward(pool, from.data(), to, t, accumulate, b.lora[static_cast<size_t>(p)]);
  };
  auto queries_or_keys = [&](int p, std::vector<float>& raw, std::vector<float>& rstd, size_t norm, size_t heads,
                             std::vector<float>& to) {
    const bool normed = norm != kNoTensor;
    linear(p, b.h1, (normed ? raw : to).data(), false);
    if (normed)
      kernels::RmsNorm(pool, raw.data(), model.Vector(norm), to.data(), rstd.data(), t * heads, s.head_dim, eps);
    if (model.config.HasRope(layer)) kernels::Rope(pool, model.rope, positions, to.data(), t, heads, s.head_dim, false);
  };
  auto add_to_residual = [&](int p, const std::vector<float>& from, const std::vector<float>& residual, float* to) {
    std::copy_n(residual.begin(), t * s.hidden, to);
    if (model.config.residual_multiplier == 1.0) return linear(p, from, to, true);
    linear(p, from, b.branch.data(), false);
    kernels::AddScaled(pool, static_cast<float>(model.config.residual_multiplier), b.branch.data(), to, t * s.hidden);
  };
  kernels::RmsNorm(pool, b.x.data(), model.Vector(offsets.input_norm), b.h1.data(), b.rstd1.data(), t, s.hidden, eps);
  queries_or_keys(kQ, b.raw_q, b.rstd_q, offsets.q_norm, s.heads, b.q);
  queries_or_keys(kK, b.raw_k, b.rstd_k, offsets.k_norm, s.kv_heads, b.k);
  linear(kV, b.h1, b.v.data(), false);
  attention(b);
  add_to_residual(kO, b.att, b.x, b.mid.data());
  kernels::RmsNorm(pool, b.mid.data(), model.Vector(offsets.post_norm), b.h2.data(), b.rstd2.data(), t, s.hidden, eps);
  linear(kGate, b.h2, b.gate.data(), false);
  linear(kUp, b.h2, b.up.data(), false);
  kernels::SwiGlu(pool, b.gate.data(), b.up.data(), b.act.data(), t * s.ffn);
  add_to_residual(kDown, b.act, b.mid, out);
}

void BackwardScratch::Resize(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&datt, &dq}) v->resize(t * s.q);
  for (auto* v : {&dk, &dv}) v->resize(t * s.kv);
  dh.resize(t * s.hidden);
  for (auto* v : {&dact, &dgate, &dup}) v->resize(t * s.ffn);
  if (model.config.qk_norm) {
    draw_q.resize(t * s.q);
    draw_k.resize(t * s.kv);
  }
  if (model.config.residual_multiplier != 1.0) dbranch.resize(t * s.hidden);
  lora.resize(model.adapter ? t * static_cast<size_t>(model.adapter->config.rank) : 0);
}

void BlockBackward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions,
                   const int32_t* segment_start, size_t t, const BlockBuffers& b, BackwardScratch& w,
                   const GradientViews& gradients, float* dx) {
  const ModelSizes s(model.config);
  const LayerOffsets& offsets = model.offsets.layers[layer];
  auto linear = [&](int p, const float* dy, const std::vector<float>& x, std::vector<float>& to, bool accumulate) {
    LinearLayer(model, layer, p)
        .Backward(pool, dy, x.data(), to.data(), t, accumulate, b.lora[static_cast<size_t>(p)], w.lora, gradients);
  };
  auto norm_gradient = [&](size_t offset) { return gradients.weights ? gradients.weights + offset : nullptr; };
  // Of what a branch gave before residual_multiplier; dx goes on through the residual.
  auto branch_gradient = [&]() -> const float* {
    if (model.config.residual_multiplier == 1.0) return dx;
    std::copy_n(dx, t * s.hidden, w.dbranch.begin());
    kernels::Scale(pool, static_cast<float>(model.config.residual_multiplier), w.dbranch.data(), t * s.hidden);
    return w.dbranch.data();
  };
  // From the gradient of what attention takes to that of what the linear layer gave.
  auto unrotated = [&](std::vector<float>& dy, const std::vector<float>& raw, const std::vector<float>& rstd,
                       size_t norm, size_t heads, std::vector<float>& draw) -> const float* {
    if (model.config.HasRope(layer)) kernels::Rope(pool, model.rope, positions, dy.data(), t, heads, s.head_dim, true);
    if (norm == kNoTensor) return dy.data();
    kernels::RmsNormBackward(pool, dy.data(), raw.data(), model.Vector(norm), rstd.data(), draw.data(),
                             norm_gradient(norm), t * heads, s.head_dim, false);
    return draw.data();
  };

  // Feed-forward half; dx is the gradient of the output and, through the residual, of mid.
  linear(kDown, branch_gradient(), b.act, w.dact, false);
  kernels::SwiGluBackward(pool, w.dact.data(), b.gate.data(), b.up.data(), w.dgate.data(), w.dup.data(), t * s.ffn);
  linear(kGate, w.dgate.data(), b.h2, w.dh, false);
  linear(kUp, w.dup.data(), b.h2, w.dh, true);
  kernels::RmsNormBackward(pool, w.dh.data(), b.mid.data(), model.Vector(offsets.post_norm), b.rstd2.data(), dx,
                           norm_gradient(offsets.post_norm), t, s.hidden, true);

  // Attention half.
  linear(kO, branch_gradient(), b.att, w.datt, false);
  kernels::AttentionBackward(pool, AttentionShapeOf(model.config, t), segment_start, b.q.data(), b.k.data(), b.v.data(),
                             b.att.data(), b.stats.data(), w.datt.data(), w.dq.data(), w.dk.data(), w.dv.data());
  linear(kQ, unrotated(w.dq, b.raw_q, b.rstd_q, offsets.q_norm, s.heads, w.draw_q), b.h1, w.dh, false);
  linear(kK, unrotated(w.dk, b.raw_k, b.rstd_k, offsets.k_norm, s.kv_heads, w.draw_k), b.h1, w.dh, true);
  linear(kV, w.dv.data(), b.h1, w.dh, true);
  kernels::RmsNormBackward(pool, w.dh.data(), b.x.data(), model.Vector(offsets.input_norm), b.rstd1.data(), dx,
                           norm_gradient(offsets.input_norm), t, s.hidden, true);
}

}  // namespace cairn::model
