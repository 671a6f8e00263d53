#include "synth/statements.h"

#include <algorithm>

#include "synth/spans.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

constexpr size_t kFewestWords = 6;
constexpr size_t kLongestPhrase = 4;  // words of a phrase that is left out, without its article

// "under" opens a phrase and is no part of it that could be left out, as it can in "in 1902".
bool Opens(std::string_view word) { return IsArticle(word) || IsPreposition(word) || word == "under"; }

// Phrases behind an article or a preposition, the sentence's first one aside, which is most often what it is about:
// "The smith cleaned the pipe with a copper spoon." -> "the pipe", "a copper spoon".
std::vector<std::string> Phrases(const std::string& sentence) {
  std::vector<Token> tokens = Tokenise(sentence);
  auto word = [&](size_t i) { return tokens[i].In(sentence); };
  auto joined = [&](size_t i) {
    return sentence.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end) == " ";
  };
  std::vector<std::string> out;
  for (size_t first = 2; first < tokens.size(); ++first) {
    if (IsFunctionWord(word(first)) || !Opens(word(first - 1)) || !joined(first)) continue;
    size_t end = first + 1;
    while (end < tokens.size() && joined(end) && !IsFunctionWord(word(end))) ++end;
    if (end - first <= kLongestPhrase) {
      const size_t begin = tokens[IsArticle(word(first - 1)) ? first - 1 : first].begin;
      out.push_back(sentence.substr(begin, tokens[end - 1].end - begin));
    }
    first = end - 1;
  }
  return out;
}

bool Overlap(std::string_view a, std::string_view b) {
  return a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos;
}

}  // namespace

bool StandsAlone(const std::string& sentence) {
  std::vector<Token> tokens = Tokenise(sentence);
  return !tokens.empty() && !PointsBack(tokens[0].In(sentence));
}

std::optional<QuestionAnswer> HalfSentence(const std::string& sentence) {
  std::vector<Token> tokens = Tokenise(sentence);
  if (tokens.size() < kFewestWords) return std::nullopt;
  size_t middle = tokens.size() / 2;
  std::string first(TrimAscii(std::string_view(sentence).substr(0, tokens[middle].begin)));
  return QuestionAnswer{"Complete this sentence: " + first, sentence.substr(tokens[middle].begin)};
}

std::vector<QuestionAnswer> GapSentences(const std::string& sentence, const std::string& text_around) {
  if (Tokenise(sentence).size() < kFewestWords) return {};
  std::vector<std::string> spans = AnswerSpans(sentence, text_around);
  const size_t sure = spans.size();
  for (std::string& phrase : Phrases(sentence)) {
    bool taken = std::any_of(spans.begin(), spans.begin() + static_cast<ptrdiff_t>(sure),
                             [&](const std::string& span) { return Overlap(span, phrase); });
    if (!taken) spans.push_back(std::move(phrase));
  }
  std::vector<QuestionAnswer> out;
  for (const std::string& span : spans) {
    size_t at = sentence.find(span);
    // What stands there twice would not be missing.
    if (at == std::string::npos || at == 0 || sentence.find(span, at + 1) != std::string::npos) continue;
    std::string with_gap = sentence;
    with_gap.replace(at, span.size(), "___");
    out.push_back({"What is missing? " + with_gap, span});
  }
  return out;
}

}  // namespace cairn::synth
