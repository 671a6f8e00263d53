#include "base/json.h"

#include <algorithm>
#include <set>
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

}  // namespace

Result<Json> ParseJson(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  std::string refused;
  // nlohmann keeps the last of two equal keys and has no depth limit; both are refused here.
  Json::parser_callback_t guard = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth && refused.empty()) refused = "nested deeper than " + std::to_string(kMaxDepth) + " levels";
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.empty() && !keys.back().insert(parsed.get<std::string>()).second &&
        refused.empty())
      refused = "the key \"" + parsed.get<std::string>() + "\" stands twice in one object";
    return true;
  };
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
    Json value = Json::parse(text.begin(), text.end(), guard);
    if (!refused.empty()) return BadInput("JSON: " + refused, where);
    return value;
  } catch (const Json::parse_error& e) {
    std::string message = e.what();
    size_t start = message.find("syntax error");
    if (start == std::string::npos) start = message.find("] ") == std::string::npos ? 0 : message.find("] ") + 2;
    return BadInput("not valid JSON: " + message.substr(start), Place(text, e.byte ? e.byte - 1 : 0, where));
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
