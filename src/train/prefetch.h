// Samples of the next steps, made by threads of their own while a device computes.
#pragma once

#include <deque>
#include <future>

#include "train/data.h"

namespace cairn::train {

class PrefetchedSource : public DataSource {
 public:
  // source must outlive it, and Samples of it may be called by several threads at a time.
  PrefetchedSource(const DataSource& source, size_t steps_ahead) : source_(source), ahead_(steps_ahead) {}
  uint64_t steps() const override { return source_.steps(); }
  std::vector<TokenSample> Samples(uint64_t step) const override;  // one caller at a time

 private:
  const DataSource& source_;
  const size_t ahead_;
  mutable uint64_t first_ = 0;  // step that the front of pending_ is of
  mutable std::deque<std::future<std::vector<TokenSample>>> pending_;
};

}  // namespace cairn::train
