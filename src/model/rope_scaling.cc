#include "model/rope_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cairn::model {
namespace {

// As "rope_type" names them.
constexpr std::pair<RopeScalingType, const char*> kNames[] = {
    {RopeScalingType::kLinear, "linear"}, {RopeScalingType::kDynamic, "dynamic"}, {RopeScalingType::kLlama3, "llama3"}};

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
  const auto known = std::ranges::find(kNames, type, &std::pair<RopeScalingType, const char*>::second);
  if (known == std::end(kNames))
    return Unsupported("rope_scaling of type \"" + type + "\"; cairn runs default, linear, dynamic and llama3", where);
  scaling.type = known->first;
  CAIRN_ASSIGN(scaling.factor, OneOrMore(json, "factor", where));
  if (scaling.type != RopeScalingType::kLlama3) return scaling;
  CAIRN_ASSIGN(scaling.low_freq_factor, OneOrMore(json, "low_freq_factor", where));
  CAIRN_ASSIGN(scaling.high_freq_factor, OneOrMore(json, "high_freq_factor", where));
  if (scaling.low_freq_factor >= scaling.high_freq_factor)
    return BadInput("low_freq_factor must be less than high_freq_factor", where);
  CAIRN_ASSIGN(const double positions, OneOrMore(json, "original_max_position_embeddings", where));
  scaling.original_max_position_embeddings = static_cast<int64_t>(positions);
  return scaling;
}

Json RopeScalingToJson(const RopeScaling& scaling) {
  const auto name = std::ranges::find(kNames, scaling.type, &std::pair<RopeScalingType, const char*>::first);
  Json json = {{"rope_type", name->second}, {"factor", scaling.factor}};
  if (scaling.type == RopeScalingType::kLlama3)
    json.update({{"low_freq_factor", scaling.low_freq_factor},
                 {"high_freq_factor", scaling.high_freq_factor},
                 {"original_max_position_embeddings", scaling.original_max_position_embeddings}});
  return json;
}

void ScaleFrequencies(const RopeScaling& scaling, std::vector<double>& frequencies) {
  for (double& f : frequencies) {
    if (scaling.type == RopeScalingType::kLinear) f /= scaling.factor;
    if (scaling.type == RopeScalingType::kLlama3) f = Llama3Frequency(scaling, f);
  }
}

}  // namespace cairn::model
