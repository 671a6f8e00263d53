#include "model/rope_scaling.h"

#include <fmt/format.h>

namespace cairn::model {
namespace {

// A factor of less than one would make frequencies that a table of sines does not reach.
Result<double> OneOrMore(const Json& json, const char* name, const std::string& where) {
  constexpr double kMost = 1e6;
  if (!json.contains(name) || !json[name].is_number())
    return BadInput(fmt::format("rope_scaling needs the number \"{}\"", name), where);
  const double value = json[name].get<double>();
  if (!(value >= 1 && value <= kMost)) return BadInput(fmt::format("\"{}\" must lie in 1..{}", name, kMost), where);
  return value;
}

double Llama3Frequency(const RopeScaling& s, double frequency) {
  constexpr double kTwoPi = 6.283185307179586;
  const double turns = static_cast<double>(s.original_max_position_embeddings) * frequency / kTwoPi;
  if (turns < s.low_freq_factor) return frequency / s.factor;
  if (turns > s.high_freq_factor) return frequency;
  const double fast = (turns - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor);
  return (1 - fast) * (frequency / s.factor) + fast * frequency;
}

}  // namespace

Result<RopeScaling> ParseRopeScaling(const Json& json, const std::string& where) {
  if (json.is_null()) return RopeScaling{};
  if (!json.is_object()) return BadInput("\"rope_scaling\" must be an object", where);
  const char* name = json.contains("rope_type") ? "rope_type" : "type";  // the older name
  if (!json.contains(name) || !json[name].is_string()) return BadInput("rope_scaling needs \"rope_type\"", where);
  const std::string type = json[name].get<std::string>();
  RopeScaling scaling;
  if (type == "default") return scaling;
  if (type != "linear" && type != "llama3")
    return Unsupported("rope_scaling of type \"" + type + "\"; cairn runs default, linear and llama3", where);
  scaling.type = type == "linear" ? RopeScalingType::kLinear : RopeScalingType::kLlama3;
  CAIRN_ASSIGN(scaling.factor, OneOrMore(json, "factor", where));
  if (scaling.type == RopeScalingType::kLinear) return scaling;
  CAIRN_ASSIGN(scaling.low_freq_factor, OneOrMore(json, "low_freq_factor", where));
  CAIRN_ASSIGN(scaling.high_freq_factor, OneOrMore(json, "high_freq_factor", where));
  if (scaling.low_freq_factor >= scaling.high_freq_factor)
    return BadInput("low_freq_factor must be less than high_freq_factor", where);
  CAIRN_ASSIGN(const double positions, OneOrMore(json, "original_max_position_embeddings", where));
  scaling.original_max_position_embeddings = static_cast<int64_t>(positions);
  return scaling;
}

Json RopeScalingToJson(const RopeScaling& scaling) {
  if (scaling.type == RopeScalingType::kLinear) return {{"rope_type", "linear"}, {"factor", scaling.factor}};
  return {{"rope_type", "llama3"},
          {"factor", scaling.factor},
          {"low_freq_factor", scaling.low_freq_factor},
          {"high_freq_factor", scaling.high_freq_factor},
          {"original_max_position_embeddings", scaling.original_max_position_embeddings}};
}

void ScaleFrequencies(const RopeScaling& scaling, std::vector<double>& frequencies) {
  for (double& f : frequencies) {
    if (scaling.type == RopeScalingType::kLinear) f /= scaling.factor;
    if (scaling.type == RopeScalingType::kLlama3) f = Llama3Frequency(scaling, f);
  }
}

}  // namespace cairn::model
