// An owner of some of a step's shards: computes their gradients and sums them in the canonical tree (docs/numerics.md).
// In one process several owners run side by side, each with threads of its own; owners on other machines will offer the
// same.
#pragma once

#include <utility>
#include <vector>

#include "model/training_pass.h"
#include "train/config.h"
#include "train/data.h"

namespace cairn::train {

// The canonical sum of shards [shard, shard + count) into `into`, which is zero: leaf(shard, gradient) adds one
// shard's, add(from, to) one half to the other. right: a gradient for each depth of the tree, from `depth` on.
template <typename Gradient, typename Leaf, typename Add>
void SumShards(uint64_t shard, uint64_t count, size_t depth, std::vector<Gradient>& right, Gradient& into,
               const Leaf& leaf, const Add& add) {
  if (count == 1) return leaf(shard, into);
  SumShards(shard, count / 2, depth + 1, right, into, leaf, add);
  Gradient& half = right[depth];
  half.Zero();
  SumShards(shard + count / 2, count / 2, depth + 1, right, half, leaf, add);
  add(half, into);
}

// The samples [first, second) of a step that belong to one of its shards.
inline std::pair<size_t, size_t> SamplesOfShard(size_t samples, uint64_t shard, uint64_t shards) {
  return {samples * shard / shards, samples * (shard + 1) / shards};
}

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
