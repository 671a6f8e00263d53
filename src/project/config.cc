#include "project/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "base/file.h"
#include "formats/nearest_name.h"
#include "formats/unicode.h"
#include "formats/yaml.h"
#include "project/config_fields.h"

namespace cairn::project {
namespace {

using formats::YamlField;
using formats::YamlNode;

// Values from a YAML tree; the first error ends the reading.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  template <Section T>
  Result<void> Read(const YamlNode& node, const std::string& path, T& section) {
    if (!node.is_map()) return Wrong(node, path, "fields, each as name: value");
    std::vector<std::string> known;
    ForEachField(section, [&](const char* name, auto&, const Field&) { known.push_back(name); });
    CAIRN_TRY(formats::CheckYamlKeys(node, known, file_));
    Result<void> result;
    ForEachField(section, [&](const char* name, auto& member, const Field& field) {
      if (!result.ok()) return;
      std::string below = path.empty() ? name : path + "." + name;
      const YamlNode* value = node.Find(name);
      if (value) {
        result = Read(*value, below, member);
      } else if (field.required) {
        result = BadInput(below + " is missing; add \"" + Example(name, member) + "\"", Where(node));
      }
    });
    return result;
  }

  template <List T>
  Result<void> Read(const YamlNode& node, const std::string& path, T& list) {
    if (!node.is_sequence() || node.items.empty()) return Wrong(node, path, "a list with at least one entry");
    if (node.items.size() > 1000) return BadInput(path + " has more than 1000 entries; shorten the list", Where(node));
    list.clear();
    for (const YamlNode& item : node.items) {
      list.emplace_back();
      CAIRN_TRY(Read(item, fmt::format("{}[{}]", path, list.size() - 1), list.back()));
    }
    return {};
  }

  template <Gates T>
  Result<void> Read(const YamlNode& node, const std::string& path, T& gates) {
    if (!node.is_map()) return Wrong(node, path, "gates, each as benchmark: \">= 0.8\"");
    CAIRN_TRY(formats::CheckYamlKeys(node, EnumNames<Benchmark>(), file_));
    gates.clear();
    for (const YamlField& field : node.fields) {
      CAIRN_ASSIGN(std::string requirement, formats::YamlText(field.value, file_, path + "." + field.key));
      CAIRN_ASSIGN(gates[field.key], eval::ParseGate(field.key, requirement, Where(field.value)));
    }
    return {};
  }

  template <typename E>
  requires std::is_enum_v<E> Result<void> Read(const YamlNode& node, const std::string& path, E& value) {
    CAIRN_ASSIGN(std::string text, formats::YamlText(node, file_, path));
    const std::vector<std::string>& names = EnumNames<E>();
    auto it = std::find(names.begin(), names.end(), text);
    if (it == names.end())
      return BadInput(path + ": unknown value \"" + Short(text) + "\"" + formats::NameRemedy(text, names), Where(node));
    value = static_cast<E>(it - names.begin());
    return {};
  }

  Result<void> Read(const YamlNode& node, const std::string& path, std::string& value) {
    CAIRN_ASSIGN(value, formats::YamlText(node, file_, path));
    if (value.size() > 4096) return BadInput(path + " has more than 4096 bytes; shorten it", Where(node));
    return {};
  }

  Result<void> Read(const YamlNode& node, const std::string& path, uint64_t& value) {
    CAIRN_ASSIGN(int64_t number, formats::YamlInteger(node, file_, path));
    if (number < 0) return BadInput(path + " is negative; write 0 or more", Where(node));
    value = static_cast<uint64_t>(number);
    return {};
  }

  Result<void> Read(const YamlNode& node, const std::string& path, double& value) {
    CAIRN_ASSIGN(value, formats::YamlNumber(node, file_, path));
    return {};
  }

 private:
  // A required field as it may be written.
  template <typename T>
  static std::string Example(const std::string& name, const T& value) {
    if constexpr (Section<T>) {
      std::string inner;
      ForEachField(value, [&](const char* below, const auto& member, const Field& field) {
        if (field.required) inner += (inner.empty() ? "" : ", ") + Example(below, member);
      });
      return name + ": {" + inner + "}";
    } else if constexpr (std::is_same_v<T, std::string>) {
      return name + ": " + (value.empty() ? "NAME" : value);
    } else {
      return name + ": ...";
    }
  }
  static std::string Short(const std::string& text) {
    return text.size() <= 40 ? text : std::string(Beginning(text, 40)) + "...";
  }
  std::string Where(const YamlNode& node) const { return formats::YamlWhere(file_, node.at); }
  Error Wrong(const YamlNode& node, const std::string& path, const char* expected) const {
    return BadInput(
        (path.empty() ? "the project file" : path) + " " + formats::YamlIs(node.kind) + "; write " + expected,
        Where(node));
  }
  std::string file_;
};

struct Problem {
  std::string path, message;
};

// The first field, in the file's order, whose value is out of its range.
class RangeChecker {
 public:
  template <typename T>
  void Check(const T& value, const std::string& path, const Field& field) {
    if (problem_) return;
    if constexpr (Number<T>) {
      if (!(value >= static_cast<T>(Low<T>(field)) && value <= High<T>(field)))
        problem_ = Problem{path, fmt::format("is {}; allowed is {} to {}", value, Low<T>(field), High<T>(field))};
    } else if constexpr (std::is_same_v<T, std::string>) {
      const char* wrong = field.problem ? field.problem(value) : nullptr;
      if (wrong) problem_ = Problem{path, field.secret ? wrong : fmt::format("\"{}\" {}", Beginning(value, 80), wrong)};
    } else if constexpr (List<T>) {
      for (size_t i = 0; i < value.size(); ++i) Check(value[i], fmt::format("{}[{}]", path, i), field);
    } else if constexpr (Section<T>) {
      ForEachField(value, [&](const char* name, const auto& member, const Field& below) {
        Check(member, path.empty() ? name : path + "." + name, below);
      });
    }
  }
  std::optional<Problem> Take() { return std::move(problem_); }

 private:
  template <typename T>
  static T Low(const Field& field) {
    return std::isfinite(field.low) ? static_cast<T>(field.low) : std::numeric_limits<T>::lowest();
  }
  template <typename T>
  static T High(const Field& field) {
    return std::isfinite(field.high) ? static_cast<T>(field.high) : std::numeric_limits<T>::max();
  }
  std::optional<Problem> problem_;
};

template <typename T>
std::optional<size_t> FirstRepeated(const std::vector<T>& values) {
  std::set<T> seen;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!seen.insert(values[i]).second) return i;
  }
  return std::nullopt;
}

// What must fit together.
std::optional<Problem> CheckTogether(const ProjectConfig& config) {
  const SpecConfig& spec = config.spec;
  const std::string& name = config.metadata.name;
  if (name == "data" || name == "training")
    return Problem{"metadata.name", "\"" + name + "\" is the folder in build/ of `cairn " +
                                        (name == "data" ? "data generate" : "train") + "`; choose another name"};
  if (!spec.teacher.endpoint.empty() && spec.teacher.model == "seed")
    return Problem{"spec.teacher.endpoint", "needs spec.teacher.model too; write the model's name at the endpoint"};
  if (spec.teacher.endpoint.empty() && !spec.teacher.api_key_env.empty())
    return Problem{"spec.teacher.apiKeyEnv", "is of use with an endpoint only; add spec.teacher.endpoint or remove it"};
  if (!std::has_single_bit(spec.training.shards))
    return Problem{"spec.training.shards",
                   fmt::format("is {}; write a power of two (1, 2, 4, 8, ...)", spec.training.shards)};
  if (spec.training.replay_distillation > 0 && spec.training.method == TrainingMethod::kFull)
    return Problem{"spec.training.replayDistillation",
                   "is of use with an adapter only: full training leaves no base model to ask; remove it"};
  std::vector<std::string> names;
  for (const PhaseConfig& phase : spec.training.phases) names.push_back(phase.name);
  if (names.empty()) return Problem{"spec.training.phases", "is empty; write at least one phase"};
  if (auto i = FirstRepeated(names))
    return Problem{fmt::format("spec.training.phases[{}].name", *i),
                   "\"" + names[*i] + "\" is the name of an earlier phase; give each its own"};
  const EvaluationConfig& evaluation = spec.evaluation;
  if (auto i = FirstRepeated(evaluation.benchmarks))
    return Problem{fmt::format("spec.evaluation.benchmarks[{}]", *i), "stands twice; remove one"};
  for (const auto& [name, gate] : evaluation.gates) {
    auto measured = [&, &name = name](Benchmark b) { return EnumName(b) == name; };
    if (std::none_of(evaluation.benchmarks.begin(), evaluation.benchmarks.end(), measured))
      return Problem{"spec.evaluation.gates." + name, "is not measured; add it to spec.evaluation.benchmarks"};
  }
  if (auto i = FirstRepeated(spec.release.formats))
    return Problem{fmt::format("spec.release.formats[{}]", *i), "stands twice; remove one"};
  return std::nullopt;
}

std::optional<Problem> FindProblem(const ProjectConfig& config) {
  RangeChecker checker;
  checker.Check(config, "", Field{.help = ""});
  std::optional<Problem> problem = checker.Take();
  return problem ? problem : CheckTogether(config);
}

// Default gates that nobody wrote hold only for what is measured.
void DropUnmeasuredDefaultGates(const YamlNode& root, EvaluationConfig& evaluation) {
  const YamlNode* spec = root.Find("spec");
  const YamlNode* section = spec ? spec->Find("evaluation") : nullptr;
  if (!section || section->Find("gates")) return;
  std::erase_if(evaluation.gates, [&](const auto& gate) {
    return std::none_of(evaluation.benchmarks.begin(), evaluation.benchmarks.end(),
                        [&](Benchmark b) { return EnumName(b) == gate.first; });
  });
}

}  // namespace

Result<void> ProjectConfig::Validate(const std::string& file) const {
  std::optional<Problem> problem = FindProblem(*this);
  if (problem) return BadInput(problem->path + " " + problem->message, file);
  return {};
}

Result<ProjectConfig> ParseProjectConfig(std::string_view text, const std::string& file) {
  CAIRN_ASSIGN(YamlNode root, formats::ParseYaml(text, file));
  if (root.is_null())
    return BadInput(
        std::string("the project file is empty; make a project with cairn init DIR, or begin with \"apiVersion: ") +
            kApiVersion + "\"",
        formats::YamlWhere(file, root.at));
  ProjectConfig config;
  CAIRN_TRY(Reader(file).Read(root, "", config));
  DropUnmeasuredDefaultGates(root, config.spec.evaluation);
  std::optional<Problem> problem = FindProblem(config);
  if (problem)
    return BadInput(problem->path + " " + problem->message,
                    formats::YamlWhere(file, formats::LocateYaml(root, problem->path).at));
  return config;
}

Result<ProjectConfig> ReadProjectConfig(const std::string& path) {
  Result<std::string> text = ReadFile(path, 1 << 20);
  if (!text.ok() && text.error().code == ErrorCode::kNotFound)
    return NotFound("no project file here; go to a project, or make one with: cairn init DIR", path);
  if (!text.ok()) return text.error();
  return ParseProjectConfig(*text, path);
}

}  // namespace cairn::project
