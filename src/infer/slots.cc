#include "infer/slots.h"

#include <algorithm>
#include <numeric>

namespace cairn::infer {

Slots::Slots(ThreadPool& pool, const model::Model& model, size_t count, size_t max_tokens)
    : count_(count), decoder_(pool, model, count, max_tokens), free_(count) {
  std::iota(free_.begin(), free_.end(), size_t{0});
}

size_t Slots::Spared(std::span<const formats::TokenId> prompt, std::span<const formats::TokenId> held) {
  const size_t length = std::min(CommonPrefix(prompt, held), prompt.size() - 1);
  return length * 2 > prompt.size() ? length : 0;
}

Slots::Prefix Slots::Find(std::span<const formats::TokenId> prompt) const {
  Prefix best;
  for (size_t slot = 0; slot < count_; ++slot) {
    const size_t length = Spared(prompt, decoder_.tokens(slot));
    if (length > best.length) best = {slot, length};
  }
  return best;
}

size_t Slots::Take(const Prefix& prefix) {
  CAIRN_CHECK(!free_.empty());
  const auto own = prefix.length > 0 ? std::find(free_.begin(), free_.end(), prefix.slot) : free_.end();
  const auto taken = own == free_.end() ? free_.begin() : own;
  const size_t slot = *taken;
  free_.erase(taken);
  if (prefix.length > 0 && slot != prefix.slot) {
    decoder_.CopyPrefix(prefix.slot, slot, prefix.length);
  } else {
    decoder_.Truncate(slot, prefix.length);
  }
  return slot;
}

}  // namespace cairn::infer
