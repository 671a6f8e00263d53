// YAML for people who write by hand: a tree with a line and a column on every node, and errors that say what to do.
// The one place that knows yaml-cpp. Files are hostile: see ParseYaml for the limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::formats {

// Both count from 1; columns count characters, not bytes.
struct YamlPosition {
  int line = 1;
  int column = 1;
};

struct YamlField;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  YamlPosition at;      // of a missing value: its key's
  bool quoted = false;  // scalars: quoted or a block, so surely meant as text
  std::string text;     // scalars: the text as written, quotes and escapes undone
  // Of values in plain text: a comment that follows on the line of its end. In text with a '#' somebody may have meant
  // it as a part.
  std::optional<YamlPosition> comment_at;
  std::vector<YamlNode> items;    // sequences
  std::vector<YamlField> fields;  // maps, in the order written; keys are unique
  bool is_map() const { return kind == Kind::kMap; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_null() const { return kind == Kind::kNull; }
  // The value of a key, null if there is none or this is not a map. Time linear in the fields.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlField {
  std::string key;
  YamlPosition key_at;
  YamlNode value;
};

// Parses one document. Refuses: more than 1 MiB, nesting deeper than 32, more than 100,000 nodes, bytes that are not
// UTF-8, control characters, anchors, aliases, tags, duplicate keys, keys that are not plain text, a second document.
// Empty text is a null node. Errors: where = "file:line:column", message = "what is wrong; what to do" (the remedy
// follows the last "; ").
Result<YamlNode> ParseYaml(std::string_view text, const std::string& file);
// The same for a file; kNotFound, kIo.
Result<YamlNode> ReadYamlFile(const std::string& path);

// Where the byte at `offset` stands; text is any text, not only YAML.
YamlPosition PositionAt(std::string_view text, size_t offset);
// "file:line:column".
std::string YamlWhere(const std::string& file, YamlPosition at);
// kMap, kSequence, ... as a person calls it: "a mapping", "a list", "text", "nothing".
const char* YamlKindName(YamlNode::Kind kind);
// The same in a sentence: "is a list", "has no value".
std::string YamlIs(YamlNode::Kind kind);

// The node of a path such as "spec.training.phases[1].name", or the last one above it that is written.
const YamlNode& LocateYaml(const YamlNode& root, std::string_view path);
// Where that node stands in a file, "file:line:column"; the file alone if it cannot be read.
std::string YamlPlace(const std::string& file, std::string_view path);

// Typed values. `what` names the value in the error, e.g. "training.epochs". Text takes any scalar as it is written
// (so `answer: no` is "no"); the others need the plain scalar of that type: true/false, 12, 1.5e-3.
Result<std::string> YamlText(const YamlNode& node, const std::string& file, const std::string& what);
Result<int64_t> YamlInteger(const YamlNode& node, const std::string& file, const std::string& what);
Result<double> YamlNumber(const YamlNode& node, const std::string& file, const std::string& what);
Result<bool> YamlBool(const YamlNode& node, const std::string& file, const std::string& what);
// Whether a plain scalar would be read as a number, truth value or date by readers that guess types.
bool LooksTyped(const YamlNode& node);

// kBadInput at the first key of a map that is not `known`, with the nearest known one.
Result<void> CheckYamlKeys(const YamlNode& map, const std::vector<std::string>& known, const std::string& file);

}  // namespace cairn::formats
