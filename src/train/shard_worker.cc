#include "train/shard_worker.h"

namespace cairn::train {

ShardWorker::ShardWorker(int threads, const model::Model& model, const TrainConfig& config, uint64_t shards)
    : pool_(threads),
      model_(model),
      config_(config),
      pass_(pool_, model, config.resources.recompute),
      sum_(model::Gradients::For(model, !model.adapter.has_value())) {
  // Planned once: a step allocates no buffer.
  for (uint64_t count = shards; count > 1; count /= 2)
    right_.push_back(model::Gradients::For(model, !model.adapter.has_value()));
}

void ShardWorker::Run(const std::vector<TokenSample>& samples, uint64_t first, uint64_t count, float scale) {
  scale_ = scale;
  losses_.clear();
  sum_.Zero();
  SumShards(
      first, count, 0, right_, sum_,
      [&](uint64_t shard, model::Gradients& into) {
        const auto [from, to] = SamplesOfShard(samples.size(), shard, config_.shards);
        ShardGradients(samples, from, to, into);
      },
      [&](model::Gradients& from, model::Gradients& to) {
        kernels::Add(pool_, GradientOf(from).data(), GradientOf(to).data(), GradientOf(to).size());
      });
}

// Samples [first, last) as one chain: rows of at most row_tokens, resources.micro_batch of them at a time.
void ShardWorker::ShardGradients(const std::vector<TokenSample>& samples, size_t first, size_t last,
                                 model::Gradients& into) {
  packed_.Clear();
  uint64_t rows = 0, in_row = 0;
  for (size_t i = first; i < last; ++i) {
    uint64_t n = samples[i].ids.size();
    if (rows == 0 || in_row + n > config_.row_tokens) {
      if (rows == config_.resources.micro_batch) {
        pass_.Run(packed_, scale_, into, losses_);
        packed_.Clear();
        rows = 0;
      }
      ++rows;
      in_row = 0;
    }
    in_row += n;
    packed_.Append(samples[i].ids, samples[i].loss_mask, samples[i].base_weight);
  }
  pass_.Run(packed_, scale_, into, losses_);
  into.FoldHead(pool_, model_);
}

}  // namespace cairn::train
