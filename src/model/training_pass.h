// Forward and backward over a micro-batch of packed samples: the loss in binary64 and the gradients, added to what is
// there.
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
  std::vector<formats::TokenId> targets;  // [T] token to predict at this row, -1 where no loss is counted
  void Append(const std::vector<formats::TokenId>& sample, const std::vector<uint8_t>& loss_mask);
  size_t size() const { return ids.size(); }
  size_t LossTokens() const;
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
  TrainingPass(ThreadPool& pool, const Model& model) : pool_(pool), model_(model) {}
  // Adds d(sum of token losses * scale) to the gradients and the token losses (in token order) to *loss. Peak memory
  // grows with T.
  void Run(const PackedTokens& batch, float scale, Gradients& gradients, double* loss);
  // Losses only, one per row with a target, in order.
  std::vector<float> Losses(const PackedTokens& batch);

 private:
  void Forward(const PackedTokens& batch);
  ThreadPool& pool_;
  const Model& model_;
  std::vector<BlockBuffers> blocks_;
  BackwardScratch scratch_;
  std::vector<float> final_x_, final_rstd_, final_h_, dx_, rows_, drows_, logits_, row_loss_;
};

}  // namespace cairn::model
