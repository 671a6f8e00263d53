// The two ends of a decoder: from tokens to rows of the hidden size, and from those to logits.
#pragma once

#include "model/model.h"

namespace cairn::model {

// x [T, C]: the embedding's rows, times embedding_multiplier.
void EmbedTokens(ThreadPool& pool, const Model& model, const formats::TokenId* ids, size_t t, float* x);
// Adds to the embedding's gradient; dx [T, C] is overwritten.
void EmbedTokensBackward(ThreadPool& pool, const Model& model, const formats::TokenId* ids, size_t t, float* dx,
                         float* weight_gradients);

// Of rows h [N, C] behind the final norm: logits [N, V], divided by logits_scaling.
void OutputLogits(ThreadPool& pool, const Model& model, const float* h, size_t n, float* logits);
// dlogits [N, V] becomes the gradient of what the output layer gave; dh [N, C] is overwritten.
void OutputLogitsBackward(ThreadPool& pool, const Model& model, size_t n, float* dlogits, float* dh);

}  // namespace cairn::model
