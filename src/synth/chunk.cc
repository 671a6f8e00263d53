#include "synth/chunk.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "formats/unicode.h"
#include "synth/text.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

// Never end a sentence: a name or more text always follows.
bool IsTitle(std::string_view word) {
  static constexpr std::array<std::string_view, 26> kTitles = {
      "mr",  "mrs", "ms",     "dr", "prof", "st",  "sgt", "lt", "col", "gen", "capt", "rev",    "hon",
      "sir", "mt",  "messrs", "vs", "e.g",  "i.e", "cf",  "fr", "sr",  "viz", "ca",   "approx", "dept"};
  return OneOf(kTitles, word);
}

// End a sentence unless a number follows: "No. 5", "Sept. 4", "p. 12".
bool IsBeforeNumber(std::string_view word) {
  static constexpr std::array<std::string_view, 22> kWords = {"no",  "nos",  "p",   "pp",  "vol", "ch",  "fig", "sec",
                                                              "art", "jan",  "feb", "mar", "apr", "jun", "jul", "aug",
                                                              "sep", "sept", "oct", "nov", "dec", "tel"};
  return OneOf(kWords, word);
}

bool StartsSentence(std::string_view word) {
  static constexpr std::array<std::string_view, 28> kStarters = {
      "the", "it", "he",   "she", "they", "we",    "you",  "this", "these", "that", "those", "a",   "an",   "in",
      "on",  "at", "when", "if",  "but",  "there", "then", "for",  "his",   "her",  "its",   "our", "each", "every"};
  return OneOf(kStarters, word);
}

// What ends a sentence: its length in bytes at `at`, 0 if nothing.
size_t TerminatorLength(std::string_view text, size_t at) {
  if (text[at] == '.' || text[at] == '!' || text[at] == '?') return 1;
  std::string_view three = text.substr(at, 3);
  return three == "\u2026" || three == "\u3002" || three == "\uFF01" || three == "\uFF1F" ? 3 : 0;
}

size_t CloserLength(std::string_view text, size_t at) {
  if (text[at] == '"' || text[at] == '\'' || text[at] == ')' || text[at] == ']') return 1;
  std::string_view three = text.substr(at, 3);
  return three == "\u201D" || three == "\u2019" ? 3 : text.substr(at, 2) == "\u00BB" ? 2 : 0;
}

// Follows quotations and brackets: a sentence end inside one that closes later is none. An unbalanced opener stops
// counting after kReach bytes.
class Nesting {
 public:
  explicit Nesting(std::string_view text) : text_(text) {}
  void Pass(size_t at) {
    char c = text_[at];
    if (c == '"') straight_ = straight_ == kNone || at - straight_ > kReach ? at : kNone;
    if (text_.substr(at, 3) == "\u201C") curly_ = at;
    if (text_.substr(at, 3) == "\u201D") curly_ = kNone;
    if (c == '(') bracket_ = at;
    if (c == ')') bracket_ = kNone;
  }
  bool Inside(size_t at) const {
    return Open(straight_, "\"", at) || Open(curly_, "\u201D", at) || Open(bracket_, ")", at);
  }

 private:
  static constexpr size_t kNone = std::string_view::npos, kReach = 400;
  bool Open(size_t opener, std::string_view closer, size_t at) const {
    if (opener == kNone) return false;
    return text_.substr(0, std::min(opener + kReach, text_.size())).find(closer, at) != std::string_view::npos;
  }
  std::string_view text_;
  size_t straight_ = kNone, curly_ = kNone, bracket_ = kNone;
};

// The run of letters, digits and inner stops that ends at `end`: "e.g" of "e.g.", "K" of "J. K.".
std::string_view WordBefore(std::string_view text, size_t begin, size_t end) {
  size_t from = end;
  while (from > begin && text[from - 1] != ' ' && text[from - 1] != '(' && text[from - 1] != '"' && end - from < 32) {
    --from;
  }
  return text.substr(from, end - from);
}

std::string_view WordAfter(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '"' || text[at] == '(' || text[at] == '\'')) ++at;
  if (text.substr(at, 3) == "\u201C" || text.substr(at, 3) == "\u2018") at += 3;
  std::string_view rest = text.substr(at);
  std::vector<Token> tokens = Tokenise(rest.substr(0, std::min<size_t>(rest.size(), 64)));
  if (tokens.empty() || tokens[0].begin != 0) return rest.substr(0, std::min<size_t>(rest.size(), 1));
  return tokens[0].In(rest);
}

// Whether the full stop at `stop` is part of an abbreviation, initial or list number. `next` is the word behind it.
bool IsAbbreviation(std::string_view text, size_t begin, size_t stop, std::string_view next) {
  std::string_view word = WordBefore(text, begin, stop);
  std::string lower = Lower(word);
  if (IsTitle(lower)) return true;
  if (IsBeforeNumber(lower) && StartsWithDigit(next)) return true;
  bool initial = word.size() == 1 && IsAsciiUpper(word[0]) && word[0] != 'I';
  bool initials = word.size() >= 3 && word[1] == '.' && IsAsciiUpper(word[0]);
  if (initial || initials) return !StartsSentence(Lower(next));
  bool list_number = word.size() <= 3 && StartsWithDigit(word) && TrimAscii(text.substr(begin, stop - begin)) == word;
  return list_number;
}

bool EndsSentence(std::string_view text, size_t begin, size_t stop, size_t after) {
  std::string_view next = WordAfter(text, after);
  if (next.empty()) return true;
  // A lower-case word goes on with the sentence: `"Stop!" he said`, `approx. nine`.
  if (Upper(FirstCharacter(next)) != FirstCharacter(next)) return false;
  return text[stop] != '.' || !IsAbbreviation(text, begin, stop, next);
}

// Bytes of a sentence that is repeated in front of others.
constexpr size_t kMaxContext = 400;

struct Sentence {
  std::string text;
  size_t first_line = 0, last_line = 0, words = 0;
};

// Cuts an endless "sentence" at word borders.
void AppendBounded(const Block& block, std::string_view view, size_t hard_words, std::vector<Sentence>& out) {
  size_t base = static_cast<size_t>(view.data() - block.text.data());
  std::vector<Token> tokens = Tokenise(view);
  for (size_t first = 0; first == 0 || first < tokens.size(); first += hard_words) {
    size_t last = std::min(first + hard_words, tokens.size());
    size_t begin = first == 0 ? 0 : tokens[first].begin;
    size_t end = last >= tokens.size() ? view.size() : tokens[last].begin;
    Sentence sentence;
    sentence.text = Squeeze(view.substr(begin, end - begin));
    sentence.words = last - first;
    sentence.first_line = block.LineAt(base + begin);
    sentence.last_line = block.LineAt(base + (end > begin ? end - 1 : begin));
    if (!sentence.text.empty() && sentence.words > 0) out.push_back(std::move(sentence));
  }
}

bool FirstWordPointsBack(const std::string& text) {
  std::vector<Token> tokens = Tokenise(text);
  return !tokens.empty() && PointsBack(tokens[0].In(text));
}

// Builds the chunks of one document, block by block.
class Chunker {
 public:
  Chunker(const Document& document, const ChunkOptions& options) : document_(document), options_(options) {}

  std::vector<Chunk> Run() {
    for (const Block& block : document_.blocks) Add(block);
    Flush();
    return std::move(chunks_);
  }

 private:
  static bool IsRow(Block::Kind kind) { return kind == Block::Kind::kListItem || kind == Block::Kind::kTableRow; }

  void Add(const Block& block) {
    if (block.kind == Block::Kind::kHeading) return PassHeading();
    if (block.kind == Block::Kind::kCode) {
      Flush();
      return;
    }
    bool in_rows = IsRow(block.kind);
    if (!in_rows || !rows_) Flush();
    if (in_rows && !rows_) lead_in_ = previous_.text.ends_with(':') ? previous_ : Sentence{};
    if (!in_rows) lead_in_ = {};
    rows_ = in_rows;
    std::vector<Sentence> sentences;
    for (std::string_view view : SplitSentences(block.text)) {
      AppendBounded(block, view, std::max<size_t>(options_.hard_words, 1), sentences);
    }
    for (Sentence& sentence : sentences) AddSentence(std::move(sentence));
  }

  void PassHeading() {
    Flush();
    rows_ = false;
    previous_ = lead_in_ = {};
  }

  void AddSentence(Sentence sentence) {
    bool full = !current_.empty() &&
                (words_ + sentence.words > options_.max_words || current_.size() >= options_.max_sentences);
    if (full) Flush();
    if (current_.empty()) ChooseContext(sentence);
    words_ += sentence.words;
    previous_ = sentence;
    current_.push_back(std::move(sentence));
  }

  void ChooseContext(const Sentence& first) {
    context_ = {};
    const Sentence& before = lead_in_.text.empty() ? previous_ : lead_in_;
    const bool wanted = !lead_in_.text.empty() || FirstWordPointsBack(first.text);
    if (wanted && before.text.size() <= kMaxContext) context_ = before;
  }

  void Flush() {
    if (current_.empty()) return;
    Chunk chunk;
    if (!context_.text.empty()) {
      chunk.sentences.push_back(context_.text);
      chunk.context = 1;
    }
    for (const Sentence& sentence : current_) chunk.sentences.push_back(sentence.text);
    chunk.source = document_.source;
    chunk.first_line = current_.front().first_line;
    chunk.last_line = current_.back().last_line;
    chunk.id = Sha256Of(chunk.source + "\n" + chunk.Text()).Hex().substr(0, 16);
    chunks_.push_back(std::move(chunk));
    current_.clear();
    words_ = 0;
  }

  const Document& document_;
  const ChunkOptions& options_;
  std::vector<Chunk> chunks_;
  std::vector<Sentence> current_;
  Sentence previous_, lead_in_, context_;
  size_t words_ = 0;
  bool rows_ = false;
};

}  // namespace

std::vector<std::string_view> SplitSentences(std::string_view text) {
  std::vector<std::string_view> out;
  Nesting nesting(text);
  size_t begin = 0;
  auto cut = [&](size_t end) {
    std::string_view sentence = TrimAscii(text.substr(begin, end - begin));
    if (!sentence.empty()) out.push_back(sentence);
    begin = end;
  };
  for (size_t at = 0; at < text.size();) {
    size_t length = TerminatorLength(text, at);
    nesting.Pass(at);
    if (length == 0) {
      at += Utf8At(text, at).length;
      continue;
    }
    size_t stop = at, after = at + length;
    for (bool more = true; more && after < text.size();) {
      size_t next = std::max(TerminatorLength(text, after), CloserLength(text, after));
      if (next > 0) nesting.Pass(after);
      after += next;
      more = next > 0;
    }
    bool wide = length == 3 && text.substr(stop, 3) != "\u2026";  // CJK stops need no space behind them
    bool border = wide || after >= text.size() || text[after] == ' ' || text[after] == '\n' || text[after] == '\t';
    if (border && !nesting.Inside(after) && EndsSentence(text, begin, stop, after)) cut(after);
    at = after;
  }
  cut(text.size());
  return out;
}

std::string Chunk::Text() const {
  std::string text;
  for (const std::string& sentence : sentences) {
    if (!text.empty()) text += ' ';
    text += sentence;
  }
  return text;
}

std::string Chunk::Where() const { return source + ":" + std::to_string(first_line) + "-" + std::to_string(last_line); }

std::vector<Chunk> MakeChunks(const Document& document, const ChunkOptions& options) {
  return Chunker(document, options).Run();
}

}  // namespace cairn::synth
