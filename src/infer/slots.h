// The slots of a decoder: which are free, and what a prompt can take over from what lies in them.
#pragma once

#include "infer/decoder.h"

namespace cairn::infer {

class Slots {
 public:
  // The first tokens of a prompt, as they lie in a slot.
  struct Prefix {
    size_t slot = 0, length = 0;
  };

  // As Decoder.
  Slots(ThreadPool& pool, const model::Model& model, size_t count, size_t max_tokens);

  // What two prompts' beginnings spare the second: the tokens that both begin with. Its last token runs in any case; 0
  // if so little is spared that it does not pay, as a row that looks back into a cache costs twice what it costs beside
  // the rows it sees.
  static size_t Spared(std::span<const formats::TokenId> prompt, std::span<const formats::TokenId> held);

  // The longest beginning of the prompt that spares work, or none (length 0).
  Prefix Find(std::span<const formats::TokenId> prompt) const;
  size_t free() const { return free_.size(); }
  // A free slot, which holds these tokens only: their own one if it is free, else the one that waited longest.
  // REQUIRES a free slot.
  size_t Take(const Prefix& prefix);
  // What the slot holds stays until it is taken.
  void Release(size_t slot) { free_.push_back(slot); }

  Decoder& decoder() { return decoder_; }
  const Decoder& decoder() const { return decoder_; }

 private:
  size_t count_;
  Decoder decoder_;
  std::vector<size_t> free_;  // the one that waits longest first
};

}  // namespace cairn::infer
