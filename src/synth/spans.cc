#include "synth/spans.h"

#include <algorithm>
#include <array>

#include "synth/chunk.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

bool IsNumberWord(std::string_view word) {
  static constexpr std::array<std::string_view, 30> kNumbers = {
      "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",     "ten",     "eleven",
      "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",  "thirty",
      "forty",  "fifty",    "sixty",    "seventy", "eighty",  "ninety",    "hundred",  "thousand", "million", "dozen"};
  std::string lower = Lower(word.substr(0, word.find('-')));
  return std::find(kNumbers.begin(), kNumbers.end(), lower) != kNumbers.end();
}

bool IsNumber(std::string_view word) { return StartsWithDigit(word) || IsNumberWord(word); }

class SpanFinder {
 public:
  SpanFinder(std::string_view sentence, std::string_view around)
      : text_(sentence), around_(around), tokens_(Tokenise(sentence)) {}

  std::vector<std::string> Run() {
    AddQuoted("\"", "\"");
    AddQuoted("\u201C", "\u201D");
    for (size_t i = 0; i < tokens_.size();) {
      std::string_view word = Word(i);
      size_t next = i + 1;
      if (IsNumber(word)) {
        next = AddNumber(i);
      } else if (StartsUpper(word) && !IsFunctionWord(word) && !IsPersonalPronoun(word) && word != "I") {
        next = AddName(i);
      }
      i = next;
    }
    return std::move(out_);
  }

 private:
  std::string_view Word(size_t i) const { return tokens_[i].In(text_); }
  // Whether only one space stands between token i and the next.
  bool Joined(size_t i) const {
    return i + 1 < tokens_.size() && text_.substr(tokens_[i].end, tokens_[i + 1].begin - tokens_[i].end) == " ";
  }

  void Add(size_t begin, size_t end) {
    // A currency sign belongs to the number.
    if (begin > 0 && text_[begin - 1] == '$') --begin;
    for (std::string_view sign : {std::string_view("\u00A3"), std::string_view("\u20AC")}) {
      if (begin >= sign.size() && text_.substr(begin - sign.size(), sign.size()) == sign) begin -= sign.size();
    }
    if (text_.substr(end, 1) == "%") ++end;
    std::string span(TrimAscii(text_.substr(begin, end - begin)));
    if (!span.empty() && std::find(out_.begin(), out_.end(), span) == out_.end()) out_.push_back(std::move(span));
  }

  void AddQuoted(std::string_view open, std::string_view close) {
    size_t begin = text_.find(open);
    if (begin == std::string_view::npos) return;
    begin += open.size();
    size_t end = text_.find(close, begin);
    if (end == std::string_view::npos || end - begin > 60) return;
    while (end > begin && (text_[end - 1] == ',' || text_[end - 1] == '.')) --end;
    Add(begin, end);
  }

  // "nine days", "4 March 1902", "two hundred and ten pounds", "9:15".
  size_t AddNumber(size_t first) {
    size_t last = first;
    while (Joined(last) && (IsNumber(Word(last + 1)) || (Word(last + 1) == "and" && Joined(last + 1) &&
                                                         IsNumberWord(Word(last + 2)) && Word(last) == "hundred"))) {
      ++last;
    }
    size_t plain = last;
    if (Joined(last) && !IsFunctionWord(Word(last + 1))) {
      ++last;
      bool month = StartsUpper(Word(last));
      if (month && Joined(last) && StartsWithDigit(Word(last + 1))) ++last;
    }
    Add(tokens_[first].begin, tokens_[last].end);
    if (last > plain) Add(tokens_[first].begin, tokens_[plain].end);
    return last + 1;
  }

  // "Tobin Arkle", "Mr Tobin Arkle", "the House of Salt" -> "House of Salt".
  size_t AddName(size_t first) {
    size_t last = first;
    for (;;) {
      bool after_title = last + 1 < tokens_.size() && text_.substr(tokens_[last].end, 2) == ". " &&
                         tokens_[last].end - tokens_[last].begin <= 3 && StartsUpper(Word(last + 1));
      if ((Joined(last) || after_title) && StartsUpper(Word(last + 1)) && Word(last + 1) != "I") {
        ++last;
      } else if (Joined(last) && (Word(last + 1) == "of" || Word(last + 1) == "the") && Joined(last + 1) &&
                 StartsUpper(Word(last + 2))) {
        last += 2;
      } else {
        break;
      }
    }
    if (first == 0 && last == 0 && !CapitalisedInside(Word(0))) return 1;
    size_t end = tokens_[last].end;
    std::string_view name = text_.substr(0, end);
    if (name.ends_with("'s")) end -= 2;
    if (name.ends_with("\u2019s")) end -= 4;
    Add(tokens_[first].begin, end);
    return last + 1;
  }

  // Whether the word stands capitalised after a lower-case word somewhere around.
  bool CapitalisedInside(std::string_view word) const {
    std::vector<Token> tokens = Tokenise(around_);
    for (size_t i = 1; i < tokens.size(); ++i) {
      bool inside = around_.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end) == " ";
      if (inside && tokens[i].In(around_) == word && !StartsUpper(tokens[i - 1].In(around_))) return true;
    }
    return false;
  }

  std::string_view text_, around_;
  std::vector<Token> tokens_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> AnswerSpans(std::string_view sentence, std::string_view text_around) {
  return SpanFinder(sentence, text_around).Run();
}

}  // namespace cairn::synth
