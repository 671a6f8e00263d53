// Loading and saving a model directory in Hugging Face's layout (the second half of model.h).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/little_endian.h"
#include "formats/safetensors.h"
#include "model/end_tokens.h"
#include "model/model.h"

namespace cairn::model {
namespace {

using File = std::shared_ptr<const formats::SafetensorsFile>;
using Shards = std::map<std::string, File>;  // by file name

// Which file holds which tensor: model.safetensors alone, or the shards of model.safetensors.index.json.
Result<Shards> OpenShards(const std::string& directory) {
  std::set<std::string> names;
  std::string index = directory + "/model.safetensors.index.json";
  if (PathExists(directory + "/model.safetensors")) {
    names.insert("model.safetensors");
  } else if (PathExists(index)) {
    CAIRN_ASSIGN(Json json, ReadJsonFile(index));
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
      return BadInput("\"weight_map\" is missing", index);
    for (const auto& [tensor, file] : json["weight_map"].items()) {
      if (!file.is_string() || file.get<std::string>().find('/') != std::string::npos ||
          file.get<std::string>().starts_with("."))
        return BadInput("weight_map must name files of this directory; " + tensor + " does not", index);
      names.insert(file.get<std::string>());
    }
  } else {
    return NotFound("no model.safetensors here; is this a model directory?", directory);
  }
  Shards shards;
  for (const std::string& name : names) {
    CAIRN_ASSIGN(formats::SafetensorsFile file, formats::SafetensorsFile::Open(directory + "/" + name));
    shards.emplace(name, std::make_shared<const formats::SafetensorsFile>(std::move(file)));
  }
  return shards;
}

File HolderOf(const Shards& shards, const std::string& tensor) {
  for (const auto& [name, file] : shards)
    if (file->tensors().contains(tensor)) return file;
  return nullptr;
}

// A head beside the embedding that it is tied to: harmless as its copy. Programs that take it for itself would answer
// otherwise.
bool IsCopyOfEmbedding(const Shards& shards, const std::string& head) {
  const File a = HolderOf(shards, head), b = HolderOf(shards, "model.embed_tokens.weight");
  const formats::TensorInfo &x = a->tensors().at(head), &y = b->tensors().at("model.embed_tokens.weight");
  return x.dtype == y.dtype && x.shape == y.shape && std::ranges::equal(a->Data(x), b->Data(y));
}

// A tensor that no part of the model reads would be left out of what it computes, without a word.
Result<void> CheckUnknownTensors(const Shards& shards, const ParameterList& list, const ModelConfig& config,
                                 const std::string& directory) {
  std::set<std::string> known;
  for (const TensorSpec& tensor : list.tensors()) known.insert(tensor.name);
  for (const auto& [file, holder] : shards) {
    for (const auto& [name, info] : holder->tensors()) {
      if (known.contains(name) || name.ends_with("rotary_emb.inv_freq")) continue;  // tables that old files carry along
      if (name == "lm_head.weight" && IsCopyOfEmbedding(shards, name)) continue;
      return Unsupported(fmt::format("the tensor {} in {} belongs to no {} model as config.json describes it, so cairn "
                                     "cannot compute what this model computes",
                                     name, file, config.model_type),
                         directory);
    }
  }
  return {};
}

// Every tensor is there with the shape that config.json gives it: from then on what config.json makes us allocate is
// bounded by the size of the files.
Result<void> CheckTensors(const Shards& shards, const ModelConfig& config, const std::string& directory) {
  ModelOffsets offsets;
  ParameterList list = ModelParameters(config, &offsets);
  for (const TensorSpec& tensor : list.tensors()) {
    File holder = HolderOf(shards, tensor.name);
    if (!holder) return Corrupt("the tensor " + tensor.name + " is missing", directory);
    const std::vector<int64_t>& shape = holder->tensors().at(tensor.name).shape;
    if (shape != tensor.shape())
      return BadInput(fmt::format("the tensor {} has the shape [{}]; by config.json it is [{}]", tensor.name,
                                  fmt::join(shape, ", "), fmt::join(tensor.shape(), ", ")),
                      directory);
  }
  return CheckUnknownTensors(shards, list, config, directory);
}

Result<std::vector<float>> ReadTensor(const Shards& shards, const TensorSpec& tensor, const std::string& directory) {
  CAIRN_ASSIGN(std::vector<float> values, HolderOf(shards, tensor.name)->ReadF32(tensor.name, tensor.shape()));
  if (kernels::FirstNotFinite(values.data(), values.size()) != values.size())
    return Corrupt("the tensor " + tensor.name + " holds a NaN or an infinity", directory);
  return values;
}

Result<void> ReadWeights(const Shards& shards, Model& model, const std::string& directory) {
  model.weights.resize(model.list.size());
  for (const TensorSpec& tensor : model.list.tensors()) {
    CAIRN_ASSIGN(std::vector<float> values, ReadTensor(shards, tensor, directory));
    std::copy(values.begin(), values.end(), model.weights.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
  }
  return {};
}

// The type as which the kernels can read the tensor where the file is mapped, if they can.
std::optional<kernels::WeightType> TypeInPlace(const formats::SafetensorsFile& file, const formats::TensorInfo& info) {
  const auto at = reinterpret_cast<uintptr_t>(file.Data(info).data());
  if (!kLittleEndianMachine || at % formats::DTypeSize(info.dtype) != 0) return std::nullopt;
  switch (info.dtype) {
    case formats::DType::kF32:
      return kernels::WeightType::kF32;
    case formats::DType::kBF16:
      return kernels::WeightType::kBf16;
    case formats::DType::kF16:
      return kernels::WeightType::kF16;
    default:
      return std::nullopt;
  }
}

// Matrices stay in the mapped files where the kernels can read them so; everything else is widened.
Result<void> MapWeights(const Shards& shards, Model& model, const std::string& directory) {
  auto frozen = std::make_shared<FrozenWeights>();
  for (const auto& [name, file] : shards) frozen->files.push_back(file);
  for (const TensorSpec& tensor : model.list.tensors()) {
    // Read even if it is mapped afterwards: every value is checked once.
    CAIRN_ASSIGN(std::vector<float> values, ReadTensor(shards, tensor, directory));
    File file = HolderOf(shards, tensor.name);
    const formats::TensorInfo& info = file->tensors().at(tensor.name);
    if (tensor.is_vector) {
      frozen->vectors[tensor.offset] = std::move(values);
    } else if (auto type = TypeInPlace(*file, info)) {
      frozen->matrices[tensor.offset] = {*type, file->Data(info).data()};
      file->Forget(file->Data(info));
    } else {
      auto bytes = std::as_bytes(std::span(values));
      auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
      frozen->matrices[tensor.offset] = {kernels::WeightType::kF32, copy->data()};
      frozen->copies.push_back(std::move(copy));
    }
  }
  model.frozen = std::move(frozen);
  return {};
}

Result<ModelConfig> ReadModelConfig(const std::string& directory) {
  std::string where = directory + "/config.json";
  CAIRN_ASSIGN(Json json, ReadJsonFile(where, kMaxConfigBytes));
  return ParseModelConfig(json, where);
}

// tokenizer_config.json with the chat template in it. Newer models keep the template in chat_template.jinja; as in
// transformers, that file counts where both are there.
Result<Json> ReadTokenizerConfig(const std::string& directory) {
  CAIRN_ASSIGN(Json json, ReadJsonFile(directory + "/tokenizer_config.json", kMaxConfigBytes));
  const std::string separate = directory + "/chat_template.jinja";
  if (!json.is_object() || !PathExists(separate)) return json;
  CAIRN_ASSIGN(json["chat_template"], ReadFile(separate, kMaxConfigBytes));
  return json;
}

// Every token that a conversation is written with has a row in the model. Others may lie beyond: a <pad> that somebody
// added to Llama 2's tokenizer.
Result<void> CheckRows(const ChatTexts& texts, const std::string& directory) {
  const int64_t rows = texts.config.vocab_size;
  if (texts.tokenizer.text_vocab_size() > rows)
    return BadInput(fmt::format("the tokenizer has {} tokens, the model {}", texts.tokenizer.text_vocab_size(), rows),
                    directory);
  if (texts.tokenizer.vocab_size() <= rows) return {};
  std::vector<formats::Message> messages = {
      {"system", "a"}, {"user", "a"}, {"assistant", "a"}, {"user", "a"}, {"assistant", "a"}};
  for (int round = 0; round < 2; ++round) {
    CAIRN_ASSIGN(const formats::EncodedChat chat, formats::EncodeChat(texts.format, texts.tokenizer, messages));
    const formats::TokenId largest = *std::ranges::max_element(chat.ids);
    if (largest >= rows)
      return BadInput(
          fmt::format("the chat format {} needs the token \"{}\", {} of the tokenizer; the model has {} rows "
                      "of embeddings. Add the rows, or take the tokenizer that it was trained with",
                      texts.format.name, texts.tokenizer.TokenBytes(largest), largest, rows),
          directory);
    messages.erase(messages.begin());  // and without a system text
  }
  return {};
}

}  // namespace

Result<Model> LoadModel(const std::string& directory, Storage storage) {
  CAIRN_ASSIGN(ModelConfig config, ReadModelConfig(directory));
  CAIRN_ASSIGN(auto shards, OpenShards(directory));
  CAIRN_TRY(CheckTensors(shards, config, directory));
  Model model = ModelWithoutWeights(config);
  const bool frozen =
      storage == Storage::kAsStored || (storage == Storage::kLargeAsStored && model.list.size() > kSmallModel);
  if (frozen) {
    CAIRN_TRY(MapWeights(shards, model, directory));
  } else {
    CAIRN_TRY(ReadWeights(shards, model, directory));
  }
  return model;
}

Result<ChatTexts> LoadChatTexts(const std::string& directory) {
  CAIRN_ASSIGN(ModelConfig config, ReadModelConfig(directory));
  CAIRN_ASSIGN(formats::Tokenizer tokenizer, formats::Tokenizer::Load(directory + "/tokenizer.json"));
  CAIRN_ASSIGN(Json json, ReadTokenizerConfig(directory));
  CAIRN_ASSIGN(formats::ChatFormat format, formats::DetectChatFormat(json, directory + "/tokenizer_config.json"));
  CAIRN_ASSIGN(std::vector<formats::TokenId> ends, ReadEndTokens(directory));
  const formats::TokenId stop = tokenizer.SpecialId(format.stop_token).value_or(-1);
  std::erase_if(ends, [&](formats::TokenId id) { return id == config.eos_token_id || id == stop; });
  ChatTexts texts{config, std::move(tokenizer), std::move(format), std::move(ends)};
  CAIRN_TRY(CheckRows(texts, directory));
  return texts;
}

Result<ChatModel> LoadChatModel(const std::string& directory, Storage storage) {
  CAIRN_ASSIGN(Model model, LoadModel(directory, storage));
  CAIRN_ASSIGN(ChatTexts texts, LoadChatTexts(directory));
  return ChatModel{std::move(model), std::move(texts.tokenizer), std::move(texts.format), directory,
                   std::move(texts.more_ends)};
}

namespace {

std::string TokenText(const formats::Tokenizer& tokenizer, int64_t id, const std::string& otherwise) {
  if (id < 0 || id >= tokenizer.vocab_size()) return otherwise;
  return tokenizer.TokenBytes(static_cast<formats::TokenId>(id));
}

// What ends a text for other programs: config.json's token, the one that answers end with (Llama 3's <|end_of_text|>
// and <|eot_id|>), and more; one alone is no list.
Json EndTokens(const ModelConfig& config, const formats::Tokenizer& tokenizer, const formats::ChatFormat& format,
               const std::vector<formats::TokenId>& more_ends) {
  const std::optional<formats::TokenId> stop = tokenizer.SpecialId(format.stop_token);
  Json ends = Json::array();
  if (config.eos_token_id >= 0) ends.push_back(config.eos_token_id);
  if (stop && *stop != config.eos_token_id) ends.push_back(*stop);
  for (formats::TokenId id : more_ends) ends.push_back(id);
  return ends.size() == 1 ? ends[0] : ends;
}

}  // namespace

std::string ConfigText(const ModelConfig& config) {
  Json json = ModelConfigToJson(config);
  // Left out, transformers takes ids of Llama 2's vocabulary.
  for (const char* id : {"bos_token_id", "eos_token_id", "pad_token_id"})
    if (!json.contains(id)) json[id] = nullptr;
  return PrettyJson(json);
}

std::map<std::string, std::string> ModelTexts(const ModelConfig& config, const formats::Tokenizer& tokenizer,
                                              const formats::ChatFormat& format,
                                              const std::vector<formats::TokenId>& more_ends) {
  Json tokenizer_config = {{"chat_template", format.Template()},
                           {"clean_up_tokenization_spaces", false},
                           {"eos_token", format.stop_token},
                           {"model_input_names", {"input_ids", "attention_mask"}},  // no token_type_ids
                           {"model_max_length", config.max_position_embeddings},
                           {"pad_token", TokenText(tokenizer, config.pad_token_id, format.stop_token)},
                           {"tokenizer_class", "PreTrainedTokenizerFast"}};
  if (config.bos_token_id >= 0) tokenizer_config["bos_token"] = TokenText(tokenizer, config.bos_token_id, "");
  Json generation = {{"do_sample", false}};
  if (const Json ends = EndTokens(config, tokenizer, format, more_ends); !ends.empty())
    generation["eos_token_id"] = ends;
  return {{"config.json", ConfigText(config)},
          {"tokenizer.json", tokenizer.json()},
          {"tokenizer_config.json", PrettyJson(tokenizer_config)},
          {"generation_config.json", PrettyJson(generation)}};
}

formats::TensorFile SavedWeights(ThreadPool& pool, const Model& model) {
  const std::vector<size_t> order = model.list.NameOrder();
  formats::TensorFile file;
  file.tensors.reserve(order.size());
  for (size_t i : order) {
    const TensorSpec& t = model.list.tensors()[i];
    file.tensors.push_back({t.name, formats::DType::kBF16, t.shape()});
  }
  file.bytes_of = [&pool, &model, order, narrow = std::vector<uint16_t>()](size_t i) mutable {
    const TensorSpec& t = model.list.tensors()[order[i]];
    const std::vector<float> values = MergedTensor(pool, model, t);
    if (!t.is_vector) model.Forget(t.offset, static_cast<size_t>(t.rows), static_cast<size_t>(t.cols));
    narrow.resize(values.size());
    kernels::F32ToBf16(values.data(), narrow.data(), narrow.size());
    return std::as_bytes(std::span<const uint16_t>(narrow));
  };
  return file;
}

Result<void> SaveWeights(ThreadPool& pool, const Model& model, const std::string& directory) {
  const formats::TensorFile file = SavedWeights(pool, model);
  return formats::WriteSafetensors(directory + "/model.safetensors", file.tensors, file.metadata, file.bytes_of);
}

Result<void> SaveModel(ThreadPool& pool, const Model& model, const formats::Tokenizer& tokenizer,
                       const formats::ChatFormat& format, const std::string& directory,
                       const std::vector<formats::TokenId>& more_ends) {
  CAIRN_TRY(SaveWeights(pool, model, directory));
  for (const auto& [name, text] : ModelTexts(model.config, tokenizer, format, more_ends))
    CAIRN_TRY(WriteFileAtomic(directory + "/" + name, text));
  return {};
}

}  // namespace cairn::model
