// For tests: a tiny model, samples and a configuration to train it with, and the twenty steps whose digests are
// cairn-f32-1 itself. They hold for every processor, compiler, instruction set, number of threads and micro-batch; if
// one moves, no older transcript replays.
#pragma once

#include <string>

#include "base/philox.h"
#include "model/testing.h"
#include "train/trainer.h"

namespace cairn::train {

inline model::ModelConfig TinyModelConfig() {
  model::ModelConfig c = model::TinyConfig(61, 128);
  c.tie_word_embeddings = true;
  return c;
}

inline model::Model TinyModel(bool lora, bool all_fields = false) {
  model::ModelConfig model_config = TinyModelConfig();
  if (all_fields) model_config = model::WithAllFields(model_config);
  model::Model m = model::InitModel(model_config, 2);
  if (lora) {
    model::LoraConfig config;
    config.rank = 4;
    config.alpha = 8;
    m.adapter = model::Adapter::Create(m.config, config, 3);
  }
  return m;
}

inline TokenSample TinySample(uint64_t i) {
  RandomStream random(5, RandomPurpose::kText, i);
  TokenSample s;
  s.id = std::to_string(i);
  uint32_t n = 5 + random.Below(40), first = random.Below(61);
  for (uint32_t j = 0; j < n; ++j) {
    s.ids.push_back(static_cast<int32_t>((first + j * 3) % 61));
    s.loss_mask.push_back(j % 3 != 0);
  }
  return s;
}

inline TrainConfig TinyTraining() {
  TrainConfig c;
  c.steps = 8;
  c.learning_rate = 3e-3;
  c.warmup_steps = 2;
  c.row_tokens = 64;
  c.segment_steps = 4;
  c.seed = 1;
  return c;
}

inline TrainConfig GoldenConfig(Optimizer optimizer, uint64_t micro_batch, Numerics numerics = Numerics::kF32) {
  TrainConfig c = TinyTraining();
  c.steps = 20;
  c.weight_decay = 0.05;
  c.shards = 4;
  c.resources.micro_batch = micro_batch;
  c.optimizer = optimizer;
  c.numerics = numerics;
  return c;
}

struct GoldenState {
  const char* name;
  bool lora;
  Optimizer optimizer;
  Numerics numerics;
  const char* digest;       // of the state after step 20
  bool all_fields = false;  // of model/family.h
  bool distilled = false;   // two samples of three learn what the base model says
  TokenSample Sample(uint64_t i) const {
    TokenSample s = TinySample(i);
    s.base_weight = distilled && i % 3 != 0 ? 0.25f : 0.0f;
    return s;
  }
  GeneratedSource Source() const {
    return {[self = *this](uint64_t i) { return self.Sample(i); }, 9, 20, 0};
  }
};
inline constexpr GoldenState kGoldenStates[] = {
    {"adamw", false, Optimizer::kAdamW, Numerics::kF32,
     "ca90fa7508ea3a75bdf61bc9dc8e21ba815e8b1eb8da30f786c944c0d6e382b0"},
    {"muon", false, Optimizer::kMuon, Numerics::kF32,
     "49041299d01178fe1326eedc21c517e0e581824fc58aa3d1407fb33192d49077"},
    {"lora", true, Optimizer::kAdamW, Numerics::kF32,
     "a16a2d43fd24cab2166da6b4669c9f76dd253e8294404d72fa6229ba07ba5dfc"},
    {"lora-i8", true, Optimizer::kAdamW, Numerics::kInt8,
     "55156704dc51b4d7bd92856ac6dce67c8c73b89175abe6959cea05d021d83c8d"},
    {"all-fields", false, Optimizer::kAdamW, Numerics::kF32,
     "ca97e51a2198dadb5d3f938185576305646b39dc11040b98b40b4fc7ac58605a", true},
    {"distilled", true, Optimizer::kAdamW, Numerics::kInt8,
     "3d7a728e8f88c53b6c128d553dca89272167983ebda1b53b4516fa14892bf050", false, true}};

}  // namespace cairn::train
