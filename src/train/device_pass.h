// model::TrainingPass on a device: forward and backward over packed samples of a model whose weights are all trained,
// with the same bits.
#pragma once

#include <vector>

#include "device/ops.h"
#include "model/training_pass.h"

namespace cairn::train {

// A flat gradient in the layout of Model::list; with tied embeddings the head's part is apart (model::Gradients).
struct DeviceGradient {
  device::Buffer<float> weights, head;
  explicit DeviceGradient(device::Device& device) : weights(device), head(device) {}
  void Reserve(const model::Model& model);
  void Zero();
  void FoldHead(device::Device& device, const model::Model& model);
};

class DevicePass {
 public:
  // model gives shapes alone; weights are on the device, in the layout of Model::list. Both must outlive the pass.
  DevicePass(device::Device& device, const model::Model& model, const float* weights);
  // Adds to the gradient and appends the losses of the tokens that count, as model::TrainingPass::Run does.
  void Run(const model::PackedTokens& batch, float scale, DeviceGradient& gradient, std::vector<float>& losses);
  // Tokens of a batch that fit into `bytes` of the device's memory.
  size_t TokensIn(size_t bytes) const;

 private:
  // What a block keeps until the pass has ended: for its backward pass, and for its weights' gradients.
  struct Block {
    float *x, *h1, *q, *k, *v, *att, *mid, *h2, *gate, *up, *act, *stats, *rstd1, *rstd2;
    float *dx, *dh1, *dq, *dk, *dv, *dmid, *dh2, *dgate, *dup;
  };
  // The batch as the kernels read it.
  struct Inputs {
    const int32_t *ids, *positions, *segment_start, *segment_end, *wanted, *targets;
    const int32_t *seen_ids, *seen_begin, *seen_rows;
    size_t t, loss_rows, seen;
  };
  Inputs PutInputs(const model::PackedTokens& batch);
  void PlanMemory(size_t t);
  void BlockForward(const Inputs& in, size_t layer, float* out);
  void Head(const Inputs& in, float scale, DeviceGradient& gradient, std::vector<float>& losses);
  void BlockBackward(const Inputs& in, size_t layer, const float* dout);
  void WeightGradients(const Inputs& in, DeviceGradient& gradient);
  device::AttentionArgs AttentionArgsOf(const Inputs& in, const Block& b) const;
  const float* Weight(size_t offset) const { return weights_ + offset; }

  device::Device& device_;
  const model::Model& model_;
  const float* weights_;
  const size_t hidden_, ffn_, heads_, kv_heads_, head_dim_, vocab_;
  device::Buffer<int32_t> inputs_;
  device::Buffer<float> rope_cos_, rope_sin_, memory_, logits_, rows_, drows_, losses_;
  size_t planned_ = 0;
  std::vector<Block> blocks_;
  float *final_x_ = nullptr, *final_h_ = nullptr, *final_rstd_ = nullptr, *dfinal_h_ = nullptr, *dlast_ = nullptr;
  float *dact_ = nullptr, *datt_ = nullptr, *delta_ = nullptr;
};

}  // namespace cairn::train
