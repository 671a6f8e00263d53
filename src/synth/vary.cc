#include "synth/vary.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/philox.h"
#include "synth/asker.h"
#include "synth/copy_rule.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

enum class WordClass { kNumber, kTime, kNumberWord, kWeekday, kMonth, kName, kNoun, kPlural, kOther };

bool In(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

WordClass ClassOf(std::string_view word) {
  if (StartsWithDigit(word)) return word.find(':') == std::string_view::npos ? WordClass::kNumber : WordClass::kTime;
  std::string lower = Lower(word), capital = Capitalised(lower);
  if (In(NumberWords(), lower)) return WordClass::kNumberWord;
  if (In(Weekdays(), capital)) return WordClass::kWeekday;
  if (In(Months(), capital) && StartsUpper(word)) return WordClass::kMonth;
  if (StartsUpper(word)) return WordClass::kName;
  if (lower.size() > 4 && (lower.ends_with("ing") || lower.ends_with("ed") || lower.ends_with("ly"))) {
    return WordClass::kOther;
  }
  return lower.size() > 3 && lower.ends_with('s') && !lower.ends_with("ss") ? WordClass::kPlural : WordClass::kNoun;
}

std::span<const std::string_view> BuiltIn(WordClass word_class) {
  switch (word_class) {
    case WordClass::kNumberWord:
      return NumberWords();
    case WordClass::kWeekday:
      return Weekdays();
    case WordClass::kMonth:
      return Months();
    case WordClass::kName:
      return Names();
    case WordClass::kNoun:
      return Nouns();
    case WordClass::kPlural:
      return PluralNouns();
    default:
      return {};
  }
}

bool StartsWithVowel(std::string_view word) {
  std::string first = Lower(FirstCharacter(word));
  return first.size() == 1 && std::string_view("aeiou").find(first[0]) != std::string_view::npos;
}

// A number or time of the same shape: "2,300" -> "7,184", "9:15" -> "4:40".
std::string SameShape(std::string_view word, bool time, RandomStream& random) {
  std::string out(word);
  size_t colon = word.find(':');
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] < '0' || out[i] > '9') continue;
    uint32_t low = i == 0 ? (out.size() == 1 ? 2 : 1) : 0;
    out[i] = static_cast<char>('0' + low + random.Below(10 - low));
  }
  if (!time || colon == std::string_view::npos || colon > 2 || colon + 3 > out.size()) return out;
  if (colon == 2) {
    out[0] = '1';
    out[1] = static_cast<char>('0' + random.Below(3));
  }
  out[colon + 1] = static_cast<char>('0' + random.Below(6));
  out[colon + 2] = random.Chance(0.5) ? '0' : '5';
  return out;
}

// The case of `model` on `word`.
std::string WithCaseOf(std::string_view model, std::string_view word) {
  bool one = FirstCharacter(model).size() == model.size();
  if (!one && Upper(model) == model && Lower(model) != model) return Upper(word);
  return StartsUpper(model) ? Capitalised(word) : Lower(word);
}

// The words that may be exchanged in a seed: copied, not fixed, not function words. Lower case -> as first written.
std::map<std::string, std::string> Exchangeable(const QuestionAnswer& seed, const CopiedSeed& copied,
                                                const std::vector<std::string>& fixed) {
  std::map<std::string, std::string> out;
  for (const AnswerSlot& slot : copied.answer) {
    if (slot.constant) continue;
    std::string word(copied.question[slot.source].In(seed.question));
    std::string lower = Lower(word);
    if (!IsFunctionWord(lower) && !std::binary_search(fixed.begin(), fixed.end(), lower)) {
      out.emplace(std::move(lower), std::move(word));
    }
  }
  return out;
}

class Varier {
 public:
  Varier(const std::vector<QuestionAnswer>& seeds, const CopyRule& rule, uint64_t seed)
      : seeds_(seeds), rule_(rule), seed_(seed) {
    for (size_t s = 0; s < seeds.size(); ++s) {
      words_.push_back(Exchangeable(seeds[s], rule.seeds[s], rule.fixed));
      for (const auto& [lower, word] : words_[s]) pools_[ClassOf(word)].insert(lower);
    }
    for (auto& [word_class, pool] : pools_) {
      for (std::string_view word : BuiltIn(word_class)) pool.insert(Lower(word));
    }
  }

  std::vector<Variation> Run(size_t most) {
    std::vector<Variation> out;
    size_t each = (most + seeds_.size() - 1) / seeds_.size();
    for (size_t s = 0; s < seeds_.size(); ++s) {
      std::set<std::string> seen = {seeds_[s].question};
      for (size_t attempt = 0, made = 0; attempt < 3 * each && made < each && out.size() < most; ++attempt) {
        QuestionAnswer pair = Draw(s, attempt);
        if (!seen.insert(pair.question).second) continue;
        out.push_back({s, std::move(pair)});
        ++made;
      }
    }
    return out;
  }

 private:
  // Lower case -> replacement, in lower case or digits.
  std::map<std::string, std::string> Exchange(size_t s, RandomStream& random) const {
    std::set<std::string> taken(rule_.fixed.begin(), rule_.fixed.end());
    for (const Token& token : rule_.seeds[s].question) taken.insert(Lower(token.In(seeds_[s].question)));
    std::map<std::string, std::string> out;
    for (const auto& [lower, word] : words_[s]) {
      std::string replacement = Replacement(word, taken, random);
      if (replacement.empty()) continue;
      taken.insert(replacement);
      out[lower] = std::move(replacement);
    }
    return out;
  }

  std::string Replacement(const std::string& word, const std::set<std::string>& taken, RandomStream& random) const {
    WordClass word_class = ClassOf(word);
    if (word_class == WordClass::kNumber || word_class == WordClass::kTime) {
      for (int attempt = 0; attempt < 20; ++attempt) {
        std::string number = SameShape(word, word_class == WordClass::kTime, random);
        if (taken.count(number) == 0) return number;
      }
      return {};
    }
    bool vowel = StartsWithVowel(word);  // "an apple" must not become "an table"
    std::vector<std::string> choices;
    for (const std::string& candidate : pools_.at(word_class)) {
      bool fits = StartsWithVowel(candidate) == vowel && taken.count(candidate) == 0;
      if (word_class == WordClass::kOther)
        fits = fits && candidate.substr(candidate.size() - 2) == word.substr(word.size() - 2);
      if (fits) choices.push_back(candidate);
    }
    if (choices.empty()) return {};
    return choices[random.Below(static_cast<uint32_t>(choices.size()))];
  }

  QuestionAnswer Draw(size_t s, size_t attempt) const {
    const QuestionAnswer& seed = seeds_[s];
    const CopiedSeed& copied = rule_.seeds[s];
    RandomStream random(seed_, RandomPurpose::kSynthesis,
                        StreamOf("vary\n" + seed.question + "\n" + std::to_string(attempt)));
    std::map<std::string, std::string> exchange = Exchange(s, random);
    std::vector<std::string> words;  // of the new question
    QuestionAnswer out;
    size_t at = 0;
    for (const Token& token : copied.question) {
      std::string_view word = token.In(seed.question);
      auto found = exchange.find(Lower(word));
      words.push_back(found == exchange.end() ? std::string(word) : WithCaseOf(word, found->second));
      out.question += seed.question.substr(at, token.begin - at) + words.back();
      at = token.end;
    }
    out.question += seed.question.substr(at);
    at = 0;
    for (const AnswerSlot& slot : copied.answer) {
      out.answer += seed.answer.substr(at, slot.token.begin - at);
      out.answer += slot.constant ? std::string(slot.token.In(seed.answer)) : ApplyCopy(slot.op, words[slot.source]);
      at = slot.token.end;
    }
    out.answer += seed.answer.substr(at);
    return out;
  }

  const std::vector<QuestionAnswer>& seeds_;
  const CopyRule& rule_;
  uint64_t seed_;
  std::vector<std::map<std::string, std::string>> words_;  // per seed
  std::map<WordClass, std::set<std::string>> pools_;       // lower case
};

}  // namespace

Result<std::vector<Variation>> VarySeeds(const std::vector<QuestionAnswer>& seeds, size_t most, uint64_t seed) {
  CAIRN_ASSIGN(CopyRule rule, FindCopyRule(seeds));
  std::vector<Variation> out = Varier(seeds, rule, seed).Run(most);
  if (out.empty() && most > 0) return Unsupported("no copied word can be exchanged for another");
  return out;
}

}  // namespace cairn::synth
