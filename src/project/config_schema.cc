// Canonical JSON and JSON Schema of the project file.
#include <cmath>

#include "project/config_fields.h"

namespace cairn::project {
namespace {

template <typename T>
Json ValueToJson(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return EnumName(value);
  } else if constexpr (List<T>) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(ValueToJson(item));
    return list;
  } else if constexpr (Gates<T>) {
    Json gates = Json::object();
    for (const auto& [name, gate] : value) gates[name] = gate.Requirement();
    return gates;
  } else if constexpr (Section<T>) {
    Json section = Json::object();
    ForEachField(value,
                 [&](const char* name, const auto& member, const Field&) { section[name] = ValueToJson(member); });
    return section;
  } else {
    return value;
  }
}

template <typename T>
Json SchemaOf(const T& value);

template <typename T>
Json SectionSchema(const T& section) {
  Json properties = Json::object(), required = Json::array();
  ForEachField(section, [&](const char* name, const auto& member, const Field& field) {
    using Member = std::remove_cvref_t<decltype(member)>;
    Json schema = SchemaOf(member);
    schema["description"] = field.help;
    if constexpr (Number<Member>) {
      if (std::isfinite(field.low)) schema["minimum"] = static_cast<Member>(field.low);
      if (std::isfinite(field.high)) schema["maximum"] = static_cast<Member>(field.high);
    }
    if constexpr (!Section<Member>) {
      if (!field.required) schema["default"] = ValueToJson(member);
    }
    if (field.required) required.push_back(name);
    properties[name] = schema;
  });
  Json schema = {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

template <typename T>
Json SchemaOf(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return {{"type", "string"}, {"enum", EnumNames<T>()}};
  } else if constexpr (List<T>) {
    return {{"type", "array"}, {"minItems", 1}, {"items", SchemaOf(typename T::value_type{})}};
  } else if constexpr (Gates<T>) {
    Json gate = {{"type", "string"}, {"pattern", "^\\s*>=\\s*[0-9.eE+-]+\\s*%?\\s*(of base)?\\s*$"}};
    Json properties = Json::object();
    for (const std::string& name : EnumNames<Benchmark>()) properties[name] = gate;
    return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  } else if constexpr (Section<T>) {
    return SectionSchema(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else {
    return {{"type", std::is_same_v<T, uint64_t> ? "integer" : "number"}};
  }
}

}  // namespace

Json ProjectConfigToJson(const ProjectConfig& config) { return ValueToJson(config); }

Json ProjectConfigSchema() {
  Json schema = SchemaOf(ProjectConfig{});
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "cairn.yaml";
  schema["properties"]["apiVersion"]["const"] = kApiVersion;
  schema["properties"]["kind"]["const"] = kKind;
  return schema;
}

}  // namespace cairn::project
