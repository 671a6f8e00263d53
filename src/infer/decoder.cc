#include "infer/decoder.h"

#include <algorithm>

#include "model/ends.h"

namespace cairn::infer {

size_t CommonPrefix(std::span<const formats::TokenId> a, std::span<const formats::TokenId> b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

Decoder::Decoder(ThreadPool& pool, const model::Model& model, size_t max_sequences, size_t max_tokens)
    : pool_(pool), model_(model), max_tokens_(max_tokens), sizes_(model.config), caches_(max_sequences) {
  CAIRN_CHECK(max_sequences > 0 && max_tokens <= model::MaxPositions(model.config));
  for (Cache& cache : caches_) {
    cache.k.resize(model.offsets.layers.size());
    cache.v.resize(model.offsets.layers.size());
  }
}

void Decoder::Truncate(size_t sequence, size_t length) {
  Cache& cache = caches_[sequence];
  CAIRN_CHECK(length <= cache.tokens.size());
  cache.tokens.resize(length);
  for (auto* side : {&cache.k, &cache.v})
    for (auto& values : *side) values.resize(length * sizes_.kv);
}

void Decoder::CopyPrefix(size_t from, size_t to, size_t length) {
  const Cache& source = caches_[from];
  Cache& cache = caches_[to];
  CAIRN_CHECK(from != to && length <= source.tokens.size());
  const size_t common = CommonPrefix(cache.tokens, std::span(source.tokens).first(length));
  Truncate(to, common);
  auto append = [&](const auto& values, auto& out, size_t width) {
    out.insert(out.end(), values.begin() + static_cast<std::ptrdiff_t>(common * width),
               values.begin() + static_cast<std::ptrdiff_t>(length * width));
  };
  append(source.tokens, cache.tokens, 1);
  for (size_t layer = 0; layer < cache.k.size(); ++layer) {
    append(source.k[layer], cache.k[layer], sizes_.kv);
    append(source.v[layer], cache.v[layer], sizes_.kv);
  }
}

void Decoder::Plan(std::span<const Chunk> chunks) {
  ids_.clear();
  positions_.clear();
  segment_start_.clear();
  cached_.clear();
  fresh_.clear();
  std::vector<bool> seen(caches_.size());
  for (const Chunk& chunk : chunks) {
    CAIRN_CHECK(chunk.sequence < caches_.size() && !seen[chunk.sequence] && !chunk.ids.empty());
    seen[chunk.sequence] = true;
    size_t past = length(chunk.sequence), first = ids_.size();
    CAIRN_CHECK(chunk.ids.size() <= max_tokens_ - past);
    if (past == 0) {
      if (fresh_.empty() || fresh_.back().first + fresh_.back().count != first) fresh_.push_back({first, 0});
      fresh_.back().count += chunk.ids.size();
    }
    for (size_t i = 0; i < chunk.ids.size(); ++i) {
      CAIRN_CHECK(chunk.ids[i] >= 0 && static_cast<size_t>(chunk.ids[i]) < sizes_.vocab);
      if (past > 0) cached_.push_back({first + i, chunk.sequence, past + i + 1});
      segment_start_.push_back(past == 0 ? static_cast<int32_t>(first - fresh_.back().first) : 0);
      positions_.push_back(static_cast<int32_t>(past + i));
      ids_.push_back(chunk.ids[i]);
    }
  }
}

void Decoder::Attend(size_t layer, std::span<const Chunk> chunks, model::BlockBuffers& b) {
  size_t kv = sizes_.kv, q = sizes_.q, group = sizes_.heads / sizes_.kv_heads;
  const float *k = b.k.data(), *v = b.v.data();
  for (const Chunk& chunk : chunks) {
    Cache& cache = caches_[chunk.sequence];
    size_t size = chunk.ids.size() * kv;
    cache.k[layer].insert(cache.k[layer].end(), k, k + size);
    cache.v[layer].insert(cache.v[layer].end(), v, v + size);
    k += size;
    v += size;
  }
  for (const FreshRows& rows : fresh_)
    kernels::Attention(pool_, model::AttentionShapeOf(model_.config, rows.count), segment_start_.data() + rows.first,
                       b.q.data() + rows.first * q, b.k.data() + rows.first * kv, b.v.data() + rows.first * kv,
                       b.att.data() + rows.first * q, b.stats.data() + rows.first * sizes_.heads * 2);
  // A task is one row and one key/value head with its queries: heads are independent outputs.
  kernels::AttentionShape one = model::AttentionShapeOf(model_.config, 0);
  one.heads = group;
  one.kv_heads = 1;
  pool_.Run(cached_.size() * sizes_.kv_heads, [&](size_t task) {
    const CachedRow& r = cached_[task / sizes_.kv_heads];
    size_t g = task % sizes_.kv_heads, at = r.row * q + g * group * sizes_.head_dim;
    const Cache& cache = caches_[r.sequence];
    kernels::AttentionShape shape = one;
    shape.t = r.n;
    kernels::AttentionDecode(shape, kv, b.q.data() + at, cache.k[layer].data() + g * sizes_.head_dim,
                             cache.v[layer].data() + g * sizes_.head_dim, b.att.data() + at);
  });
}

std::span<const float> Decoder::Head(std::span<const Chunk> chunks, Rows rows) {
  size_t n = rows == Rows::kAll ? ids_.size() : chunks.size();
  rows_.resize(n * sizes_.hidden);
  normed_.resize(n * sizes_.hidden);
  rstd_.resize(n);
  logits_.resize(n * sizes_.vocab);
  if (rows == Rows::kAll) {
    std::copy_n(buffers_.x.begin(), n * sizes_.hidden, rows_.begin());
  } else {
    size_t end = 0;
    for (size_t i = 0; i < n; ++i) {
      end += chunks[i].ids.size();
      std::copy_n(buffers_.x.data() + (end - 1) * sizes_.hidden, sizes_.hidden, rows_.data() + i * sizes_.hidden);
    }
  }
  kernels::RmsNorm(pool_, rows_.data(), model_.Vector(model_.offsets.final_norm), normed_.data(), rstd_.data(), n,
                   sizes_.hidden, static_cast<float>(model_.config.rms_norm_eps));
  model::OutputLogits(pool_, model_, normed_.data(), n, logits_.data());
  return logits_;
}

std::span<const float> Decoder::Forward(std::span<const Chunk> chunks, Rows rows) {
  CAIRN_CHECK(!chunks.empty());
  Plan(chunks);
  size_t t = ids_.size();
  buffers_.Resize(model_, t);
  out_.resize(t * sizes_.hidden);
  model::EmbedTokens(pool_, model_, ids_.data(), t, buffers_.x.data());
  for (size_t layer = 0; layer < model_.offsets.layers.size(); ++layer) {
    model::BlockForward(
        pool_, model_, layer, positions_.data(), t, buffers_, [&](model::BlockBuffers& b) { Attend(layer, chunks, b); },
        out_.data());
    std::swap(buffers_.x, out_);
  }
  for (const Chunk& chunk : chunks) {
    auto& tokens = caches_[chunk.sequence].tokens;
    tokens.insert(tokens.end(), chunk.ids.begin(), chunk.ids.end());
  }
  return Head(chunks, rows);
}

}  // namespace cairn::infer
