#include "train/trainer.h"

#include <bit>
#include <cmath>

#include "base/merkle.h"
#include "formats/safetensors.h"

namespace cairn::train {
namespace {

std::string PowerBits(double power) { return std::to_string(std::bit_cast<uint64_t>(power)); }

Digest TokensDigest(const std::vector<TokenSample>& samples) {
  Sha256 sha;
  for (const TokenSample& s : samples) {
    sha.Update(std::to_string(s.ids.size()) + "\n");
    sha.Update(std::as_bytes(std::span(s.ids)));
    sha.Update(std::as_bytes(std::span(s.loss_mask)));
  }
  return sha.Finish();
}

uint64_t LossTokens(const TokenSample& s) {
  uint64_t n = 0;
  for (size_t i = 1; i < s.loss_mask.size(); ++i) n += s.loss_mask[i];
  return n;
}

}  // namespace

Trainer::Trainer(ThreadPool& pool, model::Model& model, const TrainConfig& config, const DataSource& data)
    : pool_(pool),
      model_(model),
      config_(config),
      data_(data),
      pass_(pool, model),
      muon_(pool),
      gradients_(model::Gradients::For(model, !model.adapter.has_value())),
      m_(values().size()),
      v_(values().size()) {}

const model::ParameterList& Trainer::list() const { return model_.adapter ? model_.adapter->list : model_.list; }
std::vector<float>& Trainer::values() { return model_.adapter ? model_.adapter->values : model_.weights; }
const std::vector<float>& Trainer::values() const { return model_.adapter ? model_.adapter->values : model_.weights; }
std::vector<float>& Trainer::GradientOf(model::Gradients& g) const { return model_.adapter ? g.adapter : g.weights; }

// Samples [first, last) as one chain: rows of at most row_tokens, micro_batch rows in memory at a time.
void Trainer::ShardGradients(const std::vector<TokenSample>& samples, size_t first, size_t last, float scale,
                             model::Gradients& into, double* loss) {
  model::PackedTokens packed;
  uint64_t rows = 0, in_row = 0;
  for (size_t i = first; i < last; ++i) {
    uint64_t n = samples[i].ids.size();
    if (rows == 0 || in_row + n > config_.row_tokens) {
      if (rows == config_.micro_batch) {
        pass_.Run(packed, scale, into, loss);
        packed = {};
        rows = 0;
      }
      ++rows;
      in_row = 0;
    }
    in_row += n;
    packed.Append(samples[i].ids, samples[i].loss_mask);
  }
  pass_.Run(packed, scale, into, loss);
  into.FoldHead(pool_, model_);
}

// The canonical binary tree over shards (docs/numerics.md).
void Trainer::TreeGradients(const std::vector<TokenSample>& samples, uint64_t shard, uint64_t count, float scale,
                            model::Gradients& into, double* loss) {
  if (count == 1) {
    size_t first = samples.size() * shard / config_.shards, last = samples.size() * (shard + 1) / config_.shards;
    ShardGradients(samples, first, last, scale, into, loss);
    return;
  }
  TreeGradients(samples, shard, count / 2, scale, into, loss);
  model::Gradients right = model::Gradients::For(model_, !model_.adapter.has_value());
  TreeGradients(samples, shard + count / 2, count / 2, scale, right, loss);
  kernels::Add(pool_, GradientOf(right).data(), GradientOf(into).data(), values().size());
}

Result<double> Trainer::GradientNorm(const std::vector<float>& gradient,
                                     const std::vector<TokenSample>& samples) const {
  double sum = 0;
  for (size_t i : list().NameOrder()) {
    const model::TensorSpec& t = list().tensors()[i];
    double squares = kernels::SumOfSquares(pool_, gradient.data() + t.offset, t.size());
    if (!std::isfinite(squares)) {
      std::string ids;
      for (const TokenSample& s : samples) ids += " " + s.id;
      return Corrupt("step " + std::to_string(step_ + 1) + ": the gradient of " + t.name +
                     " is not finite; the samples are" + ids);
    }
    sum += squares;
  }
  return std::sqrt(sum);
}

bool Trainer::UsesMuon(const model::TensorSpec& t) const {
  return config_.optimizer == Optimizer::kMuon && !model_.adapter && !t.is_vector &&
         t.offset != model_.offsets.embedding && t.offset != model_.offsets.head;
}

void Trainer::Update(const std::vector<float>& gradient, double norm, float learning_rate) {
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
  double loss = 0;
  gradients_.Zero();
  TreeGradients(samples, 0, config_.shards, scale, gradients_, &loss);
  record.loss = loss / static_cast<double>(record.loss_tokens);
  if (!std::isfinite(record.loss))
    return Corrupt("step " + std::to_string(record.step) + ": the loss is not finite; lower the learning rate");
  std::vector<float>& gradient = GradientOf(gradients_);
  CAIRN_ASSIGN(record.grad_norm, GradientNorm(gradient, samples));
  record.learning_rate = LearningRate(config_, record.step);
  Update(gradient, record.grad_norm, record.learning_rate);
  ++step_;
  if (step_ % config_.segment_steps == 0 || step_ == config_.steps) record.state = StateDigest();
  return record;
}

Digest Trainer::StateDigest() const {
  std::vector<Digest> leaves = {
      MerkleLeaf(std::to_string(step_) + " " + PowerBits(beta1_power_) + " " + PowerBits(beta2_power_))};
  for (size_t i : list().NameOrder()) {
    const model::TensorSpec& t = list().tensors()[i];
    Sha256 sha;
    sha.Update(t.name);
    for (const std::vector<float>* part : {&values(), &m_, &v_})
      sha.Update(std::as_bytes(std::span(part->data() + t.offset, t.size())));
    leaves.push_back(sha.Finish());
  }
  return MerkleRoot(leaves);
}

Result<void> Trainer::SaveState(const std::string& path) const {
  std::vector<formats::TensorToWrite> tensors;
  const std::pair<const char*, const std::vector<float>*> parts[] = {{"value.", &values()}, {"m.", &m_}, {"v.", &v_}};
  for (const auto& [prefix, part] : parts) {
    for (size_t i : list().NameOrder()) {
      const model::TensorSpec& t = list().tensors()[i];
      tensors.push_back({prefix + t.name, formats::DType::kF32, t.shape(),
                         std::as_bytes(std::span(part->data() + t.offset, t.size()))});
    }
  }
  return formats::WriteSafetensors(path, tensors,
                                   {{"step", std::to_string(step_)},
                                    {"beta1_power", PowerBits(beta1_power_)},
                                    {"beta2_power", PowerBits(beta2_power_)},
                                    {"numerics", kNumericsVersion},
                                    {"digest", StateDigest().Hex()}});
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
  step_ = step;
  beta1_power_ = std::bit_cast<double>(power1);
  beta2_power_ = std::bit_cast<double>(power2);
  auto digest = file.metadata().find("digest");
  if (digest == file.metadata().end() || digest->second != StateDigest().Hex())
    return Corrupt("the training state does not match its digest", path);
  return {};
}

}  // namespace cairn::train
