#include "model/block.h"

#include <algorithm>

namespace cairn::model {
namespace {

// One linear layer of a block with its adapter, if it has one.
struct LinearLayer {
  kernels::WeightMatrix w;
  size_t in, out, rank = 0;
  float scale = 0;
  const float *a = nullptr, *b = nullptr;
  const Int8Layer* int8 = nullptr;
  size_t w_offset, a_offset = 0, b_offset = 0;

  LinearLayer(const Model& model, size_t layer, int p) {
    ProjectionShape shape = ShapeOf(model.config, p);
    in = shape.in;
    out = shape.out;
    w_offset = model.offsets.layers[layer].projection[p];
    w = model.Matrix(w_offset);
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

  // y (+)= W x + B (scale * (A x)); low [T, rank] keeps scale * (A x).
  void Forward(ThreadPool& pool, const float* x, float* y, size_t t, bool accumulate, std::vector<float>& low) const {
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

void BlockBuffers::Resize(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&x, &h1, &mid, &h2}) v->resize(t * s.hidden);
  for (auto* v : {&rstd1, &rstd2}) v->resize(t);
  for (auto* v : {&q, &att}) v->resize(t * s.q);
  k.resize(t * s.kv);
  this->v.resize(t * s.kv);
  stats.resize(t * s.heads * 2);
  for (auto* v : {&gate, &up, &act}) v->resize(t * s.ffn);
  size_t rank = model.adapter ? static_cast<size_t>(model.adapter->config.rank) : 0;
  for (auto& low : lora) low.resize(t * rank);
}

void BlockForward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, size_t t,
                  BlockBuffers& b, const AttentionFunction& attention, float* out) {
  const ModelSizes s(model.config);
  const LayerOffsets& offsets = model.offsets.layers[layer];
  auto eps = static_cast<float>(model.config.rms_norm_eps);
  auto linear = [&](int p, const std::vector<float>& from, float* to, bool accumulate) {
    LinearLayer(model, layer, p).Forward(pool, from.data(), to, t, accumulate, b.lora[static_cast<size_t>(p)]);
  };
  kernels::RmsNorm(pool, b.x.data(), model.Vector(offsets.input_norm), b.h1.data(), b.rstd1.data(), t, s.hidden, eps);
  linear(kQ, b.h1, b.q.data(), false);
  linear(kK, b.h1, b.k.data(), false);
  linear(kV, b.h1, b.v.data(), false);
  kernels::Rope(pool, model.rope, positions, b.q.data(), t, s.heads, s.head_dim, false);
  kernels::Rope(pool, model.rope, positions, b.k.data(), t, s.kv_heads, s.head_dim, false);
  attention(b);
  std::copy(b.x.begin(), b.x.begin() + static_cast<std::ptrdiff_t>(t * s.hidden), b.mid.begin());
  linear(kO, b.att, b.mid.data(), true);
  kernels::RmsNorm(pool, b.mid.data(), model.Vector(offsets.post_norm), b.h2.data(), b.rstd2.data(), t, s.hidden, eps);
  linear(kGate, b.h2, b.gate.data(), false);
  linear(kUp, b.h2, b.up.data(), false);
  kernels::SwiGlu(pool, b.gate.data(), b.up.data(), b.act.data(), t * s.ffn);
  std::copy(b.mid.begin(), b.mid.begin() + static_cast<std::ptrdiff_t>(t * s.hidden), out);
  linear(kDown, b.act, out, true);
}

void BackwardScratch::Resize(const Model& model, size_t t) {
  const ModelSizes s(model.config);
  for (auto* v : {&datt, &dq}) v->resize(t * s.q);
  for (auto* v : {&dk, &dv}) v->resize(t * s.kv);
  dh.resize(t * s.hidden);
  for (auto* v : {&dact, &dgate, &dup}) v->resize(t * s.ffn);
  lora.resize(model.adapter ? t * static_cast<size_t>(model.adapter->config.rank) : 0);
}

void BlockBackward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions,
                   const int32_t* segment_start, size_t t, const BlockBuffers& b, BackwardScratch& w,
                   const GradientViews& gradients, float* dx) {
  const ModelSizes s(model.config);
  const LayerOffsets& offsets = model.offsets.layers[layer];
  auto linear = [&](int p, const std::vector<float>& dy, const std::vector<float>& x, std::vector<float>& to,
                    bool accumulate) {
    LinearLayer(model, layer, p)
        .Backward(pool, dy.data(), x.data(), to.data(), t, accumulate, b.lora[static_cast<size_t>(p)], w.lora,
                  gradients);
  };
  auto norm_gradient = [&](size_t offset) { return gradients.weights ? gradients.weights + offset : nullptr; };

  // Feed-forward half; dx is the gradient of the output and, through the residual, of mid.
  LinearLayer(model, layer, kDown)
      .Backward(pool, dx, b.act.data(), w.dact.data(), t, false, b.lora[kDown], w.lora, gradients);
  kernels::SwiGluBackward(pool, w.dact.data(), b.gate.data(), b.up.data(), w.dgate.data(), w.dup.data(), t * s.ffn);
  linear(kGate, w.dgate, b.h2, w.dh, false);
  linear(kUp, w.dup, b.h2, w.dh, true);
  kernels::RmsNormBackward(pool, w.dh.data(), b.mid.data(), model.Vector(offsets.post_norm), b.rstd2.data(), dx,
                           norm_gradient(offsets.post_norm), t, s.hidden, true);

  // Attention half.
  LinearLayer(model, layer, kO)
      .Backward(pool, dx, b.att.data(), w.datt.data(), t, false, b.lora[kO], w.lora, gradients);
  kernels::AttentionShape shape{t, s.heads, s.kv_heads, s.head_dim};
  kernels::AttentionBackward(pool, shape, segment_start, b.q.data(), b.k.data(), b.v.data(), b.att.data(),
                             b.stats.data(), w.datt.data(), w.dq.data(), w.dk.data(), w.dv.data());
  kernels::Rope(pool, model.rope, positions, w.dq.data(), t, s.heads, s.head_dim, true);
  kernels::Rope(pool, model.rope, positions, w.dk.data(), t, s.kv_heads, s.head_dim, true);
  linear(kQ, w.dq, b.h1, w.dh, false);
  linear(kK, w.dk, b.h1, w.dh, true);
  linear(kV, w.dv, b.h1, w.dh, true);
  kernels::RmsNormBackward(pool, w.dh.data(), b.x.data(), model.Vector(offsets.input_norm), b.rstd1.data(), dx,
                           norm_gradient(offsets.input_norm), t, s.hidden, true);
}

}  // namespace cairn::model
