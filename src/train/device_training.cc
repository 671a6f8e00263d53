#include "train/device_training.h"

#include <algorithm>
#include <map>
#include <utility>

#include "train/shard_worker.h"

namespace cairn::train {
namespace {

using device::Kernel;
using device::MatMuls;
using device::Span;
using device::Transposed;

constexpr size_t kMostTokens = 32768;  // of a pass: more would not keep a device busier

std::vector<Span> SpansOf(const model::ParameterList& list, const std::vector<bool>& muon, bool wanted) {
  std::vector<Span> spans;
  for (size_t i = 0; i < list.tensors().size(); ++i) {
    const model::TensorSpec& t = list.tensors()[i];
    if (muon[i] == wanted) spans.push_back({static_cast<int64_t>(t.offset), static_cast<int64_t>(t.size())});
  }
  return spans;
}

const model::ParameterList& Trained(const model::Model& model) {
  return model.adapter ? model.adapter->list : model.list;
}

// The weights, widened where they are frozen in another type.
void PutWeights(const model::Model& model, device::Buffer<float>& to) {
  if (!model.frozen) return to.Put(model.weights.data(), model.weights.size());
  model::Model widened = model;
  model::Widen(widened);
  to.Put(widened.weights.data(), widened.weights.size());
}

std::vector<Span> AllSpans(const model::ParameterList& list) {
  return SpansOf(list, std::vector<bool>(list.tensors().size(), true), true);
}

}  // namespace

Result<void> CheckDeviceTrains(const model::ModelConfig& model, Numerics numerics) {
  std::string why;
  if (numerics == Numerics::kInt8)
    why = "a device does not train in 8-bit numbers; set spec.training.lora.numerics: f32, or";
  if (!device::HasAttention(static_cast<size_t>(model.head_dim)))
    why = "a device has no kernel for heads of " + std::to_string(model.head_dim) + ";";
  if (!model.IsPlain()) why = "a device does not train models of the family " + model.model_type + ";";
  if (why.empty()) return {};
  return Error{ErrorCode::kUnsupported, why + " leave out --device", {}};
}

Result<std::unique_ptr<DeviceTraining>> DeviceTraining::Create(device::Device& device, const model::Model& model,
                                                               const TrainConfig& config, std::vector<bool> muon) {
  CAIRN_TRY(CheckDeviceTrains(model.config, config.numerics));
  std::unique_ptr<DeviceTraining> training(new DeviceTraining(device, model, config, std::move(muon)));
  CAIRN_TRY(device.Finish());
  return training;
}

DeviceTraining::DeviceTraining(device::Device& device, const model::Model& model, const TrainConfig& config,
                               std::vector<bool> muon)
    : device_(device),
      model_(model),
      config_(config),
      frozen_(device),
      values_(device),
      m_(device),
      v_(device),
      sums_(device),
      sum_(device),
      adamw_spans_(SpansOf(Trained(model), muon, false)),
      gradient_sums_(AllSpans(Trained(model))),
      muon_sums_(SpansOf(Trained(model), muon, true)),
      x_(device),
      next_(device),
      gram_(device),
      poly_(device) {
  if (model.adapter) PutWeights(model, frozen_);
  for (device::Buffer<float>* buffer : {&values_, &m_, &v_}) buffer->Reserve(list().size());
  pass_.emplace(device, model, model.adapter ? frozen_.data() : values_.data(),
                model.adapter ? values_.data() : nullptr);
  sums_.Reserve(static_cast<size_t>(gradient_sums_.blocks));
  sum_.Reserve(model);
  for (uint64_t count = config.shards; count > 1; count /= 2) {
    right_.emplace_back(device);
    right_.back().Reserve(model);
  }
  int64_t gram = 0;
  for (size_t i = 0; i < muon.size(); ++i) {
    const model::TensorSpec& t = list().tensors()[i];
    if (!muon[i]) {
      adamw_is_vector_.push_back(t.is_vector);
      continue;
    }
    const int64_t side = std::min(t.rows, t.cols);
    muon_tensors_.push_back(i);
    gram_spans_.push_back({gram, side * side});
    gram += side * side;
  }
  if (muon_tensors_.empty()) return;
  x_.Reserve(list().size());
  next_.Reserve(list().size());
  gram_.Reserve(static_cast<size_t>(gram));
  poly_.Reserve(static_cast<size_t>(gram));
}

void DeviceTraining::PutState(const std::vector<float>& values, const std::vector<float>& m,
                              const std::vector<float>& v) {
  values_.Put(values.data(), values.size());
  m_.Put(m.data(), m.size());
  v_.Put(v.data(), v.size());
}

Result<void> DeviceTraining::GetState(std::vector<float>& values, std::vector<float>& m, std::vector<float>& v) const {
  values_.Get(values.data(), values.size());
  m_.Get(m.data(), m.size());
  v_.Get(v.data(), v.size());
  return device_.Finish();
}

Result<std::vector<float>> DeviceTraining::Gradients(const std::vector<TokenSample>& samples, float scale) {
  scale_ = scale;
  losses_.clear();
  sum_.Zero();
  SumShards(
      0, config_.shards, 0, right_, sum_,
      [&](uint64_t shard, DeviceGradient& into) { ShardGradients(samples, shard, into); },
      [&](DeviceGradient& from, DeviceGradient& to) {
        device::Add(device_, from.values.data(), to.values.data(), to.values.size());
      });
  CAIRN_TRY(device_.Finish());
  return losses_;
}

// The chain of a shard may be cut anywhere, so a pass takes as many samples as fit into the memory.
void DeviceTraining::ShardGradients(const std::vector<TokenSample>& samples, uint64_t shard, DeviceGradient& into) {
  const auto [first, last] = SamplesOfShard(samples.size(), shard, config_.shards);
  if (pass_tokens_ == 0) pass_tokens_ = std::min(kMostTokens, pass_->TokensIn(device_.FreeMemory() / 2));
  model::PackedTokens packed;
  for (size_t i = first; i < last; ++i) {
    if (packed.size() > 0 && packed.size() + samples[i].ids.size() > pass_tokens_) {
      pass_->Run(packed, scale_, into, losses_);
      packed.Clear();
    }
    CAIRN_CHECK(samples[i].base_weight == 0);
    packed.Append(samples[i].ids, samples[i].loss_mask);
  }
  pass_->Run(packed, scale_, into, losses_);
  into.FoldHead(device_, model_);
}

Result<std::vector<double>> DeviceTraining::SumsOfSquares() {
  gradient_sums_.Launch(device_, sum_.values.data(), sums_.data());
  std::vector<float> blocks(static_cast<size_t>(gradient_sums_.blocks));
  sums_.Get(blocks.data(), blocks.size());
  CAIRN_TRY(device_.Finish());
  std::vector<double> sums;
  for (size_t i = 0; i < gradient_sums_.spans.size(); ++i) {
    const size_t end =
        i + 1 < gradient_sums_.spans.size() ? static_cast<size_t>(gradient_sums_.first[i + 1]) : blocks.size();
    double total = 0.0;
    for (auto at = static_cast<size_t>(gradient_sums_.first[i]); at < end; ++at)
      total += static_cast<double>(blocks[at]);
    sums.push_back(total);
  }
  return sums;
}

void DeviceTraining::Update(const kernels::AdamWStep& adamw, const MuonStep& muon) {
  UpdateAdamW(adamw);
  if (!muon_tensors_.empty()) UpdateMuon(muon);
}

void DeviceTraining::UpdateAdamW(const kernels::AdamWStep& step) {
  for (size_t first = 0; first < adamw_spans_.size(); first += device::kMaxSpans) {
    const size_t count = std::min<size_t>(adamw_spans_.size() - first, device::kMaxSpans);
    device::AdamWArgs args{sum_.values.data(),
                           m_.data(),
                           v_.data(),
                           values_.data(),
                           step.learning_rate,
                           step.beta1,
                           step.beta2,
                           step.eps,
                           step.correction1,
                           step.correction2,
                           step.gradient_scale,
                           static_cast<int32_t>(count),
                           {},
                           {}};
    for (size_t i = 0; i < count; ++i) {
      args.span[i] = adamw_spans_[first + i];
      args.weight_decay[i] = adamw_is_vector_[first + i] ? 0.0f : step.weight_decay;
    }
    device_.Launch(Kernel::kAdamW, device::SpanGrid(adamw_spans_, first, count), &args);
  }
}

void DeviceTraining::ForMuon(Kernel kernel, const std::vector<Span>& spans, device::MuonArgs args,
                             const std::vector<int32_t>* first_sums) {
  for (size_t first = 0; first < spans.size(); first += device::kMaxSpans) {
    const size_t count = std::min<size_t>(spans.size() - first, device::kMaxSpans);
    args.count = static_cast<int32_t>(count);
    for (size_t i = 0; i < count; ++i) {
      args.span[i] = spans[first + i];
      if (first_sums != nullptr) args.first[i] = (*first_sums)[first + i];
    }
    device_.Launch(kernel, device::SpanGrid(spans, first, count), &args);
  }
}

// One iteration of Muon::Orthogonalise for all matrices side by side, but for the multiple of x.
void DeviceTraining::Orthogonalise(float* x, float* next) {
  std::vector<device::MatMulTask> wide_grams, tall_grams, squares, products;
  for (size_t i = 0; i < muon_tensors_.size(); ++i) {
    const model::TensorSpec& t = list().tensors()[muon_tensors_[i]];
    const bool wide = t.rows <= t.cols;
    const auto rows = static_cast<int32_t>(t.rows), cols = static_cast<int32_t>(t.cols), side = std::min(rows, cols);
    float *from = x + t.offset, *to = next + t.offset;
    float *gram = gram_.data() + gram_spans_[i].offset, *poly = poly_.data() + gram_spans_[i].offset;
    (wide ? wide_grams : tall_grams).push_back({from, from, gram, side, side, std::max(rows, cols), 0, 0});
    squares.push_back({gram, gram, poly, side, side, side, 0, 0});
    products.push_back({wide ? poly : from, wide ? from : poly, to, rows, cols, side, 0, 0});
  }
  MatMuls(device_, Transposed::kB, wide_grams);
  MatMuls(device_, Transposed::kA, tall_grams);
  MatMuls(device_, Transposed::kNone, squares);
  device::MuonArgs args{};
  args.gram = gram_.data();
  args.poly = poly_.data();
  args.b = MuonMath::kB;
  args.c = MuonMath::kC;
  ForMuon(Kernel::kMuonPolynomial, gram_spans_, args);
  MatMuls(device_, Transposed::kNone, products);
}

void DeviceTraining::UpdateMuon(const MuonStep& step) {
  const std::vector<Span>& spans = muon_sums_.spans;
  device::MuonArgs args{};
  args.g = sum_.values.data();
  args.m = m_.data();
  args.w = values_.data();
  args.x = x_.data();
  args.next = next_.data();
  args.sums = sums_.data();
  args.momentum = step.momentum;
  args.gradient_scale = step.gradient_scale;
  args.a = MuonMath::kA;
  args.tiny = MuonMath::kTiny;
  args.shrink = MuonMath::Shrink(step);
  ForMuon(Kernel::kMuonMomentum, spans, args);
  muon_sums_.Launch(device_, x_.data(), sums_.data());
  ForMuon(Kernel::kMuonNormalise, spans, args, &muon_sums_.first);
  for (int i = 0; i < MuonMath::kIterations; ++i) {
    Orthogonalise(args.x, args.next);
    ForMuon(Kernel::kMuonNext, spans, args);
    std::swap(args.x, args.next);
  }
  // The factor of the update depends on the longer side, of which there are few.
  std::map<float, std::vector<Span>> by_rate;
  for (size_t i = 0; i < spans.size(); ++i) {
    const model::TensorSpec& t = list().tensors()[muon_tensors_[i]];
    by_rate[MuonMath::Rate(step, static_cast<size_t>(t.rows), static_cast<size_t>(t.cols))].push_back(spans[i]);
  }
  for (const auto& [rate, same] : by_rate) {
    args.rate = rate;
    ForMuon(Kernel::kMuonUpdate, same, args);
  }
}

}  // namespace cairn::train
