#include "model/training_pass.h"

#include <algorithm>

#include "model/ends.h"

namespace cairn::model {
namespace {

// Rows of logits held at a time: many, so that packing the head's weights pays, as long as they fit in 16 MB of cache.
size_t HeadRows(size_t vocab) { return std::clamp<size_t>((size_t{4} << 20) / vocab, 256, 1024); }

// Rows of `width` values: to[i] = from[rows[i]].
void GatherRows(const std::vector<float>& from, const std::vector<size_t>& rows, size_t width, std::vector<float>& to) {
  for (size_t i = 0; i < rows.size(); ++i) std::copy_n(from.data() + rows[i] * width, width, to.data() + i * width);
}

// The way back, in place: row i of T to row rows[i], which is not before it; all others become zero.
void SpreadRows(std::vector<float>& values, const std::vector<size_t>& rows, size_t width, size_t t) {
  size_t end = t;
  for (size_t i = rows.size(); i-- > 0; end = rows[i]) {
    std::copy_n(values.data() + i * width, width, values.data() + rows[i] * width);
    std::fill(values.data() + (rows[i] + 1) * width, values.data() + end * width, 0.0f);
  }
  std::fill(values.data(), values.data() + end * width, 0.0f);
}

}  // namespace

void PackedTokens::Append(const std::vector<formats::TokenId>& sample, const std::vector<uint8_t>& loss_mask,
                          float weight) {
  CAIRN_CHECK(sample.size() == loss_mask.size());
  auto start = static_cast<int32_t>(ids.size());
  for (size_t i = 0; i < sample.size(); ++i) {
    const bool next = i + 1 < sample.size(), counted = next && loss_mask[i + 1];
    ids.push_back(sample[i]);
    positions.push_back(static_cast<int32_t>(i));
    segment_start.push_back(start);
    targets.push_back(counted || (next && weight > 0) ? sample[i + 1] : -1);
    counts.push_back(counted);
    base_weight.push_back(weight > 0 && counted ? 1.0f : weight);
  }
}

void PackedTokens::Clear() {
  for (auto* v : {&ids, &positions, &segment_start, &targets}) v->clear();
  counts.clear();
  base_weight.clear();
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

void TrainingPass::FindWanted(const PackedTokens& batch) {
  wanted_.clear();
  any_base_ = false;
  for (size_t i = 0; i < batch.size(); ++i) {
    if (batch.targets[i] < 0) continue;
    wanted_.push_back(i);
    any_base_ = any_base_ || batch.base_weight[i] > 0;
  }
}

// Each thread on rows of its own through a whole half of a block, so that threads meet seven times a block and not
// after each operation; or all threads on all rows.
void TrainingPass::ForRows(size_t t, OnRows body) {
  if (!OwnRows()) return body(pool_, {0, t});
  const auto threads = static_cast<size_t>(pool_.size());
  pool_.Run(threads, [&](size_t i) {
    const size_t first = t * i / threads;
    const RowRange rows{first, t * (i + 1) / threads - first};
    if (rows.count > 0) body(alone_, rows);
  });
}

void TrainingPass::RunBlock(const PackedTokens& batch, size_t layer, float* out, AdapterUse adapter) {
  const size_t t = batch.size();
  BlockBuffers& b = BlockOf(layer);
  ForRows(t, [&](ThreadPool& pool, RowRange rows) {
    BlockBeforeAttention(pool, model_, layer, batch.positions.data(), rows, b, adapter);
  });
  kernels::Attention(pool_, AttentionShapeOf(model_.config, t), batch.segment_start.data(), b.q.data(), b.k.data(),
                     b.v.data(), b.att.data(), b.stats.data());
  if (IsLast(layer)) {  // only rows that count have an output
    GatherRows(b.x, wanted_, ModelSizes(model_.config).hidden, last_.x);
    GatherRows(b.att, wanted_, ModelSizes(model_.config).q, last_.att);
  }
  ForRows(RowsAfterAttention(batch, layer), [&](ThreadPool& pool, RowRange rows) {
    BlockAfterAttention(pool, model_, layer, rows, AfterAttentionOf(layer), out, adapter);
  });
}

// To final_h_: what the head reads, of the rows that count.
void TrainingPass::Forward(const PackedTokens& batch, AdapterUse adapter) {
  const size_t t = batch.size(), hidden = ModelSizes(model_.config).hidden, layers = model_.offsets.layers.size();
  const size_t counted = wanted_.size();
  blocks_.resize(recompute_ ? 1 : layers);
  for (size_t l = 0; l < blocks_.size(); ++l) {
    blocks_[l].ResizeBeforeAttention(model_, t);
    if (l + 1 < layers) blocks_[l].ResizeAfterAttention(model_, t);
  }
  last_.ResizeAfterAttention(model_, counted);
  inputs_.resize(recompute_ ? layers - 1 : 0);
  final_x_.resize(t * hidden);
  final_h_.resize(counted * hidden);
  final_rstd_.resize(counted);
  EmbedTokens(pool_, model_, batch.ids.data(), t, blocks_[0].x.data());
  for (size_t l = 0; l < layers; ++l) {
    const bool keeps_next = !IsLast(l) && !recompute_;
    RunBlock(batch, l, keeps_next ? blocks_[l + 1].x.data() : final_x_.data(), adapter);
    if (!recompute_ || IsLast(l)) continue;
    inputs_[l].assign(blocks_[0].x.data(), blocks_[0].x.data() + t * hidden);
    std::copy_n(final_x_.data(), t * hidden, blocks_[0].x.data());
  }
  kernels::RmsNorm(pool_, final_x_.data(), model_.Vector(model_.offsets.final_norm), final_h_.data(),
                   final_rstd_.data(), counted, hidden, static_cast<float>(model_.config.rms_norm_eps));
}

// To base_h_: the same without the adapter, if rows are to learn what the base model says.
void TrainingPass::BasePass(const PackedTokens& batch) {
  if (!any_base_) return;
  CAIRN_CHECK(model_.adapter.has_value());
  Forward(batch, AdapterUse::kWithout);
  base_h_.swap(final_h_);
}

// Losses and, in logits_, gradients of wanted rows [first, first + n): runs of rows that learn in the same way.
void TrainingPass::LogitGradients(const PackedTokens& batch, size_t first, size_t n, float scale) {
  const size_t hidden = ModelSizes(model_.config).hidden, vocab = ModelSizes(model_.config).vocab;
  row_losses_.resize(n);
  scales_.resize(n);
  if (any_base_) {
    base_logits_.resize(std::max(base_logits_.size(), n * vocab));
    OutputLogits(pool_, model_, base_h_.data() + first * hidden, n, base_logits_.data());
  }
  const auto weight = [&](size_t i) { return batch.base_weight[wanted_[first + i]]; };
  for (size_t i = 0, end; i < n; i = end) {
    const bool base = weight(i) > 0;
    for (end = i; end < n && (weight(end) > 0) == base; ++end) scales_[end] = scale * weight(end);
    float *logits = logits_.data() + i * vocab, *losses = row_losses_.data() + i;
    if (base) {
      kernels::SoftCrossEntropy(pool_, logits, base_logits_.data() + i * vocab, &targets_[i], &scales_[i], losses,
                                end - i, vocab);
    } else {
      kernels::CrossEntropy(pool_, logits, &targets_[i], losses, end - i, vocab, scale, true);
    }
  }
}

// From final_h_ to the losses and the gradient of final_h_ in scratch_.dh, a block of rows at a time, so that no [T, V]
// matrix exists.
void TrainingPass::Head(const PackedTokens& batch, float scale, Gradients& gradients, std::vector<float>& losses) {
  const size_t hidden = ModelSizes(model_.config).hidden, vocab = ModelSizes(model_.config).vocab;
  const size_t most = std::min(HeadRows(vocab), wanted_.size());
  logits_.resize(most * vocab);
  targets_.resize(most);
  for (size_t first = 0; first < wanted_.size(); first += most) {
    const size_t n = std::min(most, wanted_.size() - first);
    const float* rows = final_h_.data() + first * hidden;
    for (size_t i = 0; i < n; ++i) targets_[i] = batch.targets[wanted_[first + i]];
    OutputLogits(pool_, model_, rows, n, logits_.data());
    LogitGradients(batch, first, n, scale);
    for (size_t i = 0; i < n; ++i)
      if (batch.counts[wanted_[first + i]]) losses.push_back(row_losses_[i]);
    OutputLogitsBackward(pool_, model_, n, logits_.data(), scratch_.dh.data() + first * hidden);
    if (!gradients.weights.empty()) {
      float* dhead = gradients.head.empty() ? gradients.weights.data() + model_.offsets.head : gradients.head.data();
      kernels::LinearGradWeight(pool_, logits_.data(), rows, dhead, n, hidden, vocab);
    }
  }
}

// Each product is a task of one thread where threads own rows, else they share each.
void TrainingPass::GradWeights(const PackedTokens& batch, size_t layer, const GradientViews& views) {
  auto add = [&](ThreadPool& pool, size_t task) {
    const int p = kProjections - 1 - static_cast<int>(task) / 3;  // the longest first
    const bool after = p > kV;
    BlockGradWeight(pool, model_, layer, p, static_cast<LinearPart>(task % 3),
                    after ? RowsAfterAttention(batch, layer) : batch.size(),
                    after ? AfterAttentionOf(layer) : BlockOf(layer), scratch_, views);
  };
  const size_t tasks = size_t{kProjections} * 3;
  if (OwnRows()) return pool_.Run(tasks, [&](size_t task) { add(alone_, task); });
  for (size_t task = 0; task < tasks; ++task) add(pool_, task);
}

void TrainingPass::BackwardOfBlock(const PackedTokens& batch, size_t layer, const GradientViews& views) {
  const size_t t = batch.size();
  const ModelSizes s(model_.config);
  BlockBuffers& b = BlockOf(layer);
  ForRows(RowsAfterAttention(batch, layer), [&](ThreadPool& pool, RowRange rows) {
    BlockAfterAttentionBackward(pool, model_, layer, rows, AfterAttentionOf(layer), scratch_, views, dx_.data());
  });
  if (IsLast(layer)) {
    SpreadRows(scratch_.datt, wanted_, s.q, t);
    SpreadRows(dx_, wanted_, s.hidden, t);
  }
  kernels::AttentionBackward(pool_, AttentionShapeOf(model_.config, t), batch.segment_start.data(), b.q.data(),
                             b.k.data(), b.v.data(), b.att.data(), b.stats.data(), scratch_.datt.data(),
                             scratch_.dq.data(), scratch_.dk.data(), scratch_.dv.data());
  ForRows(t, [&](ThreadPool& pool, RowRange rows) {
    BlockBeforeAttentionBackward(pool, model_, layer, batch.positions.data(), rows, b, scratch_, views,
                                 layer > 0 || views.weights ? dx_.data() : nullptr);
  });
  GradWeights(batch, layer, views);
}

void TrainingPass::Run(const PackedTokens& batch, float scale, Gradients& gradients, std::vector<float>& losses) {
  const size_t t = batch.size(), hidden = ModelSizes(model_.config).hidden;
  FindWanted(batch);
  if (wanted_.empty()) return;
  BasePass(batch);
  Forward(batch, AdapterUse::kWith);
  scratch_.Resize(model_, t);
  dx_.resize(t * hidden);
  Head(batch, scale, gradients, losses);
  GradientViews views{gradients.weights.empty() ? nullptr : gradients.weights.data(),
                      gradients.adapter.empty() ? nullptr : gradients.adapter.data()};
  kernels::RmsNormBackward(
      pool_, scratch_.dh.data(), final_x_.data(), model_.Vector(model_.offsets.final_norm), final_rstd_.data(),
      dx_.data(), views.weights ? views.weights + model_.offsets.final_norm : nullptr, wanted_.size(), hidden, false);
  for (size_t l = model_.offsets.layers.size(); l-- > 0;) {
    if (recompute_ && !IsLast(l)) {
      std::copy(inputs_[l].begin(), inputs_[l].end(), blocks_[0].x.begin());
      RunBlock(batch, l, final_x_.data(), AdapterUse::kWith);  // final_x_ is free: its gradient is in dx_
    }
    BackwardOfBlock(batch, l, views);
  }
  if (views.weights) EmbedTokensBackward(pool_, model_, batch.ids.data(), t, dx_.data(), views.weights);
}

std::vector<float> TrainingPass::Losses(const PackedTokens& batch) {
  const size_t hidden = ModelSizes(model_.config).hidden, vocab = ModelSizes(model_.config).vocab;
  std::vector<float> losses;
  FindWanted(batch);
  if (wanted_.empty()) return losses;
  Forward(batch, AdapterUse::kWith);
  logits_.resize(vocab);
  for (size_t i = 0; i < wanted_.size(); ++i) {
    float loss = 0;
    OutputLogits(pool_, model_, final_h_.data() + i * hidden, 1, logits_.data());
    kernels::CrossEntropy(pool_, logits_.data(), &batch.targets[wanted_[i]], &loss, 1, vocab, 1.0f, false);
    losses.push_back(loss);
  }
  return losses;
}

}  // namespace cairn::model
