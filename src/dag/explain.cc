#include "dag/explain.h"

#include "base/text.h"

namespace cairn::dag {
namespace {

constexpr const char* kFormat = "cairn-step-1";
constexpr size_t kShown = 60;  // characters of a value in a line

std::string Shown(const Json& value) {
  std::string text = DumpJson(value);
  if (text.size() <= kShown) return text;
  return std::string(Beginning(text, kShown)) + "...";
}

void CompareParameters(const std::string& path, const Json& before, const Json& now, std::vector<std::string>& lines) {
  if (before == now) return;
  if (!before.is_object() || !now.is_object()) {
    lines.push_back("parameter " + path + " changed: " + Shown(before) + " -> " + Shown(now));
    return;
  }
  auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  for (const auto& [name, value] : before.items()) {
    if (!now.contains(name)) lines.push_back("parameter " + below(name) + " removed (was " + Shown(value) + ")");
  }
  for (const auto& [name, value] : now.items()) {
    if (before.contains(name)) {
      CompareParameters(below(name), before[name], value, lines);
    } else {
      lines.push_back("parameter " + below(name) + " added: " + Shown(value));
    }
  }
}

}  // namespace

Json StepRecordToJson(const StepRecord& record) {
  Json inputs = Json::object();
  for (const auto& [name, digest] : record.inputs) inputs[name] = digest.Hex();
  return {{"format", kFormat},
          {"kind", record.kind},
          {"version", record.version},
          {"parameters", record.parameters},
          {"inputs", inputs}};
}

Result<StepRecord> StepRecordFromJson(const Json& json, const std::string& where) {
  Error wrong = Corrupt("not a record of a step", where);
  if (!json.is_object() || json.value("format", Json()) != kFormat || !json.value("kind", Json()).is_string() ||
      !json.value("version", Json()).is_number_integer() || !json.contains("parameters") ||
      !json.value("inputs", Json()).is_object())
    return wrong;
  StepRecord record{json["kind"], json["version"], json["parameters"], {}};
  for (const auto& [name, value] : json["inputs"].items()) {
    if (!value.is_string()) return wrong;
    CAIRN_ASSIGN(record.inputs[name], ParseDigest(value.get<std::string>()));
  }
  return record;
}

Digest StepKey(const StepRecord& record) { return Sha256Of(DumpJson(StepRecordToJson(record))); }

std::vector<std::string> Differences(const StepRecord& before, const StepRecord& now) {
  std::vector<std::string> lines;
  if (before.kind != now.kind) lines.push_back("kind changed: " + before.kind + " -> " + now.kind);
  if (before.version != now.version)
    lines.push_back("cairn's " + now.kind + " changed: version " + std::to_string(before.version) + " -> " +
                    std::to_string(now.version));
  CompareParameters("", before.parameters, now.parameters, lines);
  for (const auto& [name, digest] : before.inputs) {
    if (!now.inputs.contains(name)) lines.push_back("input " + name + " removed");
  }
  for (const auto& [name, digest] : now.inputs) {
    auto old = before.inputs.find(name);
    if (old == before.inputs.end()) {
      lines.push_back("input " + name + " added");
    } else if (old->second != digest) {
      lines.push_back("input " + name + " changed");
    }
  }
  return lines;
}

}  // namespace cairn::dag
