// model::TrainingPass on a device, with the same bits: forward and backward over packed samples.
#pragma once

#include <utility>
#include <vector>

#include "device/ops.h"
#include "model/training_pass.h"

namespace cairn::train {

// The gradient of what is trained, in the layout of Adapter::list or Model::list; with tied embeddings the head's part
// is apart (model::Gradients).
struct DeviceGradient {
  device::Buffer<float> values, head;
  explicit DeviceGradient(device::Device& device) : values(device), head(device) {}
  void Reserve(const model::Model& model);
  void Zero();
  void FoldHead(device::Device& device, const model::Model& model);
};

class DevicePass {
 public:
  // model gives shapes alone; weights and the adapter's values (null: none) are on the device, in the layouts of their
  // lists. All must outlive the pass.
  DevicePass(device::Device& device, const model::Model& model, const float* weights, const float* adapter);
  // Adds to the gradient and appends the losses of the tokens that count, as model::TrainingPass::Run does.
  void Run(const model::PackedTokens& batch, float scale, DeviceGradient& gradient, std::vector<float>& losses);
  // Tokens of a batch that fit into `bytes` of the device's memory.
  size_t TokensIn(size_t bytes);

 private:
  // What a block keeps until the pass has ended: for its backward pass, and for its weights' gradients.
  struct Block {
    float *x, *h1, *q, *k, *v, *att, *mid, *h2, *gate, *up, *act, *stats, *rstd1, *rstd2;
    float *dx, *dh1, *dq, *dk, *dv, *dmid, *dh2, *dgate, *dup;
    float *low[model::kProjections], *dlow[model::kProjections];  // [T, rank]: scale * (A x), and its gradient
  };
  // One linear layer: its weights, and its adapter's, if it has one.
  struct LinearLayer {
    const float *w, *a, *b;
    size_t in, out, a_offset, b_offset;
  };
  LinearLayer LayerOf(size_t layer, int p) const;
  // The batch as the kernels read it.
  struct Inputs {
    const int32_t *ids, *positions, *segment_start, *segment_end, *wanted, *targets;
    const int32_t *seen_ids, *seen_begin, *seen_rows;
    size_t t, loss_rows, seen;
  };
  Inputs PutInputs(const model::PackedTokens& batch);
  // Every array of a pass, with the floats that a token has in it.
  std::vector<std::pair<float**, size_t>> Arrays();
  void PlanMemory(size_t t);
  void BlockForward(const Inputs& in, size_t layer, float* out);
  void Head(const Inputs& in, float scale, DeviceGradient& gradient, std::vector<float>& losses);
  void BlockBackward(const Inputs& in, size_t layer, const float* dout);
  void LayerGradients(const Inputs& in, DeviceGradient& gradient);
  void NormGradients(const Inputs& in, DeviceGradient& gradient);
  device::AttentionArgs AttentionArgsOf(const Inputs& in, const Block& b) const;
  const float* Weight(size_t offset) const { return weights_ + offset; }
  // ys (+)= the projections of x, which do not depend on each other.
  void Forward(size_t layer, const std::vector<std::pair<int, float*>>& ys, const float* x, size_t t, bool accumulate);
  void GradInput(size_t layer, int p, const float* dy, float* dx, size_t t, bool accumulate);

  device::Device& device_;
  const model::Model& model_;
  const float *weights_, *adapter_;
  const model::ModelSizes sizes_;
  const size_t rank_;
  device::Buffer<int32_t> inputs_;
  device::Buffer<float> rope_cos_, rope_sin_, memory_, logits_, rows_, drows_, losses_;
  size_t planned_ = 0;
  std::vector<Block> blocks_;
  float *final_x_ = nullptr, *final_h_ = nullptr, *final_rstd_ = nullptr, *dfinal_h_ = nullptr, *dlast_ = nullptr;
  float *dact_ = nullptr, *datt_ = nullptr, *delta_ = nullptr;
};

}  // namespace cairn::train
