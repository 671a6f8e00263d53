#include "formats/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "base/controls.h"
#include "base/file.h"
#include "base/text_hash.h"
#include "formats/nearest_name.h"
#include "formats/unicode.h"
#include "formats/yaml_errors.h"

namespace cairn::formats {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxNodes = 100'000;

// Text that a person can see: tab and line ends (U+0085 is one in YAML 1.1) are all the controls that it may hold.
size_t FirstControl(std::string_view text) { return FindControl(text, "\n\t\r\u0085"); }

// yaml-cpp 0.7 writes the escapes \_ and \N as the lone bytes A0 and 85; nothing else in a scalar can be ill-formed.
std::string MendEscapes(const std::string& value) {
  std::string out;
  for (size_t at = 0; at < value.size();) {
    Utf8Char c = Utf8At(value, at);
    if (!c.valid && (value[at] == '\xA0' || value[at] == '\x85')) out.push_back('\xC2');
    out.append(value, at, c.length);
    at += c.length;
  }
  return out;
}

// Builds the tree from events. After the first error the remaining events, whose number the size of the text bounds,
// are ignored.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(YamlMarks& marks, const std::string& file) : marks_(marks), file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!Accept(mark, "", anchor)) return;
    YamlNode node;
    node.at = marks_.Of(mark);
    if (ExpectsKey()) return Fail(node.at, "a key is missing before the ':'", "write the name of the field there");
    Place(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { RefuseAnchor(mark); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { RefuseAnchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!Accept(mark, tag, anchor)) return;
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.at = marks_.Of(mark);
    node.quoted = tag == "!";
    last_scalar_ = mark;
    node.text = IsValidUtf8(value) ? value : MendEscapes(value);
    if (FirstControl(node.text) != std::string::npos || !IsValidUtf8(node.text))
      return Fail(node.at, "the text holds an escaped control character", "remove the escape");
    if (node.quoted && marks_.LacksClosingQuote(mark))
      return Fail(node.at, "a quoted text never ends", "add the closing quote");
    if (ExpectsKey()) return OpenField(std::move(node));
    if (!node.quoted) node.comment_at = marks_.CommentBehind(mark, node.text);
    Place(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

  void Fail(YamlPosition at, const std::string& what, const std::string& remedy) {
    if (!error_) error_ = BadInput(what + "; " + remedy, YamlWhere(file_, at));
  }
  const std::optional<Error>& error() const { return error_; }
  YamlNode& root() { return root_; }
  const std::optional<YAML::Mark>& last_scalar() const { return last_scalar_; }

 private:
  struct Level {
    YamlNode node;
    TextSet keys;
    bool has_key = false;  // maps: the next node is the value of the last field
  };

  bool Accept(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (error_) return false;
    if (!tag.empty() && tag != "?" && tag != "!") {
      Fail(marks_.Of(mark), "tags (!...) are not allowed", "remove it, or put the text in quotes");
    } else if (anchor != 0) {
      RefuseAnchor(mark);
    } else if (++nodes_ > kMaxNodes) {
      Fail(marks_.Of(mark), "more than " + std::to_string(kMaxNodes) + " values in one file", "split the file");
    }
    return !error_;
  }
  void RefuseAnchor(const YAML::Mark& mark) {
    Fail(marks_.Of(mark), "anchors (&) and aliases (*) are not allowed", "write the text out, or put it in quotes");
  }
  bool ExpectsKey() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key; }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (!Accept(mark, tag, anchor)) return;
    YamlPosition at = marks_.Of(mark);
    if (ExpectsKey()) return Fail(at, "a key must be plain text", "put text with [ ] or { } in quotes");
    if (open_.size() >= kMaxDepth)
      return Fail(at, "nested deeper than " + std::to_string(kMaxDepth), "use fewer levels");
    Level level;
    level.node.kind = kind;
    level.node.at = at;
    open_.push_back(std::move(level));
  }
  void Close() {
    if (error_ || open_.empty()) return;
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Place(std::move(node));
  }
  void OpenField(YamlNode key) {
    Level& level = open_.back();
    if (!level.keys.insert(key.text).second)
      return Fail(key.at, "the key \"" + Excerpt(key.text) + "\" stands twice in this mapping", "remove or rename one");
    YamlField field;
    field.key = std::move(key.text);
    field.key_at = key.at;
    level.node.fields.push_back(std::move(field));
    level.has_key = true;
  }
  void Place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.is_sequence()) {
      level.node.items.push_back(std::move(node));
      return;
    }
    YamlField& field = level.node.fields.back();
    // yaml-cpp marks a missing value where the next token stands.
    if (node.is_null()) node.at = field.key_at;
    field.value = std::move(node);
    level.has_key = false;
  }

  YamlMarks& marks_;
  const std::string& file_;
  std::vector<Level> open_;
  size_t nodes_ = 0;
  std::optional<YAML::Mark> last_scalar_;
  YamlNode root_;
  std::optional<Error> error_;
};

Result<YamlNode> Build(std::string_view text, const std::string& file) {
  YamlMarks marks(text);
  TreeBuilder builder(marks, file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder) && !builder.error() && parser) {
      TreeBuilder second(marks, file);
      if (parser.HandleNextDocument(second))
        return BadInput("the file holds a second document; remove the '---' between them",
                        YamlWhere(file, second.root().at));
    }
  } catch (const YAML::ParserException& e) {
    if (!builder.error()) return ExplainYaml(e, builder.last_scalar(), marks, file);
  } catch (const std::exception& e) {
    return BadInput(std::string("not YAML: ") + e.what() + "; check the syntax", file);
  }
  if (builder.error()) return *builder.error();
  return std::move(builder.root());
}

Error WrongType(const YamlNode& node, const std::string& file, const std::string& what, const std::string& wanted) {
  std::string found = node.is_scalar() ? "is \"" + Excerpt(node.text) + "\"" : YamlIs(node.kind);
  return BadInput(what + " " + found + "; write " + wanted, YamlWhere(file, node.at));
}

template <typename T>
bool ParseWhole(std::string_view text, T* value) {
  if (text.size() > 1 && text[0] == '+') text.remove_prefix(1);
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return code == std::errc() && end == text.data() + text.size();
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlField& field : fields) {
    if (field.key == key) return &field.value;
  }
  return nullptr;
}

Result<YamlNode> ParseYaml(std::string_view text, const std::string& file) {
  if (text.size() > kMaxBytes)
    return BadInput("the file has " + std::to_string(text.size()) + " bytes, more than 1 MiB; split it", file);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (!IsValidUtf8(text)) {
    size_t at = 0;
    for (Utf8Char c; at < text.size() && (c = Utf8At(text, at)).valid;) at += c.length;
    return BadInput("the file is not UTF-8 text; save it with the encoding UTF-8",
                    YamlWhere(file, PositionAt(text, at)));
  }
  if (size_t at = FirstControl(text); at != text.npos)
    return BadInput("the file holds a control character (" + ControlName(text, at) + "); remove it",
                    YamlWhere(file, PositionAt(text, at)));
  return Build(text, file);
}

Result<YamlNode> ReadYamlFile(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxBytes));
  return ParseYaml(text, path);
}

YamlPosition PositionAt(std::string_view text, size_t offset) {
  YamlPosition at;
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if (!IsUtf8Tail(text[i])) {
      ++at.column;
    }
  }
  return at;
}

std::string YamlWhere(const std::string& file, YamlPosition at) {
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

const char* YamlKindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "text";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a mapping";
  }
  return "?";
}

std::string YamlIs(YamlNode::Kind kind) {
  return kind == YamlNode::Kind::kNull ? "has no value" : std::string("is ") + YamlKindName(kind);
}

const YamlNode& LocateYaml(const YamlNode& root, std::string_view path) {
  const YamlNode* node = &root;
  while (!path.empty()) {
    size_t end = std::min(path.find_first_of(".["), path.size());
    const YamlNode* next = nullptr;
    if (end == 0 && path[0] == '[') {
      end = path.find(']') + 1;
      size_t index = std::stoul(std::string(path.substr(1, end - 2)));
      if (index < node->items.size()) next = &node->items[index];
    } else {
      next = node->Find(path.substr(0, end));
    }
    if (!next) break;
    node = next;
    path.remove_prefix(end);
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return *node;
}

std::string YamlPlace(const std::string& file, std::string_view path) {
  Result<YamlNode> root = ReadYamlFile(file);
  return root.ok() ? YamlWhere(file, LocateYaml(*root, path).at) : file;
}

Result<std::string> YamlText(const YamlNode& node, const std::string& file, const std::string& what) {
  if (!node.is_scalar()) return WrongType(node, file, what, "text");
  return node.text;
}

Result<int64_t> YamlInteger(const YamlNode& node, const std::string& file, const std::string& what) {
  int64_t value = 0;
  if (!node.is_scalar() || node.quoted || !ParseWhole(node.text, &value))
    return WrongType(node, file, what, "a whole number, such as 12, without quotes");
  return value;
}

Result<double> YamlNumber(const YamlNode& node, const std::string& file, const std::string& what) {
  double value = 0;
  if (!node.is_scalar() || node.quoted || !ParseWhole(node.text, &value) || !std::isfinite(value))
    return WrongType(node, file, what, "a number, such as 0.5 or 2e-3, without quotes");
  return value;
}

Result<bool> YamlBool(const YamlNode& node, const std::string& file, const std::string& what) {
  if (node.is_scalar() && !node.quoted && node.text == "true") return true;
  if (node.is_scalar() && !node.quoted && node.text == "false") return false;
  return WrongType(node, file, what, "true or false");
}

bool LooksTyped(const YamlNode& node) {
  if (!node.is_scalar() || node.quoted) return false;
  const std::string lower = AsciiLower(node.text);
  for (const char* word : {"true", "false", "yes", "no", "on", "off"}) {
    if (lower == word) return true;
  }
  // Numbers, dates (2024-05-01) and times in base 60 (12:30) are made of these alone.
  bool digit = false;
  for (char c : lower) {
    if (IsAsciiDigit(c)) digit = true;
    if (std::string_view("0123456789+-._:eEx").find(c) == std::string_view::npos) return false;
  }
  return digit;
}

Result<void> CheckYamlKeys(const YamlNode& map, const std::vector<std::string>& known, const std::string& file) {
  for (const YamlField& field : map.fields) {
    bool found = false;
    for (const std::string& key : known) found = found || key == field.key;
    if (!found)
      return BadInput("unknown field \"" + Excerpt(field.key) + "\"" + NameRemedy(field.key, known),
                      YamlWhere(file, field.key_at));
  }
  return {};
}

}  // namespace cairn::formats
