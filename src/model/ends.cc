#include "model/ends.h"

namespace cairn::model {
namespace {

// y *= s; a factor of 1 changes no bit and costs nothing.
void ScaleBy(ThreadPool& pool, double s, float* y, size_t n) {
  if (s != 1.0) kernels::Scale(pool, static_cast<float>(s), y, n);
}

}  // namespace

void EmbedTokens(ThreadPool& pool, const Model& model, const formats::TokenId* ids, size_t t, float* x) {
  const size_t hidden = ModelSizes(model.config).hidden;
  kernels::Embedding(pool, model.Matrix(model.offsets.embedding), ids, x, t, hidden);
  ScaleBy(pool, model.config.embedding_multiplier, x, t * hidden);
}

void EmbedTokensBackward(ThreadPool& pool, const Model& model, const formats::TokenId* ids, size_t t, float* dx,
                         float* weight_gradients) {
  const size_t hidden = ModelSizes(model.config).hidden;
  ScaleBy(pool, model.config.embedding_multiplier, dx, t * hidden);
  kernels::EmbeddingBackward(pool, dx, ids, weight_gradients + model.offsets.embedding, t, hidden);
}

void OutputLogits(ThreadPool& pool, const Model& model, const float* h, size_t n, float* logits) {
  const ModelSizes s(model.config);
  kernels::Linear(pool, h, model.Matrix(model.offsets.head), logits, n, s.hidden, s.vocab);
  ScaleBy(pool, 1.0 / model.config.logits_scaling, logits, n * s.vocab);
}

void OutputLogitsBackward(ThreadPool& pool, const Model& model, size_t n, float* dlogits, float* dh) {
  const ModelSizes s(model.config);
  ScaleBy(pool, 1.0 / model.config.logits_scaling, dlogits, n * s.vocab);
  kernels::LinearGradInput(pool, dlogits, model.Matrix(model.offsets.head), dh, n, s.hidden, s.vocab, false);
}

}  // namespace cairn::model
