#include "project/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace cairn::project {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHead = "apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\nmetadata: {name: harbor-guide}\n";

constexpr const char* kWhole = R"(apiVersion: cairn.dev/v1alpha1
kind: ModelBuild
metadata: {name: harbor-guide}
spec:
  base: {model: seed}                 # built in
  taxonomy: {path: leaves}
  teacher: {endpoint: "http://127.0.0.1:8000/v1", model: big-model, apiKeyEnv: TEACHER_KEY}
  synthesis: {pipeline: simple, samplesPerSeed: 4, seed: 9}
  training:
    method: full
    lora: {rank: 8, alpha: 16.5, targets: attention, mergeScale: 0.75}
    phases: [{name: first, data: skills, epochs: 5}]
    optimizer: {name: adamw, learningRate: 1e-3, schedule: linear, warmup: 0.1, weightDecay: 0.01, clipNorm: 0}
    batchTokens: 2048
    shards: 4
    seed: 11
    replay: 0.5
  evaluation: {benchmarks: [leaf-questions], gates: {leaf-questions: ">= 80 %"}}
  release: {formats: [safetensors], sign: {key: cairn.key}}
)";

TEST(ProjectConfig, ThreeLinesGiveTheDefaults) {
  Result<ProjectConfig> config = ParseProjectConfig(kHead, "cairn.yaml");
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  EXPECT_EQ(config->metadata.name, "harbor-guide");
  EXPECT_EQ(config->spec.base.model, "seed");
  EXPECT_EQ(config->spec.training.phases.size(), 2u);
  EXPECT_EQ(config->spec.training.replay, 0.25);
  EXPECT_EQ(config->spec.evaluation.gates.at("base-regression").of_base, true);
  ProjectConfig defaults;
  defaults.metadata.name = "harbor-guide";
  EXPECT_EQ(ProjectConfigToJson(*config), ProjectConfigToJson(defaults));
  EXPECT_TRUE(defaults.Validate("f").ok());
}

TEST(ProjectConfig, EveryFieldIsRead) {
  Result<ProjectConfig> read = ParseProjectConfig(kWhole, "cairn.yaml");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const SpecConfig& spec = read->spec;
  EXPECT_EQ(spec.taxonomy.path, "leaves");
  EXPECT_EQ(spec.teacher.endpoint, "http://127.0.0.1:8000/v1");
  EXPECT_EQ(spec.teacher.model, "big-model");
  EXPECT_EQ(spec.teacher.api_key_env, "TEACHER_KEY");
  EXPECT_EQ(spec.synthesis.pipeline, Pipeline::kSimple);
  EXPECT_EQ(spec.synthesis.samples_per_seed, 4u);
  EXPECT_EQ(spec.synthesis.seed, 9u);
  EXPECT_EQ(spec.training.method, TrainingMethod::kFull);
  EXPECT_EQ(spec.training.lora.rank, 8u);
  EXPECT_EQ(spec.training.lora.alpha, 16.5);
  EXPECT_EQ(spec.training.lora.merge_scale, 0.75);
  EXPECT_EQ(spec.training.lora.targets, LoraTargets::kAttention);
  ASSERT_EQ(spec.training.phases.size(), 1u);
  EXPECT_EQ(spec.training.phases[0].name, "first");
  EXPECT_EQ(spec.training.phases[0].data, PhaseData::kSkills);
  EXPECT_EQ(spec.training.phases[0].epochs, 5u);
  EXPECT_EQ(spec.training.optimizer.learning_rate, 1e-3);
  EXPECT_EQ(spec.training.optimizer.schedule, train::Schedule::kLinear);
  EXPECT_EQ(spec.training.optimizer.warmup, 0.1);
  EXPECT_EQ(spec.training.optimizer.weight_decay, 0.01);
  EXPECT_EQ(spec.training.optimizer.clip_norm, 0);
  EXPECT_EQ(spec.training.batch_tokens, 2048u);
  EXPECT_EQ(spec.training.shards, 4u);
  EXPECT_EQ(spec.training.seed, 11u);
  EXPECT_EQ(spec.training.replay, 0.5);
  ASSERT_EQ(spec.evaluation.benchmarks.size(), 1u);
  ASSERT_EQ(spec.evaluation.gates.size(), 1u);
  EXPECT_EQ(spec.evaluation.gates.at("leaf-questions").threshold, 0.8);
  EXPECT_EQ(spec.release.sign.key, "cairn.key");
}

TEST(ProjectConfig, CanonicalJsonReadsBackAndIgnoresHowTheFileIsWritten) {
  ProjectConfig config = ParseProjectConfig(kWhole, "cairn.yaml").value();
  std::string canonical = DumpJson(ProjectConfigToJson(config));
  Result<ProjectConfig> again = ParseProjectConfig(canonical, "canonical");
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(DumpJson(ProjectConfigToJson(*again)), canonical);
  std::string other = std::string("# a remark\n") + kHead + "spec:\n  training:\n    replay: 2.5e-1\n";
  EXPECT_EQ(ProjectConfigToJson(ParseProjectConfig(other, "f").value()),
            ProjectConfigToJson(ParseProjectConfig(kHead, "f").value()));
}

TEST(ProjectConfig, DefaultGatesFollowTheBenchmarks) {
  ProjectConfig config =
      ParseProjectConfig(std::string(kHead) + "spec: {evaluation: {benchmarks: [leaf-questions]}}", "f").value();
  EXPECT_EQ(config.spec.evaluation.gates.size(), 1u);
}

struct Refused {
  const char* text;     // after kHead, unless it begins with '!'
  const char* where;    // line:column
  const char* message;  // part of it
};

TEST(ProjectConfig, RefusesWithPlaceAndRemedy) {
  const Refused cases[] = {
      {"!", "1:1", "the project file is empty; make a project with cairn init"},
      {"![a, b]", "1:1", "the project file is a list"},
      {"!kind: ModelBuild\nmetadata: {name: a}\n", "1:1",
       "apiVersion is missing; add \"apiVersion: cairn.dev/v1alpha1\""},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\n", "1:1",
       "metadata is missing; add \"metadata: {name: NAME}\""},
      {"!apiVersion: cairn.dev/v2\nkind: ModelBuild\nmetadata: {name: a}\n", "1:13", "write cairn.dev/v1alpha1"},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: Pod\nmetadata: {name: a}\n", "2:7", "write ModelBuild"},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\nmetadata: {}\n", "3:11",
       "metadata.name is missing; add \"name: NAME\""},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\nmetadata: {name: ../x}\n", "3:18", "is not a name"},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\nmetadata: {name: data}\n", "3:18", "another name"},
      {"!apiVersion: cairn.dev/v1alpha1\nkind: ModelBuild\nmetadata: {name: training}\n", "3:18", "another name"},
      {"spec:\n  taxonomy: {path: /data/leaves}\n", "5:20", "is not relative"},
      {"spec:\n  synthesis: {samplesPerSeed: 1001}\n", "5:31", "allowed is 1 to 1000"},
      {"spec:\n  training:\n    lora: {alpha: 4097}\n", "6:19", "allowed is 0.001 to 4096"},
      {"spec:\n  trainig: {seed: 1}\n", "5:3", "did you mean \"training\"?"},
      {"spec:\n  training:\n    lora: {ranc: 8}\n", "6:12", "did you mean \"rank\"?"},
      {"spec:\n  training:\n    optimizer: {learning_rate: 1}\n", "6:17", "did you mean \"learningRate\"?"},
      {"spec:\n  training:\n    lora: {rank: sixteen}\n", "6:18", "spec.training.lora.rank"},
      {"spec:\n  training:\n    lora: {rank: 0}\n", "6:18", "spec.training.lora.rank is 0; allowed is 1 to 512"},
      {"spec:\n  training:\n    lora: {rank: -3}\n", "6:18", "negative"},
      {"spec:\n  training: {replay: 1.5}\n", "5:22", "spec.training.replay is 1.5; allowed is 0 to 0.95"},
      {"spec:\n  training: {replayDistillation: 1.5}\n", "5:34", "allowed is 0 to 1"},
      {"spec:\n  training: {method: full, replayDistillation: 0.2}\n", "5:48", "with an adapter only"},
      {"spec:\n  training: {shards: 3}\n", "5:22", "write a power of two"},
      {"spec:\n  training: {seed: 9007199254740993}\n", "5:20", "allowed is 0 to 9007199254740991"},
      {"spec:\n  training: {seed: 99999999999999999999}\n", "5:20", "spec.training.seed"},
      {"spec:\n  training: {method: lore}\n", "5:22", "unknown value \"lore\"; did you mean \"lora\"?"},
      {"spec:\n  training: {phases: []}\n", "5:22", "a list with at least one entry"},
      {"spec:\n  training: {phases: [{data: all}]}\n", "5:23", "spec.training.phases[0].name is missing"},
      {"spec:\n  training:\n    phases:\n      - {name: a, epochs: 1}\n      - {name: a, epochs: 1}\n", "8:16",
       "the name of an earlier phase"},
      {"spec:\n  training:\n    phases:\n      - {name: a, epochs: 1}\n      - {name: b, epochs: 0}\n", "8:27",
       "spec.training.phases[1].epochs is 0"},
      {"spec:\n  training: {optimizer: {learningRate: .nan}}\n", "5:40", "learningRate"},
      {"spec:\n  teacher: {endpoint: \"ftp://x\", model: m}\n", "5:23", "is not a URL"},
      {"spec:\n  teacher: {endpoint: \"http://me:pw@x/v1\", model: m}\n", "5:23", "put the key into an environment"},
      {"spec:\n  teacher: {endpoint: \"http://x/v1?key=hidden\", model: m}\n", "5:23", "that apiKeyEnv names"},
      {"spec:\n  teacher: {endpoint: \"http://x/v1#hidden\", model: m}\n", "5:23", "a query or a fragment"},
      {"spec:\n  teacher: {endpoint: \"http:///v1\", model: m}\n", "5:23", "is not a URL"},
      {"spec:\n  teacher: {endpoint: \"https://:8000/v1\", model: m}\n", "5:23", "is not a URL"},
      {"spec:\n  teacher: {endpoint: \"http://x/v1\"}\n", "5:23", "needs spec.teacher.model"},
      {"spec:\n  teacher: {apiKeyEnv: KEY}\n", "5:24", "add spec.teacher.endpoint"},
      {"spec:\n  teacher: {endpoint: \"http://x\", model: m, apiKeyEnv: sk-123}\n", "5:56", "never the key itself"},
      {"spec:\n  teacher: {endpoint: \"http://x\", model: m, apiKeyEnv: 4hidden}\n", "5:56", "never the key itself"},
      {"spec:\n  teacher: {endpoint: \"http://x\", model: m, apiKeyEnv: [hidden]}\n", "5:56", "apiKeyEnv"},
      {"spec:\n  teacher:\n    endpoint: http://x\n    model: m\n    apiKeyEnv: hf_hidden\n", "8:16",
       "looks like a key"},
      {"spec:\n  teacher: {endpoint: \"http://x\", model: m, apiKeyEnv: hiddenAbCdEfGhIjKl7890}\n", "5:56",
       "write that one's name, such as TEACHER_KEY"},
      {"spec:\n  teacher:\n", "5:3", "spec.teacher has no value; write fields"},
      {"spec:\n  evaluation: {gates: {leaf-question: \">= 0.8\"}}\n", "5:24", "did you mean \"leaf-questions\"?"},
      {"spec:\n  evaluation: {gates: {leaf-questions: \"more than 0.8\"}}\n", "5:40", "does not begin with >="},
      {"spec:\n  evaluation: {gates: {leaf-questions:}}\n", "5:24", "leaf-questions has no value; write text"},
      {"spec:\n  evaluation:\n    gates:\n      leaf-questions: >= 0.8\n", "7:23", "write \">= 0.8\""},
      {"spec:\n  evaluation: {gates: {leaf-questions: \">= 7\"}}\n", "5:40", "out of range"},
      {"spec:\n  evaluation: {benchmarks: [leaf-questions], gates: {base-regression: \">= 0.9\"}}\n", "5:71",
       "is not measured"},
      {"spec:\n  evaluation: {benchmarks: [leaf-questions, leaf-questions]}\n", "5:45", "stands twice"},
      {"spec:\n  release: {formats: [safetensor]}\n", "5:23", "did you mean \"safetensors\"?"},
      {"spec:\n  base: {model: \"\"}\n", "5:17", "is empty"},
      {"spec: {base: {model: a}}\nspec: {}\n", "5:1", "spec"},
      {"spec: [1\n", "5:1", ""},
  };
  for (const Refused& c : cases) {
    std::string text = c.text[0] == '!' ? c.text + 1 : std::string(kHead) + c.text;
    Result<ProjectConfig> config = ParseProjectConfig(text, "cairn.yaml");
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(ExitCodeOf(config.error().code), 2) << text;
    EXPECT_EQ(config.error().where, std::string("cairn.yaml:") + c.where) << text << config.error().message;
    EXPECT_THAT(config.error().message, HasSubstr(c.message)) << text;
    for (const char* secret : {"me:pw", "sk-123", "hidden"})
      EXPECT_THAT(config.error().message, Not(HasSubstr(secret)));
  }
}

TEST(ProjectConfig, TakesNamesOfVariables) {
  ProjectConfig config;
  config.metadata.name = "a";
  config.spec.teacher.endpoint = "http://x";
  config.spec.teacher.model = "m";
  for (const char* name :
       {"", "_", "KEY2", "openai_api_key", "SK_KEY", "THE_KEY_OF_OUR_TEACHER_2026", "ALONGNAMEWITHOUTANYDIGITS"}) {
    config.spec.teacher.api_key_env = name;
    EXPECT_TRUE(config.Validate("f").ok()) << name;
  }
}

TEST(ProjectConfig, ValidateFindsWhatParsingWould) {
  ProjectConfig config;
  EXPECT_THAT(config.Validate("f").error().ToString(), HasSubstr("f: metadata.name \"\" is not a name"));
  config.metadata.name = "a";
  EXPECT_TRUE(config.Validate("f").ok());
  config.spec.training.optimizer.learning_rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(config.Validate("f").error().message, HasSubstr("spec.training.optimizer.learningRate is nan"));
  config.spec.training.optimizer.learning_rate = 1e-3;
  config.spec.training.phases.clear();
  EXPECT_THAT(config.Validate("f").error().message, HasSubstr("spec.training.phases is empty"));
}

TEST(ProjectConfig, MissingFileSaysHowToMakeOne) {
  Result<ProjectConfig> config = ReadProjectConfig("/nowhere/cairn.yaml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(config.error().message, HasSubstr("cairn init"));
}

// Every property of the schema is a field of the canonical JSON and the other way round.
void ExpectSameFields(const Json& schema, const Json& value, const std::string& path) {
  if (!schema.contains("properties") || path == "/spec/evaluation/gates") return;
  EXPECT_EQ(schema["additionalProperties"], false) << path;
  EXPECT_EQ(schema["properties"].size(), value.size()) << path;
  for (const auto& [name, below] : value.items()) {
    ASSERT_TRUE(schema["properties"].contains(name)) << path << name;
    const Json& property = schema["properties"][name];
    EXPECT_TRUE(property.contains("description")) << path << name;
    ExpectSameFields(property, below, path + "/" + name);
  }
}

TEST(ProjectConfig, SchemaDescribesEveryField) {
  Json schema = ProjectConfigSchema();
  ExpectSameFields(schema, ProjectConfigToJson(ProjectConfig{}), "");
  Json training = schema["properties"]["spec"]["properties"]["training"]["properties"];
  EXPECT_EQ(training["lora"]["properties"]["rank"]["maximum"], 512);
  EXPECT_EQ(training["replay"]["default"], 0.25);
  EXPECT_EQ(training["method"]["enum"], Json({"lora", "full"}));
  EXPECT_EQ(training["phases"]["items"]["required"], Json::array({"name"}));
  EXPECT_EQ(schema["required"], Json({"apiVersion", "kind", "metadata"}));
}

// docs/cairn.schema.json is what editors read; `cairn system schema` writes it.
TEST(ProjectConfig, PublishedSchemaIsThisOne) {
  auto published = ReadFile(std::string(CAIRN_SOURCE_DIR) + "/docs/cairn.schema.json", 1 << 20);
  ASSERT_TRUE(published.ok()) << published.error().ToString();
  EXPECT_EQ(*published, PrettyJson(ProjectConfigSchema()));
}

}  // namespace
}  // namespace cairn::project
