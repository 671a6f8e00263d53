// One decoder block (pre-norm, rotary grouped-query attention, SwiGLU, and what model/family.h adds), used alike by
// training and by decoding, so that both give the same bits. Backward is written by hand beside it.
#pragma once

#include <array>
#include <vector>

#include "model/model.h"

namespace cairn::model {

// What a block keeps for its backward pass; sized by Resize for T rows.
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
};

kernels::AttentionShape AttentionShapeOf(const ModelConfig& config, size_t t);

// Computes att from q, k, v of the buffers (and, when decoding, a cache).
using AttentionFunction = FunctionRef<void(BlockBuffers&)>;

// out [T, C]; reads buffers.x; positions [T].
void BlockForward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions, size_t t,
                  BlockBuffers& buffers, const AttentionFunction& attention, float* out);

// Gradients in the layouts of Model::list and Adapter::list; a null pointer means: not trained.
struct GradientViews {
  float* weights = nullptr;
  float* adapter = nullptr;
};

struct BackwardScratch {
  std::vector<float> datt, dq, dk, dv, dh, dact, dgate, dup, lora;
  std::vector<float> draw_q, draw_k, dbranch;  // with qk_norm; with a residual_multiplier
  void Resize(const Model& model, size_t t);
};

// dx [T, C]: on entry the gradient of the block's output, on return that of its input. Adds to the gradients.
void BlockBackward(ThreadPool& pool, const Model& model, size_t layer, const int32_t* positions,
                   const int32_t* segment_start, size_t t, const BlockBuffers& buffers, BackwardScratch& scratch,
                   const GradientViews& gradients, float* dx);

}  // namespace cairn::model
