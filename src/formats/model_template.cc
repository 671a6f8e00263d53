#include "formats/model_template.h"

#include <algorithm>

#include "formats/unicode.h"

namespace cairn::formats {
namespace {

// "bos_token": "<s>" or {"content": "<s>", ...}.
std::string TokenOf(const Json& config, const char* key) {
  auto it = config.find(key);
  if (it == config.end()) return {};
  const Json& text = it->is_object() && it->contains("content") ? (*it)["content"] : *it;
  return text.is_string() ? text.get<std::string>() : std::string();
}

std::string TemplateOf(const Json& config) {
  auto it = config.find("chat_template");
  if (it == config.end()) return {};
  if (it->is_string()) return it->get<std::string>();
  if (!it->is_array()) return {};
  for (const Json& item : *it)
    if (item.is_object() && TokenOf(item, "name") == "default") return TokenOf(item, "template");
  return {};
}

constexpr size_t kLongestTemplate = size_t{1} << 18;  // real ones have up to some 30 kB

bool IsBlank(char c) { return c == ' ' || c == '\n'; }

std::string_view WithoutEndBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

bool IsPlus(char c) { return c == '+' || c == '~'; }

// Whether the text goes on with the end of a block: "}}", "-%}".
bool EndsBlock(std::string_view text, std::string_view end) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text.starts_with(end);
}

bool BeginsOutput(std::string_view before) {
  return before.ends_with("{{") || before.ends_with("{{-") || before.ends_with("{{+");
}

size_t SkipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}

// The literal that comes next behind a plus and what is added before it; nullopt where the sum ends.
std::optional<std::string> NextOfSum(std::string_view text, size_t at) {
  const size_t end = std::min(text.find("%}", at), text.size());
  size_t literal = text.find_first_of("'\"", at);
  // strftime_now("%d") has a literal that is no part of the sum.
  while (literal < end && literal > 0 && text[literal - 1] == '(') {
    if (!JinjaLiteralAt(text, &literal)) return std::nullopt;
    literal = text.find_first_of("'\"", literal);
  }
  if (literal >= end) return std::nullopt;
  return JinjaLiteralAt(text, &literal);
}

}  // namespace

Result<ModelTemplate> ModelTemplate::Read(const Json& config, const std::string& where, const std::string& known) {
  ModelTemplate model{.text = TemplateOf(config), .where = where, .known = known};
  if (model.text.empty()) {
    auto it = config.find("chat_template");
    const bool list = it != config.end() && it->is_array();
    return Unsupported(std::string(list ? "none of the chat templates is named \"default\"; "
                                        : "no chat_template, so the chat format is unknown; ") +
                           known,
                       where);
  }
  if (model.text.size() > kLongestTemplate)
    return Unsupported("the chat template is longer than 256 kB, more than any known model's", where);
  model.literals = JinjaLiterals(model.text, &model.places);
  model.bos = TokenOf(config, "bos_token");
  model.eos = TokenOf(config, "eos_token");
  if (model.bos.size() > kLongestToken) return BadInput("bos_token is no token: it is too long", where);
  if (model.eos.size() > kLongestToken) model.eos.clear();
  return model;
}

bool ModelTemplate::HasLiteral(std::string_view literal) const {
  return std::find(literals.begin(), literals.end(), literal) != literals.end();
}

Result<std::string> ModelTemplate::NeededEos() const {
  if (eos.empty()) return BadInput("the chat template needs eos_token, which is missing or too long", where);
  return eos;
}

std::vector<ModelTemplate::Term> ModelTemplate::Terms() const {
  std::vector<Term> terms;
  for (size_t i = 0; i < literals.size(); ++i) {
    std::string_view before = WithoutEndBlanks(std::string_view(text).substr(0, places[i].first));
    std::string_view behind = std::string_view(text).substr(SkipBlanks(text, places[i].second));
    const bool alone = BeginsOutput(before) && EndsBlock(behind, "}}");
    before = !before.empty() && IsPlus(before.back()) ? WithoutEndBlanks(before.substr(0, before.size() - 1)) : "";
    behind = !behind.empty() && IsPlus(behind[0]) ? behind.substr(SkipBlanks(behind, 1)) : "";
    terms.push_back({before, literals[i], behind, alone});
  }
  return terms;
}

bool ModelTemplate::HasBreakBehind(const std::string& mark, const std::string& breaks) const {
  auto breaks_follow = [&](const Term& term) {
    if (term.literal.find(mark + breaks) != std::string_view::npos) return true;
    size_t at = 0;
    if (!term.literal.ends_with(mark) || term.behind.empty() || (term.behind[0] != '\'' && term.behind[0] != '"'))
      return false;
    const std::optional<std::string> next = JinjaLiteralAt(term.behind, &at);
    return next && next->starts_with(breaks);
  };
  return Has(mark + breaks) || std::ranges::any_of(Terms(), breaks_follow);
}

ModelTemplate::Output ModelTemplate::OutputWith(std::string_view part) const {
  size_t end = 0;
  for (size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", end)) {
    end = text.find("}}", at);
    if (end == std::string::npos) break;
    end += 2;
    const std::string block = text.substr(at, end - at);
    std::vector<std::string> found = JinjaLiterals(block);
    const bool has = std::any_of(found.begin(), found.end(),
                                 [&](const std::string& literal) { return literal.find(part) != std::string::npos; });
    if (has) return {block, std::move(found)};
  }
  return {};
}

Result<std::string> ModelTemplate::Assigned(std::string_view assignment, std::string_view date) const {
  for (size_t at = text.find(assignment); at != std::string::npos; at = text.find(assignment, at)) {
    at += assignment.size();
    if (at >= text.size() || (text[at] != '\'' && text[at] != '"')) continue;
    const std::optional<std::string> first = JinjaLiteralAt(text, &at);
    if (!first) break;
    at = SkipBlanks(text, at);
    if (EndsBlock(std::string_view(text).substr(at), "%}")) {
      if (first->empty()) continue;
      return *first;
    }
    if (at >= text.size() || text[at] != '+') return CannotTakeOver(*first);
    const std::optional<std::string> rest = NextOfSum(text, at);
    if (date.empty() || !first->ends_with(date) || !rest || !rest->starts_with(".")) return CannotTakeOver(*first);
    std::string_view before(*first);
    before.remove_suffix(date.size());
    while (before.ends_with(' ')) before.remove_suffix(1);
    return std::string(before) + rest->substr(1);
  }
  return std::string();
}

Result<std::string> ModelTemplate::DefaultSystemText() const {
  if (Has("USE_DEFAULT_PROMPT")) return std::string();
  return Assigned("set system_message = ");
}

Result<std::string> ModelTemplate::OwnSystem(const std::string& prefix, const std::string& content,
                                             const std::string& suffix) const {
  if (content.empty()) return std::string();
  std::string whole = prefix + content + suffix;
  if (whole.size() > kLongestPiece) return CannotTakeOver(content);
  return whole;
}

Error ModelTemplate::CannotTakeOver(const std::string& content) const {
  return Unsupported(
      "the chat template writes a system text of its own that cairn cannot take over: \"" + Excerpt(content) + "\"",
      where);
}

Error ModelTemplate::Unknown(const std::string& what) const {
  return Unsupported("the chat template " + what + "; " + known, where);
}

}  // namespace cairn::formats
