#include "formats/tokenizer.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_set>

#include "base/file.h"
#include "base/json.h"
#include "base/text_hash.h"
#include "formats/bpe.h"
#include "formats/normalizer.h"
#include "formats/pre_tokenizer.h"
#include "formats/token_decoder.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

constexpr uint64_t kMaxFile = uint64_t{1} << 27;  // the largest known tokenizer.json has 33 MB

struct AddedToken {
  std::string content;
  TokenId id = 0;
  bool special = false, single_word = false, lstrip = false, rstrip = false, normalized = false;
};

Result<AddedToken> ReadAddedToken(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("an added token must be an object", where);
  AddedToken token;
  CAIRN_ASSIGN(token.content, StringField(json, "content", where));
  if (token.content.empty()) return BadInput("an added token is empty", where);
  auto id = json.find("id");
  // The same bound as ids of the vocabulary of the largest models, with room.
  if (id == json.end() || !id->is_number_unsigned() || id->get<uint64_t>() >= (uint64_t{1} << 21))
    return BadInput("the added token \"" + token.content + "\" has no usable id", where);
  token.id = static_cast<TokenId>(id->get<uint64_t>());
  auto flag = [&](const char* key, bool absent) {
    auto it = json.find(key);
    return it != json.end() && it->is_boolean() ? it->get<bool>() : absent;
  };
  token.special = flag("special", false);
  token.single_word = flag("single_word", false);
  token.lstrip = flag("lstrip", false);
  token.rstrip = flag("rstrip", false);
  token.normalized = flag("normalized", !token.special);
  return token;
}

// Words that were merged before, by their bytes. Bounded; each shard starts anew when full.
class WordCache {
 public:
  bool Append(std::string_view word, std::vector<TokenId>* out) {
    Shard& shard = ShardOf(word);
    std::lock_guard<std::mutex> lock(shard.mutex);
    auto found = shard.ids.find(word);
    if (found == shard.ids.end()) return false;
    out->insert(out->end(), found->second.begin(), found->second.end());
    return true;
  }
  void Store(std::string_view word, std::span<const TokenId> ids) {
    Shard& shard = ShardOf(word);
    std::lock_guard<std::mutex> lock(shard.mutex);
    if (shard.ids.size() >= kMaxPerShard) shard.ids.clear();
    shard.ids.try_emplace(std::string(word), ids.begin(), ids.end());
  }
  static constexpr size_t kMaxWord = 48;  // bytes; longer words hardly repeat

 private:
  static constexpr size_t kShards = 16, kMaxPerShard = 1 << 13;
  struct Shard {
    std::mutex mutex;
    TextMap<std::vector<TokenId>> ids;
  };
  Shard& ShardOf(std::string_view word) { return shards_[TextHash()(word) % kShards]; }
  std::array<Shard, kShards> shards_;
};

// A stretch of text between added tokens, or an added token (id >= 0).
struct Segment {
  std::string text;
  TokenId id = -1;
};

}  // namespace

struct Tokenizer::Impl {
  std::string json;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  BpeModel model;
  TokenDecoder decoder;
  std::vector<AddedToken> added;
  std::vector<AddedToken> raw, normalized;  // of `added`, by the text they are searched in, longest first
  TextMap<TokenId> added_ids;
  std::unordered_set<TokenId> special, swallows_before, swallows_after;
  std::vector<std::string> bytes;  // of each token, as Decode writes them
  std::vector<bool> is_byte;       // <0xNN> tokens
  mutable WordCache cache;

  Result<void> ReadAdded(const Json& json, const std::string& where);
  void FillBytes();
  void EncodeWord(std::string_view word, std::vector<TokenId>* out) const;
  void EncodeNormalized(std::string_view text, bool first, std::vector<TokenId>* out) const;
};

Result<void> Tokenizer::Impl::ReadAdded(const Json& root, const std::string& where) {
  auto list = root.find("added_tokens");
  if (list == root.end() || list->is_null()) return {};
  if (!list->is_array()) return BadInput("\"added_tokens\" must be a list", where);
  std::unordered_set<TokenId> seen;
  for (const Json& item : *list) {
    CAIRN_ASSIGN(AddedToken token, ReadAddedToken(item, where));
    if (!seen.insert(token.id).second || !added_ids.try_emplace(token.content, token.id).second)
      return BadInput(
          "the added token \"" + token.content + "\" or its id " + std::to_string(token.id) + " is listed twice",
          where);
    if (token.special) special.insert(token.id);
    if (token.lstrip) swallows_before.insert(token.id);
    if (token.rstrip) swallows_after.insert(token.id);
    added.push_back(std::move(token));
  }
  for (const AddedToken& token : added) {
    AddedToken searched = token;
    if (token.normalized) searched.content = normalizer.Apply(token.content);
    if (searched.content.empty()) continue;  // nothing to search for
    (token.normalized ? normalized : raw).push_back(std::move(searched));
  }
  for (auto* tokens : {&raw, &normalized})
    std::sort(tokens->begin(), tokens->end(), [](const AddedToken& a, const AddedToken& b) {
      return a.content.size() != b.content.size() ? a.content.size() > b.content.size() : a.content < b.content;
    });
  return {};
}

void Tokenizer::Impl::FillBytes() {
  bytes.resize(model.tokens().size());
  is_byte.resize(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    int byte = model.FallbackByte(static_cast<TokenId>(i));
    is_byte[i] = byte >= 0;
    bytes[i] = byte >= 0 ? std::string(1, static_cast<char>(byte)) : decoder.Text(model.tokens()[i]);
  }
  for (const AddedToken& token : added) {
    if (static_cast<size_t>(token.id) >= bytes.size()) bytes.resize(static_cast<size_t>(token.id) + 1);
    bytes[static_cast<size_t>(token.id)] = token.content;
  }
  is_byte.resize(bytes.size());
}

void Tokenizer::Impl::EncodeWord(std::string_view word, std::vector<TokenId>* out) const {
  if (word.size() > WordCache::kMaxWord) return model.EncodeWord(word, out);
  if (cache.Append(word, out)) return;
  size_t start = out->size();
  model.EncodeWord(word, out);
  cache.Store(word, std::span<const TokenId>(*out).subspan(start));
}

void Tokenizer::Impl::EncodeNormalized(std::string_view text, bool first, std::vector<TokenId>* out) const {
  Words words = pre_tokenizer.Apply(text, first);
  for (std::string_view word : words.views) EncodeWord(word, out);
}

namespace {

bool WordCharBefore(std::string_view text, size_t at) {
  if (at == 0) return false;
  size_t start = at - 1;
  while (start > 0 && IsUtf8Tail(text[start])) --start;
  return IsWordChar(CodePointAt(text, start));
}

// Cuts text at added tokens: leftmost first, at one place the longest.
void CutAtAdded(std::string_view text, const std::vector<AddedToken>& tokens, std::vector<Segment>* out) {
  std::array<bool, 256> starts{};
  for (const AddedToken& token : tokens) starts[static_cast<uint8_t>(token.content[0])] = true;
  size_t from = 0;
  for (size_t at = 0; at < text.size();) {
    const AddedToken* match = nullptr;
    if (starts[static_cast<uint8_t>(text[at])]) {
      for (const AddedToken& token : tokens)
        if (text.substr(at).starts_with(token.content)) {
          match = &token;
          break;
        }
    }
    size_t end = match ? at + match->content.size() : at;
    if (match && match->single_word &&
        (WordCharBefore(text, at) || (end < text.size() && IsWordChar(CodePointAt(text, end))))) {
      at = end;
      continue;
    }
    if (!match) {
      ++at;
      continue;
    }
    size_t begin = match->lstrip ? from + TrimEnd(text.substr(from, at - from), IsSpace).size() : at;
    if (match->rstrip) end = text.size() - TrimStart(text.substr(end), IsSpace).size();
    if (begin > from) out->push_back({std::string(text.substr(from, begin - from)), -1});
    out->push_back({{}, match->id});
    from = at = end;
  }
  if (from < text.size()) out->push_back({std::string(text.substr(from)), -1});
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::Parse(std::string_view text, const std::string& where) {
  CAIRN_ASSIGN(Json root, ParseJson(text, where));
  if (!root.is_object()) return BadInput("tokenizer.json must be a JSON object", where);
  auto part = [&](const char* key) {
    auto it = root.find(key);
    return it == root.end() ? Json() : *it;
  };
  auto impl = std::make_unique<Impl>();
  impl->json = std::string(text);
  CAIRN_ASSIGN(impl->normalizer, Normalizer::FromJson(part("normalizer"), where));
  CAIRN_ASSIGN(impl->pre_tokenizer, PreTokenizer::FromJson(part("pre_tokenizer"), where));
  CAIRN_TRY(impl->ReadAdded(root, where));
  auto model = root.find("model");
  if (model == root.end()) return BadInput("\"model\" is missing", where);
  CAIRN_ASSIGN(impl->model, BpeModel::FromJson(*model, impl->pre_tokenizer.byte_level(), impl->special, where));
  CAIRN_ASSIGN(impl->decoder, TokenDecoder::FromJson(part("decoder"), where));
  if (impl->pre_tokenizer.byte_level() != impl->decoder.byte_level())
    return Unsupported("only one of pre_tokenizer and decoder is ByteLevel", where);
  impl->FillBytes();
  return Tokenizer(std::move(impl));
}

Result<Tokenizer> Tokenizer::Load(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxFile));
  return Parse(text, path);
}

std::vector<TokenId> Tokenizer::Encode(std::string_view text, bool first) const {
  std::string clean;
  if (!IsValidUtf8(text)) text = clean = ReplaceInvalidUtf8(text);
  std::vector<TokenId> ids;
  if (impl_->normalizer.empty()) {
    impl_->EncodeNormalized(text, first, &ids);
  } else {
    impl_->EncodeNormalized(impl_->normalizer.Apply(text), first, &ids);
  }
  return ids;
}

std::vector<TokenId> Tokenizer::EncodeWithSpecial(std::string_view text) const {
  std::string clean;
  if (!IsValidUtf8(text)) text = clean = ReplaceInvalidUtf8(text);
  std::vector<Segment> outer;
  CutAtAdded(text, impl_->raw, &outer);
  std::vector<TokenId> ids;
  bool first = true;
  for (const Segment& segment : outer) {
    if (segment.id >= 0) {
      ids.push_back(segment.id);
    } else {
      std::vector<Segment> inner;
      CutAtAdded(impl_->normalizer.Apply(segment.text), impl_->normalized, &inner);
      for (const Segment& piece : inner) {
        if (piece.id >= 0) {
          ids.push_back(piece.id);
        } else {
          impl_->EncodeNormalized(piece.text, first, &ids);
        }
        first = false;
      }
    }
    first = false;
  }
  return ids;
}

std::string Tokenizer::Decode(std::span<const TokenId> ids, bool keep_special) const {
  std::string out, run;  // run: bytes of neighbouring <0xNN> tokens
  auto end_run = [&] {
    // As Hugging Face's ByteFallback: one replacement for each byte of a run that is not text.
    if (IsValidUtf8(run)) {
      out += run;
    } else {
      for (size_t i = 0; i < run.size(); ++i) out += "\xEF\xBF\xBD";
    }
    run.clear();
  };
  for (TokenId id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= impl_->bytes.size()) continue;
    if (!keep_special && impl_->special.contains(id)) continue;
    const std::string& bytes = impl_->bytes[static_cast<size_t>(id)];
    if (impl_->is_byte[static_cast<size_t>(id)]) {
      run += bytes;
    } else {
      end_run();
      out += bytes;
    }
  }
  end_run();
  out = impl_->decoder.StripStart(std::move(out));
  return impl_->decoder.byte_level() ? ReplaceInvalidUtf8(out) : out;
}

std::string Tokenizer::TokenBytes(TokenId id) const {
  if (id < 0 || static_cast<size_t>(id) >= impl_->bytes.size()) return {};
  return impl_->bytes[static_cast<size_t>(id)];
}

std::optional<TokenId> Tokenizer::SpecialId(std::string_view token) const {
  auto found = impl_->added_ids.find(token);
  if (found == impl_->added_ids.end()) return std::nullopt;
  return found->second;
}

bool Tokenizer::SwallowsBefore(TokenId id) const { return impl_->swallows_before.contains(id); }
bool Tokenizer::SwallowsAfter(TokenId id) const { return impl_->swallows_after.contains(id); }

int Tokenizer::vocab_size() const { return static_cast<int>(impl_->bytes.size()); }
int Tokenizer::text_vocab_size() const { return static_cast<int>(impl_->model.tokens().size()); }
const std::string& Tokenizer::json() const { return impl_->json; }

}  // namespace cairn::formats
