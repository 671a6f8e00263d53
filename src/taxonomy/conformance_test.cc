// Against 158 files of InstructLab's contributors and the verdicts of its own validator. Skipped where the vectors are
// not at hand: they are not part of the repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/testing.h"
#include "formats/yaml.h"
#include "taxonomy/qna.h"

namespace cairn::taxonomy {
namespace {

std::string Vectors() { return ConformanceFile("qna"); }

std::string RightTrim(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

bool SameValue(const formats::YamlNode& node, const Json& json, std::string* difference) {
  using Kind = formats::YamlNode::Kind;
  if (json.is_null() && node.kind == Kind::kNull) return true;
  if (json.is_string()) {
    // yaml-cpp folds the last blank lines of a quoted text one line shorter; white space at the end is cut off anyway.
    if (node.is_scalar() && RightTrim(node.text) == RightTrim(json.get<std::string>())) return true;
  } else if (json.is_array() && node.is_sequence() && node.items.size() == json.size()) {
    for (size_t i = 0; i < json.size(); ++i) {
      if (!SameValue(node.items[i], json[i], difference)) return false;
    }
    return true;
  } else if (json.is_object() && node.is_map() && node.fields.size() == json.size()) {
    for (const formats::YamlField& field : node.fields) {
      if (!json.contains(field.key) || !SameValue(field.value, json[field.key], difference)) return false;
    }
    return true;
  } else if ((json.is_number() || json.is_boolean()) && node.is_scalar() && !node.quoted) {
    return true;
  }
  *difference = formats::YamlWhere("", node.at) + " " + node.text + " | " + json.dump().substr(0, 200);
  return false;
}

TEST(Conformance, YamlValuesAreThoseOfPyYaml) {
  if (!PathExists(Vectors() + "/parsed.jsonl")) GTEST_SKIP() << "no vectors at " << Vectors();
  Result<std::string> lines = ReadFile(Vectors() + "/parsed.jsonl");
  ASSERT_TRUE(lines.ok());
  int parsed = 0, refused = 0;
  for (size_t begin = 0, end; begin < lines->size(); begin = end + 1) {
    end = lines->find('\n', begin);
    Result<Json> line = ParseJson(lines->substr(begin, end - begin), "parsed.jsonl");
    ASSERT_TRUE(line.ok()) << line.error().ToString();
    std::string file = (*line)["file"];
    Result<std::string> text = ReadFile(Vectors() + "/" + file);
    ASSERT_TRUE(text.ok());
    Result<formats::YamlNode> root = formats::ParseYaml(*text, file);
    if (line->contains("yaml_error")) {
      EXPECT_FALSE(root.ok()) << file << " " << (*line)["yaml_error"];
      ++refused;
      continue;
    }
    ASSERT_TRUE(root.ok()) << root.error().ToString();
    std::string difference;
    EXPECT_TRUE(SameValue(*root, (*line)["contents"], &difference)) << file << difference;
    ++parsed;
  }
  EXPECT_GE(parsed, 100);
  EXPECT_GE(refused, 10);
}

// Files on which we differ from InstructLab's default parser on purpose.
const char kLint[] = "trailing spaces mend themselves in YAML; InstructLab's linter calls them errors";
const char kTyped[] = "a number where text belongs is taken as it is written, with a warning";
const std::map<std::string, std::string> kDifferences = {
    {"pr/1430/knowledge/finance/Financial Contracts & Derivatives Legal Documentation/ISDA Master 1/qna.yaml", kLint},
    {"pr/1421/compositional_skills/grounded/linguistics/inclusion/superlatives/qna.yaml", kLint},
    {"pr/1420/compositional_skills/grounded/linguistics/inclusion/military-violent/qna.yaml", kLint},
    {"pr/382/compositional_skills/writing/freeform/technical/maths/calculation/qna.yaml", kTyped},
    {"pr/442/compositional_skills/writing/grounded/editing/wordclock/qna.yaml", kTyped},
};

TEST(Conformance, VerdictsAreThoseOfInstructLab) {
  if (!PathExists(Vectors() + "/expected.json")) GTEST_SKIP() << "no vectors at " << Vectors();
  Result<Json> expected = ReadJsonFile(Vectors() + "/expected.json");
  ASSERT_TRUE(expected.ok());
  std::set<std::string> differing;
  size_t compared = 0;
  for (const Json& entry : *expected) {
    std::string file = entry["file"], path = entry["taxonomy_path"];
    if (!path.ends_with("/qna.yaml")) continue;  // names are the tree's business
    Result<std::string> text = ReadFile(Vectors() + "/" + file);
    ASSERT_TRUE(text.ok());
    Problems problems;
    ParseQna(*text, path, KindOfPath(path), &problems);
    bool accepted = entry["parser_default"]["accepted"];
    ++compared;
    if (accepted == !problems.has_errors()) continue;
    differing.insert(file);
    std::string shown;
    for (const Problem& problem : problems.list()) shown += problem.ToString() + "\n";
    EXPECT_TRUE(kDifferences.contains(file)) << file << "\nInstructLab: " << (accepted ? "accepted" : "refused") << "\n"
                                             << shown.substr(0, 600);
  }
  for (const auto& [file, reason] : kDifferences) EXPECT_TRUE(differing.contains(file)) << file << ": " << reason;
  EXPECT_GE(compared, 140u);
}

}  // namespace
}  // namespace cairn::taxonomy
