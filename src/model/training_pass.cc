#include "model/training_pass.h"

#include <algorithm>

#include "model/ends.h"

namespace cairn::model {
namespace {

// Rows of logits held at a time: many, so that packing the head's weights pays, as long as they fit in 16 MB of cache.
size_t HeadRows(size_t vocab) { return std::clamp<size_t>((size_t{4} << 20) / vocab, 256, 1024); }

}  // namespace

void PackedTokens::Append(const std::vector<formats::TokenId>& sample, const std::vector<uint8_t>& loss_mask) {
  CAIRN_CHECK(sample.size() == loss_mask.size());
  auto start = static_cast<int32_t>(ids.size());
  for (size_t i = 0; i < sample.size(); ++i) {
    ids.push_back(sample[i]);
    positions.push_back(static_cast<int32_t>(i));
    segment_start.push_back(start);
    targets.push_back(i + 1 < sample.size() && loss_mask[i + 1] ? sample[i + 1] : -1);
  }
}

size_t PackedTokens::LossTokens() const {
  return static_cast<size_t>(std::count_if(targets.begin(), targets.end(), [](auto t) { return t >= 0; }));
}

void PackedTokens::Clear() {
  for (auto* v : {&ids, &positions, &segment_start, &targets}) v->clear();
}

Gradients Gradients::For(const Model& model, bool train_weights) {
  Gradients g;
  if (train_weights) {
    g.weights.assign(model.list.size(), 0.0f);
    if (model.config.tie_word_embeddings)
      g.head.assign(static_cast<size_t>(model.config.vocab_size * model.config.hidden_size), 0.0f);
  }
  if (model.adapter) g.adapter.assign(model.adapter->values.size(), 0.0f);
  return g;
}

void Gradients::Zero() {
  for (auto* v : {&weights, &head, &adapter}) std::fill(v->begin(), v->end(), 0.0f);
}

void Gradients::FoldHead(ThreadPool& pool, const Model& model) {
  if (head.empty()) return;
  kernels::Add(pool, head.data(), weights.data() + model.offsets.embedding, head.size());
  std::fill(head.begin(), head.end(), 0.0f);
}

void TrainingPass::RunBlock(const PackedTokens& batch, size_t layer, BlockBuffers& buffers, float* out) {
  const kernels::AttentionShape shape = AttentionShapeOf(model_.config, batch.size());
  BlockForward(
      pool_, model_, layer, batch.positions.data(), batch.size(), buffers,
      [&](BlockBuffers& b) {
        kernels::Attention(pool_, shape, batch.segment_start.data(), b.q.data(), b.k.data(), b.v.data(), b.att.data(),
                           b.stats.data());
      },
      out);
}

void TrainingPass::Forward(const PackedTokens& batch) {
  size_t t = batch.size(), hidden = ModelSizes(model_.config).hidden, layers = model_.offsets.layers.size();
  blocks_.resize(recompute_ ? 1 : layers);
  for (auto& b : blocks_) b.Resize(model_, t);
  inputs_.resize(recompute_ ? layers - 1 : 0);
  for (auto* v : {&final_x_, &final_h_, &dx_}) v->resize(t * hidden);
  final_rstd_.resize(t);
  EmbedTokens(pool_, model_, batch.ids.data(), t, blocks_[0].x.data());
  for (size_t l = 0; l < layers; ++l) {
    const bool keeps_next = l + 1 < layers && !recompute_;
    RunBlock(batch, l, BlockOf(l), keeps_next ? blocks_[l + 1].x.data() : final_x_.data());
    if (!recompute_ || l + 1 == layers) continue;  // the last block is kept whole
    inputs_[l].assign(blocks_[0].x.begin(), blocks_[0].x.end());
    std::copy(final_x_.begin(), final_x_.end(), blocks_[0].x.begin());
  }
  kernels::RmsNorm(pool_, final_x_.data(), model_.Vector(model_.offsets.final_norm), final_h_.data(),
                   final_rstd_.data(), t, hidden, static_cast<float>(model_.config.rms_norm_eps));
}

void TrainingPass::Run(const PackedTokens& batch, float scale, Gradients& gradients, std::vector<float>& losses) {
  size_t t = batch.size(), hidden = ModelSizes(model_.config).hidden, vocab = ModelSizes(model_.config).vocab;
  if (t == 0) return;
  Forward(batch);
  scratch_.Resize(model_, t);

  // Head: only the rows that count in the loss, a block of them at a time, so no [T, V] matrix exists.
  wanted_.clear();
  for (size_t i = 0; i < t; ++i)
    if (batch.targets[i] >= 0) wanted_.push_back(i);
  const size_t head_rows = std::min(HeadRows(vocab), wanted_.size());
  rows_.resize(head_rows * hidden);
  drows_.resize(head_rows * hidden);
  logits_.resize(head_rows * vocab);
  targets_.resize(head_rows);
  std::vector<float>& dh = scratch_.dh;  // gradient of final_h_; rows without loss stay zero
  std::fill(dh.begin(), dh.end(), 0.0f);
  for (size_t first = 0; first < wanted_.size(); first += head_rows) {
    size_t n = std::min(head_rows, wanted_.size() - first);
    for (size_t i = 0; i < n; ++i) {
      std::copy_n(final_h_.data() + wanted_[first + i] * hidden, hidden, rows_.data() + i * hidden);
      targets_[i] = batch.targets[wanted_[first + i]];
    }
    OutputLogits(pool_, model_, rows_.data(), n, logits_.data());
    losses.resize(losses.size() + n);
    kernels::CrossEntropy(pool_, logits_.data(), targets_.data(), losses.data() + losses.size() - n, n, vocab, scale,
                          true);
    OutputLogitsBackward(pool_, model_, n, logits_.data(), drows_.data());
    for (size_t i = 0; i < n; ++i)
      std::copy_n(drows_.data() + i * hidden, hidden, dh.data() + wanted_[first + i] * hidden);
    if (!gradients.weights.empty()) {
      float* dhead = gradients.head.empty() ? gradients.weights.data() + model_.offsets.head : gradients.head.data();
      kernels::LinearGradWeight(pool_, logits_.data(), rows_.data(), dhead, n, hidden, vocab);
    }
  }
  GradientViews views{gradients.weights.empty() ? nullptr : gradients.weights.data(),
                      gradients.adapter.empty() ? nullptr : gradients.adapter.data()};
  kernels::RmsNormBackward(pool_, dh.data(), final_x_.data(), model_.Vector(model_.offsets.final_norm),
                           final_rstd_.data(), dx_.data(),
                           views.weights ? views.weights + model_.offsets.final_norm : nullptr, t, hidden, false);
  for (size_t l = model_.offsets.layers.size(); l-- > 0;) {
    if (recompute_ && l + 1 < model_.offsets.layers.size()) {
      std::copy(inputs_[l].begin(), inputs_[l].end(), blocks_[0].x.begin());
      RunBlock(batch, l, blocks_[0], final_x_.data());  // final_x_ is free: its gradient is in dx_
    }
    BlockBackward(pool_, model_, l, batch.positions.data(), batch.segment_start.data(), t, BlockOf(l), scratch_, views,
                  dx_.data());
  }
  if (views.weights) EmbedTokensBackward(pool_, model_, batch.ids.data(), t, dx_.data(), views.weights);
}

std::vector<float> TrainingPass::Losses(const PackedTokens& batch) {
  size_t hidden = ModelSizes(model_.config).hidden, vocab = ModelSizes(model_.config).vocab;
  std::vector<float> losses;
  if (batch.size() == 0) return losses;
  Forward(batch);
  logits_.resize(vocab);
  for (size_t i = 0; i < batch.size(); ++i) {
    if (batch.targets[i] < 0) continue;
    float loss = 0;
    OutputLogits(pool_, model_, final_h_.data() + i * hidden, 1, logits_.data());
    kernels::CrossEntropy(pool_, logits_.data(), &batch.targets[i], &loss, 1, vocab, 1.0f, false);
    losses.push_back(loss);
  }
  return losses;
}

}  // namespace cairn::model
