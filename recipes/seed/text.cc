#include "text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace cairn::seed {
namespace {

char ToUpper(char c) { return IsAsciiLower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

constexpr std::array<std::string_view, 20> kSmall = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                                    "fifty", "sixty", "seventy", "eighty", "ninety"};

struct Irregular {
  std::string_view singular, plural;
};
constexpr Irregular kIrregular[] = {
    {"man", "men"},       {"woman", "women"},     {"child", "children"}, {"foot", "feet"},    {"tooth", "teeth"},
    {"goose", "geese"},   {"mouse", "mice"},      {"sheep", "sheep"},    {"fish", "fish"},    {"deer", "deer"},
    {"knife", "knives"},  {"wife", "wives"},      {"life", "lives"},     {"leaf", "leaves"},  {"loaf", "loaves"},
    {"shelf", "shelves"}, {"wolf", "wolves"},     {"half", "halves"},    {"calf", "calves"},  {"potato", "potatoes"},
    {"ox", "oxen"},       {"tomato", "tomatoes"}, {"hero", "heroes"},    {"scarf", "scarves"}};

// Verbs whose third person the rule of dropping "s" gets wrong, and words that may stand before the verb.
constexpr Irregular kVerbI[] = {{"is", "am"}, {"has", "have"}, {"does", "do"}, {"goes", "go"}, {"was", "was"}};
constexpr std::string_view kAdverbs[] = {"never",   "always",    "often",  "usually", "also",      "still",
                                         "now",     "sometimes", "mostly", "rarely",  "regularly", "once",
                                         "already", "only",      "first",  "mainly",  "once",      "gladly"};
constexpr std::string_view kUnchanged[] = {
    "can",    "could", "must", "may",  "will", "would",  "should",  "had",    "did",    "might",
    "began",  "took",  "went", "came", "made", "won",    "wrote",   "built",  "bought", "sold",
    "became", "found", "got",  "gave", "left", "lost",   "learned", "grew",   "met",    "spent",
    "set",    "sang",  "led",  "ran",  "said", "taught", "kept",    "caught", "saw",    "brought"};

std::string BareVerb(std::string_view verb) {
  auto ends = [&](std::string_view suffix) { return verb.ends_with(suffix) && verb.size() > suffix.size() + 1; };
  if (ends("ies")) return std::string(verb.substr(0, verb.size() - 3)) + "y";
  if (ends("sses") || ends("shes") || ends("ches") || ends("xes") || ends("zzes")) {
    return std::string(verb.substr(0, verb.size() - 2));
  }
  if (ends("ss")) return {};
  if (ends("s")) return std::string(verb.substr(0, verb.size() - 1));
  if (ends("ed")) return std::string(verb);
  return {};
}

template <size_t N>
std::string Conjugate(std::string_view phrase, const Irregular (&irregular)[N]) {
  size_t space = phrase.find(' ');
  std::string_view first = phrase.substr(0, space);
  std::string rest = space == std::string_view::npos ? "" : std::string(phrase.substr(space));
  for (std::string_view adverb : kAdverbs) {
    if (first != adverb || rest.empty()) continue;
    std::string inner = Conjugate(std::string_view(rest).substr(1), irregular);
    return inner.empty() ? inner : std::string(first) + " " + inner;
  }
  for (const Irregular& entry : irregular) {
    if (first == entry.singular) return std::string(entry.plural) + rest;
  }
  for (std::string_view verb : kUnchanged) {
    if (first == verb) return std::string(phrase);
  }
  std::string bare = BareVerb(first);
  return bare.empty() ? bare : bare + rest;
}

}  // namespace

std::string Upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ToUpper(c);
  return out;
}

std::string Capitalised(std::string_view text) {
  std::string out(text);
  size_t i = !out.empty() && (out[0] == '"' || out[0] == '\'') ? 1 : 0;
  if (i < out.size()) out[i] = ToUpper(out[i]);
  return out;
}

std::string Uncapitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out[0] = AsciiLower(out[0]);
  return out;
}

bool StartsUpper(std::string_view text) { return !text.empty() && IsAsciiUpper(text[0]); }

std::string WithArticle(std::string_view phrase) {
  std::string lower = AsciiLower(phrase.substr(0, 8));
  auto starts = [&](std::string_view prefix) { return lower.starts_with(prefix); };
  bool an = !phrase.empty() && IsVowel(phrase[0]);
  if (starts("hour") || starts("honest") || starts("heir") || starts("8") || starts("11 ") || starts("18")) an = true;
  if (starts("uni") || starts("use") || starts("eu") || starts("one") || starts("once") || starts("ukul")) an = false;
  return (an ? "an " : "a ") + std::string(phrase);
}

std::string Plural(std::string_view noun) {
  std::string text(noun);
  for (const Irregular& entry : kIrregular) {
    if (!text.ends_with(entry.singular)) continue;
    size_t at = text.size() - entry.singular.size();
    if (at == 0 || text[at - 1] == ' ' || entry.singular == "man" || entry.singular == "woman" ||
        entry.singular == "fish") {
      return text.substr(0, at) + std::string(entry.plural);
    }
  }
  auto ends = [&](std::string_view suffix) { return text.ends_with(suffix); };
  if (ends("y") && text.size() > 1 && !IsVowel(text[text.size() - 2])) return text.substr(0, text.size() - 1) + "ies";
  if (ends("s") || ends("x") || ends("sh") || ends("ch") || ends("z")) return text + "es";
  return text + "s";
}

std::string Possessive(std::string_view name) { return std::string(name) + (name.ends_with('s') ? "'" : "'s"); }

std::string JoinList(const std::vector<std::string>& items, std::string_view last) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? last : std::string_view(", ");
    out += items[i];
  }
  return out;
}

std::string Cat(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (std::string_view part : parts) out += part;
  return out;
}

std::string Join(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += separator;
    out += items[i];
  }
  return out;
}

bool IsVowel(char c) { return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos; }

bool ContainEachOther(std::string_view a, std::string_view b) {
  const std::string left = Cat({" ", a, " "}), right = Cat({" ", b, " "});
  return Contains(left, right) || Contains(right, left);
}

std::string Paragraphs(const std::vector<std::string>& sentences, size_t cut) {
  std::string text;
  for (size_t i = 0; i < sentences.size(); ++i) {
    if (i > 0) text += i == cut ? "\n\n" : " ";
    text += sentences[i];
  }
  return text;
}

std::string ThirdPerson(const std::string& base) {
  if (const size_t space = base.find(' '); space != std::string::npos)
    return ThirdPerson(base.substr(0, space)) + base.substr(space);
  if (base.ends_with("y") && base.size() > 2 && !Contains("aeou", std::string(1, base[base.size() - 2])))
    return base.substr(0, base.size() - 1) + "ies";
  for (std::string_view end : {"sh", "ch", "s", "x", "z", "o"})
    if (base.ends_with(end)) return base + "es";
  return base + "s";
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (char c : text) {
    if (c != ' ' && c != '\n') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string NumberWord(int number) {
  if (number < 20) return std::string(kSmall[static_cast<size_t>(number)]);
  if (number < 100) {
    std::string out(kTens[static_cast<size_t>(number / 10)]);
    return number % 10 == 0 ? out : out + "-" + std::string(kSmall[static_cast<size_t>(number % 10)]);
  }
  int unit = number < 1000 ? 100 : 1000;
  std::string out = NumberWord(number / unit) + (unit == 100 ? " hundred" : " thousand");
  int rest = number % unit;
  if (rest == 0) return out;
  return out + (rest < 100 ? " and " : " ") + NumberWord(rest);
}

std::string Ordinal(int number) {
  int tens = number % 100;
  int unit = number % 10;
  const char* suffix = tens >= 11 && tens <= 13 ? "th" : unit == 1 ? "st" : unit == 2 ? "nd" : unit == 3 ? "rd" : "th";
  return std::to_string(number) + suffix;
}

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (!from.empty() && text.substr(i).starts_with(from)) {
      out += to;
      i += from.size();
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string Fill(std::string_view form, const Slots& slots) {
  std::string out;
  out.reserve(form.size() + 48);
  for (size_t i = 0; i < form.size();) {
    size_t open = form.find('{', i);
    size_t close = open == std::string_view::npos ? open : form.find('}', open);
    if (close == std::string_view::npos) {
      out += form.substr(i);
      break;
    }
    out += form.substr(i, open - i);
    std::string_view name = form.substr(open + 1, close - open - 1);
    bool article = name.starts_with("a ");
    if (article) name.remove_prefix(2);
    bool found = false;
    for (const auto& [slot, value] : slots) {
      if (slot != name) continue;
      out += article ? WithArticle(value) : std::string(value);
      found = true;
      break;
    }
    if (!found) out += form.substr(open, close - open + 1);
    i = close + 1;
  }
  return out;
}

bool IsYesNo(std::string_view answer) { return answer == "yes" || answer == "no"; }

std::string VerbForI(std::string_view verb_phrase) { return Conjugate(verb_phrase, kVerbI); }

std::string Normalised(std::string_view text) {
  std::string word;
  std::string out;
  auto flush = [&] {
    if (!word.empty() && word != "the" && word != "a" && word != "an") {
      if (!out.empty()) out += ' ';
      out += word;
    }
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool decimal = (c == '.' || c == ',' || c == ':') && i > 0 && i + 1 < text.size() && IsAsciiDigit(text[i - 1]) &&
                   IsAsciiDigit(text[i + 1]);
    if (IsAsciiLetter(c) || IsAsciiDigit(c) || static_cast<unsigned char>(c) >= 0x80 || c == '$' || decimal) {
      word += AsciiLower(c);
    } else if (c != '\'') {
      flush();
    }
  }
  flush();
  return out;
}

std::set<std::string> MeaningStems(const std::string& text) {
  static const std::set<std::string> holding = {
      "what", "who", "whom", "whose", "which", "where",  "when", "why",  "how",  "does", "did", "are",  "was",
      "were", "can", "must", "will",  "would", "should", "the",  "for",  "with", "from", "has", "have", "had",
      "and",  "its", "his",  "her",   "their", "there",  "that", "this", "him",  "them", "you", "one"};
  std::set<std::string> stems;
  for (std::string word : Words(AsciiLower(text))) {
    std::erase_if(word, [](char c) { return std::string_view("?!.,:;\"'").find(c) != std::string_view::npos; });
    if (word.size() > 2 && !holding.contains(word)) stems.insert(word.substr(0, 4));
  }
  return stems;
}

int TokenF1(std::string_view a, std::string_view b) {
  std::vector<std::string> left = Words(Normalised(a));
  std::vector<std::string> right = Words(Normalised(b));
  if (left.empty() || right.empty()) return left.empty() && right.empty() ? 1000 : 0;
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  size_t common = 0;
  for (size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    int order = left[i].compare(right[j]);
    if (order == 0) ++common;
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
  return static_cast<int>(2000 * common / (left.size() + right.size()));
}

uint32_t StableHash(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  hash ^= hash >> 15;
  hash *= 0x2c1b3c6du;
  return hash ^ hash >> 12;
}

}  // namespace cairn::seed
