#include "train/prefetch.h"

namespace cairn::train {

std::vector<TokenSample> PrefetchedSource::Samples(uint64_t step) const {
  if (pending_.empty() || first_ != step) {
    pending_.clear();
    first_ = step;
  }
  while (pending_.size() <= ahead_ && first_ + pending_.size() <= source_.steps()) {
    const uint64_t next = first_ + pending_.size();
    // Deferred, that is made when asked for, where the system gives no thread.
    pending_.push_back(
        std::async(std::launch::async | std::launch::deferred, [this, next] { return source_.Samples(next); }));
  }
  if (pending_.empty()) return source_.Samples(step);
  std::vector<TokenSample> samples = pending_.front().get();
  pending_.pop_front();
  ++first_;
  return samples;
}

}  // namespace cairn::train
