// Forward and backward over a micro-batch of packed samples: token losses, and the gradients, added to what is there.
#pragma once

#include <cstdint>
#include <vector>

#include "model/block.h"

namespace cairn::model {

// T tokens, several samples one after the other. Attention stays inside a sample; positions start at 0 in each.
struct PackedTokens {
  std::vector<formats::TokenId> ids;      // [T]
  std::vector<int32_t> positions;         // [T]
  std::vector<int32_t> segment_start;     // [T] row of the sample's first token
  std::vector<formats::TokenId> targets;  // [T] token to predict at this row, -1 where nothing is learnt
  std::vector<uint8_t> counts;            // [T] whether its loss is counted
  std::vector<float> base_weight;  // [T] 0: the row learns its target; else the base model's probabilities, so much
  // base_weight: 0, or what the tokens outside of loss_mask weigh where the base model's probabilities are learnt;
  // those in it weigh 1. Needs a model with an adapter.
  void Append(const std::vector<formats::TokenId>& sample, const std::vector<uint8_t>& loss_mask,
              float base_weight = 0);
  size_t size() const { return ids.size(); }
  void Clear();  // keeps the memory
};

// Gradient buffers of one shard. With tied embeddings the head's part is kept apart until FoldHead: rows of the
// embedding are added in token order and the head continues one chain, so micro-batches change no bit.
struct Gradients {
  std::vector<float> weights, head, adapter;
  static Gradients For(const Model& model, bool train_weights);
  void Zero();
  void FoldHead(ThreadPool& pool, const Model& model);
};

class TrainingPass {
 public:
  // recompute: only the blocks' inputs are kept, and all but the last run again before their backward passes: the
  // memory of one block instead of all, the same bits.
  TrainingPass(ThreadPool& pool, const Model& model, bool recompute = false)
      : pool_(pool), model_(model), recompute_(recompute) {}
  // Adds d(sum of token losses * scale) to the gradients; appends the losses of the tokens that count, in order. Peak
  // memory grows with T. Rows with a base_weight pull the model to what it says without its adapter (Li & Hoiem 2016,
  // arXiv:1606.09282): their loss is that of the target, their gradient that of the cross-entropy between the two.
  void Run(const PackedTokens& batch, float scale, Gradients& gradients, std::vector<float>& losses);
  // Losses only, one per row with a target, in order.
  std::vector<float> Losses(const PackedTokens& batch);

 private:
  using OnRows = FunctionRef<void(ThreadPool&, RowRange)>;
  void ForRows(size_t t, OnRows body);
  void FindWanted(const PackedTokens& batch);
  void Forward(const PackedTokens& batch, AdapterUse adapter);
  void RunBlock(const PackedTokens& batch, size_t layer, float* out, AdapterUse adapter);
  void BasePass(const PackedTokens& batch);
  void Head(const PackedTokens& batch, float scale, Gradients& gradients, std::vector<float>& losses);
  void LogitGradients(const PackedTokens& batch, size_t first, size_t n, float scale);
  void BackwardOfBlock(const PackedTokens& batch, size_t layer, const GradientViews& views);
  void GradWeights(const PackedTokens& batch, size_t layer, const GradientViews& views);
  BlockBuffers& BlockOf(size_t layer) { return blocks_[recompute_ ? 0 : layer]; }
  BlockBuffers& AfterAttentionOf(size_t layer) { return IsLast(layer) ? last_ : BlockOf(layer); }
  size_t RowsAfterAttention(const PackedTokens& batch, size_t layer) const {
    return IsLast(layer) ? wanted_.size() : batch.size();
  }
  // Whether each thread takes rows of its own through a half of a block, and weight gradients of its own: not where
  // threads share the work of packing weights, nor where norms are trained.
  bool OwnRows() const { return model_.int8 != nullptr && pool_.size() > 1; }
  bool IsLast(size_t layer) const { return layer + 1 == model_.offsets.layers.size(); }
  ThreadPool& pool_;
  ThreadPool alone_{1};  // of each thread that works on rows of its own
  const Model& model_;
  const bool recompute_;
  std::vector<BlockBuffers> blocks_;        // one for each layer, or one for all with recompute
  std::vector<std::vector<float>> inputs_;  // [layer but the last] [T, C], with recompute
  BlockBuffers last_;                       // of the last block's half after attention: rows of which the loss counts
  BackwardScratch scratch_;
  std::vector<size_t> wanted_;             // these rows
  bool any_base_ = false;                  // whether one of them learns the base model's probabilities
  std::vector<formats::TokenId> targets_;  // of a block of them
  std::vector<float> final_x_, final_rstd_, final_h_, dx_, logits_;
  std::vector<float> base_h_, base_logits_;  // what the head reads and says without the adapter
  std::vector<float> row_losses_, scales_;   // of a block of rows
};

}  // namespace cairn::model
