// One decoder block (pre-norm, rotary grouped-query attention, SwiGLU, and what model/family.h adds), used alike by
// training and by decoding, so that both give the same bits. Backward is written by hand beside it.
#pragma once

#include <array>
#include <vector>

#include "model/model.h"

namespace cairn::model {

// Whether a forward pass computes with the model's adapter, if it has one, or as the base model.
enum class AdapterUse { kWith, kWithout };

// Some rows of a batch. All of a block but attention and the gradients of trained values works on each row alone, so
// any split into ranges gives the same bits.
struct RowRange {
  size_t first, count;
};

// What a block keeps for its backward pass; Resize makes room for T rows at least.
struct BlockBuffers {
  std::vector<float> x;                               // [T, C] input
  std::vector<float> rstd1, h1;                       // [T], [T, C]
  std::vector<float> raw_q, raw_k, rstd_q, rstd_k;    // before qk_norm: [T, H*D], [T, G*D], [T, H], [T, G]; else empty
  std::vector<float> q, k, v, att;                    // [T, H*D], [T, G*D], [T, G*D], [T, H*D]; q and k rotated
  std::vector<float> stats;                           // [T, H, 2] softmax maxima and sums
  std::vector<float> mid;                             // [T, C] after the attention's residual
  std::vector<float> rstd2, h2;                       // [T], [T, C]
  std::vector<float> gate, up, act;                   // [T, F]
  std::vector<float> branch;                          // [T, C] of the moment, with a residual_multiplier; else empty
  std::array<std::vector<float>, kProjections> lora;  // [T, rank]: scale * (A x)
  void Resize(const Model& model, size_t t);
  // What one half of the block needs, for a batch of which the two halves see different rows.
  void ResizeBeforeAttention(const Model& model, size_t t);
  void ResizeAfterAttention(const Model& model, size_t t);
};

kernels::AttentionShape AttentionShapeOf(const ModelConfig& config, size_t t);

// x -> q, k, v. positions [T].
void BlockBeforeAttention(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, RowRange rows,
                          BlockBuffers& buffers, AdapterUse adapter = AdapterUse::kWith);
// att, x -> out [T, C].
void BlockAfterAttention(ThreadPool& pool, const Model& model, size_t layer, RowRange rows, BlockBuffers& buffers,
                         float* out, AdapterUse adapter = AdapterUse::kWith);

// Computes att from q, k, v of the buffers (and, when decoding, a cache).
using AttentionFunction = FunctionRef<void(BlockBuffers&)>;

// Both halves on all rows. out [T, C]; reads buffers.x; positions [T].
void BlockForward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, size_t t,
                  BlockBuffers& buffers, const AttentionFunction& attention, float* out);

// Gradients in the layouts of Model::list and Adapter::list; a null pointer means: not trained.
struct GradientViews {
  float* weights = nullptr;
  float* adapter = nullptr;
};

// Gradients of what a block computes, until BlockGradWeight has read them.
struct BackwardScratch {
  std::vector<float> dout, dmid;  // [T, C] of what down_proj and o_proj gave
  std::vector<float> datt, dq, dk, dv, dh, dact, dgate, dup;
  std::vector<float> draw_q, draw_k;                  // with qk_norm
  std::array<std::vector<float>, kProjections> lora;  // [T, rank]: scale * (B^T dy)
  void Resize(const Model& model, size_t t);
};

// dx [T, C]: on entry the gradient of the block's output, on return of its input's residual, as far as this half goes;
// scratch.datt is set. Where norms are trained, all rows must come in one range: their gradients are sums over rows.
void BlockAfterAttentionBackward(ThreadPool& pool, const Model& model, size_t layer, RowRange rows,
                                 const BlockBuffers& buffers, BackwardScratch& scratch, const GradientViews& gradients,
                                 float* dx);
// From scratch.dq, dk, dv to dx, the gradient of the block's input; null: nothing trained lies before it. The same of
// norms.
void BlockBeforeAttentionBackward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions,
                                  RowRange rows, const BlockBuffers& buffers, BackwardScratch& scratch,
                                  const GradientViews& gradients, float* dx);
// What of a linear layer is trained: its weight with its bias, or a matrix of its adapter.
enum class LinearPart { kWeight, kLoraA, kLoraB };
// Adds what T rows give to the gradient of one part of linear layer p, if it is trained; after the backward pass of its
// half.
void BlockGradWeight(ThreadPool& pool, const Model& model, size_t layer, int p, LinearPart part, size_t t,
                     const BlockBuffers& buffers, const BackwardScratch& scratch, const GradientViews& gradients);

}  // namespace cairn::model
