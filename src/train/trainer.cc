#include "train/trainer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/little_endian.h"
#include "base/merkle.h"
#include "formats/safetensors.h"

namespace cairn::train {
namespace {

// Trained values (32 MB) up to which each worker may have a gradient of its own without being asked to.
constexpr size_t kSmallState = size_t{8} << 20;

std::string PowerBits(double power) { return std::to_string(std::bit_cast<uint64_t>(power)); }

Digest TokensDigest(const std::vector<TokenSample>& samples) {
  Sha256 sha;
  for (const TokenSample& s : samples) {
    sha.Update(std::to_string(s.ids.size()) + "\n");
    HashLittleEndian(sha, std::span(s.ids));
    HashLittleEndian(sha, std::span(s.loss_mask));
  }
  return sha.Finish();
}

uint64_t LossTokens(const TokenSample& s) {
  uint64_t n = 0;
  for (size_t i = 1; i < s.loss_mask.size(); ++i) n += s.loss_mask[i];
  return n;
}

std::string IdsOf(const std::vector<TokenSample>& samples) {
  std::string ids;
  for (const TokenSample& s : samples) ids += " " + s.id;
  return ids;
}

}  // namespace

Trainer::Trainer(ThreadPool& pool, model::Model& model, const TrainConfig& config, const DataSource& data)
    : pool_(pool),
      model_(model),
      config_(config),
      data_(data),
      muon_(pool),
      m_(values().size()),
      v_(values().size()),
      workers_(MakeWorkers()) {
  CAIRN_CHECK(model_.int8 == nullptr && (config_.numerics == Numerics::kF32 || model_.adapter));
}

Trainer::~Trainer() { model_.int8.reset(); }

const model::ParameterList& Trainer::list() const { return model_.adapter ? model_.adapter->list : model_.list; }
std::vector<float>& Trainer::values() { return model_.adapter ? model_.adapter->values : model_.weights; }
const std::vector<float>& Trainer::values() const { return model_.adapter ? model_.adapter->values : model_.weights; }

// As many owners of shards as the memory options ask for, with all threads among them.
std::vector<std::unique_ptr<ShardWorker>> Trainer::MakeWorkers() {
  if (config_.resources.device != nullptr) return {};
  const auto threads = static_cast<uint64_t>(pool_.size());
  uint64_t wanted = config_.resources.workers;
  if (wanted == 0) wanted = values().size() <= kSmallState ? threads : 1;
  uint64_t count = 1;
  while (count * 2 <= std::min(wanted, config_.shards)) count *= 2;
  std::vector<std::unique_ptr<ShardWorker>> workers;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t share = threads * (i + 1) / count - threads * i / count;
    workers.push_back(std::make_unique<ShardWorker>(static_cast<int>(std::max<uint64_t>(share, 1)), model_, config_,
                                                    config_.shards / count));
  }
  return workers;
}

Result<void> Trainer::StartDevice() {
  device::Device* device = config_.resources.device;
  if (device == nullptr || on_device_) return {};
  std::vector<bool> muon;
  for (const model::TensorSpec& t : list().tensors()) muon.push_back(UsesMuon(t));
  CAIRN_ASSIGN(on_device_, DeviceTraining::Create(*device, model_, config_, std::move(muon)));
  on_device_->PutState(values(), m_, v_);
  return device->Finish();
}

Result<void> Trainer::FetchState() const {
  if (!stale_) return {};
  CAIRN_TRY(on_device_->GetState(model_.adapter ? model_.adapter->values : model_.weights, m_, v_));
  stale_ = false;
  return {};
}

// The sum of the token losses, added in their order. The gradient is the device's or the first worker's.
Result<double> Trainer::Gradients(const std::vector<TokenSample>& samples, float scale) {
  double loss = 0;
  if (on_device_) {
    CAIRN_ASSIGN(std::vector<float> losses, on_device_->Gradients(samples, scale));
    for (float token : losses) loss += static_cast<double>(token);
    return loss;
  }
  const uint64_t count = workers_.size(), share = config_.shards / count;
  pool_.Run(count, [&](size_t i) { workers_[i]->Run(samples, i * share, share, scale); });
  for (uint64_t step = 1; step < count; step *= 2)
    for (uint64_t i = 0; i < count; i += 2 * step)
      kernels::Add(pool_, workers_[i + step]->gradient().data(), workers_[i]->gradient().data(), values().size());
  for (const auto& worker : workers_)
    for (float token : worker->losses()) loss += static_cast<double>(token);
  return loss;
}

Result<std::vector<double>> Trainer::SumsOfSquares() {
  if (on_device_) return on_device_->SumsOfSquares();
  std::vector<double> sums;
  for (const model::TensorSpec& t : list().tensors())
    sums.push_back(kernels::SumOfSquares(pool_, workers_[0]->gradient().data() + t.offset, t.size()));
  return sums;
}

Result<double> Trainer::GradientNorm(const std::vector<TokenSample>& samples) {
  CAIRN_ASSIGN(std::vector<double> squares, SumsOfSquares());
  double sum = 0;
  for (size_t i : list().NameOrder()) {
    if (!std::isfinite(squares[i])) {
      return Corrupt("step " + std::to_string(step_ + 1) + ": the gradient of " + list().tensors()[i].name +
                     " is not finite; the samples are" + IdsOf(samples));
    }
    sum += squares[i];
  }
  return std::sqrt(sum);
}

bool Trainer::UsesMuon(const model::TensorSpec& t) const {
  return config_.optimizer == Optimizer::kMuon && !model_.adapter && !t.is_vector &&
         t.offset != model_.offsets.embedding && t.offset != model_.offsets.head;
}

void Trainer::Update(double norm, float learning_rate) {
  beta1_power_ *= config_.beta1;
  beta2_power_ *= config_.beta2;
  kernels::AdamWStep adamw;
  adamw.learning_rate = learning_rate;
  adamw.beta1 = static_cast<float>(config_.beta1);
  adamw.beta2 = static_cast<float>(config_.beta2);
  adamw.eps = static_cast<float>(config_.eps);
  adamw.correction1 = static_cast<float>(1 - beta1_power_);
  adamw.correction2 = static_cast<float>(1 - beta2_power_);
  if (config_.clip_norm > 0 && norm > config_.clip_norm)
    adamw.gradient_scale = static_cast<float>(config_.clip_norm / norm);
  const MuonStep muon{learning_rate, static_cast<float>(config_.momentum), static_cast<float>(config_.weight_decay),
                      adamw.gradient_scale};
  if (on_device_) {
    adamw.weight_decay = static_cast<float>(config_.weight_decay);
    on_device_->Update(adamw, muon);
    stale_ = true;
    return;
  }
  const std::vector<float>& gradient = workers_[0]->gradient();
  for (const model::TensorSpec& t : list().tensors()) {
    if (UsesMuon(t)) {
      muon_.Update(muon, gradient.data() + t.offset, m_.data() + t.offset, values().data() + t.offset,
                   static_cast<size_t>(t.rows), static_cast<size_t>(t.cols));
      continue;
    }
    adamw.weight_decay = t.is_vector ? 0.0f : static_cast<float>(config_.weight_decay);
    kernels::AdamW(pool_, adamw, gradient.data() + t.offset, m_.data() + t.offset, v_.data() + t.offset,
                   values().data() + t.offset, t.size());
  }
}

Result<StepRecord> Trainer::Step() {
  if (config_.numerics == Numerics::kInt8 && !model_.int8) model_.int8 = model::MakeInt8Layers(pool_, model_);
  CAIRN_TRY(StartDevice());
  std::vector<TokenSample> samples = data_.Samples(step_ + 1);
  StepRecord record;
  record.step = step_ + 1;
  std::string ids;
  for (const TokenSample& s : samples) {
    ids += s.id + "\n";
    record.tokens += s.ids.size();
    record.loss_tokens += LossTokens(s);
  }
  record.samples = Sha256Of(ids);
  record.tokens_digest = TokensDigest(samples);
  if (record.loss_tokens == 0) return BadInput("step " + std::to_string(record.step) + " has no token to learn");
  auto scale = static_cast<float>(1.0 / static_cast<double>(record.loss_tokens));
  CAIRN_ASSIGN(double loss, Gradients(samples, scale));
  record.loss = loss / static_cast<double>(record.loss_tokens);
  if (!std::isfinite(record.loss))
    return Corrupt("step " + std::to_string(record.step) +
                   ": the loss is not finite; lower the learning rate; the samples are" + IdsOf(samples));
  CAIRN_ASSIGN(record.grad_norm, GradientNorm(samples));
  record.learning_rate = LearningRate(config_, record.step);
  Update(record.grad_norm, record.learning_rate);
  ++step_;
  if (step_ % config_.segment_steps == 0 || step_ == config_.steps) {
    CAIRN_TRY(FetchState());
    record.state = StateDigest();
  }
  return record;
}

Digest Trainer::StateDigest() const {
  CAIRN_CHECK(FetchState().ok());
  const std::vector<size_t> order = list().NameOrder();
  std::vector<Digest> leaves(order.size() + 1);
  leaves[0] = MerkleLeaf(std::to_string(step_) + " " + PowerBits(beta1_power_) + " " + PowerBits(beta2_power_));
  pool_.Run(order.size(), [&](size_t i) {
    const model::TensorSpec& t = list().tensors()[order[i]];
    Sha256 sha;
    sha.Update(t.name);
    for (const auto* part : std::initializer_list<const std::vector<float>*>{&values(), &m_, &v_})
      HashLittleEndian(sha, std::span(part->data() + t.offset, t.size()));
    leaves[i + 1] = sha.Finish();
  });
  return MerkleRoot(leaves);
}

Result<void> Trainer::SaveState(const std::string& path, const std::map<std::string, std::string>& further) const {
  CAIRN_TRY(FetchState());
  std::vector<formats::TensorToWrite> tensors;
  const std::pair<const char*, const std::vector<float>*> parts[] = {{"value.", &values()}, {"m.", &m_}, {"v.", &v_}};
  for (const auto& [prefix, part] : parts) {
    for (size_t i : list().NameOrder()) {
      const model::TensorSpec& t = list().tensors()[i];
      tensors.push_back({prefix + t.name, formats::DType::kF32, t.shape(),
                         std::as_bytes(std::span(part->data() + t.offset, t.size()))});
    }
  }
  std::map<std::string, std::string> metadata = {{"step", std::to_string(step_)},
                                                 {"beta1_power", PowerBits(beta1_power_)},
                                                 {"beta2_power", PowerBits(beta2_power_)},
                                                 {"numerics", NumericsName(config_.numerics)},
                                                 {"digest", StateDigest().Hex()}};
  metadata.insert(further.begin(), further.end());
  return formats::WriteSafetensors(path, tensors, metadata);
}

Result<void> Trainer::LoadState(const std::string& path) {
  CAIRN_ASSIGN(formats::SafetensorsFile file, formats::SafetensorsFile::Open(path));
  auto number = [&](const char* key) -> Result<uint64_t> {
    auto found = file.metadata().find(key);
    if (found == file.metadata().end() || found->second.empty() || found->second.size() > 20 ||
        found->second.find_first_not_of("0123456789") != std::string::npos)
      return Corrupt(std::string("the training state has no ") + key, path);
    return std::strtoull(found->second.c_str(), nullptr, 10);
  };
  CAIRN_ASSIGN(uint64_t step, number("step"));
  CAIRN_ASSIGN(uint64_t power1, number("beta1_power"));
  CAIRN_ASSIGN(uint64_t power2, number("beta2_power"));
  const std::pair<const char*, std::vector<float>*> parts[] = {{"value.", &values()}, {"m.", &m_}, {"v.", &v_}};
  for (const auto& [prefix, part] : parts) {
    for (const model::TensorSpec& t : list().tensors()) {
      CAIRN_ASSIGN(std::vector<float> loaded, file.ReadF32(prefix + t.name, t.shape()));
      std::copy(loaded.begin(), loaded.end(), part->begin() + static_cast<std::ptrdiff_t>(t.offset));
    }
  }
  if (on_device_) on_device_->PutState(values(), m_, v_);
  stale_ = false;
  step_ = step;
  beta1_power_ = std::bit_cast<double>(power1);
  beta2_power_ = std::bit_cast<double>(power2);
  auto digest = file.metadata().find("digest");
  if (digest == file.metadata().end() || digest->second != StateDigest().Hex())
    return Corrupt("the training state does not match its digest", path);
  return {};
}

}  // namespace cairn::train
