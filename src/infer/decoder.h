// Runs a model over growing sequences with key/value caches. A row of logits has the same bits as the full forward pass
// gives for that token, whatever else is in the batch and however the sequence was cut into chunks (docs/numerics.md:
// attention is one chain per row, matmul one chain per element).
#pragma once

#include <span>
#include <vector>

#include "model/block.h"

namespace cairn::infer {

// Next tokens of one sequence: a prompt, a part of it, or the token just drawn.
struct Chunk {
  size_t sequence = 0;  // slot, < max_sequences
  std::span<const formats::TokenId> ids;
};

// Tokens with which both begin.
size_t CommonPrefix(std::span<const formats::TokenId> a, std::span<const formats::TokenId> b);

class Decoder {
 public:
  enum class Rows { kLast, kAll };

  // model must outlive the decoder and not change. max_tokens per sequence, at most model::MaxPositions. Memory grows
  // with the tokens held, not with max_tokens.
  Decoder(ThreadPool& pool, const model::Model& model, size_t max_sequences, size_t max_tokens);

  // Appends the chunks to their sequences. Returns logits [chunks, V] of each chunk's last token, or of every token in
  // order with Rows::kAll; valid until the next call.
  // REQUIRES each sequence at most once, no empty chunk, ids in [0, V), length + chunk <= max_tokens.
  std::span<const float> Forward(std::span<const Chunk> chunks, Rows rows = Rows::kLast);

  // What the slot holds.
  std::span<const formats::TokenId> tokens(size_t sequence) const { return caches_[sequence].tokens; }
  size_t length(size_t sequence) const { return caches_[sequence].tokens.size(); }
  // Forgets the tokens from `length` on; 0 frees the slot.
  void Truncate(size_t sequence, size_t length);
  // A slot holds the first `length` tokens of another from now on, and nothing else; only what differs is copied.
  void CopyPrefix(size_t from, size_t to, size_t length);

 private:
  struct Cache {
    std::vector<formats::TokenId> tokens;
    std::vector<std::vector<float>> k, v;  // [layer] [tokens, G*D]
  };
  // A query row that looks back into a cache of n tokens, itself included.
  struct CachedRow {
    size_t row = 0, sequence = 0, n = 0;
  };
  // Neighbouring rows whose sequences were all empty: they see each other only.
  struct FreshRows {
    size_t first = 0, count = 0;
  };
  void Plan(std::span<const Chunk> chunks);
  void Attend(size_t layer, std::span<const Chunk> chunks, model::BlockBuffers& buffers);
  std::span<const float> Head(std::span<const Chunk> chunks, Rows rows);

  ThreadPool& pool_;
  const model::Model& model_;
  size_t max_tokens_;
  const model::ModelSizes sizes_;
  std::vector<Cache> caches_;
  std::vector<formats::TokenId> ids_;
  std::vector<int32_t> positions_, segment_start_;  // [T]; segment_start counts from its FreshRows' first row
  std::vector<CachedRow> cached_;
  std::vector<FreshRows> fresh_;
  model::BlockBuffers buffers_;
  std::vector<float> out_, rows_, normed_, rstd_, logits_;
};

}  // namespace cairn::infer
