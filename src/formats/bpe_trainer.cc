#include "formats/bpe_trainer.h"

#include <algorithm>
#include <cstdint>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/json.h"
#include "formats/text_pattern.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

// The pattern of GPT-4 and Llama 3, but a line break is a word of its own and digits may stand alone.
std::string WordPattern(bool digits_single) {
  return std::string(R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|)") +
         (digits_single ? R"(\p{N})" : R"(\p{N}{1,3})") + R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
}

struct Word {
  std::vector<int32_t> symbols;
  int64_t count = 0;
};

using Pair = std::pair<int32_t, int32_t>;
uint64_t Key(Pair pair) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(pair.first)) << 32) | static_cast<uint32_t>(pair.second);
}

struct PairInfo {
  int64_t count = 0;
  std::vector<uint32_t> words;  // where it occurs or has occurred
};

// Sennrich et al. 2016 (arXiv:1508.07909) with an index from pairs to words and a queue whose stale entries are
// dropped when they surface.
class Trainer {
 public:
  Trainer(std::vector<Word> words, int min_count, const std::vector<std::string>& forbidden)
      : words_(std::move(words)), min_count_(std::max(min_count, 1)), forbidden_(forbidden.begin(), forbidden.end()) {
    for (int b = 0; b < 256; ++b) AddSymbol(std::string(1, static_cast<char>(b)));
    for (uint32_t w = 0; w < words_.size(); ++w) Count(w, +1);
    for (const auto& [key, info] : pairs_)
      Push({static_cast<int32_t>(key >> 32), static_cast<int32_t>(key & 0xFFFFFFFF)}, info.count);
  }

  // Merges until there are `symbols` symbols or no frequent pair is left.
  void Run(size_t symbols) {
    while (symbols_.size() < symbols && !queue_.empty()) {
      Entry best = queue_.top();
      queue_.pop();
      if (pairs_[Key(best.pair)].count != best.count) continue;  // stale: the present count is queued, too
      std::string text =
          symbols_[static_cast<size_t>(best.pair.first)] + symbols_[static_cast<size_t>(best.pair.second)];
      if (forbidden_.contains(text)) continue;
      Merge(best.pair, text);
    }
  }

  const std::vector<std::string>& symbols() const { return symbols_; }
  const std::vector<Pair>& merges() const { return merges_; }

 private:
  struct Entry {
    int64_t count;
    Pair pair;
    std::string left, right;
    // True if other is to be merged first.
    bool operator<(const Entry& other) const {
      if (count != other.count) return count < other.count;
      return left != other.left ? left > other.left : right > other.right;
    }
  };

  int32_t AddSymbol(const std::string& text) {
    auto [it, added] = ids_.try_emplace(text, static_cast<int32_t>(symbols_.size()));
    if (added) symbols_.push_back(text);
    return it->second;
  }

  void Push(Pair pair, int64_t count) {
    if (count < min_count_) return;
    queue_.push({count, pair, symbols_[static_cast<size_t>(pair.first)], symbols_[static_cast<size_t>(pair.second)]});
  }

  // Adds (sign +1) or takes away (-1) the pairs of one word.
  void Count(uint32_t w, int sign, std::vector<Pair>* touched = nullptr) {
    const Word& word = words_[w];
    for (size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      Pair pair{word.symbols[i], word.symbols[i + 1]};
      PairInfo& info = pairs_[Key(pair)];
      info.count += sign * word.count;
      if (sign > 0 && (info.words.empty() || info.words.back() != w)) info.words.push_back(w);
      if (touched) touched->push_back(pair);
    }
  }

  void Merge(Pair pair, const std::string& text) {
    int32_t merged = AddSymbol(text);
    merges_.push_back(pair);
    std::vector<uint32_t> where = std::move(pairs_[Key(pair)].words);
    pairs_[Key(pair)].words.clear();
    std::sort(where.begin(), where.end());
    where.erase(std::unique(where.begin(), where.end()), where.end());
    std::vector<Pair> touched;
    for (uint32_t w : where) {
      std::vector<int32_t>& symbols = words_[w].symbols;
      std::vector<int32_t> shorter;
      for (size_t i = 0; i < symbols.size(); ++i) {
        bool here = i + 1 < symbols.size() && symbols[i] == pair.first && symbols[i + 1] == pair.second;
        shorter.push_back(here ? merged : symbols[i]);
        if (here) ++i;
      }
      if (shorter.size() == symbols.size()) continue;
      Count(w, -1, &touched);
      symbols = std::move(shorter);
      Count(w, +1, &touched);
    }
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (Pair p : touched) Push(p, pairs_[Key(p)].count);
  }

  std::vector<Word> words_;
  int64_t min_count_;
  std::unordered_set<std::string> forbidden_;  // special tokens must not arise from text
  std::vector<std::string> symbols_;
  std::unordered_map<std::string, int32_t> ids_;
  std::unordered_map<uint64_t, PairInfo> pairs_;
  std::vector<Pair> merges_;
  std::priority_queue<Entry> queue_;
};

std::vector<Word> CountWords(const TextPattern& pattern, const std::function<bool(std::string*)>& next) {
  std::unordered_map<std::string, int64_t> counts;
  std::string text;
  while (next(&text)) {
    if (!IsValidUtf8(text)) text = ReplaceInvalidUtf8(text);
    for (const TextRange& range : pattern.FindAll(text)) ++counts[text.substr(range.begin, range.end - range.begin)];
  }
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<Word> words;
  for (const auto& [bytes, count] : sorted) {
    Word word;
    word.count = count;
    for (char c : bytes) word.symbols.push_back(static_cast<uint8_t>(c));
    words.push_back(std::move(word));
  }
  return words;
}

Json TokenizerJson(const BpeTrainingOptions& options, const Trainer& trainer, const std::string& pattern) {
  Json vocab = Json::object(), merges = Json::array(), added = Json::array();
  int id = 0;
  for (const std::string& token : options.special_tokens) {
    added.push_back({{"id", id},
                     {"content", token},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
    vocab[token] = id++;
  }
  for (const std::string& symbol : trainer.symbols()) vocab[ToByteAlphabet(symbol)] = id++;
  auto text = [&](int32_t symbol) { return ToByteAlphabet(trainer.symbols()[static_cast<size_t>(symbol)]); };
  for (const auto& [left, right] : trainer.merges()) merges.push_back(text(left) + " " + text(right));
  Json split = {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
  Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  Json model = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", false},
                {"vocab", std::move(vocab)},
                {"merges", std::move(merges)}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", std::move(added)},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}}},
          {"post_processor", nullptr},
          {"decoder", bytes},
          {"model", std::move(model)}};
}

}  // namespace

Result<std::string> TrainBpe(const BpeTrainingOptions& options, const std::function<bool(std::string*)>& next) {
  std::unordered_set<std::string> seen;
  for (const std::string& token : options.special_tokens) {
    // One character could be the name of a byte in the vocabulary.
    if (!IsValidUtf8(token) || token.size() < 3)
      return BadInput("special token \"" + token + "\" must be valid UTF-8 of at least three bytes");
    if (!seen.insert(token).second) return BadInput("special token \"" + token + "\" is listed twice");
  }
  const size_t reserved = options.special_tokens.size() + 256;
  if (options.vocab_size < 0 || static_cast<size_t>(options.vocab_size) < reserved)
    return BadInput("a vocabulary of " + std::to_string(options.vocab_size) + " has no room for " +
                    std::to_string(reserved) + " special tokens and bytes");
  const std::string pattern = WordPattern(options.digits_single);
  CAIRN_ASSIGN(TextPattern words, TextPattern::Compile(pattern, "tokenizer training"));
  Trainer trainer(CountWords(words, next), options.min_count, options.special_tokens);
  trainer.Run(static_cast<size_t>(options.vocab_size) - options.special_tokens.size());
  return PrettyJson(TokenizerJson(options, trainer, pattern));
}

}  // namespace cairn::formats
