// An owner of some of a step's shards: computes their gradients and sums them in the canonical tree (docs/numerics.md).
// In one process several owners run side by side, each with threads of its own; owners on other machines will offer the
// same.
#pragma once

#include <vector>

#include "model/training_pass.h"
#include "train/config.h"
#include "train/data.h"

namespace cairn::train {

class ShardWorker {
 public:
  // model must outlive the worker and must not change while it runs. shards: how many it will run at a time.
  ShardWorker(int threads, const model::Model& model, const TrainConfig& config, uint64_t shards);

  // Shards [first, first + count): count a power of two, first a multiple of it, so that they are a subtree of the sum.
  // Sets gradient() and losses().
  void Run(const std::vector<TokenSample>& samples, uint64_t first, uint64_t count, float scale);

  // In the layout of what is trained: the adapter's list, else the model's.
  std::vector<float>& gradient() { return GradientOf(sum_); }
  const std::vector<float>& losses() const { return losses_; }  // of the tokens that count, in order

 private:
  std::vector<float>& GradientOf(model::Gradients& g) const { return model_.adapter ? g.adapter : g.weights; }
  void ShardGradients(const std::vector<TokenSample>& samples, size_t first, size_t last, model::Gradients& into);
  // depth: of the tree's node, from 0.
  void TreeGradients(const std::vector<TokenSample>& samples, uint64_t shard, uint64_t count, size_t depth,
                     model::Gradients& into);

  ThreadPool pool_;
  const model::Model& model_;
  const TrainConfig& config_;
  model::TrainingPass pass_;
  model::PackedTokens packed_;
  model::Gradients sum_;
  std::vector<model::Gradients> right_;  // of the right half of the node at each depth
  std::vector<float> losses_;
  float scale_ = 1;
};

}  // namespace cairn::train
