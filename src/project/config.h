// The project file, cairn.yaml: everything that decides a build, as plain aggregates. One description of the fields
// (config_fields.h) gives parsing, checking, canonical JSON and the JSON Schema.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "eval/gates.h"
#include "train/config.h"

namespace cairn::project {

inline constexpr const char* kApiVersion = "cairn.dev/v1alpha1";
inline constexpr const char* kKind = "ModelBuild";
inline constexpr const char* kProjectFileName = "cairn.yaml";

enum class Pipeline { kFull, kSimple };
enum class TrainingMethod { kLora, kFull };
enum class LoraTargets { kAllLinear, kAttention, kMlp };
enum class LoraNumerics { kF32, kI8 };
enum class BaseQuantization { kNone, kQ8_0, kQ4_0 };
enum class LocalRepositories { kRefuse, kAllow };
enum class PhaseData { kKnowledge, kSkills, kAll };
enum class OptimizerName { kAdamw };
enum class Benchmark { kLeafQuestions, kBaseRegression };
enum class ReleaseFormat { kSafetensors };

struct MetadataConfig {
  std::string name;  // of the model: lower-case letters, digits, '-', '.'
};

struct BaseConfig {
  std::string model = "seed";  // built in, or a model directory
};

struct TaxonomyConfig {
  std::string path = "taxonomy";
  LocalRepositories local_repositories = LocalRepositories::kRefuse;  // as document.repo of a leaf
};

struct TeacherConfig {
  std::string model = "seed";      // built in or a model directory; with an endpoint: the model's name there
  std::string endpoint;            // OpenAI-compatible base URL; empty: in process
  std::string api_key_env;         // environment variable with the endpoint's key; empty: none is sent
  uint64_t parallel = 4;           // requests to the endpoint at a time
  uint64_t timeout_seconds = 120;  // of one attempt
};

struct SynthesisConfig {
  Pipeline pipeline = Pipeline::kFull;
  uint64_t samples_per_seed = 8;
  uint64_t beams = 4;
  uint64_t seed = 7;
};

struct LoraOptions {
  uint64_t rank = 16;
  double alpha = 32;
  LoraTargets targets = LoraTargets::kAllLinear;
  BaseQuantization quantize = BaseQuantization::kNone;
  LoraNumerics numerics = LoraNumerics::kI8;
  double merge_scale = 1;
};

struct PhaseConfig {
  std::string name;
  PhaseData data = PhaseData::kAll;
  uint64_t epochs = 1;
};

struct OptimizerConfig {
  OptimizerName name = OptimizerName::kAdamw;
  double learning_rate = 2e-3;  // peak
  train::Schedule schedule = train::Schedule::kCosine;
  double warmup = 0.03;  // share of a phase's steps
  double weight_decay = 0;
  double clip_norm = 1;  // 0: no clipping
};

struct TrainingConfig {
  TrainingMethod method = TrainingMethod::kLora;
  LoraOptions lora;
  std::vector<PhaseConfig> phases = {{"knowledge", PhaseData::kKnowledge, 3}, {"skills", PhaseData::kAll, 2}};
  OptimizerConfig optimizer;
  uint64_t batch_tokens = 4096;  // per optimiser step
  uint64_t shards = 1;           // power of two
  uint64_t seed = 7;
  double replay = 0.25;            // share of base data in every phase, against forgetting
  double replay_distillation = 0;  // weight of what the base model says in place of their text; 0: their text
};

struct EvaluationConfig {
  std::vector<Benchmark> benchmarks = {Benchmark::kLeafQuestions, Benchmark::kBaseRegression};
  std::map<std::string, eval::Gate> gates = {{eval::kLeafQuestions, {eval::kLeafQuestions, 0.8, false}},
                                             {eval::kBaseRegression, {eval::kBaseRegression, 0.95, true}}};
  bool Wants(Benchmark b) const { return std::ranges::find(benchmarks, b) != benchmarks.end(); }
};

struct SignConfig {
  std::string key;  // private key file; empty: the release is not signed
};

struct ReleaseConfig {
  std::vector<ReleaseFormat> formats = {ReleaseFormat::kSafetensors};
  SignConfig sign;
};

struct SpecConfig {
  BaseConfig base;
  TaxonomyConfig taxonomy;
  TeacherConfig teacher;
  SynthesisConfig synthesis;
  TrainingConfig training;
  EvaluationConfig evaluation;
  ReleaseConfig release;
};

struct ProjectConfig {
  std::string api_version = kApiVersion;
  std::string kind = kKind;
  MetadataConfig metadata;
  SpecConfig spec;

  // Ranges and what must fit together. kBadInput; where = file, message begins with the field ("spec.training.replay").
  Result<void> Validate(const std::string& file) const;
};

// Reads and validates. Errors are kBadInput with file:line:column, what is wrong and what to write; an unknown field
// names the nearest known one.
Result<ProjectConfig> ParseProjectConfig(std::string_view text, const std::string& file);
// kNotFound if there is no such file; it says how to make one.
Result<ProjectConfig> ReadProjectConfig(const std::string& path);

// Every field with its value, defaults included: equal builds have equal JSON, whatever their files look like.
// ParseProjectConfig reads its text back, JSON being YAML.
Json ProjectConfigToJson(const ProjectConfig& config);

// JSON Schema (draft 2020-12) of cairn.yaml, for editors.
Json ProjectConfigSchema();

}  // namespace cairn::project
