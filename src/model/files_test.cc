#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "formats/safetensors.h"
#include "model/model.h"

namespace cairn::model {
namespace {

using ::testing::HasSubstr;

// A model directory that has no more than an embedding of 2 x 2.
std::string SmallWeights(const ModelConfig& config) {
  std::string directory = ::testing::TempDir() + "cairn_model_files_test";
  std::filesystem::remove_all(directory);
  EXPECT_TRUE(WriteFileAtomic(directory + "/config.json", PrettyJson(ModelConfigToJson(config))).ok());
  float values[4] = {};
  std::vector<formats::TensorToWrite> tensors = {
      {"model.embed_tokens.weight", formats::DType::kF32, {2, 2}, std::as_bytes(std::span(values))}};
  EXPECT_TRUE(formats::WriteSafetensors(directory + "/model.safetensors", tensors, {}).ok());
  return directory;
}

ModelConfig Config(int64_t vocab, int64_t hidden) {
  ModelConfig c;
  c.vocab_size = vocab;
  c.hidden_size = hidden;
  c.intermediate_size = 1 << 20;
  c.num_hidden_layers = 4096;
  c.num_attention_heads = c.num_key_value_heads = 1;
  c.head_dim = 2;
  return c;
}

// Neither of these may reserve memory for the weights that config.json promises: they would be terabytes.
TEST(LoadModel, ComparesConfigWithTensorsBeforeAllocating) {
  Result<Model> wrong = LoadModel(SmallWeights(Config(1 << 22, 1 << 17)));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(wrong.error().message,
              HasSubstr("model.embed_tokens.weight has the shape [2, 2]; by config.json it is [4194304, 131072]"));
  std::string directory = SmallWeights(Config(2, 2));
  Result<Model> missing = LoadModel(directory);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(missing.error().message, HasSubstr("model.layers.0.input_layernorm.weight is missing"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace cairn::model
