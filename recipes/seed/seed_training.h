// Trains the built-in base model from its recipe, phase after phase, and replays slices of that training.
// A phase starts from the bf16 weights of the one before it with a fresh optimiser, so that a phase's start is a file
// that can be shipped.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "corpus.h"
#include "formats/tokenizer.h"
#include "seed_recipe.h"
#include "train/phase.h"

namespace cairn::seed {

struct SeedOptions {
  std::string recipe_directory;  // recipes/seed
  std::string work_directory;    // checkpoints; a killed run goes on from there
  bool quiet = false;
  device::Device* device = nullptr;  // trains in place of the processor
  std::string from_model;  // training: goes on behind the phases that this model directory has; empty: from nothing
};

// Sample `index` of the corpus as a phase sees it: as tokens, cut to max_tokens by leaving out last turns; a first turn
// that is longer by itself is replaced by a conversation of a spare index.
train::TokenSample SeedSample(const Corpus& corpus, const formats::Tokenizer& tokenizer, const SeedRecipe& recipe,
                              const SeedPhase& phase, uint64_t index);

// Trains the tokenizer on the corpus (tokenizer.json text).
Result<std::string> TrainSeedTokenizer(const Corpus& corpus, const SeedRecipe& recipe);

// Follows the whole recipe and writes the model directory with transcript/<phase>/ into `output`.
Result<void> TrainSeed(ThreadPool& pool, const SeedOptions& options, const std::string& output);

// Runs `steps` steps of a phase again from its start (phase 0: from nothing; later ones: from the weights shipped in
// <model>/phases/) and compares every record. Returns the number of steps compared.
Result<uint64_t> ReplaySeed(ThreadPool& pool, const SeedOptions& options, const std::string& model_directory,
                            size_t phase, uint64_t steps);

}  // namespace cairn::seed
