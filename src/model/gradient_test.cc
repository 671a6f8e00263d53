// The hand-written backward pass against central differences of the forward pass, which is evaluated here in binary64
// by plain loops.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/philox.h"
#include "model/testing.h"
#include "model/training_pass.h"

namespace cairn::model {
namespace {

using Vec = std::vector<double>;

// Smaller than other tests' models: every weight is moved twice.
ModelConfig SmallConfig(bool tied) {
  ModelConfig c = TinyConfig(37, 64);
  c.hidden_size = 16;
  c.intermediate_size = 24;
  c.head_dim = 4;
  c.tie_word_embeddings = tied;
  return c;
}

ModelConfig WithMlpBias(ModelConfig c) {
  c.mlp_bias = true;
  return c;
}

// A model in binary64: values of the weights and of the adapter.
struct Reference {
  const Model& model;
  Vec weights, adapter;

  explicit Reference(const Model& m) : model(m), weights(m.weights.begin(), m.weights.end()) {
    if (m.adapter) adapter.assign(m.adapter->values.begin(), m.adapter->values.end());
  }

  Vec Linear(const Vec& x, size_t layer, int p) const {
    ProjectionShape s = ShapeOf(model.config, p);
    const double* w = weights.data() + model.offsets.layers[layer].projection[p];
    Vec y(s.out, 0.0);
    const size_t bias = model.offsets.layers[layer].bias[p];
    if (bias != kNoTensor) y.assign(weights.data() + bias, weights.data() + bias + s.out);
    for (size_t o = 0; o < s.out; ++o)
      for (size_t i = 0; i < s.in; ++i) y[o] += w[o * s.in + i] * x[i];
    if (!model.adapter || !model.adapter->config.targets[p]) return y;
    auto rank = static_cast<size_t>(model.adapter->config.rank);
    const LoraOffsets& at = model.adapter->offsets[layer][static_cast<size_t>(p)];
    for (size_t r = 0; r < rank; ++r) {
      double low = 0;
      for (size_t i = 0; i < s.in; ++i) low += adapter[at.a + r * s.in + i] * x[i];
      for (size_t o = 0; o < s.out; ++o)
        y[o] += adapter[at.b + o * rank + r] * low * static_cast<double>(model.adapter->config.Scale());
    }
    return y;
  }

  Vec Norm(const Vec& x, size_t offset) const {
    double squares = 0;
    for (double v : x) squares += v * v;
    double r = 1 / std::sqrt(squares / static_cast<double>(x.size()) + model.config.rms_norm_eps);
    Vec y(x.size());
    for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * r * weights[offset + i];
    return y;
  }

  // Queries or keys, normed and rotated.
  void Prepare(Vec& x, size_t layer, size_t norm, int position) const {
    const auto d = static_cast<size_t>(model.config.head_dim);
    for (size_t at = 0; norm != kNoTensor && at < x.size(); at += d) {
      const auto head = x.begin() + static_cast<std::ptrdiff_t>(at);
      const Vec normed = Norm(Vec(head, head + static_cast<std::ptrdiff_t>(d)), norm);
      std::copy(normed.begin(), normed.end(), head);
    }
    if (model.config.HasRope(layer)) Rotate(x, position);
  }

  void Rotate(Vec& x, int position) const {
    size_t d = static_cast<size_t>(model.config.head_dim), half = d / 2;
    for (size_t head = 0; head < x.size() / d; ++head) {
      for (size_t i = 0; i < half; ++i) {
        double angle =
            position * std::pow(model.config.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(d));
        double &a = x[head * d + i], &b = x[head * d + half + i], a0 = a;
        a = a0 * std::cos(angle) - b * std::sin(angle);
        b = b * std::cos(angle) + a0 * std::sin(angle);
      }
    }
  }

  // Of the rows with a target, in order: the logarithms of the probabilities.
  std::vector<Vec> LogProbabilities(const PackedTokens& batch) const {
    const ModelConfig& c = model.config;
    size_t t = batch.size(), hidden = static_cast<size_t>(c.hidden_size), d = static_cast<size_t>(c.head_dim),
           heads = static_cast<size_t>(c.num_attention_heads),
           group = heads / static_cast<size_t>(c.num_key_value_heads);
    const double scale = c.attention_multiplier > 0 ? c.attention_multiplier : 1 / std::sqrt(static_cast<double>(d));
    std::vector<Vec> x(t);
    for (size_t i = 0; i < t; ++i) {
      const double* row = weights.data() + model.offsets.embedding + static_cast<size_t>(batch.ids[i]) * hidden;
      x[i].assign(row, row + hidden);
      for (double& v : x[i]) v *= c.embedding_multiplier;
    }
    for (size_t l = 0; l < model.offsets.layers.size(); ++l) {
      std::vector<Vec> q(t), k(t), v(t);
      for (size_t i = 0; i < t; ++i) {
        Vec h = Norm(x[i], model.offsets.layers[l].input_norm);
        q[i] = Linear(h, l, kQ);
        k[i] = Linear(h, l, kK);
        v[i] = Linear(h, l, kV);
        Prepare(q[i], l, model.offsets.layers[l].q_norm, batch.positions[i]);
        Prepare(k[i], l, model.offsets.layers[l].k_norm, batch.positions[i]);
      }
      for (size_t i = 0; i < t; ++i) {
        Vec out(heads * d, 0.0);
        for (size_t h = 0; h < heads; ++h) {
          size_t g = h / group, first = static_cast<size_t>(batch.segment_start[i]);
          Vec p;
          double sum = 0;
          for (size_t j = first; j <= i; ++j) {
            double s = 0;
            for (size_t e = 0; e < d; ++e) s += q[i][h * d + e] * k[j][g * d + e];
            p.push_back(std::exp(s * scale));
            sum += p.back();
          }
          for (size_t j = first; j <= i; ++j)
            for (size_t e = 0; e < d; ++e) out[h * d + e] += p[j - first] / sum * v[j][g * d + e];
        }
        Vec o = Linear(out, l, kO);
        for (size_t e = 0; e < hidden; ++e) x[i][e] += c.residual_multiplier * o[e];
      }
      for (size_t i = 0; i < t; ++i) {
        Vec h = Norm(x[i], model.offsets.layers[l].post_norm), gate = Linear(h, l, kGate), up = Linear(h, l, kUp);
        for (size_t e = 0; e < gate.size(); ++e) gate[e] = gate[e] / (1 + std::exp(-gate[e])) * up[e];
        Vec down = Linear(gate, l, kDown);
        for (size_t e = 0; e < hidden; ++e) x[i][e] += c.residual_multiplier * down[e];
      }
    }
    std::vector<Vec> rows;
    for (size_t i = 0; i < t; ++i) {
      if (batch.targets[i] < 0) continue;
      Vec h = Norm(x[i], model.offsets.final_norm), logits(static_cast<size_t>(c.vocab_size));
      double sum = 0;
      for (size_t w = 0; w < logits.size(); ++w) {
        for (size_t e = 0; e < hidden; ++e) logits[w] += weights[model.offsets.head + w * hidden + e] * h[e];
        logits[w] /= c.logits_scaling;
        sum += std::exp(logits[w]);
      }
      for (double& logit : logits) logit -= std::log(sum);
      rows.push_back(std::move(logits));
    }
    return rows;
  }

  // base: LogProbabilities without the adapter, for rows that learn them.
  double Loss(const PackedTokens& batch, const std::vector<Vec>& base = {}) const {
    const std::vector<Vec> rows = LogProbabilities(batch);
    double loss = 0;
    for (size_t i = 0, row = 0; i < batch.size(); ++i) {
      if (batch.targets[i] < 0) continue;
      const double weight = static_cast<double>(batch.base_weight[i]);
      if (weight == 0) loss -= rows[row][static_cast<size_t>(batch.targets[i])];
      for (size_t w = 0; weight > 0 && w < rows[row].size(); ++w)
        loss -= weight * std::exp(base[row][w]) * rows[row][w];
      ++row;
    }
    return loss;
  }
};

PackedTokens Batch() {
  PackedTokens batch;
  batch.Append({3, 9, 14, 9, 22, 1, 36}, {0, 0, 1, 1, 0, 1, 1});
  batch.Append({5, 5, 30, 2, 8}, {0, 1, 1, 1, 1});
  return batch;
}

// Weights far enough from the initial ones that every path carries gradient.
void Shake(std::vector<float>& values, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kInit, 99);
  for (float& v : values) v += static_cast<float>(random.Normal() * 0.15);
}

// values: whether the linear layers of values have an adapter, too.
Model AdaptedModel(const ModelConfig& config, bool values) {
  Model model = InitModel(config, 3);
  Shake(model.weights, 4);
  LoraConfig lora;
  lora.rank = 3;
  lora.alpha = 6;
  lora.targets[kV] = values;
  model.adapter = Adapter::Create(model.config, lora, 8);
  Shake(model.adapter->values, 5);
  return model;
}

// Central differences with step h have an error of about h^2 |f'''| / 6 + 1e-16 |f| / h, below 1e-7 here; what is left
// is the f32 rounding of the backward pass: some hundred roundings of 6e-8 each, relative to the largest gradient.
void Compare(Vec& parameters, const std::vector<float>& gradient, const Reference& reference, const PackedTokens& batch,
             const std::vector<Vec>& base = {}) {
  double largest = 0;
  for (float g : gradient) largest = std::max(largest, std::fabs(static_cast<double>(g)));
  ASSERT_GT(largest, 0);
  RandomStream random(1, RandomPurpose::kInit, 5);
  for (int n = 0; n < 400; ++n) {
    size_t i = random.Below(static_cast<uint32_t>(parameters.size()));
    constexpr double kStep = 1e-5;
    double saved = parameters[i];
    parameters[i] = saved + kStep;
    double up = reference.Loss(batch, base);
    parameters[i] = saved - kStep;
    double down = reference.Loss(batch, base);
    parameters[i] = saved;
    EXPECT_NEAR((up - down) / (2 * kStep), static_cast<double>(gradient[i]), 2e-5 * largest) << "parameter " << i;
  }
}

TEST(Gradient, FullTrainingMatchesCentralDifferences) {
  for (const ModelConfig& config : {SmallConfig(false), SmallConfig(true), WithAllFields(SmallConfig(true)),
                                    WithMlpBias(WithAllFields(SmallConfig(false)))}) {
    ThreadPool pool(2);
    Model model = InitModel(config, 3);
    Shake(model.weights, 4);
    Reference reference(model);
    PackedTokens batch = Batch();
    Gradients gradients = Gradients::For(model, true);
    std::vector<float> losses;
    TrainingPass(pool, model).Run(batch, 1.0f, gradients, losses);
    gradients.FoldHead(pool, model);
    EXPECT_NEAR(std::accumulate(losses.begin(), losses.end(), 0.0), reference.Loss(batch), 1e-4);
    Compare(reference.weights, gradients.weights, reference, batch);
  }
}

TEST(Gradient, AdapterMatchesCentralDifferences) {
  for (const ModelConfig& config :
       {SmallConfig(true), WithAllFields(SmallConfig(true)), WithMlpBias(SmallConfig(true))}) {
    ThreadPool pool(2);
    Model model = AdaptedModel(config, false);
    Reference reference(model);
    PackedTokens batch = Batch();
    Gradients gradients = Gradients::For(model, false);
    std::vector<float> losses;
    TrainingPass(pool, model).Run(batch, 1.0f, gradients, losses);
    EXPECT_NEAR(std::accumulate(losses.begin(), losses.end(), 0.0), reference.Loss(batch), 1e-4);
    Compare(reference.adapter, gradients.adapter, reference, batch);
  }
}

// Some samples learn their text, others what the model says without its adapter; with and without recomputation.
TEST(Gradient, DistillationMatchesCentralDifferences) {
  for (bool recompute : {false, true}) {
    ThreadPool pool(2);
    Model model = AdaptedModel(SmallConfig(true), true);
    PackedTokens batch = Batch();
    batch.Append({7, 1, 19, 30, 2, 11}, {0, 0, 0, 1, 0, 1}, 0.3f);
    batch.Append({21, 4, 4}, {0, 1, 1}, 1.0f);
    Reference reference(model), without(model);
    std::fill(without.adapter.begin(), without.adapter.end(), 0.0);
    const std::vector<Vec> base = without.LogProbabilities(batch);
    ASSERT_EQ(base.size(), 8u + 5u + 2u);
    Gradients gradients = Gradients::For(model, false);
    std::vector<float> losses;
    TrainingPass(pool, model, recompute).Run(batch, 1.0f, gradients, losses);
    EXPECT_EQ(losses.size(), 8u + 2u + 2u) << "of tokens in the loss mask";
    Compare(reference.adapter, gradients.adapter, reference, batch, base);
  }
}

TEST(Adapter, MergedWeightsGiveTheSameLoss) {
  ThreadPool pool(1);
  Model model = InitModel(SmallConfig(false), 3);
  LoraConfig lora;
  lora.rank = 2;
  lora.alpha = 4;
  model.adapter = Adapter::Create(model.config, lora, 8);
  Shake(model.adapter->values, 5);
  PackedTokens batch = Batch();
  std::vector<float> with = TrainingPass(pool, model).Losses(batch);
  Model plain = EmptyModel(model.config);
  for (const TensorSpec& t : model.list.tensors()) {
    const std::vector<float> values = MergedTensor(pool, model, t);
    std::copy(values.begin(), values.end(), plain.weights.begin() + static_cast<std::ptrdiff_t>(t.offset));
  }
  std::vector<float> merged = TrainingPass(pool, plain).Losses(batch);
  ASSERT_EQ(with.size(), merged.size());
  for (size_t i = 0; i < with.size(); ++i) EXPECT_NEAR(with[i], merged[i], 1e-4f);
}

}  // namespace
}  // namespace cairn::model
