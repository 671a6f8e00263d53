#include "train/device_pass.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cairn::train {
namespace {

using device::MatMuls;
using device::Transposed;

constexpr size_t kHeadBytes = size_t{512} << 20;  // of logits at a time

// Token rows by id: the distinct ids, where each one's rows begin, the rows in their order.
struct RowsById {
  std::vector<int32_t> ids, begin, rows;
  RowsById(const std::vector<formats::TokenId>& tokens, size_t vocab) {
    std::vector<int32_t> count(vocab + 1, 0);
    for (auto id : tokens) ++count[static_cast<size_t>(id) + 1];
    for (size_t id = 0; id < vocab; ++id) {
      if (count[id + 1] > 0) {
        ids.push_back(static_cast<int32_t>(id));
        begin.push_back(count[id]);
      }
      count[id + 1] += count[id];
    }
    begin.push_back(static_cast<int32_t>(tokens.size()));
    rows.resize(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i)
      rows[static_cast<size_t>(count[static_cast<size_t>(tokens[i])]++)] = static_cast<int32_t>(i);
  }
};

}  // namespace

void DeviceGradient::Reserve(const model::Model& model) {
  values.Reserve(model.adapter ? model.adapter->values.size() : model.list.size());
  if (!model.adapter && model.config.tie_word_embeddings)
    head.Reserve(static_cast<size_t>(model.config.vocab_size * model.config.hidden_size));
}
void DeviceGradient::Zero() {
  values.Zero();
  if (head.size() > 0) head.Zero();
}
void DeviceGradient::FoldHead(device::Device& device, const model::Model& model) {
  if (head.size() == 0) return;
  device::Add(device, head.data(), values.data() + model.offsets.embedding, head.size());
  head.Zero();
}

DevicePass::DevicePass(device::Device& device, const model::Model& model, const float* weights, const float* adapter)
    : device_(device),
      model_(model),
      weights_(weights),
      adapter_(adapter),
      sizes_(model.config),
      rank_(model.adapter ? static_cast<size_t>(model.adapter->config.rank) : 0),
      inputs_(device),
      rope_cos_(device),
      rope_sin_(device),
      memory_(device),
      logits_(device),
      rows_(device),
      drows_(device),
      losses_(device),
      blocks_(model.offsets.layers.size()) {
  rope_cos_.Put(model.rope.cos.data(), model.rope.cos.size());
  rope_sin_.Put(model.rope.sin.data(), model.rope.sin.size());
}

DevicePass::Inputs DevicePass::PutInputs(const model::PackedTokens& batch) {
  const size_t t = batch.size();
  std::vector<int32_t> end(t), wanted, targets;
  for (size_t i = t; i-- > 0;) {
    const bool last = i + 1 == t || batch.segment_start[i + 1] == static_cast<int32_t>(i + 1);
    end[i] = last ? static_cast<int32_t>(i + 1) : end[i + 1];
  }
  for (size_t i = 0; i < t; ++i) {
    if (batch.targets[i] < 0) continue;
    wanted.push_back(static_cast<int32_t>(i));
    targets.push_back(batch.targets[i]);
  }
  const RowsById seen(batch.ids, sizes_.vocab);
  std::vector<int32_t> all;
  std::vector<size_t> at;
  for (const std::vector<int32_t>* part :
       std::initializer_list<const std::vector<int32_t>*>{&batch.ids, &batch.positions, &batch.segment_start, &end,
                                                          &wanted, &targets, &seen.ids, &seen.begin, &seen.rows}) {
    at.push_back(all.size());
    all.insert(all.end(), part->begin(), part->end());
  }
  inputs_.Put(all.data(), all.size());
  const int32_t* base = inputs_.data();
  return {base + at[0],  base + at[1],   base + at[2], base + at[3], base + at[4],
          base + at[5],  base + at[6],   base + at[7], base + at[8], t,
          wanted.size(), seen.ids.size()};
}

std::vector<std::pair<float**, size_t>> DevicePass::Arrays() {
  std::vector<std::pair<float**, size_t>> arrays;
  auto add = [&](std::initializer_list<float**> same, size_t width) {
    for (float** array : same) arrays.emplace_back(array, width);
  };
  for (Block& b : blocks_) {
    add({&b.x, &b.h1, &b.mid, &b.h2, &b.dx, &b.dh1, &b.dmid, &b.dh2}, sizes_.hidden);
    add({&b.q, &b.att, &b.dq}, sizes_.q);
    add({&b.k, &b.v, &b.dk, &b.dv}, sizes_.kv);
    add({&b.gate, &b.up, &b.act, &b.dgate, &b.dup}, sizes_.ffn);
    add({&b.stats}, 2 * sizes_.heads);
    add({&b.rstd1, &b.rstd2}, 1);
    for (int p = 0; p < model::kProjections; ++p) add({&b.low[p], &b.dlow[p]}, rank_);
  }
  add({&final_x_, &final_h_, &dfinal_h_, &dlast_}, sizes_.hidden);
  add({&dact_}, sizes_.ffn);
  add({&datt_}, sizes_.q);
  add({&delta_}, sizes_.heads);
  add({&final_rstd_}, 1);
  return arrays;
}

size_t DevicePass::TokensIn(size_t bytes) {
  size_t token = 0;
  for (const auto& [array, width] : Arrays()) token += width * sizeof(float);
  return bytes / token;
}

// One allocation for t tokens, cut into the arrays.
void DevicePass::PlanMemory(size_t t) {
  if (t <= planned_) return;
  auto padded = [t](size_t width) { return (t * width + 63) / 64 * 64; };  // 256 bytes: rows of heads stay aligned
  const std::vector<std::pair<float**, size_t>> arrays = Arrays();
  size_t used = 0;
  for (const auto& [array, width] : arrays) used += padded(width);
  memory_.Reserve(used);
  planned_ = memory_.data() != nullptr ? t : 0;
  float* next = memory_.data();
  for (const auto& [array, width] : arrays) {
    *array = next;
    next += padded(width);
  }
}

device::AttentionArgs DevicePass::AttentionArgsOf(const Inputs& in, const Block& b) const {
  device::AttentionArgs args{};
  args.segment_start = in.segment_start;
  args.segment_end = in.segment_end;
  args.q = b.q;
  args.k = b.k;
  args.v = b.v;
  args.dout = datt_;
  args.out = b.att;
  args.stats = b.stats;
  args.delta = delta_;
  args.dq = b.dq;
  args.dk = b.dk;
  args.dv = b.dv;
  args.t = static_cast<int32_t>(in.t);
  args.heads = static_cast<int32_t>(sizes_.heads);
  args.kv_heads = static_cast<int32_t>(sizes_.kv_heads);
  args.scale = 1.0f / std::sqrt(static_cast<float>(sizes_.head_dim));
  return args;
}

DevicePass::LinearLayer DevicePass::LayerOf(size_t layer, int p) const {
  const model::ProjectionShape shape = model::ShapeOf(model_.config, p);
  LinearLayer l{Weight(model_.offsets.layers[layer].projection[p]), nullptr, nullptr, shape.in, shape.out, 0, 0};
  if (adapter_ == nullptr || !model_.adapter->config.targets[p]) return l;
  const model::LoraOffsets& offsets = model_.adapter->offsets[layer][static_cast<size_t>(p)];
  l.a_offset = offsets.a;
  l.b_offset = offsets.b;
  l.a = adapter_ + offsets.a;
  l.b = adapter_ + offsets.b;
  return l;
}

void DevicePass::Forward(size_t layer, const std::vector<std::pair<int, float*>>& ys, const float* x, size_t t,
                         bool accumulate) {
  std::vector<device::MatMulTask> base, down, up;
  for (const auto& [p, y] : ys) {
    const LinearLayer l = LayerOf(layer, p);
    float* low = blocks_[layer].low[p];
    base.push_back(device::LinearTask(x, l.w, y, t, l.in, l.out, accumulate));
    if (l.a == nullptr) continue;
    down.push_back(device::LinearTask(x, l.a, low, t, l.in, rank_));
    up.push_back(device::LinearTask(low, l.b, y, t, rank_, l.out, true));
  }
  MatMuls(device_, Transposed::kB, base);
  MatMuls(device_, Transposed::kB, down);
  for (const device::MatMulTask& task : down) device::Scale(device_, model_.adapter->config.Scale(), task.c, t * rank_);
  MatMuls(device_, Transposed::kB, up);
}

void DevicePass::GradInput(size_t layer, int p, const float* dy, float* dx, size_t t, bool accumulate) {
  const LinearLayer l = LayerOf(layer, p);
  MatMuls(device_, Transposed::kNone, {device::GradInputTask(dy, l.w, dx, t, l.in, l.out, accumulate)});
  if (l.a == nullptr) return;
  float* dlow = blocks_[layer].dlow[p];
  MatMuls(device_, Transposed::kNone, {device::GradInputTask(dy, l.b, dlow, t, rank_, l.out, false)});
  device::Scale(device_, model_.adapter->config.Scale(), dlow, t * rank_);
  MatMuls(device_, Transposed::kNone, {device::GradInputTask(dlow, l.a, dx, t, l.in, rank_, true)});
}

void DevicePass::BlockForward(const Inputs& in, size_t layer, float* out) {
  const Block& b = blocks_[layer];
  const model::LayerOffsets& o = model_.offsets.layers[layer];
  const auto eps = static_cast<float>(model_.config.rms_norm_eps);
  const size_t t = in.t;
  auto rope = [&](float* x, size_t heads) {
    device::Rope(device_, {rope_cos_.data(), rope_sin_.data(), in.positions, x, static_cast<int32_t>(t),
                           static_cast<int32_t>(heads), static_cast<int32_t>(sizes_.head_dim), 0});
  };
  device::RmsNorm(device_, b.x, Weight(o.input_norm), b.h1, b.rstd1, t, sizes_.hidden, eps);
  Forward(layer, {{model::kQ, b.q}, {model::kK, b.k}, {model::kV, b.v}}, b.h1, t, false);
  rope(b.q, sizes_.heads);
  rope(b.k, sizes_.kv_heads);
  device::Attention(device_, AttentionArgsOf(in, b), sizes_.head_dim);
  device_.Copy(b.mid, b.x, t * sizes_.hidden * sizeof(float));
  Forward(layer, {{model::kO, b.mid}}, b.att, t, true);
  device::RmsNorm(device_, b.mid, Weight(o.post_norm), b.h2, b.rstd2, t, sizes_.hidden, eps);
  Forward(layer, {{model::kGate, b.gate}, {model::kUp, b.up}}, b.h2, t, false);
  device::SwiGlu(device_, b.gate, b.up, b.act, t * sizes_.ffn);
  device_.Copy(out, b.mid, t * sizes_.hidden * sizeof(float));
  Forward(layer, {{model::kDown, out}}, b.act, t, true);
}

// Only the rows that count in the loss, as many at a time as there is room for their logits.
void DevicePass::Head(const Inputs& in, float scale, DeviceGradient& gradient, std::vector<float>& losses) {
  device_.Zero(dfinal_h_, in.t * sizes_.hidden * sizeof(float));
  if (in.loss_rows == 0) return;
  const size_t most = std::min(std::max<size_t>(kHeadBytes / (sizes_.vocab * sizeof(float)), 64), in.loss_rows);
  logits_.Reserve(most * sizes_.vocab);
  rows_.Reserve(most * sizes_.hidden);
  drows_.Reserve(most * sizes_.hidden);
  losses_.Reserve(in.loss_rows);
  const float* head = Weight(model_.offsets.head);
  float* dhead = gradient.head.size() > 0 ? gradient.head.data() : gradient.values.data() + model_.offsets.head;
  for (size_t first = 0; first < in.loss_rows; first += most) {
    const size_t n = std::min(most, in.loss_rows - first);
    device::GatherRows(device_, final_h_, in.wanted + first, rows_.data(), n, sizes_.hidden);
    MatMuls(device_, Transposed::kB,
            {device::LinearTask(rows_.data(), head, logits_.data(), n, sizes_.hidden, sizes_.vocab)});
    device::CrossEntropy(device_, {logits_.data(), in.targets + first, losses_.data() + first, static_cast<int32_t>(n),
                                   static_cast<int32_t>(sizes_.vocab), scale});
    MatMuls(device_, Transposed::kNone,
            {device::GradInputTask(logits_.data(), head, drows_.data(), n, sizes_.hidden, sizes_.vocab, false)});
    device::ScatterRows(device_, drows_.data(), in.wanted + first, dfinal_h_, n, sizes_.hidden);
    if (adapter_ != nullptr) continue;
    MatMuls(device_, Transposed::kA,
            {device::GradWeightTask(logits_.data(), rows_.data(), dhead, n, sizes_.hidden, sizes_.vocab)});
  }
  const size_t before = losses.size();
  losses.resize(before + in.loss_rows);
  losses_.Get(losses.data() + before, in.loss_rows);
}

// dout is the gradient of the block's output; that of its input ends in dx of the block.
void DevicePass::BlockBackward(const Inputs& in, size_t layer, const float* dout) {
  const Block& b = blocks_[layer];
  const model::LayerOffsets& o = model_.offsets.layers[layer];
  const size_t t = in.t;
  auto rope = [&](float* x, size_t heads) {
    device::Rope(device_, {rope_cos_.data(), rope_sin_.data(), in.positions, x, static_cast<int32_t>(t),
                           static_cast<int32_t>(heads), static_cast<int32_t>(sizes_.head_dim), 1});
  };
  GradInput(layer, model::kDown, dout, dact_, t, false);
  device::SwiGluBackward(device_, dact_, b.gate, b.up, b.dgate, b.dup, t * sizes_.ffn);
  GradInput(layer, model::kGate, b.dgate, b.dh2, t, false);
  GradInput(layer, model::kUp, b.dup, b.dh2, t, true);
  device::RmsNormBackward(device_, b.dh2, b.mid, Weight(o.post_norm), b.rstd2, dout, b.dmid, t, sizes_.hidden);

  GradInput(layer, model::kO, b.dmid, datt_, t, false);
  device::AttentionBackward(device_, AttentionArgsOf(in, b), sizes_.head_dim);
  rope(b.dq, sizes_.heads);
  rope(b.dk, sizes_.kv_heads);
  GradInput(layer, model::kQ, b.dq, b.dh1, t, false);
  GradInput(layer, model::kK, b.dk, b.dh1, t, true);
  GradInput(layer, model::kV, b.dv, b.dh1, t, true);
  device::RmsNormBackward(device_, b.dh1, b.x, Weight(o.input_norm), b.rstd1, b.dmid, b.dx, t, sizes_.hidden);
}

// Their chains over the tokens are long and few, so those of all blocks run side by side.
void DevicePass::LayerGradients(const Inputs& in, DeviceGradient& gradient) {
  std::vector<device::MatMulTask> tasks;
  for (size_t l = 0; l < blocks_.size(); ++l) {
    const Block& b = blocks_[l];
    const float* dout = l + 1 < blocks_.size() ? blocks_[l + 1].dx : dlast_;
    const float* const dys[] = {b.dq, b.dk, b.dv, b.dmid, b.dgate, b.dup, dout};
    const float* const xs[] = {b.h1, b.h1, b.h1, b.att, b.h2, b.h2, b.act};
    for (int p = 0; p < model::kProjections; ++p) {
      const LinearLayer layer = LayerOf(l, p);
      float* values = gradient.values.data();
      if (adapter_ == nullptr) {
        float* dw = values + model_.offsets.layers[l].projection[p];
        tasks.push_back(device::GradWeightTask(dys[p], xs[p], dw, in.t, layer.in, layer.out));
      } else if (layer.a != nullptr) {
        tasks.push_back(device::GradWeightTask(dys[p], b.low[p], values + layer.b_offset, in.t, rank_, layer.out));
        tasks.push_back(device::GradWeightTask(b.dlow[p], xs[p], values + layer.a_offset, in.t, layer.in, rank_));
      }
    }
  }
  MatMuls(device_, Transposed::kA, tasks);
}

void DevicePass::NormGradients(const Inputs& in, DeviceGradient& gradient) {
  float* values = gradient.values.data();
  std::vector<device::NormWeightTask> norms = {{dfinal_h_, final_x_, final_rstd_, values + model_.offsets.final_norm}};
  for (size_t l = 0; l < blocks_.size(); ++l) {
    const Block& b = blocks_[l];
    norms.push_back({b.dh1, b.x, b.rstd1, values + model_.offsets.layers[l].input_norm});
    norms.push_back({b.dh2, b.mid, b.rstd2, values + model_.offsets.layers[l].post_norm});
  }
  device::RmsNormGradWeights(device_, norms, in.t, sizes_.hidden);
}

void DevicePass::Run(const model::PackedTokens& batch, float scale, DeviceGradient& gradient,
                     std::vector<float>& losses) {
  if (batch.size() == 0) return;
  PlanMemory(batch.size());
  const Inputs in = PutInputs(batch);
  device::GatherRows(device_, Weight(model_.offsets.embedding), in.ids, blocks_[0].x, in.t, sizes_.hidden);
  for (size_t l = 0; l < blocks_.size(); ++l) BlockForward(in, l, l + 1 < blocks_.size() ? blocks_[l + 1].x : final_x_);
  device::RmsNorm(device_, final_x_, Weight(model_.offsets.final_norm), final_h_, final_rstd_, in.t, sizes_.hidden,
                  static_cast<float>(model_.config.rms_norm_eps));
  Head(in, scale, gradient, losses);
  device::RmsNormBackward(device_, dfinal_h_, final_x_, Weight(model_.offsets.final_norm), final_rstd_, nullptr, dlast_,
                          in.t, sizes_.hidden);
  for (size_t l = blocks_.size(); l-- > 0;) BlockBackward(in, l, l + 1 < blocks_.size() ? blocks_[l + 1].dx : dlast_);
  LayerGradients(in, gradient);
  if (adapter_ != nullptr) return;
  NormGradients(in, gradient);
  device::EmbeddingBackward(device_, {blocks_[0].dx, in.seen_ids, in.seen_begin, in.seen_rows,
                                      gradient.values.data() + model_.offsets.embedding, static_cast<int32_t>(in.seen),
                                      static_cast<int32_t>(sizes_.hidden)});
}

}  // namespace cairn::train
