#include "model/rope_scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "model/model.h"

namespace cairn::model {
namespace {

using ::testing::HasSubstr;

Json ConfigWith(const char* key, const Json& value) {
  Json json = {{"vocab_size", 16},
               {"hidden_size", 64},
               {"intermediate_size", 64},
               {"num_hidden_layers", 1},
               {"num_attention_heads", 1}};
  json[key] = value;
  return json;
}

const Json& Llama3() {
  static const Json json = {{"rope_type", "llama3"},
                            {"factor", 32.0},
                            {"low_freq_factor", 1.0},
                            {"high_freq_factor", 4.0},
                            {"original_max_position_embeddings", 8192}};
  return json;
}

TEST(RopeScaling, GivesThePublishedFrequencies) {
  const Json models = ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/model/testdata/rope_frequencies.json").value();
  ASSERT_EQ(models.size(), 4u);
  for (const Json& m : models) {
    std::vector<double> f = kernels::RopeFrequencies(m["head_dim"].get<size_t>(), m["rope_theta"].get<double>());
    ScaleFrequencies(ParseRopeScaling(m["rope_scaling"], "t").value(), f);
    const auto expected = m["inv_freq"].get<std::vector<double>>();
    ASSERT_EQ(f.size(), expected.size());
    for (size_t i = 0; i < f.size(); ++i) EXPECT_NEAR(f[i], expected[i], expected[i] * 1e-14) << m["model"] << ' ' << i;
  }
}

TEST(RopeScaling, DecidesTheModelsTable) {
  const Model plain = ModelWithoutWeights(ParseModelConfig(ConfigWith("rope_scaling", nullptr), "t").value());
  const Model linear = ModelWithoutWeights(
      ParseModelConfig(ConfigWith("rope_scaling", {{"type", "linear"}, {"factor", 2}}), "t").value());
  const size_t half = plain.rope.half;
  for (size_t i = 0; i < half; ++i)  // position 6 of one is position 3 of the other
    EXPECT_EQ(linear.rope.cos[6 * half + i], plain.rope.cos[3 * half + i]) << i;
  EXPECT_NE(linear.rope.cos, plain.rope.cos);
}

TEST(RopeScaling, IsReadFromBothFormsAndWrittenBack) {
  Json one_object = Llama3();
  one_object["rope_theta"] = 500000.0;
  Json two_fields = ConfigWith("rope_scaling", Llama3());
  two_fields["rope_theta"] = 500000.0;
  for (const Json& json : {two_fields, ConfigWith("rope_parameters", one_object)}) {
    const Json written = ModelConfigToJson(ParseModelConfig(json, "t").value());
    EXPECT_EQ(written["rope_theta"], 500000.0);
    EXPECT_EQ(written["rope_scaling"], Llama3());
    EXPECT_EQ(ModelConfigToJson(ParseModelConfig(written, "t").value()), written);
  }
  const ModelConfig plain = ParseModelConfig(ConfigWith("rope_parameters", {{"rope_type", "default"}}), "t").value();
  EXPECT_FALSE(ModelConfigToJson(plain).contains("rope_scaling"));
  EXPECT_EQ(plain.rope_theta, 10000.0);
}

TEST(RopeScaling, DynamicChangesNothingInWhatIsReadAndIsKept) {
  const Json dynamic = {{"rope_type", "dynamic"}, {"factor", 4.0}};
  const ModelConfig config = ParseModelConfig(ConfigWith("rope_scaling", dynamic), "t").value();
  const ModelConfig plain = ParseModelConfig(ConfigWith("rope_scaling", nullptr), "t").value();
  EXPECT_EQ(ModelWithoutWeights(config).rope.cos, ModelWithoutWeights(plain).rope.cos);
  EXPECT_EQ(ModelConfigToJson(config)["rope_scaling"], dynamic);
}

TEST(RopeScaling, RefusesWhatItCannotRun) {
  auto message = [](const Json& scaling) { return ParseRopeScaling(scaling, "t").error().message; };
  EXPECT_THAT(message({{"rope_type", "yarn"}, {"factor", 4}}), HasSubstr("\"yarn\"; cairn runs default, linear"));
  EXPECT_THAT(message({{"factor", 4}}), HasSubstr("rope_type"));
  EXPECT_THAT(message("linear"), HasSubstr("object"));
  EXPECT_THAT(message({{"type", "linear"}}), HasSubstr("factor"));
  EXPECT_THAT(message({{"type", "linear"}, {"factor", 0.5}}), HasSubstr("factor"));
  for (const char* name : {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
    for (const Json& bad : std::vector<Json>{nullptr, "8", 0, -1, 1e300}) {
      Json json = Llama3();
      json[name] = bad;
      EXPECT_THAT(message(json), HasSubstr(name)) << bad;
    }
  }
  Json crossed = Llama3();
  crossed["low_freq_factor"] = 4;
  EXPECT_THAT(message(crossed), HasSubstr("less than"));
}

}  // namespace
}  // namespace cairn::model
