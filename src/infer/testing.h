// For tests: a decoder that is fed one sequence at a time.
#pragma once

#include <span>

#include "infer/decoder.h"

namespace cairn::infer {

// Appends ids to a sequence. Logits [V] of the last, valid until the decoder's next call.
inline std::span<const float> Append(Decoder& decoder, size_t sequence, std::span<const formats::TokenId> ids) {
  const Chunk chunk{sequence, ids};
  return decoder.Forward({&chunk, 1});
}

}  // namespace cairn::infer
