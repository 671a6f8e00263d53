// The one list of the project file's fields. visit(name, member, field) is called for each field of a section in the
// order in which people write them; reading, checking, JSON and schema are visitors.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "infer/sampler.h"
#include "project/config.h"

namespace cairn::project {

// What is known of a field beside its type. problem: for text, what is wrong with it, or null.
struct Field {
  const char* help;
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool required = false;
  bool secret = false;  // a wrong value may be a key put into the wrong place: errors do not repeat it
  const char* (*problem)(const std::string&) = nullptr;
};

constexpr double kMaxSeed = 9007199254740991;  // 2^53 - 1: every JSON reader keeps it

template <typename T, typename U>
concept As = std::same_as<std::remove_const_t<T>, U>;

// Names of an enum's values, in order.
template <typename E>
const std::vector<std::string>& EnumNames();
template <>
const std::vector<std::string>& EnumNames<Pipeline>();
template <>
const std::vector<std::string>& EnumNames<TrainingMethod>();
template <>
const std::vector<std::string>& EnumNames<LoraTargets>();
template <>
const std::vector<std::string>& EnumNames<LoraNumerics>();
template <>
const std::vector<std::string>& EnumNames<BaseQuantization>();
template <>
const std::vector<std::string>& EnumNames<LocalRepositories>();
template <>
const std::vector<std::string>& EnumNames<PhaseData>();
template <>
const std::vector<std::string>& EnumNames<OptimizerName>();
template <>
const std::vector<std::string>& EnumNames<train::Schedule>();
template <>
const std::vector<std::string>& EnumNames<Benchmark>();
template <>
const std::vector<std::string>& EnumNames<ReleaseFormat>();

template <typename E>
const std::string& EnumName(E value) {
  return EnumNames<E>()[static_cast<size_t>(value)];
}

// Rules for text; null if it is right.
const char* ApiVersionProblem(const std::string& text);
const char* KindProblem(const std::string& text);
const char* NameProblem(const std::string& text);
const char* PathProblem(const std::string& text);
const char* RelativePathProblem(const std::string& text);
const char* UrlProblem(const std::string& text);
const char* VariableProblem(const std::string& text);

void ForEachField(As<MetadataConfig> auto& c, auto&& visit) {
  visit("name", c.name,
        Field{.help = "the model's name: lower-case letters, digits, '-' and '.'",
              .required = true,
              .problem = NameProblem});
}

void ForEachField(As<BaseConfig> auto& c, auto&& visit) {
  visit("model", c.model, Field{.help = "seed, the built-in model, or a model directory", .problem = PathProblem});
}

void ForEachField(As<TaxonomyConfig> auto& c, auto&& visit) {
  visit("path", c.path,
        Field{.help = "directory with knowledge/ and compositional_skills/", .problem = RelativePathProblem});
  visit("localRepositories", c.local_repositories,
        Field{.help = "allow: leaves may name any git repository on this machine as source of their documents"});
}

void ForEachField(As<TeacherConfig> auto& c, auto&& visit) {
  visit("model", c.model,
        Field{.help = "seed, a model directory, or the model's name at the endpoint", .problem = PathProblem});
  visit("endpoint", c.endpoint,
        Field{.help = "base URL of an OpenAI-compatible server; empty: the teacher runs in process",
              .secret = true,
              .problem = UrlProblem});
  visit(
      "apiKeyEnv", c.api_key_env,
      Field{.help = "environment variable that holds the endpoint's key", .secret = true, .problem = VariableProblem});
  visit("parallel", c.parallel, Field{.help = "requests to the endpoint at a time", .low = 1, .high = 64});
  visit("timeoutSeconds", c.timeout_seconds,
        Field{.help = "seconds until a request to the endpoint is given up and made again", .low = 1, .high = 3600});
}

void ForEachField(As<SynthesisConfig> auto& c, auto&& visit) {
  visit(
      "pipeline", c.pipeline,
      Field{
          .help =
              "full: the teacher also judges every pair against its source and rephrases questions; simple: neither"});
  visit("samplesPerSeed", c.samples_per_seed,
        Field{.help = "texts to ask the teacher for: for each passage and sentence of a document, for each seed "
                      "example of a skill",
              .low = 1,
              .high = 1000});
  visit("beams", c.beams,
        Field{.help = "hypotheses of the search for the first sample of each prompt, when the teacher runs in process; "
                      "1: the most probable word at each place",
              .low = 1,
              .high = infer::kMaxBeams});
  visit("seed", c.seed, Field{.help = "of the teacher's random choices", .low = 0, .high = kMaxSeed});
}

void ForEachField(As<LoraOptions> auto& c, auto&& visit) {
  visit("rank", c.rank, Field{.help = "rank of the adapter's matrices", .low = 1, .high = 512});
  visit("alpha", c.alpha, Field{.help = "the adapter counts alpha / rank times", .low = 1e-3, .high = 4096});
  visit("targets", c.targets, Field{.help = "which linear layers get an adapter"});
  visit("quantize", c.quantize,
        Field{.help = "how the frozen base is kept while the adapter is trained (QLoRA); it is merged into the base as "
                      "it was"});
  visit("numerics", c.numerics,
        Field{.help = "i8: the frozen base computes in exact 8-bit whole numbers while the adapter is trained; two to "
                      "three times as fast with AVX-512 VNNI. f32: in binary32, as devices need it"});
  visit("mergeScale", c.merge_scale,
        Field{.help = "share of the trained adapter that is released; a little less than 1 gives back much of what the "
                      "base model knew and costs little of what it learnt",
              .low = 0.1,
              .high = 1});
}

void ForEachField(As<PhaseConfig> auto& c, auto&& visit) {
  visit("name", c.name, Field{.help = "the phase's name", .required = true, .problem = NameProblem});
  visit("data", c.data, Field{.help = "whose samples are trained on"});
  visit("epochs", c.epochs, Field{.help = "times every sample is seen", .low = 1, .high = 10000});
}

void ForEachField(As<OptimizerConfig> auto& c, auto&& visit) {
  visit("name", c.name, Field{.help = "the optimiser"});
  visit("learningRate", c.learning_rate, Field{.help = "its peak", .low = 1e-9, .high = 1});
  visit("schedule", c.schedule, Field{.help = "course of the learning rate after the warm-up"});
  visit("warmup", c.warmup, Field{.help = "share of a phase's steps with rising learning rate", .low = 0, .high = 0.9});
  visit("weightDecay", c.weight_decay, Field{.help = "decoupled weight decay", .low = 0, .high = 1});
  visit("clipNorm", c.clip_norm, Field{.help = "limit of the global gradient norm; 0: none", .low = 0, .high = 1e9});
}

void ForEachField(As<TrainingConfig> auto& c, auto&& visit) {
  visit("method", c.method, Field{.help = "lora: train an adapter; full: train all weights"});
  visit("lora", c.lora, Field{.help = "the adapter, with method lora"});
  visit("phases", c.phases, Field{.help = "what is trained, one after the other"});
  visit("optimizer", c.optimizer, Field{.help = "how weights are updated"});
  visit("batchTokens", c.batch_tokens, Field{.help = "tokens per optimiser step", .low = 64, .high = 1 << 24});
  visit("shards", c.shards,
        Field{.help = "parts a batch is summed in, a power of two: machines that can share the work",
              .low = 1,
              .high = 1024});
  visit("seed", c.seed, Field{.help = "of data order, mixing and the adapter's start", .low = 0, .high = kMaxSeed});
  visit("replay", c.replay,
        Field{.help = "share of base data in each phase, against forgetting", .low = 0, .high = 0.95});
  visit("replayDistillation", c.replay_distillation,
        Field{.help = "base data teach what the base model itself would say, all tokens beside the answers with this "
                      "weight; 0: they teach their text. Half as many base data then keep the model as well",
              .low = 0,
              .high = 1});
}

void ForEachField(As<EvaluationConfig> auto& c, auto&& visit) {
  visit("benchmarks", c.benchmarks, Field{.help = "what is measured before and after"});
  visit("gates", c.gates, Field{.help = "what must hold for a release, by benchmark"});
}

void ForEachField(As<SignConfig> auto& c, auto&& visit) {
  visit("key", c.key, Field{.help = "private key file; empty: the release is not signed"});
}

void ForEachField(As<ReleaseConfig> auto& c, auto&& visit) {
  visit("formats", c.formats, Field{.help = "file formats of the weights"});
  visit("sign", c.sign, Field{.help = "the release's signature"});
}

void ForEachField(As<SpecConfig> auto& c, auto&& visit) {
  visit("base", c.base, Field{.help = "the model that is made better"});
  visit("taxonomy", c.taxonomy, Field{.help = "the contributions"});
  visit("teacher", c.teacher, Field{.help = "the model that writes training samples"});
  visit("synthesis", c.synthesis, Field{.help = "how samples are written"});
  visit("training", c.training, Field{.help = "how the model is trained"});
  visit("evaluation", c.evaluation, Field{.help = "how the result is judged"});
  visit("release", c.release, Field{.help = "what is released"});
}

void ForEachField(As<ProjectConfig> auto& c, auto&& visit) {
  visit("apiVersion", c.api_version, Field{.help = kApiVersion, .required = true, .problem = ApiVersionProblem});
  visit("kind", c.kind, Field{.help = kKind, .required = true, .problem = KindProblem});
  visit("metadata", c.metadata, Field{.help = "names", .required = true});
  visit("spec", c.spec, Field{.help = "the build"});
}

// Kinds of field a visitor has to tell apart.
template <typename T>
concept Section = std::is_class_v<T> && requires(const T& section) {
  ForEachField(section, [](const char*, const auto&, const Field&) {});
};
template <typename T>
struct IsList : std::false_type {};
template <typename T>
struct IsList<std::vector<T>> : std::true_type {};
template <typename T>
concept List = IsList<T>::value;
template <typename T>
concept Number = std::same_as<T, uint64_t> || std::same_as<T, double>;
template <typename T>
concept Gates = std::same_as<T, std::map<std::string, eval::Gate>>;

}  // namespace cairn::project
