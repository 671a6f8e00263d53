#include "model/lora.h"

#include <cmath>

#include "base/file.h"
#include "base/philox.h"

namespace cairn::model {

Result<void> LoraConfig::Validate(const std::string& where) const {
  if (rank < 1 || rank > 512) return BadInput("lora rank must lie in 1..512, it is " + std::to_string(rank), where);
  if (!(alpha > 0 && alpha <= 4096)) return BadInput("lora alpha must be greater than 0 and at most 4096", where);
  for (bool target : targets)
    if (target) return {};
  return BadInput("lora has no target layer; write targets: all-linear", where);
}

ParameterList LoraParameters(const ModelConfig& config, const LoraConfig& lora,
                             std::vector<std::vector<LoraOffsets>>* offsets) {
  ParameterList list;
  offsets->assign(static_cast<size_t>(config.num_hidden_layers), std::vector<LoraOffsets>(kProjections));
  for (int64_t l = 0; l < config.num_hidden_layers; ++l) {
    for (int p = 0; p < kProjections; ++p) {
      if (!lora.targets[p]) continue;
      std::string name = "base_model.model.model.layers." + std::to_string(l) + "." + kProjectionNames[p];
      ProjectionShape shape = ShapeOf(config, p);
      LoraOffsets& o = (*offsets)[static_cast<size_t>(l)][static_cast<size_t>(p)];
      o.a = list.AddMatrix(name + ".lora_A.weight", lora.rank, static_cast<int64_t>(shape.in));
      o.b = list.AddMatrix(name + ".lora_B.weight", static_cast<int64_t>(shape.out), lora.rank);
    }
  }
  return list;
}

Adapter Adapter::Create(const ModelConfig& model, const LoraConfig& config, uint64_t seed) {
  Adapter adapter;
  adapter.config = config;
  adapter.list = LoraParameters(model, config, &adapter.offsets);
  adapter.values.assign(adapter.list.size(), 0.0f);
  for (size_t i = 0; i < adapter.list.tensors().size(); ++i) {
    const TensorSpec& tensor = adapter.list.tensors()[i];
    if (!tensor.name.ends_with("lora_A.weight")) continue;
    RandomStream random(seed, RandomPurpose::kAdapter, i);
    double bound = 1.0 / std::sqrt(static_cast<double>(tensor.cols));
    for (size_t j = 0; j < tensor.size(); ++j)
      adapter.values[tensor.offset + j] = static_cast<float>((2 * random.Unit() - 1) * bound);
  }
  return adapter;
}

std::string AdapterText(const LoraConfig& lora, const std::string& base_model_name) {
  Json modules = Json::array();
  for (int p = 0; p < kProjections; ++p) {
    std::string name = kProjectionNames[p];
    if (lora.targets[p]) modules.push_back(name.substr(name.find('.') + 1));
  }
  Json config = {{"base_model_name_or_path", base_model_name},
                 {"bias", "none"},
                 {"fan_in_fan_out", false},
                 {"inference_mode", true},
                 {"init_lora_weights", true},
                 {"lora_alpha", lora.alpha},
                 {"lora_dropout", 0.0},
                 {"modules_to_save", nullptr},
                 {"peft_type", "LORA"},
                 {"r", lora.rank},
                 {"target_modules", modules},
                 {"task_type", "CAUSAL_LM"}};
  return PrettyJson(config);
}

formats::TensorFile SavedAdapter(const Adapter& adapter) {
  const std::vector<size_t> order = adapter.list.NameOrder();
  formats::TensorFile file;
  file.tensors.reserve(order.size());
  for (size_t i : order) {
    const TensorSpec& t = adapter.list.tensors()[i];
    file.tensors.push_back({t.name, formats::DType::kF32, t.shape()});
  }
  file.bytes_of = [&adapter, order](size_t i) {
    const TensorSpec& t = adapter.list.tensors()[order[i]];
    return std::as_bytes(std::span(adapter.values).subspan(t.offset, t.size()));
  };
  return file;
}

Result<void> SaveAdapter(const Adapter& adapter, const std::string& directory, const std::string& base_model_name) {
  const formats::TensorFile file = SavedAdapter(adapter);
  CAIRN_TRY(
      formats::WriteSafetensors(directory + "/adapter_model.safetensors", file.tensors, file.metadata, file.bytes_of));
  return WriteFileAtomic(directory + "/adapter_config.json", AdapterText(adapter.config, base_model_name));
}

Result<Adapter> LoadAdapter(const ModelConfig& model, const std::string& directory) {
  std::string where = directory + "/adapter_config.json";
  CAIRN_ASSIGN(Json json, ReadJsonFile(where, 1 << 20));
  if (!json.is_object() || !json.contains("r") || !json["r"].is_number_integer() || !json.contains("lora_alpha") ||
      !json["lora_alpha"].is_number() || !json.contains("target_modules") || !json["target_modules"].is_array())
    return BadInput("not a PEFT LoRA configuration: r, lora_alpha and target_modules (a list) are needed", where);
  Adapter adapter;
  adapter.config.rank = json["r"].get<int64_t>();
  adapter.config.alpha = json["lora_alpha"].get<double>();
  for (int p = 0; p < kProjections; ++p) {
    std::string name = kProjectionNames[p];
    adapter.config.targets[p] = false;
    for (const Json& module : json["target_modules"])
      if (module.is_string() && name.ends_with("." + module.get<std::string>())) adapter.config.targets[p] = true;
  }
  CAIRN_TRY(adapter.config.Validate(where));
  adapter.list = LoraParameters(model, adapter.config, &adapter.offsets);
  adapter.values.resize(adapter.list.size());
  CAIRN_ASSIGN(formats::SafetensorsFile file, formats::SafetensorsFile::Open(directory + "/adapter_model.safetensors"));
  for (const TensorSpec& t : adapter.list.tensors()) {
    CAIRN_ASSIGN(std::vector<float> values, file.ReadF32(t.name, t.shape()));
    std::copy(values.begin(), values.end(), adapter.values.begin() + static_cast<std::ptrdiff_t>(t.offset));
  }
  return adapter;
}

}  // namespace cairn::model
