#include "model/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"

namespace cairn::model {
namespace {

constexpr std::array<Family, 6> kFamilies = {{
    {.model_type = "llama", .architecture = "LlamaForCausalLM", .attention_bias_field = true, .mlp_bias_field = true},
    {.model_type = "mistral", .architecture = "MistralForCausalLM", .always_windowed = true, .sliding_window = 4096},
    {.model_type = "qwen2", .architecture = "Qwen2ForCausalLM", .qkv_bias = true, .may_be_windowed = true},
    {.model_type = "qwen3",
     .architecture = "Qwen3ForCausalLM",
     .attention_bias_field = true,
     .qk_norm = true,
     .may_be_windowed = true,
     .head_dim = 128},
    {.model_type = "granite",
     .architecture = "GraniteForCausalLM",
     .attention_bias_field = true,
     .mlp_bias_field = true,
     .multipliers = true},
    {.model_type = "smollm3",
     .architecture = "SmolLM3ForCausalLM",
     .attention_bias_field = true,
     .mlp_bias_field = true,
     .no_rope_layers = true,
     .may_be_windowed = true,
     .rope_theta = 2000000.0,
     .tied = true,
     .writes_null_ids = true},
}};

struct Multiplier {
  const char* name;
  double ModelConfig::*member;
};
constexpr Multiplier kMultipliers[] = {
    {"embedding_multiplier", &ModelConfig::embedding_multiplier},
    {"attention_multiplier", &ModelConfig::attention_multiplier},
    {"residual_multiplier", &ModelConfig::residual_multiplier},
    {"logits_scaling", &ModelConfig::logits_scaling},
};

bool Has(const Json& json, const char* name) { return json.contains(name) && !json[name].is_null(); }

Result<bool> Flag(const Json& json, const char* name, const std::string& where) {
  if (!Has(json, name)) return false;
  if (!json[name].is_boolean()) return BadInput(fmt::format("\"{}\" must be true or false", name), where);
  return json[name].get<bool>();
}

Result<void> ParseMultipliers(const Json& json, ModelConfig& config, const std::string& where) {
  for (const Multiplier& m : kMultipliers) {
    double value = 1.0;  // transformers' default, also of attention_multiplier
    if (Has(json, m.name)) {
      if (!json[m.name].is_number()) return BadInput(fmt::format("\"{}\" must be a number", m.name), where);
      value = json[m.name].get<double>();
    }
    if (!(value >= 1e-6 && value <= 1e6)) return BadInput(fmt::format("\"{}\" must lie in 1e-6..1e6", m.name), where);
    config.*m.member = value;
  }
  return {};
}

// A list of 1 (rotated) and 0, one for each layer. Without it every fourth layer is not rotated, as in transformers.
Result<void> ParseNoRope(const Json& json, ModelConfig& config, const std::string& where) {
  const auto layers = static_cast<size_t>(config.num_hidden_layers);
  if (!Has(json, "no_rope_layers")) {
    int64_t interval = 4;
    if (Has(json, "no_rope_layer_interval")) {
      if (!json["no_rope_layer_interval"].is_number_integer())
        return BadInput("\"no_rope_layer_interval\" must be an integer", where);
      interval = json["no_rope_layer_interval"].get<int64_t>();
    }
    if (interval < 1) return BadInput("\"no_rope_layer_interval\" must be 1 or more", where);
    for (size_t l = 0; l < layers; ++l) config.no_rope.push_back((l + 1) % static_cast<size_t>(interval) == 0);
    return {};
  }
  const Json& list = json["no_rope_layers"];
  const bool numbers =
      list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& v) { return v == 0 || v == 1; });
  if (!numbers || list.size() != layers)
    return BadInput(fmt::format("\"no_rope_layers\" must be a list of {} numbers, each 0 or 1", layers), where);
  for (const Json& v : list) config.no_rope.push_back(v == 0);
  return {};
}

Result<void> ParseWindow(const Json& json, const Family& family, ModelConfig& config, const std::string& where) {
  if (!json.contains("sliding_window")) config.sliding_window = family.sliding_window;
  if (!Has(json, "sliding_window")) return {};
  CAIRN_ASSIGN(const bool used, Flag(json, "use_sliding_window", where));
  if (!family.always_windowed && !(family.may_be_windowed && used)) return {};
  if (!json["sliding_window"].is_number_integer() || json["sliding_window"].get<int64_t>() < 1)
    return BadInput("\"sliding_window\" must be a positive integer or null", where);
  config.sliding_window = json["sliding_window"].get<int64_t>();
  return {};
}

}  // namespace

Result<const Family*> FindFamily(const std::string& model_type, const std::string& where) {
  std::vector<std::string> known;
  for (const Family& family : kFamilies) {
    if (model_type == family.model_type) return &family;
    known.emplace_back(family.model_type);
  }
  return Unsupported(
      fmt::format("\"model_type\": \"{}\" is beyond what cairn runs; it runs {}", model_type, fmt::join(known, ", ")),
      where);
}

Result<void> ParseFamilyFields(const Json& json, const Family& family, ModelConfig& config, const std::string& where) {
  CAIRN_ASSIGN(const bool bias, Flag(json, "attention_bias", where));
  if (bias && !family.attention_bias_field)
    return Unsupported(fmt::format("\"attention_bias\": true is beyond what cairn runs of {}", family.model_type),
                       where);
  CAIRN_ASSIGN(config.mlp_bias, Flag(json, "mlp_bias", where));
  if (config.mlp_bias && !family.mlp_bias_field)
    return Unsupported(fmt::format("\"mlp_bias\": true is beyond what cairn runs of {}", family.model_type), where);
  config.qkv_bias = family.qkv_bias || bias;
  config.o_bias = bias;
  config.qk_norm = family.qk_norm;
  if (family.multipliers) CAIRN_TRY(ParseMultipliers(json, config, where));
  if (family.no_rope_layers) CAIRN_TRY(ParseNoRope(json, config, where));
  return ParseWindow(json, family, config, where);
}

const Family& FamilyOf(const ModelConfig& config) {
  Result<const Family*> family = FindFamily(config.model_type, "");
  CAIRN_CHECK(family.ok());
  return **family;
}

void WriteFamilyFields(const ModelConfig& config, const Family& family, Json& json) {
  json["architectures"] = {family.architecture};
  json["model_type"] = family.model_type;
  if (family.attention_bias_field) json["attention_bias"] = config.o_bias;
  if (family.mlp_bias_field) json["mlp_bias"] = config.mlp_bias;
  if (family.multipliers)
    for (const Multiplier& m : kMultipliers) json[m.name] = config.*m.member;
  if (family.no_rope_layers) {
    json["no_rope_layers"] = Json::array();
    for (bool without : config.no_rope) json["no_rope_layers"].push_back(without ? 0 : 1);
  }
  if (family.may_be_windowed) json["use_sliding_window"] = config.sliding_window > 0;
  if (family.always_windowed || config.sliding_window > 0)
    json["sliding_window"] = config.sliding_window > 0 ? Json(config.sliding_window) : Json();
}

}  // namespace cairn::model
