#include "synth/copy_lists.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "synth/content_rules.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

struct Parsed {
  std::string_view question, answer;
  std::vector<Token> q, a;
  std::vector<size_t> slots;  // of a that are to be explained
  std::string_view Q(size_t i) const { return q[i].In(question); }
  std::string_view A(size_t i) const { return a[i].In(answer); }
};

using WordSet = std::set<std::string>;

WordSet CommonTo(const std::vector<Parsed>& seeds, const std::function<WordSet(const Parsed&)>& words_of) {
  WordSet common = words_of(seeds[0]);
  for (const Parsed& seed : seeds) {
    WordSet words = words_of(seed);
    std::erase_if(common, [&](const std::string& word) { return words.count(word) == 0; });
  }
  return common;
}

// ---- where the copied words stand ----
using Region = std::function<std::vector<size_t>(const Parsed&)>;  // tokens; empty: the seed has no such region

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

std::vector<Region> Regions(const WordSet& instruction) {
  auto changing = [&instruction](const Parsed& seed) {
    std::vector<size_t> out;
    for (size_t i = 0; i < seed.q.size(); ++i) {
      if (instruction.count(Lower(seed.Q(i))) == 0) out.push_back(i);
    }
    return out;
  };
  auto all = [](const Parsed& seed) { return Between(seed, 0, seed.question.size()); };
  return {AfterColon, InQuotes, LastLine, BeforeLastLine, changing, all};
}

// ---- which of them are copied, and how ----
bool IsTime(std::string_view word) { return StartsWithDigit(word) && word.find(':') != std::string_view::npos; }
bool IsNumber(std::string_view word) { return StartsWithDigit(word) && word.find(':') == std::string_view::npos; }
bool IsName(std::string_view word) { return StartsUpper(word) && !IsFunctionWord(word); }

// Those of `ops` that turn every source word into its slot's word.
std::vector<CopyOp> CommonOps(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  std::vector<CopyOp> ops;
  for (CopyOp op : {CopyOp::kSame, CopyOp::kUpper, CopyOp::kLower, CopyOp::kTitle}) {
    bool all = std::all_of(pairs.begin(), pairs.end(),
                           [op](const auto& pair) { return ApplyCopy(op, pair.first) == pair.second; });
    if (all) ops.push_back(op);
  }
  return ops;
}

using Sources = std::vector<std::vector<size_t>>;  // [seed][slot] -> question token

// One op for the first slot (a sentence may begin with a capital) and one for the others; empty if there are none.
std::vector<CopyOp> FirstAndRest(const std::vector<Parsed>& seeds, const Sources& sources) {
  std::vector<std::pair<std::string_view, std::string_view>> first, rest;
  for (size_t s = 0; s < seeds.size(); ++s) {
    if (sources[s].size() != seeds[s].slots.size() || sources[s].empty()) return {};
    for (size_t j = 0; j < sources[s].size(); ++j) {
      (j == 0 ? first : rest).emplace_back(seeds[s].Q(sources[s][j]), seeds[s].A(seeds[s].slots[j]));
    }
  }
  std::vector<CopyOp> first_ops = CommonOps(first), rest_ops = CommonOps(rest);
  if (first_ops.empty() || rest_ops.empty()) return {};
  for (CopyOp op : rest_ops) {  // one op for all is the simpler explanation
    if (std::find(first_ops.begin(), first_ops.end(), op) != first_ops.end()) return {op, op};
  }
  return {first_ops[0], rest_ops[0]};
}

class ListFinder {
 public:
  ListFinder(std::vector<Parsed> seeds, const WordSet& instruction)
      : seeds_(std::move(seeds)), instruction_(instruction) {}

  CopySearch Run() {
    for (const Region& region : Regions(instruction_)) {
      Sources tokens;
      for (const Parsed& seed : seeds_) tokens.push_back(region(seed));
      if (std::any_of(tokens.begin(), tokens.end(), [](const auto& list) { return list.empty(); })) continue;
      if (Accept(tokens, false) || OfClass(tokens)) break;
      for (auto& list : tokens) std::reverse(list.begin(), list.end());
      if (Accept(tokens, true)) break;
    }
    return std::move(out_);
  }

 private:
  bool Accept(const Sources& sources, bool turned) {
    std::vector<CopyOp> ops = FirstAndRest(seeds_, sources);
    if (ops.empty()) return false;
    std::vector<std::vector<std::string_view>> copied(seeds_.size());
    for (size_t s = 0; s < seeds_.size(); ++s) {
      for (size_t i : sources[s]) copied[s].push_back(seeds_[s].Q(i));
    }
    out_.refused = MayBeSorting(copied);
    if (turned && out_.refused.empty()) out_.refused = MayBeAnyOrder(copied);
    if (!out_.refused.empty()) return true;
    for (size_t s = 0; s < seeds_.size(); ++s) {
      CopiedSeed seed{s, {}};
      for (size_t j = 0; j < sources[s].size(); ++j) {
        seed.slots.push_back({seeds_[s].q[sources[s][j]], seeds_[s].a[seeds_[s].slots[j]], std::string(copied[s][j]),
                              false, ops[j == 0 ? 0 : 1], 0});
      }
      out_.seeds.push_back(std::move(seed));
    }
    return true;
  }

  bool OfClass(const Sources& tokens) {
    for (bool (*is)(std::string_view) : {IsName, IsNumber, IsTime}) {
      Sources chosen(seeds_.size());
      for (size_t s = 0; s < seeds_.size(); ++s) {
        for (size_t i : tokens[s]) {
          if (is(seeds_[s].Q(i))) chosen[s].push_back(i);
        }
      }
      if (Accept(chosen, false)) return true;
    }
    return false;
  }

  std::vector<Parsed> seeds_;
  const WordSet& instruction_;
  CopySearch out_;
};

}  // namespace

CopySearch FindLists(const std::vector<QuestionAnswer>& seeds) {
  std::vector<Parsed> parsed;
  for (const QuestionAnswer& seed : seeds) {
    parsed.push_back({seed.question, seed.answer, Tokenise(seed.question), Tokenise(seed.answer), {}});
  }
  WordSet instruction = CommonTo(parsed, [](const Parsed& seed) {
    WordSet words;
    for (size_t i = 0; i < seed.q.size(); ++i) words.insert(Lower(seed.Q(i)));
    return words;
  });
  WordSet constants = CommonTo(parsed, [](const Parsed& seed) {
    WordSet words;
    for (size_t i = 0; i < seed.a.size(); ++i) words.emplace(seed.A(i));
    return words;
  });
  CopySearch out;
  for (bool with_constants : {false, true}) {
    for (Parsed& seed : parsed) {
      seed.slots.clear();
      for (size_t i = 0; i < seed.a.size(); ++i) {
        if (!with_constants || constants.count(std::string(seed.A(i))) == 0) seed.slots.push_back(i);
      }
    }
    out = ListFinder(parsed, instruction).Run();
    if (!out.seeds.empty() || !out.refused.empty()) break;
  }
  return out;
}

}  // namespace cairn::synth
