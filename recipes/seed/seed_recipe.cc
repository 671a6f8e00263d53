#include "seed_recipe.h"

#include <yaml-cpp/yaml.h>

#include "base/file.h"

namespace cairn::seed {

Result<Level> ParseLevel(const std::string& name) {
  std::string known;
  for (int i = 0; i < kLevels; ++i) {
    const Level level = static_cast<Level>(i);
    if (name == LevelName(level)) return level;
    known += (i == 0 ? "" : ", ") + std::string(LevelName(level));
  }
  return BadInput("no level is called \"" + name + "\"; there are: " + known);
}

namespace {

Result<SeedPhase> ReadPhase(const YAML::Node& node, uint64_t seed, int64_t layers_before) {
  SeedPhase phase;
  phase.name = node["name"].as<std::string>();
  phase.samples_per_step = node["samplesPerStep"].as<uint64_t>();
  CAIRN_ASSIGN(phase.level, ParseLevel(node["level"].as<std::string>("full")));
  phase.layers = node["layers"].as<int64_t>(layers_before);
  if (phase.layers < layers_before) return BadInput("phase " + phase.name + " has fewer layers than the one before it");
  phase.text_loss_every = node["textLossEvery"].as<uint64_t>(0);
  train::TrainConfig& t = phase.training;
  t.steps = node["steps"].as<uint64_t>();
  t.learning_rate = node["learningRate"].as<double>();
  t.warmup_steps = node["warmup"].as<uint64_t>();
  std::string schedule = node["schedule"].as<std::string>();
  t.schedule = schedule == "constant" ? train::Schedule::kConstant
               : schedule == "linear" ? train::Schedule::kLinear
                                      : train::Schedule::kCosine;
  if (node["optimizer"] && node["optimizer"].as<std::string>() == "muon") t.optimizer = train::Optimizer::kMuon;
  t.final_ratio = 0.02;
  t.weight_decay = 0.05;
  t.row_tokens = 512;
  t.resources.micro_batch = 4;
  t.segment_steps = 50;
  if (node["shards"]) t.shards = node["shards"].as<uint64_t>();
  t.seed = seed;
  return phase;
}

}  // namespace

Result<SeedRecipe> LoadSeedRecipe(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, 1 << 20));
  SeedRecipe recipe;
  try {
    YAML::Node root = YAML::Load(text);
    recipe.seed = root["seed"].as<uint64_t>();
    recipe.tokenizer_vocab_size = root["tokenizer"]["vocabSize"].as<int>();
    recipe.tokenizer_samples = root["tokenizer"]["samples"].as<uint64_t>();
    recipe.max_tokens = root["maxTokens"].as<uint64_t>();
    YAML::Node m = root["model"];
    recipe.model.hidden_size = m["hiddenSize"].as<int64_t>();
    recipe.model.intermediate_size = m["intermediateSize"].as<int64_t>();
    recipe.model.num_hidden_layers = m["layers"].as<int64_t>();
    recipe.model.num_attention_heads = m["heads"].as<int64_t>();
    recipe.model.num_key_value_heads = m["kvHeads"].as<int64_t>();
    recipe.model.head_dim = recipe.model.hidden_size / recipe.model.num_attention_heads;
    recipe.model.max_position_embeddings = m["maxPositions"].as<int64_t>();
    recipe.model.tie_word_embeddings = true;
    for (const YAML::Node& node : root["phases"]) {
      const int64_t layers = recipe.phases.empty() ? recipe.model.num_hidden_layers : recipe.phases.back().layers;
      CAIRN_ASSIGN(SeedPhase phase, ReadPhase(node, recipe.seed, layers));
      recipe.phases.push_back(std::move(phase));
    }
  } catch (const YAML::Exception& e) {
    return BadInput(std::string("the recipe of the seed model: ") + e.what(), path);
  }
  if (recipe.phases.empty()) return BadInput("the recipe of the seed model has no phases", path);
  for (const SeedPhase& phase : recipe.phases) CAIRN_TRY(phase.training.Validate(path + ": phase " + phase.name));
  return recipe;
}

}  // namespace cairn::seed
