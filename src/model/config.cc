#include "model/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/family.h"

namespace cairn::model {
namespace {

// The integer fields by their names in config.json: one list for reading and writing.
struct IntField {
  const char* name;
  int64_t ModelConfig::*member;
  int64_t max;
};
constexpr IntField kSizes[] = {
    {"vocab_size", &ModelConfig::vocab_size, 1 << 22},
    {"hidden_size", &ModelConfig::hidden_size, 1 << 17},
    {"intermediate_size", &ModelConfig::intermediate_size, 1 << 20},
    {"num_hidden_layers", &ModelConfig::num_hidden_layers, 1 << 12},
    {"num_attention_heads", &ModelConfig::num_attention_heads, 1 << 12},
    {"num_key_value_heads", &ModelConfig::num_key_value_heads, 1 << 12},
    {"head_dim", &ModelConfig::head_dim, 1 << 12},
    {"max_position_embeddings", &ModelConfig::max_position_embeddings, 1 << 24},
};
constexpr IntField kTokens[] = {
    {"bos_token_id", &ModelConfig::bos_token_id, 1 << 22},
    {"eos_token_id", &ModelConfig::eos_token_id, 1 << 22},
    {"pad_token_id", &ModelConfig::pad_token_id, 1 << 22},
};

Result<void> Refuse(const Json& json, const char* key, const Json& allowed, const std::string& where) {
  if (!json.contains(key) || json[key].is_null() || json[key] == allowed) return {};
  return Unsupported(
      fmt::format("\"{}\": {} is beyond what cairn runs; it runs {}", key, DumpJson(json[key]), DumpJson(allowed)),
      where);
}

// transformers 5 writes one object "rope_parameters" where its predecessors wrote "rope_theta" and "rope_scaling".
Result<void> ParseRope(const Json& json, ModelConfig& config, const std::string& where) {
  const bool one = json.contains("rope_parameters") && json["rope_parameters"].is_object();
  const Json rope = one ? json["rope_parameters"] : json.value("rope_scaling", Json());
  if (one && rope.contains("rope_theta")) {
    if (!rope["rope_theta"].is_number()) return BadInput("\"rope_theta\" must be a number", where);
    config.rope_theta = rope["rope_theta"].get<double>();
  }
  CAIRN_ASSIGN(config.rope_scaling, ParseRopeScaling(rope, where));
  return {};
}

}  // namespace

Result<void> ModelConfig::Validate(const std::string& where) const {
  for (const IntField& f : kSizes) {
    int64_t value = this->*f.member;
    if (value < 1 || value > f.max)
      return BadInput(fmt::format("\"{}\" is {}; it must lie in 1..{}", f.name, value, f.max), where);
  }
  if (num_attention_heads % num_key_value_heads != 0)
    return BadInput(fmt::format("num_attention_heads {} is not a multiple of num_key_value_heads {}",
                                num_attention_heads, num_key_value_heads),
                    where);
  if (head_dim % 2 != 0)
    return BadInput(fmt::format("head_dim {} is odd; rotary embeddings need an even one", head_dim), where);
  // Real models have up to 4 times; the caches of others would take far more memory than their files.
  if (num_attention_heads * head_dim > 64 * hidden_size)
    return BadInput(
        fmt::format("{} heads of {} are more than 64 times hidden_size {}", num_attention_heads, head_dim, hidden_size),
        where);
  if (!(rms_norm_eps > 0 && rms_norm_eps < 1)) return BadInput("rms_norm_eps must lie between 0 and 1", where);
  if (!(rope_theta >= 1 && rope_theta <= 1e9)) return BadInput("rope_theta must lie in 1..1e9", where);
  return {};
}

bool ModelConfig::IsPlain() const {
  return !qkv_bias && !o_bias && !mlp_bias && !qk_norm && no_rope.empty() && embedding_multiplier == 1.0 &&
         attention_multiplier == 0.0 && residual_multiplier == 1.0 && logits_scaling == 1.0;
}

ModelSizes::ModelSizes(const ModelConfig& c)
    : hidden(static_cast<size_t>(c.hidden_size)),
      ffn(static_cast<size_t>(c.intermediate_size)),
      vocab(static_cast<size_t>(c.vocab_size)),
      heads(static_cast<size_t>(c.num_attention_heads)),
      kv_heads(static_cast<size_t>(c.num_key_value_heads)),
      head_dim(static_cast<size_t>(c.head_dim)),
      q(heads * head_dim),
      kv(kv_heads * head_dim) {}

size_t MaxPositions(const ModelConfig& config) {
  constexpr int64_t kMaxRopePositions = 8192;
  const int64_t seen = config.sliding_window > 0 ? config.sliding_window : kMaxRopePositions;
  return static_cast<size_t>(std::min({config.max_position_embeddings, seen, kMaxRopePositions}));
}

Result<ModelConfig> ParseModelConfig(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("config.json must hold a JSON object", where);
  if (json.contains("quantization_config") && !json["quantization_config"].is_null())
    return Unsupported(
        "\"quantization_config\": cairn reads weights as they were trained (F32, BF16, F16), not quantized ones",
        where);
  ModelConfig config;
  if (json.contains("model_type") && !json["model_type"].is_null()) {
    if (!json["model_type"].is_string()) return BadInput("\"model_type\" must be text", where);
    config.model_type = json["model_type"];
  }
  CAIRN_ASSIGN(const Family* family, FindFamily(config.model_type, where));
  CAIRN_TRY(Refuse(json, "hidden_act", "silu", where));
  CAIRN_TRY(Refuse(json, "partial_rotary_factor", 1.0, where));
  auto integer = [&](const IntField& f, bool needed, int64_t fallback) -> Result<void> {
    if (!json.contains(f.name) || json[f.name].is_null()) {
      if (needed) return BadInput(fmt::format("the field \"{}\" is missing", f.name), where);
      config.*f.member = fallback;
      return {};
    }
    // Llama 3 lists several eos ids; end_tokens.h has them all.
    const Json& value = json[f.name].is_array() && !json[f.name].empty() ? json[f.name][0] : json[f.name];
    if (!value.is_number_integer()) return BadInput(fmt::format("\"{}\" must be an integer", f.name), where);
    config.*f.member = value.get<int64_t>();
    return {};
  };
  for (const IntField& f : kSizes) {
    std::string_view name = f.name;
    bool optional = name == "num_key_value_heads" || name == "head_dim" || name == "max_position_embeddings";
    CAIRN_TRY(integer(f, !optional, 0));
  }
  for (const IntField& f : kTokens) CAIRN_TRY(integer(f, false, -1));
  if (config.num_key_value_heads == 0) config.num_key_value_heads = config.num_attention_heads;
  if (config.head_dim == 0) config.head_dim = family->head_dim;
  if (config.head_dim == 0 && config.num_attention_heads > 0)
    config.head_dim = config.hidden_size / config.num_attention_heads;
  if (config.max_position_embeddings == 0) config.max_position_embeddings = 2048;
  auto real = [&](const char* name, double fallback) -> Result<double> {
    if (!json.contains(name) || json[name].is_null()) return fallback;
    if (!json[name].is_number()) return BadInput(fmt::format("\"{}\" must be a number", name), where);
    return json[name].get<double>();
  };
  CAIRN_ASSIGN(config.rms_norm_eps, real("rms_norm_eps", 1e-6));
  CAIRN_ASSIGN(config.rope_theta, real("rope_theta", family->rope_theta));
  CAIRN_TRY(ParseRope(json, config, where));
  config.tie_word_embeddings = family->tied;
  if (json.contains("tie_word_embeddings") && json["tie_word_embeddings"].is_boolean())
    config.tie_word_embeddings = json["tie_word_embeddings"].get<bool>();
  CAIRN_TRY(config.Validate(where));
  CAIRN_TRY(ParseFamilyFields(json, *family, config, where));
  return config;
}

Json ModelConfigToJson(const ModelConfig& config) {
  Json json = {{"hidden_act", "silu"},
               {"torch_dtype", "bfloat16"},
               {"rms_norm_eps", config.rms_norm_eps},
               {"rope_theta", config.rope_theta},
               {"tie_word_embeddings", config.tie_word_embeddings}};
  const Family& family = FamilyOf(config);
  WriteFamilyFields(config, family, json);
  if (config.rope_scaling.type != RopeScalingType::kNone) json["rope_scaling"] = RopeScalingToJson(config.rope_scaling);
  for (const IntField& f : kSizes) json[f.name] = config.*f.member;
  for (const IntField& f : kTokens) {
    if (config.*f.member >= 0) {
      json[f.name] = config.*f.member;
    } else if (family.writes_null_ids) {
      json[f.name] = nullptr;
    }
  }
  return json;
}

}  // namespace cairn::model
