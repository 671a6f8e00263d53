#include "synth/fillers.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "synth/text.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

constexpr int kTries = 12;

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

size_t NumberOf(std::string_view lower) {  // 1 ... 20; 0 if it is no number word
  auto words = NumberWords();
  auto found = std::find(words.begin(), words.end(), lower);
  return found == words.end() ? 0 : static_cast<size_t>(found - words.begin()) + 1;
}

// A word after a number that it counts: "cats" in "two cats".
bool IsCounted(std::string_view lower) {
  static constexpr std::array<std::string_view, 4> kNot = {"past", "o'clock", "am", "pm"};
  return !lower.empty() && !IsFunctionWord(lower) && NumberOf(lower) == 0 && !StartsWithDigit(lower) &&
         !IsOneOf(kNot, lower);
}

bool AfterHour(std::string_view lower) {
  static constexpr std::array<std::string_view, 4> kMarks = {"am", "pm", "o'clock", "o\u2019clock"};
  return IsOneOf(kMarks, lower);
}

bool IsMonth(std::string_view lower) { return OneOf(Months(), Capitalised(lower)); }

std::string Two(size_t n) { return {static_cast<char>('0' + n / 10 % 10), static_cast<char>('0' + n % 10)}; }

// From low to high, written like `model`: with a leading zero or not.
std::string Between(size_t low, size_t high, std::string_view model, RandomStream& random) {
  size_t n = low + random.Below(static_cast<uint32_t>(high - low + 1));
  return model.starts_with('0') && model.size() == 2 ? Two(n) : std::to_string(n);
}

std::string OrdinalEnding(size_t n) {
  if (n / 10 == 1) return "th";
  return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

// "9:15" -> "4:40"; hours keep their number of digits and, if `half_day` or below 13, stay below 13.
std::string OtherTime(std::string_view word, size_t separator, bool half_day, RandomStream& random) {
  bool short_hour = separator == 1, zero = word[0] == '0';
  size_t hour = separator == 2 ? static_cast<size_t>(word[0] - '0') * 10 + static_cast<size_t>(word[1] - '0') : 0;
  std::string hours = short_hour || zero ? std::to_string(1 + random.Below(9))
                                         : std::to_string(10 + random.Below(hour > 12 && !half_day ? 14 : 3));
  if (zero && !short_hour) hours = "0" + hours;
  return hours + std::string(1, word[separator]) + Two(5 * random.Below(12)) + std::string(word.substr(separator + 3));
}

std::string OtherNumber(std::string_view word, std::string_view before, std::string_view after, RandomStream& random) {
  size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  std::string_view rest = word.substr(digits);
  bool hour_mark = AfterHour(after) || rest == "am" || rest == "pm";
  size_t separator = word.find_first_of(":.");
  bool clock = separator != std::string_view::npos && (word[separator] == ':' || hour_mark);
  if (clock && separator == digits && digits >= 1 && digits <= 2 && separator + 3 <= word.size() &&
      IsAsciiDigit(word[separator + 1]) && IsAsciiDigit(word[separator + 2])) {
    return OtherTime(word, separator, hour_mark, random);
  }
  if (hour_mark && digits > 0 && digits <= 2) return Between(1, 12, word.substr(0, digits), random) + std::string(rest);
  if (rest == "st" || rest == "nd" || rest == "rd" || rest == "th") {
    size_t n = 1 + random.Below(28);
    return std::to_string(n) + OrdinalEnding(n);
  }
  if (rest.empty() && digits <= 2 && (IsMonth(before) || IsMonth(after))) return Between(1, 28, word, random);
  if (word.find('-') != std::string_view::npos) return std::string(word);  // a date, or a range
  if (word == "1" && IsCounted(after)) return std::string(word);
  bool year =
      rest.empty() && digits == 4 && (word.starts_with("18") || word.starts_with("19") || word.starts_with("20"));
  std::string out(word);
  for (size_t i = year ? 2 : 0; i < out.size(); ++i) {
    if (!IsAsciiDigit(out[i]) || (i == 0 && out[i] == '0')) continue;
    uint32_t low = i > 0 ? 0 : digits == 1 ? 2 : 1;
    out[i] = static_cast<char>('0' + low + random.Below(10 - low));
  }
  return out;
}

// The hours that may stand before "in the afternoon" and the like.
std::pair<size_t, size_t> HoursOf(const std::vector<std::string>& words) {
  auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (has("morning")) return {1, 11};
  if (has("afternoon")) return {1, 5};
  if (has("evening")) return {6, 10};
  if (has("night") || has("tonight")) return {8, 11};
  return {1, 12};
}

class Exchange {
 public:
  Exchange(std::vector<std::string> words, Neighbours neighbours, size_t largest, std::set<std::string>& taken,
           RandomStream& random)
      : words_(std::move(words)),
        neighbours_(std::move(neighbours)),
        largest_(largest),
        taken_(taken),
        random_(random) {
    for (const std::string& word : words_) lower_.push_back(Lower(word));
  }

  // What stands in the place of word i; the word itself if nothing can.
  std::string Of(size_t i) {
    const std::string& word = words_[i];
    switch (KindOf(word)) {
      case WordKind::kNumber:
        return Fresh(word, [&] { return OtherNumber(word, Before(i), After(i), random_); });
      case WordKind::kNumberWord:
        return OtherNumberWord(i);
      case WordKind::kWeekday:
        return FromList(i, Weekdays());
      case WordKind::kMonth:  // "May Rooke" is a person
        return HasOtherName(i) ? FromList(i, Names()) : FromList(i, Months());
      case WordKind::kName:
        return word == "I" || IsTitle(word) || IsFunctionWord(word) ? word : FromList(i, Names());
      case WordKind::kNoun:
        return FromList(i, IsPlace(i)                  ? Places()
                           : OneOf(Nouns(), lower_[i]) ? Nouns()
                                                       : std::span<const std::string_view>());
      case WordKind::kPlural:
        return FromList(i, PluralNouns());
      case WordKind::kOther:
        break;
    }
    return word;
  }

 private:
  std::string_view Before(size_t i) const { return i > 0 ? lower_[i - 1] : neighbours_.before; }
  std::string_view After(size_t i) const { return i + 1 < words_.size() ? lower_[i + 1] : neighbours_.after; }

  bool HasOtherName(size_t i) const {
    for (size_t k = 0; k < words_.size(); ++k) {
      if (k != i && KindOf(words_[k]) == WordKind::kName) return true;
    }
    return false;
  }

  bool IsPlace(size_t i) const {
    std::string_view after = After(i);
    return OneOf(Places(), lower_[i]) && (NumberOf(after) > 0 || StartsWithDigit(after));
  }

  template <typename Draw>
  std::string Fresh(const std::string& word, Draw draw) {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      std::string candidate = draw();
      if (taken_.insert(Lower(candidate)).second) return candidate;
    }
    return word;
  }

  std::string OtherNumberWord(size_t i) {
    static constexpr std::array<size_t, 3> kMinutes = {5, 10, 20};
    const std::string& word = words_[i];
    size_t n = NumberOf(lower_[i]);
    std::string_view before = Before(i), after = After(i);
    bool counts = IsCounted(after);
    if (n == 1 && counts) return word;
    bool minutes =
        (after == "past" || after == "to") && std::find(kMinutes.begin(), kMinutes.end(), n) != kMinutes.end();
    bool hour = before == "past" || before == "to" || after == "in" || after == "at" || AfterHour(after);
    auto [low, high] = HoursOf(lower_);
    if (!hour && high == 12) high = largest_;
    if (counts) low = 2;
    return Fresh(word, [&, low = low, high = high] {
      size_t other = minutes ? kMinutes[random_.Below(3)] : low + random_.Below(static_cast<uint32_t>(high - low + 1));
      return WithCaseOf(word, NumberWords()[other - 1]);
    });
  }

  std::string FromList(size_t i, std::span<const std::string_view> list) {
    const std::string& word = words_[i];
    if (list.empty()) return word;
    bool article = Before(i) == "a" || Before(i) == "an";
    for (int attempt = 0; attempt < kTries; ++attempt) {
      std::string_view candidate = list[random_.Below(static_cast<uint32_t>(list.size()))];
      if (article && TakesAn(candidate) != (Before(i) == "an")) continue;
      if (taken_.insert(Lower(candidate)).second) return WithCaseOf(word, candidate);
    }
    return word;
  }

  static std::string WithCaseOf(std::string_view model, std::string_view word) {
    bool one = FirstCharacter(model).size() == model.size();
    if (!one && Upper(model) == model && Lower(model) != model) return Upper(word);
    return StartsUpper(model) ? Capitalised(word) : Lower(word);
  }

  std::vector<std::string> words_, lower_;
  Neighbours neighbours_;
  size_t largest_;
  std::set<std::string>& taken_;
  RandomStream& random_;
};

// Length of the possessive ending.
size_t PossessiveLength(std::string_view word) {
  for (std::string_view ending : {std::string_view("'s"), std::string_view("\u2019s")}) {
    if (word.size() > ending.size() && word.ends_with(ending)) return ending.size();
  }
  return 0;
}

bool IsPlural(std::string_view filler) {
  std::vector<Token> tokens = Tokenise(filler);
  if (tokens.empty()) return false;
  for (const Token& token : tokens) {
    if (Lower(token.In(filler)) == "and") return true;
  }
  std::string_view word = tokens.back().In(filler);
  if (KindOf(word) == WordKind::kPlural) return true;
  return !StartsUpper(word) && word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
}

bool IsOne(std::string_view filler) { return filler == "1" || Lower(filler) == "one"; }

}  // namespace

bool TakesAn(std::string_view word) {
  std::string lower = Lower(word);
  for (std::string_view start : {"one", "once", "uni", "use", "eu", "ukulele"}) {
    if (lower.starts_with(start)) return false;
  }
  for (std::string_view start : {"hour", "honest", "honour", "heir"}) {
    if (lower.starts_with(start)) return true;
  }
  if (StartsWithDigit(lower)) {
    size_t digits = std::min(lower.find_first_not_of("0123456789"), lower.size());
    return lower[0] == '8' || (digits == 2 && (lower.starts_with("11") || lower.starts_with("18")));
  }
  return !lower.empty() && std::string_view("aeiou").find(lower[0]) != std::string_view::npos;
}

bool SameNumber(std::string_view filler, std::string_view other, const Neighbours& neighbours) {
  if (IsCounted(neighbours.after) && IsOne(filler) != IsOne(other)) return false;
  return IsPlural(filler) == IsPlural(other);
}

size_t LargestNumberWord(const std::vector<std::string>& fillers) {
  for (const std::string& filler : fillers) {
    for (const Token& token : Tokenise(filler)) {
      if (NumberOf(Lower(token.In(filler))) > 12) return 20;
    }
  }
  return 12;
}

std::string VaryFiller(std::string_view filler, const Neighbours& neighbours, size_t largest_number_word,
                       std::set<std::string>& taken, RandomStream& random) {
  std::vector<Token> tokens = Tokenise(filler);
  std::vector<std::string> words;
  for (Token& token : tokens) {
    token.end -= PossessiveLength(token.In(filler));
    words.emplace_back(token.In(filler));
  }
  Exchange exchange(std::move(words), neighbours, largest_number_word, taken, random);
  std::string out;
  size_t at = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    out += filler.substr(at, token.begin - at);
    bool date =
        (token.begin > 0 && filler[token.begin - 1] == '/') || (token.end < filler.size() && filler[token.end] == '/');
    bool keep = date || random.Chance(0.2);
    out += keep ? std::string(token.In(filler)) : exchange.Of(i);
    at = token.end;
  }
  return out + std::string(filler.substr(at));
}

}  // namespace cairn::synth
