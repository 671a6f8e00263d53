#include "base/json.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/file.h"

namespace cairn {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxValues = size_t{1} << 24;  // each costs many bytes in memory, however short its text

std::string Place(std::string_view text, size_t offset, const std::string& where) {
  offset = std::min(offset, text.size());
  size_t line =
      1 + static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  size_t start = text.rfind('\n', offset == 0 ? 0 : offset - 1);
  size_t column = start == std::string_view::npos || offset == 0 ? offset + 1 : offset - start;
  return where + ":" + std::to_string(line) + ":" + std::to_string(column);
}

// Builds the value and refuses equal keys, of which nlohmann's own builders keep the last. Its parser with a callback
// could tell, too, but looks through the whole list after each object in it, so that long lists take quadratic time.
class Builder : public Json::json_sax_t {
 public:
  Builder(std::string_view text, const std::string& where) : text_(text), where_(where) {}
  Result<Json> Take() && {
    if (error_) return *error_;
    return std::move(root_);
  }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(int64_t value) override { return Add(value); }
  bool number_unsigned(uint64_t value) override { return Add(value); }
  bool number_float(double value, const std::string&) override { return Add(value); }
  bool string(std::string& value) override { return Add(std::move(value)); }
  bool binary(Json::binary_t&) override { return false; }  // JSON text holds none
  bool start_object(size_t) override { return Open(Json::object()); }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    auto [field, added] = open_.back()->emplace(name, nullptr);
    if (!added) error_ = BadInput("JSON: the key \"" + name + "\" stands twice in one object", where_);
    value_ = &*field;
    return added;
  }
  bool parse_error(size_t byte, const std::string&, const Json::exception& problem) override {
    std::string message = problem.what();
    size_t start = message.find("syntax error");
    if (start == std::string::npos) start = message.find("] ") == std::string::npos ? 0 : message.find("] ") + 2;
    error_ = BadInput("not valid JSON: " + message.substr(start), Place(text_, byte ? byte - 1 : 0, where_));
    return false;
  }

 private:
  bool Add(Json value) {
    Put(std::move(value));
    return true;
  }
  bool Open(Json value) {
    open_.push_back(Put(std::move(value)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }
  // Only the last value of a list is ever open, so that no pointer in open_ moves.
  Json* Put(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_object()) return &(*value_ = std::move(value));
    return &open_.back()->emplace_back(std::move(value));
  }

  std::string_view text_;
  const std::string& where_;
  Json root_;
  std::vector<Json*> open_;
  Json* value_ = nullptr;  // of the last key
  std::optional<Error> error_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, const std::string& where) {
  // Depth is bounded before the parser runs: deep nesting would cost it memory.
  int depth = 0;
  size_t values = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '\0') {  // nlohmann takes it for the end and would ignore what follows
      return BadInput("not valid JSON: a zero byte", Place(text, i, where));
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth)
        return BadInput("JSON nested deeper than " + std::to_string(kMaxDepth) + " levels", Place(text, i, where));
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if (!in_string && (c == ',' || c == '[' || c == '{') && ++values > kMaxValues)
      return BadInput("JSON with more than 16 million values", Place(text, i, where));
  }
  try {
    Builder builder(text, where);
    Json::sax_parse(text.begin(), text.end(), &builder);
    return std::move(builder).Take();
  } catch (const Json::exception& e) {
    return BadInput(std::string("not valid JSON: ") + e.what(), where);
  }
}

Result<Json> ReadJsonFile(const std::string& path, uint64_t max_bytes) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, max_bytes));
  return ParseJson(text, path);
}

std::string DumpJson(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string PrettyJson(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace cairn
