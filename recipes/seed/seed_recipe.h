// The recipe of the built-in base model: what `cairn seed train` follows (recipe.yaml).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/config.h"
#include "passage.h"
#include "train/config.h"

namespace cairn::seed {

struct SeedPhase {
  std::string name;
  uint64_t samples_per_step = 0;
  Level level = Level::kFull;    // of the text
  int64_t layers = 0;            // of the model, at least those of the phase before; new ones as in model/deepen.h
  uint64_t text_loss_every = 0;  // every so many samples all tokens count in the loss, not only the answers; 0: never
  train::TrainConfig training;
};

struct SeedRecipe {
  uint64_t seed = 0;
  int tokenizer_vocab_size = 0;
  uint64_t tokenizer_samples = 0;
  model::ModelConfig model;  // of the first phase; vocab_size and token ids are set once the tokenizer exists
  uint64_t max_tokens = 0;   // a longer conversation loses its last turns
  std::vector<SeedPhase> phases;
};

// The level of this name; the error lists those there are.
Result<Level> ParseLevel(const std::string& name);
Result<SeedRecipe> LoadSeedRecipe(const std::string& path);

}  // namespace cairn::seed
