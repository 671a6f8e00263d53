#include "infer/generate.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "infer/decoder.h"
#include "infer/text_stream.h"

namespace cairn::infer {
namespace {

constexpr formats::TokenId kNotFinite = -1;  // drawn from logits that are not finite

// What ends an answer and which ids may be drawn.
struct Vocabulary {
  formats::TokenId stop = -1, eos = -1;
  size_t drawable = 0;  // ids below it have a text; a padded embedding has more rows
};

// A request in a slot of the decoder.
struct Active {
  size_t request = 0, slot = 0;
  std::vector<formats::TokenId> sequence;  // prompt and answer
  size_t prompt = 0, fed = 0;              // sequence[0, fed) is in the cache
  size_t take = 0;                         // tokens in this pass
  std::unique_ptr<TextStream> stream;
  size_t generated() const { return sequence.size() - prompt; }
};

size_t CommonPrefix(std::span<const formats::TokenId> a, std::span<const formats::TokenId> b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

// The first tokens of a prompt as they lie in a slot's cache.
struct Prefix {
  size_t slot = 0, length = 0;
};

class Generator {
 public:
  Generator(ThreadPool& pool, const model::ChatModel& chat, const std::vector<Request>& requests,
            const TokenCallback& on_token, const GenerateLimits& limits)
      : pool_(pool),
        chat_(chat),
        requests_(requests),
        on_token_(on_token),
        max_positions_(model::MaxPositions(chat.model.config)),
        max_rows_(std::max<size_t>(limits.max_rows, 1)),
        slots_(std::min(std::max<size_t>(limits.max_parallel, 1), requests.size())),
        decoder_(pool, chat.model, slots_, max_positions_),
        held_(slots_),
        replies_(requests.size()) {
    for (size_t slot = 0; slot < slots_; ++slot) free_.push_back(slot);
  }

  Result<std::vector<Reply>> Run() {
    CAIRN_TRY(Prepare());
    while (next_ < requests_.size() || !active_.empty()) {
      if (Interrupted()) return Error{ErrorCode::kCancelled, "interrupted while answering", {}};
      Admit();
      CAIRN_TRY(Pass());
    }
    return std::move(replies_);
  }

 private:
  Result<void> Prepare();
  Result<void> Encode(size_t request);
  void Admit();
  Prefix FindPrefix(std::span<const formats::TokenId> prompt) const;
  bool PrefixComes(std::span<const formats::TokenId> prompt, size_t length) const;
  size_t TakeSlot(const Prefix& prefix);
  Result<void> Pass();
  bool Append(Active& a, formats::TokenId id);
  std::string TextOf(formats::TokenId id, bool first) const;
  void Finish(Active& a, FinishReason reason);

  ThreadPool& pool_;
  const model::ChatModel& chat_;
  const std::vector<Request>& requests_;
  const TokenCallback& on_token_;
  size_t max_positions_, max_rows_, slots_;
  Decoder decoder_;
  Vocabulary vocabulary_;
  std::vector<std::vector<formats::TokenId>> prompts_;
  std::vector<Active> active_;
  std::vector<size_t> free_;                         // the one that waits longest first
  std::vector<std::vector<formats::TokenId>> held_;  // [slot] tokens whose keys and values a free slot still holds
  size_t next_ = 0;
  std::vector<Reply> replies_;
};

Result<void> Generator::Prepare() {
  auto vocab = static_cast<size_t>(chat_.model.config.vocab_size);
  vocabulary_.drawable = std::min(vocab, static_cast<size_t>(chat_.tokenizer.vocab_size()));
  if (vocabulary_.drawable == 0) return BadInput("the tokenizer has no tokens", chat_.directory);
  auto stop = chat_.tokenizer.SpecialId(chat_.format.stop_token);
  if (!stop)
    return BadInput("the tokenizer lacks the chat format's stop token \"" + chat_.format.stop_token + "\"",
                    chat_.directory);
  vocabulary_.stop = *stop;
  vocabulary_.eos = static_cast<formats::TokenId>(chat_.model.config.eos_token_id);
  // Every prompt is checked before any work is done.
  prompts_.resize(requests_.size());
  for (size_t i = 0; i < requests_.size(); ++i) CAIRN_TRY(Encode(i));
  return {};
}

Result<void> Generator::Encode(size_t request) {
  CAIRN_TRY(requests_[request].sampling.Validate());
  CAIRN_ASSIGN(prompts_[request], formats::EncodePrompt(chat_.format, chat_.tokenizer, requests_[request].messages));
  const auto& ids = prompts_[request];
  if (ids.empty()) return BadInput("the conversation has no text");
  if (ids.size() > max_positions_)
    return BadInput("the conversation has " + std::to_string(ids.size()) + " tokens, the model reads at most " +
                    std::to_string(max_positions_) + "; shorten it");
  for (formats::TokenId id : ids)
    if (id < 0 || id >= chat_.model.config.vocab_size)
      return BadInput("the tokenizer has token " + std::to_string(id) + ", the model only " +
                          std::to_string(chat_.model.config.vocab_size) + " rows of embeddings",
                      chat_.directory);
  return {};
}

// The longest beginning of the prompt that some slot holds, if that spares work: the last token runs in any case, and a
// row that looks back into a cache costs twice what it costs beside the rows it sees.
Prefix Generator::FindPrefix(std::span<const formats::TokenId> prompt) const {
  Prefix best;
  auto consider = [&](size_t slot, std::span<const formats::TokenId> held) {
    const size_t length = std::min(CommonPrefix(prompt, held), prompt.size() - 1);
    if (length > best.length && length * 2 > prompt.size()) best = {slot, length};
  };
  for (const Active& a : active_) consider(a.slot, std::span(a.sequence).first(a.fed));
  for (size_t slot : free_) consider(slot, held_[slot]);
  return best;
}

// Whether a prompt that is on its way into a cache will give more than `length` tokens.
bool Generator::PrefixComes(std::span<const formats::TokenId> prompt, size_t length) const {
  return std::any_of(active_.begin(), active_.end(), [&](const Active& a) {
    const size_t shared = std::min(CommonPrefix(prompt, std::span(a.sequence).first(a.prompt)), prompt.size() - 1);
    return a.fed < a.prompt && shared > std::max(length, a.fed) && shared * 2 > prompt.size();
  });
}

size_t Generator::TakeSlot(const Prefix& prefix) {
  const auto same = prefix.length > 0 ? std::find(free_.begin(), free_.end(), prefix.slot) : free_.end();
  const auto taken = same == free_.end() ? free_.begin() : same;
  const size_t slot = *taken;
  decoder_.Truncate(slot, same == free_.end() ? 0 : prefix.length);
  if (same == free_.end() && prefix.length > 0) decoder_.CopyPrefix(prefix.slot, slot, prefix.length);
  free_.erase(taken);
  return slot;
}

// Requests often share their beginnings: the same text is asked about many times. A request waits while another one
// computes what it can take over.
void Generator::Admit() {
  while (next_ < requests_.size() && !free_.empty()) {
    const Prefix prefix = FindPrefix(prompts_[next_]);
    if (PrefixComes(prompts_[next_], prefix.length)) return;
    Active a;
    a.request = next_;
    a.slot = TakeSlot(prefix);
    a.fed = prefix.length;
    a.sequence = std::move(prompts_[next_]);
    a.prompt = a.sequence.size();
    a.stream = std::make_unique<TextStream>(requests_[next_].sampling.stop);
    replies_[next_].prompt_tokens = a.prompt;
    replies_[next_].cached_tokens = a.fed;
    ++next_;
    active_.push_back(std::move(a));
  }
}

// One forward pass: every answer gets its next token; what room is left goes to prompts, oldest first.
Result<void> Generator::Pass() {
  std::vector<Chunk> chunks;
  std::vector<size_t> owners;
  size_t answering = 0;
  for (const Active& a : active_) answering += a.sequence.size() - a.fed == 1;
  size_t room = std::max(max_rows_, answering + 1) - answering;
  for (size_t i = 0; i < active_.size(); ++i) {
    Active& a = active_[i];
    size_t waiting = a.sequence.size() - a.fed;
    a.take = waiting == 1 ? 1 : std::min(waiting, room);
    if (waiting > 1) room -= a.take;
    if (a.take == 0) continue;
    chunks.push_back({a.slot, std::span<const formats::TokenId>(a.sequence).subspan(a.fed, a.take)});
    owners.push_back(i);
  }
  std::span<const float> logits = decoder_.Forward(chunks);
  const auto vocab = static_cast<size_t>(chat_.model.config.vocab_size);
  std::vector<formats::TokenId> drawn(owners.size(), kNotFinite);
  pool_.Run(owners.size(), [&](size_t row) {
    Active& a = active_[owners[row]];
    a.fed += a.take;
    const std::span<const float> mine = logits.subspan(row * vocab, vocab);
    if (a.fed < a.sequence.size() || kernels::FirstNotFinite(mine.data(), vocab) < vocab) return;
    drawn[row] = SampleToken(requests_[a.request].sampling, mine.first(vocabulary_.drawable), a.sequence);
  });
  std::vector<bool> done(active_.size());
  for (size_t row = 0; row < owners.size(); ++row) {
    Active& a = active_[owners[row]];
    if (a.fed < a.sequence.size()) continue;
    if (drawn[row] == kNotFinite)
      return Corrupt("the model's logits are not finite numbers; its weights are damaged", chat_.directory);
    done[owners[row]] = Append(a, drawn[row]);
  }
  std::vector<Active> still;
  for (size_t i = 0; i < active_.size(); ++i)
    if (!done[i]) still.push_back(std::move(active_[i]));
  active_ = std::move(still);
  return {};
}

// Takes the token that was drawn; true when the answer has ended.
bool Generator::Append(Active& a, formats::TokenId id) {
  const SamplingOptions& sampling = requests_[a.request].sampling;
  if (id == vocabulary_.stop || id == vocabulary_.eos) {
    Finish(a, FinishReason::kStop);
    return true;
  }
  std::string text = a.stream->Push(TextOf(id, a.generated() == 0));
  a.sequence.push_back(id);
  if (on_token_) on_token_(a.request, text);
  if (a.stream->stopped()) {
    Finish(a, FinishReason::kStop);
  } else if (a.generated() >= static_cast<size_t>(sampling.max_tokens) || a.sequence.size() > max_positions_) {
    Finish(a, FinishReason::kLength);
  } else {
    return false;
  }
  return true;
}

// Bytes of a token in an answer: none for control tokens; SentencePiece's blank before the first word goes.
std::string Generator::TextOf(formats::TokenId id, bool first) const {
  std::string bytes = chat_.tokenizer.TokenBytes(id);
  if (chat_.tokenizer.SpecialId(bytes) == id) return chat_.tokenizer.Decode({&id, 1});
  if (first && bytes.starts_with(' ') && chat_.tokenizer.Decode({&id, 1}) == bytes.substr(1)) bytes.erase(0, 1);
  return bytes;
}

void Generator::Finish(Active& a, FinishReason reason) {
  std::string rest = a.stream->Finish();
  if (on_token_ && !rest.empty()) on_token_(a.request, rest);
  Reply& reply = replies_[a.request];
  reply.text = a.stream->text();
  reply.tokens.assign(a.sequence.begin() + static_cast<std::ptrdiff_t>(a.prompt), a.sequence.end());
  reply.finish_reason = reason;
  held_[a.slot] = std::move(a.sequence);
  held_[a.slot].resize(a.fed);
  free_.push_back(a.slot);
}

}  // namespace

const char* FinishReasonName(FinishReason reason) { return reason == FinishReason::kStop ? "stop" : "length"; }

Result<std::vector<Reply>> Generate(ThreadPool& pool, const model::ChatModel& chat,
                                    const std::vector<Request>& requests, const TokenCallback& on_token,
                                    const GenerateLimits& limits) {
  if (requests.empty()) return std::vector<Reply>{};
  return Generator(pool, chat, requests, on_token, limits).Run();
}

}  // namespace cairn::infer
