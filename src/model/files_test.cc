#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "base/file.h"
#include "base/memory.h"
#include "formats/safetensors.h"
#include "model/end_tokens.h"
#include "model/model.h"
#include "model/testing.h"
#include "model/training_pass.h"

namespace cairn::model {
namespace {

using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitised = true;  // memory is kept for the reports
#else
constexpr bool kSanitised = false;
#endif

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

// transformers writes the template beside tokenizer_config.json since 4.52; where both are there, the file counts.
TEST(LoadChatTexts, ReadsTheTemplateFromItsOwnFile) {
  const std::string directory = SmallWeights(Config(2, 2));
  auto write = [&](const char* name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomic(directory + "/" + name, text).ok());
  };
  write("tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                              "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"}})");
  write("tokenizer_config.json", R"({"bos_token": "<s>"})");
  EXPECT_EQ(LoadChatTexts(directory).error().code, ErrorCode::kUnsupported);
  write("chat_template.jinja", "{{ bos_token }}{{ '<|im_start|>' }}{{ '<|im_end|>\\n' }}");
  EXPECT_EQ(LoadChatTexts(directory).value().format.begin, "<s>");
  write("tokenizer_config.json", R"({"chat_template": "<|start_header_id|><|end_header_id|>\n\n<|eot_id|>"})");
  EXPECT_EQ(LoadChatTexts(directory).value().format.name, "chatml");
  std::filesystem::remove(directory + "/chat_template.jinja");
  EXPECT_EQ(LoadChatTexts(directory).value().format.name, "llama3");
  std::filesystem::remove_all(directory);
}

// Llama 2 with a <pad> of its own works; a chat format that needs a token without a row does not.
TEST(LoadChatTexts, TokensBeyondTheModelsRowsMayNotBeNeeded) {
  const std::string directory = SmallWeights(Config(3, 2));
  auto write = [&](const char* name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomic(directory + "/" + name, text).ok());
  };
  auto tokenizer = [](const std::string& vocab, int start, int end, int pad) {
    return R"({"added_tokens": [{"id": )" + std::to_string(start) + R"(, "content": "<|im_start|>", "special": true},
              {"id": )" +
           std::to_string(end) + R"(, "content": "<|im_end|>", "special": true},
              {"id": )" +
           std::to_string(pad) + R"(, "content": "<pad>", "special": true}],
              "model": {"type": "BPE", "vocab": )" +
           vocab + R"(, "merges": []},
              "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"}})";
  };
  write("tokenizer_config.json", R"({"chat_template": "{{ '<|im_start|>' }}{{ '<|im_end|>\\n' }}"})");
  write("tokenizer.json", tokenizer(R"({"a": 0})", 1, 2, 3));
  EXPECT_EQ(LoadChatTexts(directory).value().tokenizer.vocab_size(), 4);
  write("tokenizer.json", tokenizer(R"({"a": 0})", 1, 3, 2));
  EXPECT_THAT(LoadChatTexts(directory).error().message,
              HasSubstr("needs the token \"<|im_end|>\", 3 of the tokenizer"));
  write("tokenizer.json", tokenizer(R"({"a": 3})", 0, 1, 2));
  EXPECT_THAT(LoadChatTexts(directory).error().message, HasSubstr("the tokenizer has 4 tokens, the model 3"));
  std::filesystem::remove_all(directory);
}

// A frozen model reads its matrices in the mapped file and has the weights that a widened one has.
TEST(LoadModel, FrozenModelsKeepTheTypesOfTheirFiles) {
  ModelConfig config = Config(8, 4);
  config.intermediate_size = 6;
  config.num_hidden_layers = 2;
  config.head_dim = 4;
  const std::string directory = SmallWeights(config);
  Model model = InitModel(config, 1);
  RoundToBf16(model.weights);
  std::vector<uint16_t> narrow(model.weights.size());
  kernels::F32ToBf16(model.weights.data(), narrow.data(), narrow.size());
  // Every other tensor in bf16. The first one has an odd number of bytes before it, so it cannot be read in place.
  std::vector<formats::TensorToWrite> tensors = {
      {"rotary_emb.inv_freq", formats::DType::kU8, {1}, std::as_bytes(std::span("x", 1))}};
  for (const TensorSpec& t : model.list.tensors()) {
    const bool half = tensors.size() % 2 == 1;
    tensors.push_back({t.name, half ? formats::DType::kBF16 : formats::DType::kF32, t.shape(),
                       half ? std::as_bytes(std::span(narrow.data() + t.offset, t.size()))
                            : std::as_bytes(std::span(model.weights.data() + t.offset, t.size()))});
  }
  for (bool shifted : {true, false}) {
    if (!shifted) tensors.erase(tensors.begin());
    ASSERT_TRUE(formats::WriteSafetensors(directory + "/model.safetensors", tensors, {}).ok());
    Result<Model> frozen = LoadModel(directory, Storage::kAsStored), wide = LoadModel(directory);
    ASSERT_TRUE(frozen.ok() && wide.ok());
    ASSERT_TRUE(frozen->frozen);
    EXPECT_EQ(frozen->Matrix(frozen->offsets.embedding).type,
              shifted ? kernels::WeightType::kF32 : kernels::WeightType::kBf16);
    EXPECT_EQ(WeightsDigest(*frozen), WeightsDigest(*wide));
    EXPECT_EQ(WeightsDigest(*wide), WeightsDigest(model));
    Widen(*frozen);
    EXPECT_EQ(frozen->weights, model.weights);
  }
  std::filesystem::remove_all(directory);
}

// What no part of the model reads would silently be left out of its answers.
TEST(LoadModel, RefusesTensorsThatItWouldLeaveOut) {
  ModelConfig config = TinyConfig(8, 16);
  config.tie_word_embeddings = true;
  const std::string directory = SmallWeights(config);
  Model model = InitModel(config, 1);
  auto loaded = [&](const std::string& extra, const float* values, const std::vector<int64_t>& shape, size_t n) {
    std::vector<formats::TensorToWrite> tensors;
    for (const TensorSpec& t : model.list.tensors())
      tensors.push_back({t.name, formats::DType::kF32, t.shape(),
                         std::as_bytes(std::span(model.weights.data() + t.offset, t.size()))});
    tensors.push_back({extra, formats::DType::kF32, shape, std::as_bytes(std::span(values, n))});
    EXPECT_TRUE(formats::WriteSafetensors(directory + "/model.safetensors", tensors, {}).ok());
    Result<Model> result = LoadModel(directory);
    return result.ok() ? std::string() : result.error().message;
  };
  const float* embedding = model.weights.data() + model.offsets.embedding;
  const std::vector<int64_t> shape = {8, 32};
  EXPECT_EQ(loaded("model.layers.0.self_attn.rotary_emb.inv_freq", embedding, {4}, 4), "");
  EXPECT_EQ(loaded("lm_head.weight", embedding, shape, 256), "");
  std::vector<float> other(embedding, embedding + 256);
  other[255] += 1;
  EXPECT_THAT(loaded("lm_head.weight", other.data(), shape, 256), HasSubstr("the tensor lm_head.weight"));
  EXPECT_THAT(loaded("model.layers.0.self_attn.q_proj.bias", embedding, {32}, 32),
              HasSubstr("q_proj.bias in model.safetensors belongs to no llama model as config.json describes it"));
  std::filesystem::remove_all(directory);
}

// Llama 3's config names <|end_of_text|> first, while answers end with <|eot_id|>: other programs must stop at both.
TEST(ModelTexts, NameEveryTokenThatEndsAnAnswer) {
  const auto tokenizer = formats::Tokenizer::Parse(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                                    "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"},
                                    "added_tokens": [{"id": 1, "content": "<|end|>", "special": true}]})",
                                                   "t")
                             .value();
  auto ends = [&](int64_t eos, const std::vector<formats::TokenId>& more = {}) {
    ModelConfig config = TinyConfig(8, 16);
    config.eos_token_id = eos;
    auto texts = ModelTexts(config, tokenizer, formats::CairnChatFormat(), more);
    return ParseJson(texts["generation_config.json"], "t").value()["eos_token_id"];
  };
  EXPECT_EQ(ends(1), 1);
  EXPECT_EQ(ends(0), (Json{0, 1}));
  EXPECT_EQ(ends(-1), 1);
  EXPECT_EQ(ends(0, {3, 7}), (Json{0, 1, 3, 7}));
}

// Qwen 2.5 names <|endoftext|> in generation_config.json alone, Llama 3.1 three tokens in config.json.
TEST(LoadChatTexts, AllTokensThatEndAnAnswerAreRead) {
  const std::string directory = SmallWeights(Config(9, 2));
  auto write = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomic(directory + "/" + name, text).ok());
  };
  write("tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                              "added_tokens": [{"id": 1, "content": "<|im_start|>", "special": true},
                                               {"id": 2, "content": "<|im_end|>", "special": true}],
                              "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"}})");
  write("tokenizer_config.json", R"({"chat_template": "{{ '<|im_start|>' }}{{ '<|im_end|>\\n' }}"})");
  auto ends_of = [&](const Json& config, const std::string& generation) {
    Json json = ModelConfigToJson(Config(9, 2));
    json["eos_token_id"] = config;
    write("config.json", DumpJson(json));
    std::filesystem::remove(directory + "/generation_config.json");
    if (!generation.empty()) write("generation_config.json", generation);
    const Result<ChatTexts> texts = LoadChatTexts(directory);
    return texts.ok() ? DumpJson(texts->more_ends) : texts.error().ToString();
  };
  EXPECT_EQ(ends_of(2, ""), "[]");
  EXPECT_EQ(ends_of(2, "{}"), "[]");
  EXPECT_EQ(ends_of(2, R"({"eos_token_id": 2})"), "[]");
  EXPECT_EQ(ends_of(2, R"({"eos_token_id": [2, 5]})"), "[5]");
  EXPECT_EQ(ends_of(5, R"({"eos_token_id": [2, 5]})"), "[]");
  EXPECT_EQ(ends_of(nullptr, R"({"eos_token_id": 5})"), "[5]");
  EXPECT_EQ(ends_of({5, 7, 2}, R"({"eos_token_id": [7, 3, 7, -1]})"), "[3,7]");
  const std::string many = DumpJson(Json{{"eos_token_id", std::vector<int>(65)}});
  for (const std::string& bad : {std::string("[]"), std::string(R"({"eos_token_id": "2"})"), many,
                                 std::string(R"({"eos_token_id": [1e9]})"), std::string("{")}) {
    EXPECT_THAT(ends_of(2, bad), HasSubstr("generation_config.json")) << bad;
    EXPECT_TRUE(GenerationConfigDecides(directory)) << bad;
  }
  EXPECT_TRUE(GenerationConfigDecides(directory));
  ends_of(2, R"({"eos_token_id": 3})");
  EXPECT_TRUE(GenerationConfigDecides(directory));
  for (const char* same : {"", "{}", R"({"do_sample": true, "eos_token_id": [2]})"}) {
    ends_of(2, same);
    EXPECT_FALSE(GenerationConfigDecides(directory)) << same;
  }
  std::filesystem::remove_all(directory);
}

std::vector<float> LossesOf(ThreadPool& pool, const Model& model) {
  PackedTokens batch;
  batch.Append({3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, std::vector<uint8_t>(10, 1));
  return TrainingPass(pool, model).Losses(batch);
}

Digest MergedFile(ThreadPool& pool, Model model, const std::string& directory) {
  model.adapter = Adapter::Create(model.config, {.rank = 2, .alpha = 2}, 1);
  std::fill(model.adapter->values.begin(), model.adapter->values.end(), 0.25f);
  EXPECT_TRUE(SaveWeights(pool, model, directory).ok());
  return Sha256OfFile(directory + "/model.safetensors").value();
}

// Files of halves, and of all types side by side, in one file and in shards: computed with where they are mapped, and
// merged, as if every value had been widened first.
TEST(LoadModel, StoredTypesMixAndChangeNoBit) {
  using kernels::WeightType;
  const Model model = InitModel(TinyConfig(61, 128), 3);
  const std::string directory = ::testing::TempDir() + "cairn_stored_types_test";
  ThreadPool pool(2);
  for (bool mixed : {false, true})
    for (size_t files : {1, 3}) {
      constexpr WeightType kTypes[] = {WeightType::kF16, WeightType::kF32, WeightType::kBf16};
      auto type_of = [&](size_t i) { return mixed ? kTypes[i % 4 % 3] : WeightType::kF16; };
      std::filesystem::remove_all(directory);
      ASSERT_TRUE(WriteStored(model, type_of, files, directory).ok());
      const Model frozen = LoadModel(directory, Storage::kAsStored).value(), wide = LoadModel(directory).value();
      ASSERT_TRUE(frozen.frozen && !wide.frozen);
      EXPECT_TRUE(frozen.frozen->copies.empty());
      for (size_t i = 0; i < model.list.tensors().size(); ++i) {
        const TensorSpec& t = model.list.tensors()[i];
        std::vector<std::byte> stored(kernels::WeightRowBytes(type_of(i), t.size()));
        std::vector<float> values(t.size());
        kernels::NarrowWeights(type_of(i), model.weights.data() + t.offset, t.size(), stored.data());
        kernels::WidenWeights(type_of(i), stored.data(), 0, t.size(), values.data());
        EXPECT_TRUE(std::equal(values.begin(), values.end(), wide.At(t.offset))) << t.name;
        if (!t.is_vector) {
          EXPECT_EQ(frozen.Matrix(t.offset).type, type_of(i)) << t.name;
        }
      }
      EXPECT_EQ(WeightsDigest(frozen), WeightsDigest(wide));
      EXPECT_NE(WeightsDigest(frozen), WeightsDigest(model));
      EXPECT_EQ(LossesOf(pool, frozen), LossesOf(pool, wide));
      EXPECT_EQ(MergedFile(pool, frozen, directory + "/a"), MergedFile(pool, wide, directory + "/b"));
    }
  std::filesystem::remove_all(directory);
}

// So a base of many gigabytes can be given an adapter on a machine that holds it once.
TEST(SaveWeights, HoldsOneTensorAtATime) {
  ModelConfig config = Config(16, 256);
  config.intermediate_size = 1024;
  config.num_hidden_layers = 12;
  config.head_dim = 256;
  const std::string directory = SmallWeights(config), merged = directory + "/merged";
  ThreadPool pool(2);
  ASSERT_TRUE(SaveWeights(pool, EmptyModel(config), directory).ok());
  Model model = LoadModel(directory, Storage::kAsStored).value();
  model.adapter = Adapter::Create(config, {.rank = 2, .alpha = 2}, 1);
  std::fill(model.adapter->values.begin(), model.adapter->values.end(), 0.25f);
  RestartPeakMemory();
  const uint64_t before = ProcessMemory("VmRSS");
  ASSERT_TRUE(SaveWeights(pool, model, merged).ok());
  const uint64_t peak = ProcessMemory("VmHWM");
  const uint64_t file = std::filesystem::file_size(directory + "/model.safetensors");
  EXPECT_EQ(std::filesystem::file_size(merged + "/model.safetensors"), file);
  EXPECT_NE(Sha256OfFile(merged + "/model.safetensors").value(),
            Sha256OfFile(directory + "/model.safetensors").value());
  EXPECT_LT(peak, before + (kSanitised ? 20 : 1) * file / 2);
  std::filesystem::remove_all(directory);
}

TEST(Narrowed, BlockedTypesNeedWholeBlocks) {
  ModelConfig config = Config(8, 4);
  EXPECT_TRUE(CheckNarrowable(config, kernels::WeightType::kBf16, "x").ok());
  EXPECT_TRUE(CheckNarrowable(config, kernels::WeightType::kF16, "x").ok());
  Result<void> refused = CheckNarrowable(config, kernels::WeightType::kQ8_0, "x");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("multiple of 32"));
}

// Equal weights turned at other angles answer otherwise.
TEST(WeightsDigest, CoversTheConfiguration) {
  Model model = InitModel(TinyConfig(8, 16), 1);
  const Digest before = WeightsDigest(model);
  model.config.rope_theta *= 2;
  EXPECT_NE(WeightsDigest(model), before);
}

TEST(LoadModel, AnIndexNamesFilesOfItsDirectoryOnly) {
  const std::string directory = SmallWeights(Config(2, 2));
  std::filesystem::remove(directory + "/model.safetensors");
  for (const char* file : {"../x.safetensors", "a/x.safetensors", "/x.safetensors", ".x"}) {
    ASSERT_TRUE(WriteFileAtomic(directory + "/model.safetensors.index.json",
                                PrettyJson({{"weight_map", {{"model.norm.weight", file}}}}))
                    .ok());
    Result<Model> refused = LoadModel(directory);
    ASSERT_FALSE(refused.ok()) << file;
    EXPECT_EQ(refused.error().code, ErrorCode::kBadInput) << file;
    EXPECT_THAT(refused.error().message, HasSubstr("files of this directory; model.norm.weight does not")) << file;
  }
  std::filesystem::remove_all(directory);
}

TEST(LoadModel, RefusesWeightsThatAreNotFinite) {
  const std::string directory = ::testing::TempDir() + "cairn_not_finite_test";
  for (float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Model model = InitModel(TinyConfig(8, 16), 1);
    model.weights[model.offsets.layers[1].projection[kDown] + 5] = value;
    ASSERT_TRUE(WriteStored(
                    model, [](size_t) { return kernels::WeightType::kF32; }, 1, directory)
                    .ok());
    for (Storage storage : {Storage::kF32, Storage::kAsStored}) {
      Result<Model> refused = LoadModel(directory, storage);
      ASSERT_FALSE(refused.ok()) << value;
      EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
      EXPECT_THAT(refused.error().message, HasSubstr("layers.1.mlp.down_proj.weight holds a NaN or an infinity"));
    }
  }
  std::filesystem::remove_all(directory);
}

TEST(LoadAdapter, ReadsWhatWasSavedAndRefusesARankOfZero) {
  const std::string directory = ::testing::TempDir() + "cairn_adapter_test";
  const ModelConfig config = TinyConfig(8, 16);
  const Adapter adapter = Adapter::Create(config, {.rank = 2, .alpha = 2.5}, 1);
  ASSERT_TRUE(SaveAdapter(adapter, directory, "base").ok());
  const Result<Adapter> loaded = LoadAdapter(config, directory);
  ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();
  EXPECT_EQ(loaded->config.alpha, 2.5);
  EXPECT_EQ(loaded->values, adapter.values);
  const std::string file = directory + "/adapter_config.json";
  Json json = ReadJsonFile(file).value();
  json["r"] = 0;
  ASSERT_TRUE(WriteFileAtomic(file, PrettyJson(json)).ok());
  const Result<Adapter> refused = LoadAdapter(config, directory);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().where, file);
  EXPECT_THAT(refused.error().message, HasSubstr("lora rank must lie in 1..512, it is 0"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace cairn::model
