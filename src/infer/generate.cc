#include "infer/generate.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "infer/decoder.h"
#include "infer/text_stream.h"

namespace cairn::infer {
namespace {

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

class Generator {
 public:
  Generator(ThreadPool& pool, const model::ChatModel& chat, const std::vector<Request>& requests,
            const TokenCallback& on_token, const GenerateLimits& limits)
      : chat_(chat),
        requests_(requests),
        on_token_(on_token),
        max_positions_(model::MaxPositions(chat.model.config)),
        max_rows_(std::max<size_t>(limits.max_rows, 1)),
        slots_(std::min(std::max<size_t>(limits.max_parallel, 1), requests.size())),
        decoder_(pool, chat.model, slots_, max_positions_),
        replies_(requests.size()) {
    for (size_t slot = slots_; slot-- > 0;) free_.push_back(slot);
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
  Result<void> Pass();
  bool Append(Active& a, std::span<const float> logits);
  std::string TextOf(formats::TokenId id, bool first) const;
  void Finish(Active& a, FinishReason reason);

  const model::ChatModel& chat_;
  const std::vector<Request>& requests_;
  const TokenCallback& on_token_;
  size_t max_positions_, max_rows_, slots_;
  Decoder decoder_;
  Vocabulary vocabulary_;
  std::vector<std::vector<formats::TokenId>> prompts_;
  std::vector<Active> active_;
  std::vector<size_t> free_;
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

void Generator::Admit() {
  while (next_ < requests_.size() && !free_.empty()) {
    Active a;
    a.request = next_;
    a.slot = free_.back();
    a.sequence = std::move(prompts_[next_]);
    a.prompt = a.sequence.size();
    a.stream = std::make_unique<TextStream>(requests_[next_].sampling.stop);
    replies_[next_].prompt_tokens = a.prompt;
    free_.pop_back();
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
  auto vocab = static_cast<size_t>(chat_.model.config.vocab_size);
  std::vector<bool> done(active_.size());
  for (size_t row = 0; row < owners.size(); ++row) {
    Active& a = active_[owners[row]];
    a.fed += a.take;
    if (a.fed < a.sequence.size()) continue;
    std::span<const float> mine = logits.subspan(row * vocab, vocab);
    if (kernels::FirstNotFinite(mine.data(), vocab) < vocab)
      return Corrupt("the model's logits are not finite numbers; its weights are damaged", chat_.directory);
    done[owners[row]] = Append(a, mine.first(vocabulary_.drawable));
  }
  std::vector<Active> still;
  for (size_t i = 0; i < active_.size(); ++i)
    if (!done[i]) still.push_back(std::move(active_[i]));
  active_ = std::move(still);
  return {};
}

// Draws the next token; true when the answer has ended.
bool Generator::Append(Active& a, std::span<const float> logits) {
  const SamplingOptions& sampling = requests_[a.request].sampling;
  formats::TokenId id = SampleToken(sampling, logits, a.sequence);
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
  decoder_.Truncate(a.slot, 0);
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
