#include "formats/bpe.h"

#include <algorithm>
#include <queue>

#include "formats/unicode.h"

namespace cairn::formats {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

uint64_t PairKey(TokenId left, TokenId right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

std::string FallbackName(uint8_t byte) {
  static const char* digits = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
}

bool Flag(const Json& object, const char* key) {
  auto it = object.find(key);
  return it != object.end() && it->is_boolean() && it->get<bool>();
}

// "a b" or ["a", "b"].
bool SplitMerge(const Json& merge, std::string* left, std::string* right) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    *left = merge[0].get<std::string>();
    *right = merge[1].get<std::string>();
    return true;
  }
  if (!merge.is_string()) return false;
  const std::string& text = merge.get_ref<const std::string&>();
  size_t space = text.find(' ');
  if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) return false;
  *left = text.substr(0, space);
  *right = text.substr(space + 1);
  return true;
}

Result<void> RefuseUnsupported(const Json& model, const std::string& where) {
  if (!model.is_object()) return BadInput("\"model\" must be an object", where);
  auto type = model.find("type");
  // Files of 2019 and 2020 leave the type of BPE out.
  if (type != model.end() && *type != "BPE")
    return Unsupported("tokenizer model " + DumpJson(*type) + "; cairn reads \"BPE\"", where);
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    auto it = model.find(key);
    if (it != model.end() && !it->is_null() && *it != "")
      return Unsupported(std::string("model.") + key + " " + DumpJson(*it), where);
  }
  auto dropout = model.find("dropout");
  if (dropout != model.end() && !dropout->is_null() && *dropout != 0.0) return Unsupported("model.dropout", where);
  return {};
}

}  // namespace

Result<void> BpeModel::ReadVocab(const Json& vocab, const std::string& where) {
  // Ids index tables, so they must not be far larger than the vocabulary.
  const int64_t limit = 2 * static_cast<int64_t>(vocab.size()) + 65536;
  for (const auto& [text, value] : vocab.items()) {
    if (!value.is_number_integer()) return BadInput("the id of token \"" + text + "\" is not an integer", where);
    int64_t id = value.is_number_unsigned() && value.get<uint64_t>() > INT32_MAX ? -1 : value.get<int64_t>();
    if (id < 0 || id >= limit)
      return BadInput("the id of token \"" + text + "\" is out of range: " + DumpJson(value), where);
    if (static_cast<size_t>(id) >= tokens_.size()) tokens_.resize(static_cast<size_t>(id) + 1);
    if (text.empty()) return BadInput("the vocabulary has an empty token", where);
    std::string& slot = tokens_[static_cast<size_t>(id)];
    if (!slot.empty()) return BadInput("two tokens have the id " + std::to_string(id), where);
    ids_[text] = static_cast<TokenId>(id);
    std::optional<std::string> bytes = byte_level_ ? FromByteAlphabet(text) : std::optional<std::string>(text);
    slot = bytes.value_or(text);
    if (bytes) words_[*bytes] = static_cast<TokenId>(id);
  }
  return {};
}

Result<void> BpeModel::ReadMerges(const Json& merges, const std::unordered_set<TokenId>& special,
                                  const std::string& where) {
  merges_.reserve(merges.size());
  int32_t rank = 0;
  for (const Json& merge : merges) {
    std::string left, right;
    if (!SplitMerge(merge, &left, &right))
      return BadInput("merge " + std::to_string(rank) + " is not a pair of tokens: " + DumpJson(merge).substr(0, 200),
                      where);
    auto l = ids_.find(left), r = ids_.find(right), both = ids_.find(left + right);
    if (l == ids_.end() || r == ids_.end() || both == ids_.end())
      return BadInput("merge " + std::to_string(rank) + " names a token that the vocabulary lacks: \"" + left +
                          "\" + \"" + right + "\"",
                      where);
    // Plain text must never become a control token.
    if (!special.contains(both->second))
      merges_.insert_or_assign(PairKey(l->second, r->second), Merge{rank, both->second});
    ++rank;
  }
  return {};
}

Result<BpeModel> BpeModel::FromJson(const Json& json, bool byte_level, const std::unordered_set<TokenId>& special,
                                    const std::string& where) {
  CAIRN_TRY(RefuseUnsupported(json, where));
  auto vocab = json.find("vocab"), merges = json.find("merges");
  if (vocab == json.end() || !vocab->is_object()) return BadInput("\"model.vocab\" must be an object", where);
  if (merges == json.end() || !merges->is_array()) return BadInput("\"model.merges\" must be a list", where);
  if (vocab->empty()) return BadInput("the vocabulary is empty", where);
  BpeModel model;
  model.byte_level_ = byte_level;
  model.byte_fallback_ = Flag(json, "byte_fallback");
  model.fuse_unk_ = Flag(json, "fuse_unk");
  model.ignore_merges_ = Flag(json, "ignore_merges");
  CAIRN_TRY(model.ReadVocab(*vocab, where));
  CAIRN_TRY(model.ReadMerges(*merges, special, where));
  auto unk = json.find("unk_token");
  if (unk != json.end() && unk->is_string()) {
    auto found = model.ids_.find(unk->get<std::string>());
    if (found == model.ids_.end()) return BadInput("unk_token " + DumpJson(*unk) + " is not in the vocabulary", where);
    model.unk_ = found->second;
  }
  for (int b = 0; b < 256; ++b) {
    auto found = model.byte_fallback_ && !byte_level ? model.ids_.find(FallbackName(static_cast<uint8_t>(b)))
                                                     : model.ids_.find(ToByteAlphabet(std::string(1, char(b))));
    model.byte_ids_[static_cast<size_t>(b)] = found == model.ids_.end() ? -1 : found->second;
  }
  // Characters and whole words are looked up in words_; control tokens must not be found there.
  std::erase_if(model.words_, [&](const auto& entry) { return special.contains(entry.second); });
  model.ids_.clear();
  return model;
}

int BpeModel::FallbackByte(TokenId id) const {
  if (byte_level_ || !byte_fallback_) return -1;
  const std::string& text = tokens_[static_cast<size_t>(id)];
  if (text.size() != 6 || !text.starts_with("<0x")) return -1;
  for (int b = 0; b < 256; ++b)
    if (byte_ids_[static_cast<size_t>(b)] == id) return b;
  return -1;
}

const BpeModel::Merge* BpeModel::FindMerge(TokenId left, TokenId right) const {
  auto found = merges_.find(PairKey(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

void BpeModel::AppendUnits(std::string_view word, std::vector<TokenId>* units) const {
  bool last_unknown = false;
  auto unknown = [&] {
    if (unk_ >= 0 && !(fuse_unk_ && last_unknown)) units->push_back(unk_);
    last_unknown = true;
  };
  auto bytes = [&](std::string_view text) {
    for (char c : text) {
      TokenId id = byte_ids_[static_cast<uint8_t>(c)];
      if (id < 0) return false;
    }
    for (char c : text) units->push_back(byte_ids_[static_cast<uint8_t>(c)]);
    last_unknown = false;
    return true;
  };
  for (size_t i = 0; i < word.size();) {
    size_t length = byte_level_ ? 1 : Utf8At(word, i).length;
    std::string_view unit = word.substr(i, length);
    i += length;
    if (byte_level_) {
      if (!bytes(unit)) unknown();
      continue;
    }
    auto found = words_.find(unit);
    if (found != words_.end()) {
      units->push_back(found->second);
      last_unknown = false;
    } else if (!byte_fallback_ || !bytes(unit)) {
      unknown();
    }
  }
}

void BpeModel::EncodeWord(std::string_view word, std::vector<TokenId>* out) const {
  if (ignore_merges_) {
    auto whole = words_.find(word);
    if (whole != words_.end()) {
      out->push_back(whole->second);
      return;
    }
  }
  std::vector<TokenId> ids;
  AppendUnits(word, &ids);
  struct Candidate {
    int32_t rank;
    size_t at;
    bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : at > other.at; }
  };
  const size_t n = ids.size();
  std::vector<size_t> next(n), previous(n);  // a linked list over ids; a merged-away unit has id -1
  for (size_t i = 0; i < n; ++i) {
    next[i] = i + 1 < n ? i + 1 : kNone;
    previous[i] = i > 0 ? i - 1 : kNone;
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  auto consider = [&](size_t at) {
    if (at == kNone || next[at] == kNone) return;
    if (const Merge* merge = FindMerge(ids[at], ids[next[at]])) queue.push({merge->rank, at});
  };
  for (size_t i = 0; i + 1 < n; ++i) consider(i);
  while (!queue.empty()) {
    Candidate best = queue.top();
    queue.pop();
    if (ids[best.at] < 0 || next[best.at] == kNone) continue;
    size_t right = next[best.at];
    const Merge* merge = FindMerge(ids[best.at], ids[right]);
    if (merge == nullptr || merge->rank != best.rank) continue;  // overtaken by another merge
    ids[best.at] = merge->id;
    ids[right] = -1;
    next[best.at] = next[right];
    if (next[right] != kNone) previous[next[right]] = best.at;
    consider(previous[best.at]);
    consider(best.at);
  }
  for (TokenId id : ids)
    if (id >= 0) out->push_back(id);
}

}  // namespace cairn::formats
