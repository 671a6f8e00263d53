// The optimiser loop: gradients over packed micro-batches, clipping, AdamW, one record a step. Loshchilov & Hutter
// 2019, arXiv:1711.05101.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/config.h"
#include "train/data.h"
#include "train/device_training.h"
#include "train/muon.h"
#include "train/shard_worker.h"
#include "train/transcript.h"

namespace cairn::train {

// Trains the model's adapter if it has one (the weights stay frozen), else all its weights.
class Trainer {
 public:
  // With numerics kInt8 the model holds its 8-bit layers from the first step until the trainer ends.
  // pool, model and data must outlive the trainer. config.steps is what the learning-rate schedule refers to.
  Trainer(ThreadPool& pool, model::Model& model, const TrainConfig& config, const DataSource& data);
  Trainer(const Trainer&) = delete;  // its workers refer to it
  Trainer& operator=(const Trainer&) = delete;
  ~Trainer();

  uint64_t step() const { return step_; }
  // Runs step step()+1. kCorrupt when the loss or a gradient is not finite: names step, tensor and samples.
  Result<StepRecord> Step();

  // Merkle root over the trained tensors in name order: name, values, both moments, bit by bit; then step and beta
  // powers.
  Digest StateDigest() const;
  // All that is needed to go on: trained values, moments, step, beta powers. safetensors; atomic. further: metadata of
  // the caller's.
  Result<void> SaveState(const std::string& path, const std::map<std::string, std::string>& further = {}) const;
  Result<void> LoadState(const std::string& path);

 private:
  const model::ParameterList& list() const;
  std::vector<float>& values();
  const std::vector<float>& values() const;
  std::vector<std::unique_ptr<ShardWorker>> MakeWorkers();
  Result<void> StartDevice();
  Result<void> FetchState() const;  // from the device, if it holds a later one
  Result<double> Gradients(const std::vector<TokenSample>& samples, float scale);
  Result<std::vector<double>> SumsOfSquares();  // of the gradient's tensors, in the order of list()
  Result<double> GradientNorm(const std::vector<TokenSample>& samples);
  bool UsesMuon(const model::TensorSpec& tensor) const;
  void Update(double norm, float learning_rate);

  ThreadPool& pool_;
  model::Model& model_;
  TrainConfig config_;
  const DataSource& data_;
  Muon muon_;
  mutable std::vector<float> m_, v_;
  std::vector<std::unique_ptr<ShardWorker>> workers_;  // a power of two; none with a device
  std::unique_ptr<DeviceTraining> on_device_;
  mutable bool stale_ = false;  // the device holds a later state than model, m_ and v_
  uint64_t step_ = 0;
  double beta1_power_ = 1, beta2_power_ = 1;
};

}  // namespace cairn::train
