#include "synth/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "formats/unicode.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

template <typename Map>
std::string MapCharacters(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    Utf8Char character = Utf8At(text, at);
    if (!character.valid) {
      out.append(text.substr(at, character.length));
    } else {
      utf8proc_uint8_t bytes[4];
      auto code = static_cast<utf8proc_int32_t>(formats::CodePointAt(text, at));
      utf8proc_ssize_t length = utf8proc_encode_char(map(code), bytes);
      out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(std::max<utf8proc_ssize_t>(length, 0)));
    }
    at += character.length;
  }
  return out;
}

// Letters, marks, digits; not the underscore and other connectors, which never belong to an English word.
bool IsWordAt(std::string_view text, size_t at, size_t* length) {
  Utf8Char character = Utf8At(text, at);
  *length = character.length;
  if (!character.valid) return false;
  uint32_t code = formats::CodePointAt(text, at);
  return code != '_' && formats::IsWordChar(code);
}

// Length of a joiner at `at` that holds a word together when word characters stand on both sides; 0 if none.
size_t JoinerLength(std::string_view text, size_t at) {
  char c = text[at];
  bool digit_before = at > 0 && IsAsciiDigit(text[at - 1]);
  if (c == '\'' || c == '-') return 1;
  if ((c == '.' || c == ',' || c == ':') && digit_before && at + 1 < text.size() && IsAsciiDigit(text[at + 1]))
    return 1;
  if (text.substr(at, 3) == "\u2019") return 3;
  return 0;
}

std::string_view NumberOfWord(std::string_view word) {
  static constexpr std::array<std::string_view, 21> kNumbers = {
      "zero",     "one",     "two",     "three",     "four",     "five",     "six",
      "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
      "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
  static constexpr std::array<std::string_view, 21> kDigits = {"0",  "1",  "2",  "3",  "4",  "5",  "6",
                                                               "7",  "8",  "9",  "10", "11", "12", "13",
                                                               "14", "15", "16", "17", "18", "19", "20"};
  auto found = std::find(kNumbers.begin(), kNumbers.end(), word);
  return found == kNumbers.end() ? word : kDigits[static_cast<size_t>(found - kNumbers.begin())];
}

// "2,300" -> "2300"; a comma that does not separate thousands stays.
std::string WithoutThousands(std::string_view word) {
  if (word.find(',') == std::string_view::npos || !IsAsciiDigit(word[0])) return std::string(word);
  std::string out;
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] != ',') {
      out += word[i];
      continue;
    }
    if (word.size() - i < 4 || !IsAsciiDigit(word[i + 1]) || !IsAsciiDigit(word[i + 2]) || !IsAsciiDigit(word[i + 3])) {
      return std::string(word);
    }
  }
  return out;
}

}  // namespace

std::vector<Token> Tokenise(std::string_view text) {
  std::vector<Token> tokens;
  size_t length = 0;
  for (size_t at = 0; at < text.size();) {
    if (!IsWordAt(text, at, &length)) {
      at += length;
      continue;
    }
    Token token{at, at};
    while (at < text.size()) {
      if (IsWordAt(text, at, &length)) {
        at += length;
        token.end = at;
        continue;
      }
      size_t joiner = JoinerLength(text, at);
      if (joiner == 0 || at + joiner >= text.size() || !IsWordAt(text, at + joiner, &length)) break;
      at += joiner;
    }
    tokens.push_back(token);
  }
  return tokens;
}

std::string Lower(std::string_view text) { return MapCharacters(text, utf8proc_tolower); }
std::string Upper(std::string_view text) { return MapCharacters(text, utf8proc_toupper); }

std::string_view FirstCharacter(std::string_view word) {
  if (word.empty()) return word;
  return word.substr(0, Utf8At(word, 0).length);
}

std::string Capitalised(std::string_view text) {
  std::string_view first = FirstCharacter(text);
  return Upper(first) + std::string(text.substr(first.size()));
}

bool StartsUpper(std::string_view word) {
  std::string_view first = FirstCharacter(word);
  return !first.empty() && Lower(first) != first;
}

bool StartsWithDigit(std::string_view word) { return !word.empty() && IsAsciiDigit(word[0]); }

std::string Squeeze(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    Utf8Char character = Utf8At(text, at);
    bool space = character.valid && formats::IsSpace(formats::CodePointAt(text, at));
    if (!space) {
      out.append(text.substr(at, character.length));
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    at += character.length;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> Words(std::string_view text) {
  std::string plain = ReplaceInvalidUtf8(text);
  plain = Lower(formats::NormalizeUnicode(formats::NormalForm::kNfkc, plain));
  std::vector<std::string> words;
  for (Token token : Tokenise(plain)) {
    std::string word(token.In(plain));
    for (std::string_view ending : {std::string_view("'s"), std::string_view("\u2019s")}) {
      if (word.size() > ending.size() && word.ends_with(ending)) word.resize(word.size() - ending.size());
    }
    if (IsArticle(word)) continue;
    words.push_back(WithoutThousands(NumberOfWord(word)));
  }
  return words;
}

std::string Normalised(std::string_view text) {
  std::string out;
  for (const std::string& word : Words(text)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

bool ContainsWords(const std::vector<std::string>& haystack, const std::vector<std::string>& needle) {
  if (needle.empty()) return false;
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) != haystack.end();
}

bool IsArticle(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

bool IsPreposition(std::string_view word) {
  static constexpr std::array<std::string_view, 10> kWords = {"in",   "on",  "at", "by",   "from",
                                                              "with", "for", "of", "into", "to"};
  return OneOf(kWords, word);
}

bool IsPersonalPronoun(std::string_view word) {
  static constexpr std::array<std::string_view, 15> kPronouns = {"it",    "its",    "he",   "him",  "his",
                                                                 "she",   "her",    "hers", "they", "them",
                                                                 "their", "theirs", "it's", "he's", "she's"};
  return OneOf(kPronouns, Lower(word));
}

bool PointsBack(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kMore = {"this", "these", "that",   "those",
                                                            "both", "such",  "they're"};
  return IsPersonalPronoun(word) || OneOf(kMore, Lower(word));
}

bool IsFunctionWord(std::string_view word) {
  static constexpr std::array<std::string_view, 85> kWords = {
      "a",     "an",     "the",   "of",    "in",    "on",    "at",    "to",    "by",    "for",   "from",
      "with",  "and",    "or",    "but",   "is",    "are",   "was",   "were",  "be",    "been",  "being",
      "do",    "does",   "did",   "has",   "have",  "had",   "can",   "could", "may",   "might", "must",
      "shall", "should", "will",  "would", "who",   "whom",  "whose", "what",  "which", "when",  "where",
      "why",   "how",    "that",  "this",  "these", "those", "it",    "its",   "he",    "she",   "they",
      "his",   "her",    "their", "them",  "him",   "as",    "if",    "than",  "then",  "there", "into",
      "about", "over",   "under", "up",    "out",   "off",   "not",   "no",    "so",    "one",   "each",
      "every", "all",    "any",   "much",  "many",  "also",  "only",  "after"};
  return OneOf(kWords, Lower(word));
}

}  // namespace cairn::synth
