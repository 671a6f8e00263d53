#include "synth/copy_rule.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "formats/unicode.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

constexpr size_t kMinSeeds = 3, kMaxTokens = 400, kMaxPlace = 12;

struct Parsed {
  std::string_view question, answer;
  std::vector<Token> q, a;
  std::vector<size_t> slots;  // of a that are to be explained
  std::string_view Q(size_t i) const { return q[i].In(question); }
  std::string_view A(size_t i) const { return a[i].In(answer); }
};

std::vector<std::string> Common(const std::vector<Parsed>& seeds, bool questions, bool fold_case) {
  std::set<std::string> common;
  for (size_t s = 0; s < seeds.size(); ++s) {
    std::set<std::string> words;
    for (size_t i = 0; i < (questions ? seeds[s].q : seeds[s].a).size(); ++i) {
      std::string_view word = questions ? seeds[s].Q(i) : seeds[s].A(i);
      words.insert(fold_case ? Lower(word) : std::string(word));
    }
    if (s == 0) {
      common = std::move(words);
    } else {
      std::erase_if(common, [&](const std::string& word) { return words.count(word) == 0; });
    }
  }
  return {common.begin(), common.end()};
}

bool In(const std::vector<std::string>& sorted, const std::string& word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

// ---- where the copied words stand ----
struct Region {
  const char* name;
  std::function<std::vector<size_t>(const Parsed&)> tokens;  // empty: the seed has no such region
};

std::vector<size_t> Between(const Parsed& seed, size_t begin, size_t end) {
  std::vector<size_t> out;
  for (size_t i = 0; i < seed.q.size(); ++i) {
    if (seed.q[i].begin >= begin && seed.q[i].end <= end) out.push_back(i);
  }
  return out;
}

std::vector<size_t> AfterColon(const Parsed& seed) {
  for (size_t at = 0; (at = seed.question.find(':', at)) != std::string_view::npos; ++at) {
    if (at + 1 < seed.question.size() && (seed.question[at + 1] == ' ' || seed.question[at + 1] == '\n')) {
      return Between(seed, at, seed.question.size());
    }
  }
  return {};
}

std::vector<size_t> InQuotes(const Parsed& seed) {
  for (auto [open, close] : {std::pair<std::string_view, std::string_view>{"\"", "\""}, {"\u201C", "\u201D"}}) {
    size_t begin = seed.question.find(open);
    if (begin == std::string_view::npos) continue;
    size_t end = seed.question.find(close, begin + open.size());
    if (end != std::string_view::npos) return Between(seed, begin, end);
  }
  return {};
}

std::vector<size_t> LastLine(const Parsed& seed) {
  size_t at = seed.question.rfind('\n');
  return at == std::string_view::npos ? std::vector<size_t>{} : Between(seed, at, seed.question.size());
}

std::vector<size_t> BeforeLastLine(const Parsed& seed) {
  size_t at = seed.question.rfind('\n');
  return at == std::string_view::npos ? std::vector<size_t>{} : Between(seed, 0, at);
}

std::vector<Region> Regions(const std::vector<std::string>& instruction) {
  auto changing = [&instruction](const Parsed& seed) {
    std::vector<size_t> out;
    for (size_t i = 0; i < seed.q.size(); ++i) {
      if (!In(instruction, Lower(seed.Q(i)))) out.push_back(i);
    }
    return out;
  };
  auto all = [](const Parsed& seed) { return Between(seed, 0, seed.question.size()); };
  return {{"after the colon", AfterColon},
          {"in quotes", InQuotes},
          {"on the last line", LastLine},
          {"before the last line", BeforeLastLine},
          {"that change from seed to seed", changing},
          {"of the question", all}};
}

// ---- which of them are copied, and how ----
bool IsTime(std::string_view word) { return StartsWithDigit(word) && word.find(':') != std::string_view::npos; }
bool IsNumber(std::string_view word) { return StartsWithDigit(word) && word.find(':') == std::string_view::npos; }
bool IsDayOrMonth(std::string_view word) {
  auto in = [word](std::span<const std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  return in(Weekdays()) || in(Months());
}
bool IsName(std::string_view word) { return StartsUpper(word) && !IsFunctionWord(word); }

// The ops that turn every source word into its slot's word.
std::vector<CopyOp> CommonOps(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  std::vector<CopyOp> ops;
  for (CopyOp op : kCopyOps) {
    bool all = std::all_of(pairs.begin(), pairs.end(),
                           [op](const auto& pair) { return ApplyCopy(op, pair.first) == pair.second; });
    if (all) ops.push_back(op);
  }
  return ops;
}

using Sources = std::vector<std::vector<size_t>>;  // [seed][slot] -> question token

// Fills in the ops: one for the first slot (a sentence may begin with a capital) and one for the others.
bool Explain(const std::vector<Parsed>& seeds, const Sources& sources, CopyRule& rule) {
  std::vector<std::pair<std::string_view, std::string_view>> first, rest;
  for (size_t s = 0; s < seeds.size(); ++s) {
    if (sources[s].size() != seeds[s].slots.size() || sources[s].empty()) return false;
    for (size_t j = 0; j < sources[s].size(); ++j) {
      (j == 0 ? first : rest).emplace_back(seeds[s].Q(sources[s][j]), seeds[s].A(seeds[s].slots[j]));
    }
  }
  std::vector<CopyOp> first_ops = CommonOps(first), rest_ops = CommonOps(rest);
  if (first_ops.empty() || rest_ops.empty()) return false;
  // One op for all is the simpler explanation.
  CopyOp first_op = first_ops[0];
  for (CopyOp op : rest_ops) {
    if (std::find(first_ops.begin(), first_ops.end(), op) != first_ops.end()) {
      first_op = op;
      rest_ops[0] = op;
      break;
    }
  }
  rule.seeds.clear();
  for (size_t s = 0; s < seeds.size(); ++s) {
    CopiedSeed copied;
    copied.question = seeds[s].q;
    for (const Token& token : seeds[s].a) copied.answer.push_back({token, true, 0, CopyOp::kSame});
    for (size_t j = 0; j < sources[s].size(); ++j) {
      copied.answer[seeds[s].slots[j]] = {seeds[s].a[seeds[s].slots[j]], false, sources[s][j],
                                          j == 0 ? first_op : rest_ops[0]};
    }
    rule.seeds.push_back(std::move(copied));
  }
  return true;
}

// ---- rules of content that would explain the seeds as well ----
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

// An order in which every seed's copied words stand; null if none, if a seed copies only one word, or if numbers and
// words are mixed, which nobody sorts.
const char* SortedEverywhere(const std::vector<Parsed>& seeds, const Sources& sources) {
  for (const auto& [name, before] : Orders()) {
    bool sorted = true;
    for (size_t s = 0; s < seeds.size() && sorted; ++s) {
      bool differ = false;
      for (size_t j = 1; j < sources[s].size(); ++j) {
        std::string_view a = seeds[s].Q(sources[s][j - 1]), b = seeds[s].Q(sources[s][j]);
        sorted = sorted && before(a, b) && IsNumber(a) == IsNumber(b);
        differ = differ || !before(b, a);
      }
      sorted = sorted && differ;
    }
    if (sorted) return name;
  }
  return nullptr;
}

// An order in which the one copied word comes first among the changing words of its region, in every seed; null if
// none.
const char* FirstEverywhere(const std::vector<Parsed>& seeds, const Sources& sources, const Region& region,
                            const std::vector<std::string>& instruction) {
  for (const auto& [name, before] : Orders()) {
    bool first = true, compared = false;
    for (size_t s = 0; s < seeds.size() && first; ++s) {
      if (sources[s].size() != 1) return nullptr;
      for (size_t i : region.tokens(seeds[s])) {
        if (i == sources[s][0] || In(instruction, Lower(seeds[s].Q(i)))) continue;
        first = first && before(seeds[s].Q(sources[s][0]), seeds[s].Q(i));
        compared = true;
      }
    }
    if (first && compared) return name;
  }
  return nullptr;
}

// ---- the search ----
class RuleFinder {
 public:
  RuleFinder(std::vector<Parsed> seeds, std::vector<std::string> instruction)
      : seeds_(std::move(seeds)), instruction_(std::move(instruction)) {}

  // True if a rule was found, or if what explains the seeds may be a rule of content (then refused() says so).
  bool Find(CopyRule& rule) {
    for (const Region& region : Regions(instruction_)) {
      Sources tokens;
      for (const Parsed& seed : seeds_) tokens.push_back(region.tokens(seed));
      if (std::any_of(tokens.begin(), tokens.end(), [](const auto& list) { return list.empty(); })) continue;
      if (InOrder(region, tokens, rule) || OfClass(region, tokens, rule) || Reversed(region, tokens, rule) ||
          ByPlace(region, tokens, rule)) {
        return true;
      }
    }
    return false;
  }
  const std::string& refused() const { return refused_; }

 private:
  bool Accept(const Sources& sources, const std::string& description, CopyRule& rule) {
    if (!Explain(seeds_, sources, rule)) return false;
    rule.description = description;
    if (const char* order = SortedEverywhere(seeds_, sources)) {
      refused_ = std::string("the copied words of every seed stand ") + order + ", so the skill may be to sort";
    }
    return true;
  }

  bool InOrder(const Region& region, const Sources& tokens, CopyRule& rule) {
    return Accept(tokens, std::string("the words ") + region.name + ", in order", rule);
  }

  bool OfClass(const Region& region, const Sources& tokens, CopyRule& rule) {
    for (auto [name, is] : {std::pair<const char*, bool (*)(std::string_view)>{"names", IsName},
                            {"numbers", IsNumber},
                            {"times", IsTime}}) {
      Sources chosen(seeds_.size());
      for (size_t s = 0; s < seeds_.size(); ++s) {
        for (size_t i : tokens[s]) {
          if (is(seeds_[s].Q(i))) chosen[s].push_back(i);
        }
      }
      if (Accept(chosen, std::string("the ") + name + " " + region.name + ", in order", rule)) return true;
    }
    return false;
  }

  bool Reversed(const Region& region, const Sources& tokens, CopyRule& rule) {
    Sources reversed = tokens;
    size_t long_ones = 0;
    bool names = true;
    for (size_t s = 0; s < reversed.size(); ++s) {
      std::reverse(reversed[s].begin(), reversed[s].end());
      long_ones += reversed[s].size() >= 3 ? 1 : 0;
      for (size_t i : reversed[s]) names = names && IsName(seeds_[s].Q(i)) && !IsDayOrMonth(seeds_[s].Q(i));
    }
    if (!Accept(reversed, std::string("the words ") + region.name + ", from last to first", rule)) return false;
    // "elephant, ant" -> "ant, elephant" may be turned round or put in some order; "Ann Bell" -> "Bell, Ann" is not.
    if (long_ones < 2 && !names) {
      refused_ = "lists of two words do not show whether the skill turns them round or puts them in order";
    }
    return true;
  }

  // Each slot takes its word from a fixed place: counted from the front, from the back, or behind a word of the
  // instruction.
  bool ByPlace(const Region& region, const Sources& tokens, CopyRule& rule) {
    size_t slots = seeds_[0].slots.size();
    for (const Parsed& seed : seeds_) {
      if (seed.slots.size() != slots) return false;
    }
    if (slots > kMaxPlace) return false;
    Sources sources(seeds_.size());
    for (size_t j = 0; j < slots; ++j) {
      if (!PlaceOf(j, tokens, sources)) return false;
    }
    if (!Accept(sources, std::string("words at fixed places among those ") + region.name, rule)) return false;
    if (const char* order = FirstEverywhere(seeds_, sources, region, instruction_)) {
      refused_ = std::string("the copied word of every seed is the first ") + order +
                 ", so the skill may be to choose by that";
    }
    return true;
  }

  bool PlaceOf(size_t slot, const Sources& tokens, Sources& sources) const {
    auto fits = [&](const std::function<std::optional<size_t>(size_t seed)>& place) {
      std::vector<size_t> found;
      std::vector<std::pair<std::string_view, std::string_view>> pairs;
      for (size_t s = 0; s < seeds_.size(); ++s) {
        std::optional<size_t> index = place(s);
        if (!index) return false;
        found.push_back(*index);
        pairs.emplace_back(seeds_[s].Q(*index), seeds_[s].A(seeds_[s].slots[slot]));
      }
      if (CommonOps(pairs).empty()) return false;
      for (size_t s = 0; s < seeds_.size(); ++s) sources[s].push_back(found[s]);
      return true;
    };
    for (size_t n = 0; n < kMaxPlace; ++n) {
      auto front = [&](size_t s) { return n < tokens[s].size() ? std::optional(tokens[s][n]) : std::nullopt; };
      auto back = [&](size_t s) {
        return n < tokens[s].size() ? std::optional(tokens[s][tokens[s].size() - 1 - n]) : std::nullopt;
      };
      if (fits(front) || fits(back)) return true;
    }
    for (const std::string& word : instruction_) {
      for (size_t offset = 1; offset <= 3; ++offset) {
        if (fits([&](size_t s) { return Behind(seeds_[s], word, offset); })) return true;
      }
    }
    return false;
  }

  static std::optional<size_t> Behind(const Parsed& seed, const std::string& word, size_t offset) {
    for (size_t i = 0; i + offset < seed.q.size(); ++i) {
      if (Lower(seed.Q(i)) == word) return i + offset;
    }
    return std::nullopt;
  }

  std::vector<Parsed> seeds_;
  std::vector<std::string> instruction_;
  std::string refused_;
};

// Letters of an answer that is one word, as tokens of their own: acronyms.
bool SplitLetters(std::vector<Parsed>& seeds) {
  for (Parsed& seed : seeds) {
    if (seed.a.size() != 1) return false;
    Token word = seed.a[0];
    seed.a.clear();
    for (size_t at = word.begin; at < word.end;) {
      size_t length = formats::Utf8At(seed.answer, at).length;
      seed.a.push_back({at, at + length});
      at += length;
    }
  }
  return true;
}

void SetSlots(std::vector<Parsed>& seeds, const std::vector<std::string>& constants) {
  for (Parsed& seed : seeds) {
    seed.slots.clear();
    for (size_t i = 0; i < seed.a.size(); ++i) {
      if (!In(constants, std::string(seed.A(i)))) seed.slots.push_back(i);
    }
  }
}

}  // namespace

std::string ApplyCopy(CopyOp op, std::string_view word) {
  switch (op) {
    case CopyOp::kSame:
      return std::string(word);
    case CopyOp::kUpper:
      return Upper(word);
    case CopyOp::kLower:
      return Lower(word);
    case CopyOp::kCapital:
      return Capitalised(Lower(word));
    case CopyOp::kFirst:
      return std::string(FirstCharacter(word));
    case CopyOp::kFirstUpper:
      return Upper(FirstCharacter(word));
    case CopyOp::kFirstLower:
      return Lower(FirstCharacter(word));
  }
  return {};
}

Result<CopyRule> FindCopyRule(const std::vector<QuestionAnswer>& seeds) {
  if (seeds.size() < kMinSeeds) return Unsupported("fewer than three seeds show no rule");
  std::vector<Parsed> parsed;
  for (const QuestionAnswer& seed : seeds) {
    parsed.push_back({seed.question, seed.answer, Tokenise(seed.question), Tokenise(seed.answer), {}});
    if (parsed.back().q.size() > kMaxTokens || parsed.back().a.size() > kMaxTokens) {
      return Unsupported("a seed has more than 400 words");
    }
  }
  std::vector<std::string> instruction = Common(parsed, true, true);
  std::vector<std::string> constants = Common(parsed, false, false);
  for (int variant = 0; variant < 3; ++variant) {
    std::vector<Parsed> attempt = parsed;
    if (variant == 2 && !SplitLetters(attempt)) break;
    SetSlots(attempt, variant == 1 ? constants : std::vector<std::string>{});
    RuleFinder finder(std::move(attempt), instruction);
    CopyRule rule;
    if (!finder.Find(rule)) continue;
    if (!finder.refused().empty()) return Unsupported(finder.refused());
    rule.fixed = instruction;
    if (variant == 1) {
      for (const std::string& word : constants) rule.fixed.push_back(Lower(word));
    }
    std::sort(rule.fixed.begin(), rule.fixed.end());
    return rule;
  }
  return Unsupported("the answers are not copies of words at fixed places of the questions");
}

}  // namespace cairn::synth
