// Training on a device: it holds what is trained, moments and gradient, and does what ShardWorker, Muon and AdamW do
// here, with the same bits.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "train/config.h"
#include "train/data.h"
#include "train/device_pass.h"
#include "train/muon.h"

namespace cairn::train {

// kUnsupported: 8-bit numbers, or heads of a size that no kernel is made for.
Result<void> CheckDeviceTrains(const model::ModelConfig& model, Numerics numerics);

class DeviceTraining {
 public:
  // Fails as CheckDeviceTrains does. device and model must outlive it. muon: by index into model.list's tensors, which
  // of them Muon updates.
  static Result<std::unique_ptr<DeviceTraining>> Create(device::Device& device, const model::Model& model,
                                                        const TrainConfig& config, std::vector<bool> muon);

  // Trained values and both moments.
  void PutState(const std::vector<float>& values, const std::vector<float>& m, const std::vector<float>& v);
  Result<void> GetState(std::vector<float>& values, std::vector<float>& m, std::vector<float>& v) const;

  // Sums the gradients of all shards in their tree; returns the losses of the tokens that count, in order.
  Result<std::vector<float>> Gradients(const std::vector<TokenSample>& samples, float scale);
  // Of the gradient's tensors, in the order of the trained list: kernels::SumOfSquares.
  Result<std::vector<double>> SumsOfSquares();
  // weight_decay of `adamw` counts for matrices; vectors have none.
  void Update(const kernels::AdamWStep& adamw, const MuonStep& muon);

 private:
  DeviceTraining(device::Device& device, const model::Model& model, const TrainConfig& config, std::vector<bool> muon);
  void ShardGradients(const std::vector<TokenSample>& samples, uint64_t shard, DeviceGradient& into);
  void UpdateAdamW(const kernels::AdamWStep& step);
  void UpdateMuon(const MuonStep& step);
  void Orthogonalise(float* x, float* next);
  void ForMuon(device::Kernel kernel, const std::vector<device::Span>& spans, device::MuonArgs args,
               const std::vector<int32_t>* first = nullptr);

  const model::ParameterList& list() const { return model_.adapter ? model_.adapter->list : model_.list; }

  device::Device& device_;
  const model::Model& model_;
  const TrainConfig& config_;
  device::Buffer<float> frozen_, values_, m_, v_, sums_;  // frozen_: the weights under an adapter
  std::optional<DevicePass> pass_;                        // made when the buffers have their addresses
  DeviceGradient sum_;
  std::vector<DeviceGradient> right_;  // of the right half of the tree's node at each depth
  std::vector<float> losses_;
  float scale_ = 1;
  size_t pass_tokens_ = 0;  // most in a pass, chosen before the first

  std::vector<device::Span> adamw_spans_;
  std::vector<bool> adamw_is_vector_;
  device::SquareSums gradient_sums_, muon_sums_;
  std::vector<size_t> muon_tensors_;      // of list()
  std::vector<device::Span> gram_spans_;  // of each, in gram_ and poly_
  device::Buffer<float> x_, next_, gram_, poly_;
};

}  // namespace cairn::train
