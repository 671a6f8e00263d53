#include "synth/vary.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/philox.h"
#include "synth/asker.h"
#include "synth/copy_rule.h"
#include "synth/fillers.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

constexpr int kTries = 12;

// The words beside a span, unless punctuation stands between.
Neighbours NeighboursOf(std::string_view text, const Token& span) {
  Neighbours out;
  auto near = [&](size_t begin, size_t end) {
    return text.substr(begin, end - begin).find_first_not_of(' ') == std::string_view::npos;
  };
  for (const Token& token : Tokenise(text)) {
    if (token.end <= span.begin && near(token.end, span.begin)) out.before = Lower(token.In(text));
    if (token.begin >= span.end && near(span.end, token.begin)) {
      out.after = Lower(token.In(text));
      break;
    }
  }
  return out;
}

bool ArticleFits(std::string_view before, std::string_view filler) {
  return (before != "a" && before != "an") || TakesAn(filler) == (before == "an");
}

bool IsContent(const std::string& filler) { return !IsFunctionWord(filler) || KindOf(filler) == WordKind::kNumberWord; }

// `text` with `pieces` in the places of `spans`, which don't overlap.
std::string Replaced(const std::string& text, std::vector<std::pair<Token, std::string>> pieces) {
  std::sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.first.begin < b.first.begin; });
  std::string out;
  size_t at = 0;
  for (const auto& [span, piece] : pieces) {
    out += text.substr(at, span.begin - at) + piece;
    at = span.end;
  }
  return out + text.substr(at);
}

class Varier {
 public:
  Varier(const std::vector<QuestionAnswer>& seeds, const std::vector<CopiedSeed>& copies, uint64_t seed)
      : seeds_(seeds), copies_(copies), seed_(seed) {
    std::map<size_t, std::set<std::string>> fillers;
    for (const CopiedSeed& copy : copies) {
      for (const CopySlot& slot : copy.slots) {
        if (IsContent(slot.filler)) fillers[slot.pool].insert(slot.filler);
      }
    }
    for (const auto& [pool, set] : fillers) {
      pools_[pool] = {set.begin(), set.end()};
      largest_number_word_[pool] = LargestNumberWord(pools_[pool]);
    }
  }

  std::vector<Variation> Run(size_t most) const {
    std::vector<Variation> out;
    std::set<std::string> seen;
    for (const QuestionAnswer& seed : seeds_) seen.insert(seed.question);
    size_t attempts = 16 + 4 * (most / copies_.size());
    for (size_t attempt = 0; attempt < attempts; ++attempt) {
      for (const CopiedSeed& copy : copies_) {
        if (out.size() >= most) return out;
        QuestionAnswer pair = Draw(copy, attempt);
        if (seen.insert(pair.question).second) out.push_back({copy.seed, std::move(pair)});
      }
    }
    return out;
  }

 private:
  QuestionAnswer Draw(const CopiedSeed& copy, size_t attempt) const {
    const QuestionAnswer& seed = seeds_[copy.seed];
    RandomStream random(seed_, RandomPurpose::kSynthesis,
                        StreamOf("vary\n" + seed.question + "\n" + std::to_string(attempt)));
    std::set<std::string> taken;  // lower case: what stays in the question must not be drawn
    for (const Token& token : Tokenise(seed.question)) taken.insert(Lower(token.In(seed.question)));
    std::vector<std::pair<Token, std::string>> question, answer;
    std::set<std::string> fillers;
    for (const CopySlot& slot : copy.slots) {
      std::string filler = Filler(seed, slot, fillers, taken, random);
      fillers.insert(filler);
      question.emplace_back(slot.question, slot.capital ? Capitalised(filler) : filler);
      answer.emplace_back(slot.answer, ApplyCopy(slot.op, filler));
    }
    return {Replaced(seed.question, std::move(question)), Replaced(seed.answer, std::move(answer))};
  }

  std::string Filler(const QuestionAnswer& seed, const CopySlot& slot, const std::set<std::string>& used,
                     std::set<std::string>& taken, RandomStream& random) const {
    if (!IsContent(slot.filler)) return slot.filler;
    Neighbours neighbours = NeighboursOf(seed.question, slot.question);
    std::string before_in_answer = NeighboursOf(seed.answer, slot.answer).before;
    const std::vector<std::string>& pool = pools_.at(slot.pool);
    for (int attempt = 0; attempt < kTries; ++attempt) {
      std::string filler = pool[random.Below(static_cast<uint32_t>(pool.size()))];
      if (random.Chance(0.85)) {
        filler = VaryFiller(filler, neighbours, largest_number_word_.at(slot.pool), taken, random);
      }
      if (SameNumber(filler, slot.filler, neighbours) && ArticleFits(neighbours.before, filler) &&
          ArticleFits(before_in_answer, ApplyCopy(slot.op, filler)) && used.count(filler) == 0) {
        return filler;
      }
    }
    return slot.filler;
  }

  const std::vector<QuestionAnswer>& seeds_;
  const std::vector<CopiedSeed>& copies_;
  uint64_t seed_;
  std::map<size_t, std::vector<std::string>> pools_;
  std::map<size_t, size_t> largest_number_word_;
};

}  // namespace

Result<std::vector<Variation>> VarySeeds(const std::vector<QuestionAnswer>& seeds, size_t most, uint64_t seed) {
  CAIRN_ASSIGN(std::vector<CopiedSeed> copies, FindCopies(seeds));
  std::vector<Variation> out = Varier(seeds, copies, seed).Run(most);
  if (out.empty() && most > 0) return Unsupported("no copied word can be exchanged for another");
  return out;
}

}  // namespace cairn::synth
