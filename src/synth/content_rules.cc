#include "synth/content_rules.h"

#include <functional>
#include <optional>
#include <utility>

#include "synth/text.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

bool IsNumber(std::string_view word) { return StartsWithDigit(word) && word.find(':') == std::string_view::npos; }

std::optional<double> Value(std::string_view word) {
  if (!IsNumber(word)) return std::nullopt;
  double value = 0, unit = 0;
  for (char c : word) {
    if (c == '.') unit = 1;
    if (c < '0' || c > '9') continue;
    value = unit > 0 ? value + (c - '0') * (unit /= 10) : value * 10 + (c - '0');
  }
  return value;
}

bool IsName(std::string_view word) { return KindOf(word) == WordKind::kName && !IsFunctionWord(word); }

// Nobody orders names by their length.
using Before = std::function<bool(std::string_view, std::string_view)>;  // a does not come after b
const std::vector<std::pair<const char*, Before>>& Orders() {
  static const std::vector<std::pair<const char*, Before>> orders = {
      {"in alphabetical order", [](auto a, auto b) { return Lower(a) <= Lower(b); }},
      {"in backward alphabetical order", [](auto a, auto b) { return Lower(a) >= Lower(b); }},
      {"from short to long", [](auto a, auto b) { return !(IsName(a) && IsName(b)) && a.size() <= b.size(); }},
      {"from long to short", [](auto a, auto b) { return !(IsName(a) && IsName(b)) && a.size() >= b.size(); }},
      {"from small to large", [](auto a, auto b) { return Value(a) && Value(b) && *Value(a) <= *Value(b); }},
      {"from large to small", [](auto a, auto b) { return Value(a) && Value(b) && *Value(a) >= *Value(b); }}};
  return orders;
}

bool Sorted(const std::vector<std::string_view>& words, const Before& before) {
  bool differ = false;
  for (size_t j = 1; j < words.size(); ++j) {
    if (!before(words[j - 1], words[j]) || IsNumber(words[j - 1]) != IsNumber(words[j])) return false;
    differ = differ || !before(words[j], words[j - 1]);
  }
  return differ;
}

}  // namespace

std::string MayBeSorting(const std::vector<std::vector<std::string_view>>& copied) {
  for (const auto& [name, before] : Orders()) {
    bool all = !copied.empty();
    for (const auto& words : copied) all = all && Sorted(words, before);
    if (all) return std::string("the copied words of every seed stand ") + name + ", so the skill may be to sort";
  }
  return {};
}

std::string MayBeAnyOrder(const std::vector<std::vector<std::string_view>>& copied) {
  size_t long_ones = 0;
  bool names = true;
  for (const auto& words : copied) {
    long_ones += words.size() >= 3 ? 1 : 0;
    for (std::string_view word : words) names = names && IsName(word);
  }
  if (long_ones >= 2 || names) return {};
  return "lists of two words do not show whether the skill turns them round or puts them in order";
}

std::string MayBeChoosing(const std::vector<Choice>& choices) {
  for (const auto& [name, before] : Orders()) {
    bool first = true;
    size_t compared = 0;
    for (const Choice& choice : choices) {
      for (std::string_view other : choice.others) first = first && before(choice.copied, other);
      compared += choice.others.empty() ? 0 : 1;
    }
    if (first && compared > 0 && 2 * compared >= choices.size()) {
      return std::string("the copied word of every seed is the first ") + name +
             ", so the skill may be to choose by that";
    }
  }
  return {};
}

}  // namespace cairn::synth
