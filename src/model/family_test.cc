// Each family against what its authors' code computes (testdata/README.md), and its fields of config.json.
#include "model/family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "model/family_vectors.h"
#include "model/training_pass.h"

namespace cairn::model {
namespace {

using ::testing::HasSubstr;

constexpr size_t kModels = 10;

PackedTokens AllOf(const Json& ids) {
  const auto tokens = ids.get<std::vector<formats::TokenId>>();
  PackedTokens batch;
  batch.Append(tokens, std::vector<uint8_t>(tokens.size(), 1));
  return batch;
}

double Sum(const std::vector<float>& losses) { return std::accumulate(losses.begin(), losses.end(), 0.0); }

class FamilyTest : public ::testing::TestWithParam<size_t> {
 protected:
  const Json vectors_ = FamilyVectors();
  const Json& expected_ = vectors_["models"][GetParam()];
  const ModelConfig config_ = ParseModelConfig(expected_["config"], "config.json").value();
  ThreadPool pool_{2};
};

// transformers norms and rotates in binary32, as Cairn does in other orders: errors of some 1e-6 relative to the
// largest.
TEST_P(FamilyTest, LossAndGradientsAreThoseOfTransformers) {
  Model model = FormulaModel(config_);
  Gradients gradients = Gradients::For(model, true);
  std::vector<float> losses;
  TrainingPass(pool_, model).Run(AllOf(vectors_["ids"]), 1.0f, gradients, losses);
  gradients.FoldHead(pool_, model);
  EXPECT_NEAR(Sum(losses), expected_["loss"].get<double>(), 1e-4);
  ASSERT_EQ(model.list.tensors().size(), expected_["gradients"].size());
  for (const TensorSpec& t : model.list.tensors()) {
    const auto norm_and_first = expected_["gradients"][t.name].get<std::vector<double>>();
    const float* g = gradients.weights.data() + t.offset;
    const double norm = std::sqrt(kernels::SumOfSquares(pool_, g, t.size()));
    // Some are zero (a key's bias without rotation, which no softmax sees), and rounding is what is left.
    const double tolerance = 2e-5 * norm_and_first[0] + 1e-6;
    EXPECT_NEAR(norm, norm_and_first[0], tolerance) << t.name;
    for (size_t i = 0; i < 2; ++i) EXPECT_NEAR(g[i], norm_and_first[i + 1], tolerance) << t.name << " " << i;
  }
}

TEST_P(FamilyTest, RecomputationAndStorageChangeNoBit) {
  Model model = FormulaModel(config_);
  RoundToBf16(model.weights);
  const std::string directory = ::testing::TempDir() + "cairn_family_test";
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(SaveWeights(pool_, model, directory).ok());
  ASSERT_TRUE(WriteFileAtomic(directory + "/config.json", PrettyJson(ModelConfigToJson(config_))).ok());
  Result<Model> mapped = LoadModel(directory, Storage::kAsStored);
  ASSERT_TRUE(mapped.ok()) << mapped.error().ToString();
  EXPECT_EQ(WeightsDigest(mapped.value()), WeightsDigest(model));
  const PackedTokens batch = AllOf(vectors_["ids"]);
  LoraConfig lora;
  lora.rank = 2;
  lora.alpha = 8;
  std::vector<std::vector<float>> results;
  for (Model* m : {&model, &mapped.value()}) {
    m->adapter = Adapter::Create(config_, lora, 3);
    for (size_t i = 0; i < m->adapter->values.size(); ++i) m->adapter->values[i] += 0.01f * static_cast<float>(i % 7);
    for (bool recompute : {false, true}) {
      Gradients gradients = Gradients::For(*m, false);
      std::vector<float> losses;
      TrainingPass(pool_, *m, recompute).Run(batch, 0.25f, gradients, losses);
      results.push_back(gradients.adapter);
      results.back().insert(results.back().end(), losses.begin(), losses.end());
    }
  }
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

TEST_P(FamilyTest, EightBitBaseLosesNearlyTheSame) {
  Model model = FormulaModel(config_);
  LoraConfig lora;
  lora.rank = 2;
  lora.alpha = 8;
  model.adapter = Adapter::Create(config_, lora, 3);
  model.int8 = MakeInt8Layers(pool_, model);
  const double loss = Sum(TrainingPass(pool_, model).Losses(AllOf(vectors_["ids"])));
  EXPECT_NEAR(loss, expected_["loss"].get<double>(), 0.5);
  EXPECT_NE(loss, expected_["loss"].get<double>());
}

TEST_P(FamilyTest, WritesTheConfigurationThatItReads) {
  const Json written = ModelConfigToJson(config_);
  const ModelConfig again = ParseModelConfig(written, "written").value();
  EXPECT_EQ(ModelConfigToJson(again), written);
  EXPECT_EQ(written["model_type"], expected_["config"]["model_type"]);
  for (const char* field : {"attention_bias", "embedding_multiplier", "attention_multiplier", "residual_multiplier",
                            "logits_scaling", "tie_word_embeddings"}) {
    if (!written.contains(field)) continue;
    EXPECT_EQ(written[field], expected_["config"][field]) << field;
  }
  EXPECT_EQ(written.value("no_rope_layers", Json()), expected_.value("no_rope", Json()));
}

INSTANTIATE_TEST_SUITE_P(All, FamilyTest, ::testing::Range(size_t{0}, kModels), [](const auto& info) {
  static const Json vectors = FamilyVectors();
  return vectors["models"][info.param]["name"].template get<std::string>();
});

TEST(Family, AllVectorsAreUsed) { EXPECT_EQ(FamilyVectors()["models"].size(), kModels); }

// A text that fits the window is seen whole; a longer one would need a mask that the kernels do not have.
TEST(Family, SlidingWindowLimitsThePositions) {
  ModelConfig windowed = ParseModelConfig(FamilyVectors()["models"][1]["config"], "c").value();
  EXPECT_EQ(windowed.sliding_window, 32);
  EXPECT_EQ(MaxPositions(windowed), 32u);
  ModelConfig unused = ParseModelConfig(FamilyVectors()["models"][3]["config"], "c").value();
  EXPECT_EQ(MaxPositions(unused), 64u);
}

// What a file leaves out is what transformers takes for it; null is not left out.
TEST(Family, TakesTheDefaultsOfTransformers) {
  const Json models = FamilyVectors()["models"];
  auto parsed = [](Json config, const char* left_out) {
    config.erase(left_out);
    return ParseModelConfig(config, "c").value();
  };
  EXPECT_EQ(parsed(models[1]["config"], "sliding_window").sliding_window, 4096);
  EXPECT_EQ(parsed(models[2]["config"], "").sliding_window, 0);
  EXPECT_EQ(parsed(models[3]["config"], "sliding_window").sliding_window, 0);
  EXPECT_EQ(parsed(models[8]["config"], "rope_theta").rope_theta, 2e6);
  EXPECT_EQ(parsed(models[0]["config"], "rope_theta").rope_theta, 1e4);
}

TEST(Family, RefusesWhatItCannotRun) {
  const Json models = FamilyVectors()["models"];
  auto error = [&](size_t model, const char* field, const Json& value) {
    Json config = models[model]["config"];
    config[field] = value;
    Result<ModelConfig> parsed = ParseModelConfig(config, "config.json");
    return parsed.ok() ? std::string() : parsed.error().ToString();
  };
  EXPECT_THAT(error(0, "model_type", "gemma2"), HasSubstr("it runs llama, mistral, qwen2, qwen3, granite, smollm3"));
  EXPECT_THAT(error(0, "model_type", 5), HasSubstr("must be text"));
  Json gemma = models[0]["config"];
  gemma.update({{"model_type", "gemma"}, {"hidden_act", "gelu"}});
  EXPECT_THAT(ParseModelConfig(gemma, "c").error().message, HasSubstr("\"model_type\": \"gemma\" is beyond"));
  EXPECT_THAT(error(0, "hidden_act", "gelu"), HasSubstr("\"hidden_act\": \"gelu\" is beyond"));
  EXPECT_THAT(error(0, "head_dim", 2048), HasSubstr("4 heads of 2048 are more than 64 times hidden_size 24"));
  EXPECT_THAT(error(0, "mlp_bias", true), "");
  EXPECT_THAT(error(1, "mlp_bias", true), HasSubstr("of mistral"));
  EXPECT_THAT(error(0, "quantization_config", {{"quant_method", "gptq"}}), HasSubstr("not quantized ones"));
  EXPECT_THAT(error(0, "quantization_config", nullptr), "");
  EXPECT_THAT(error(0, "attention_bias", 1), HasSubstr("must be true or false"));
  EXPECT_THAT(error(1, "attention_bias", true), HasSubstr("of mistral"));
  EXPECT_THAT(error(1, "sliding_window", 0), HasSubstr("sliding_window"));
  EXPECT_THAT(error(6, "residual_multiplier", 0), HasSubstr("residual_multiplier"));
  EXPECT_THAT(error(6, "logits_scaling", "8"), HasSubstr("must be a number"));
  EXPECT_THAT(error(8, "no_rope_layers", {1, 0}), HasSubstr("a list of 3 numbers"));
  EXPECT_THAT(error(8, "no_rope_layers", {1, 0, "1"}), HasSubstr("a list of 3 numbers"));
  EXPECT_THAT(error(9, "no_rope_layer_interval", 0), HasSubstr("1 or more"));
}

}  // namespace
}  // namespace cairn::model
