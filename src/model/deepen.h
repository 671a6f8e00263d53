// A deeper model that computes the same: training goes on from what a smaller one has learnt.
#pragma once

#include "model/model.h"

namespace cairn::model {

// A model of `layers` blocks with the same logits for every input. Each block of `model` is followed by copies of
// itself, as evenly as the numbers allow, whose two projections into the residual stream (self_attn.o_proj,
// mlp.down_proj) are zero, so that a copy adds nothing until it is trained (block expansion, as in LLaMA Pro,
// arXiv:2401.02415). REQUIRES layers >= model.config.num_hidden_layers, weights in f32 and no adapter.
Model Deepened(const Model& model, int64_t layers);

}  // namespace cairn::model
