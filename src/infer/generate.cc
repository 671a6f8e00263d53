#include "infer/generate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/interrupt.h"
#include "infer/beam_search.h"
#include "infer/slots.h"
#include "infer/text_stream.h"

namespace cairn::infer {
namespace {

// What ends an answer and which ids may be drawn.
struct Vocabulary {
  std::vector<formats::TokenId> ends;
  size_t drawable = 0;  // ids below it have a text; a padded embedding has more rows
};

// A text in a slot of the decoder, which has its first tokens already.
struct Line {
  size_t slot = 0;
  std::vector<formats::TokenId> sequence;  // prompt and answer
  TextStream stream;
  double log_probability = 0;  // of the answer; counted in a search only
};

// A request under way: one line, or the hypotheses of a search.
struct Active {
  size_t request = 0, prompt = 0;  // which one, tokens of its prompt
  std::vector<Line> lines;         // equally long
  std::vector<size_t> spare;       // slots for further hypotheses
  std::optional<Line> ended;       // the most probable one that has ended
};

// Whose a chunk of a forward pass is.
struct Owner {
  Active* active;
  Line* line;
};

// What may follow a line: the token that was drawn, or the most probable ones; nothing if the logits are not finite.
using NextTokens = std::vector<ScoredToken>;

size_t BeamsOf(const Request& request) { return request.sampling.beams; }

// As many as the limits allow and the requests can use, but enough for the widest search.
size_t SlotsFor(const std::vector<Request>& requests, const GenerateLimits& limits) {
  size_t all = 0, widest = 1;
  for (const Request& request : requests) {
    all += BeamsOf(request);
    widest = std::max(widest, BeamsOf(request));
  }
  return std::max(std::min(limits.max_parallel, all), widest);
}

class Generator {
 public:
  // REQUIRES valid sampling options.
  Generator(ThreadPool& pool, const model::ChatModel& chat, const std::vector<Request>& requests,
            const TokenCallback& on_token, const GenerateLimits& limits)
      : pool_(pool),
        chat_(chat),
        requests_(requests),
        on_token_(on_token),
        max_positions_(model::MaxPositions(chat.model.config)),
        max_rows_(std::max<size_t>(limits.max_rows, 1)),
        slots_(pool, chat.model, SlotsFor(requests, limits), max_positions_),
        replies_(requests.size()) {}

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
  bool PrefixComes(std::span<const formats::TokenId> prompt, size_t length) const;
  Result<void> Pass();
  std::vector<Chunk> NextChunks(std::vector<Owner>& owners);
  NextTokens Next(const SamplingOptions& sampling, const Line& line, std::span<const float> logits) const;
  Result<bool> Advance(Active& a, std::span<const NextTokens> next);
  bool Draw(Active& a, formats::TokenId id);
  bool Search(Active& a, std::span<const NextTokens> next);
  void Follow(Active& a, std::vector<Line> lines);
  size_t Fed(const Line& line) const { return slots_.decoder().length(line.slot); }
  size_t Waiting(const Line& line) const { return line.sequence.size() - Fed(line); }
  bool EndsTurn(formats::TokenId id) const { return std::ranges::find(vocabulary_.ends, id) != vocabulary_.ends.end(); }
  bool AtLimit(const Active& a, const Line& line) const;
  std::string Extend(const Active& a, Line& line, formats::TokenId id) const;
  std::string TextOf(formats::TokenId id, bool first) const;
  bool Finish(Active& a, Line& line, FinishReason reason);

  ThreadPool& pool_;
  const model::ChatModel& chat_;
  const std::vector<Request>& requests_;
  const TokenCallback& on_token_;
  size_t max_positions_, max_rows_;
  Slots slots_;
  Vocabulary vocabulary_;
  std::vector<std::vector<formats::TokenId>> prompts_;
  std::vector<Active> active_;
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
  vocabulary_.ends = chat_.more_ends;
  vocabulary_.ends.insert(vocabulary_.ends.end(),
                          {*stop, static_cast<formats::TokenId>(chat_.model.config.eos_token_id)});
  // Every prompt is checked before any work is done.
  prompts_.resize(requests_.size());
  for (size_t i = 0; i < requests_.size(); ++i) CAIRN_TRY(Encode(i));
  return {};
}

Result<void> Generator::Encode(size_t request) {
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

// Whether a prompt that is on its way into a slot will spare more than `length` tokens.
bool Generator::PrefixComes(std::span<const formats::TokenId> prompt, size_t length) const {
  return std::any_of(active_.begin(), active_.end(), [&](const Active& a) {
    const Line& line = a.lines[0];
    if (Fed(line) >= a.prompt) return false;
    return Slots::Spared(prompt, std::span(line.sequence).first(a.prompt)) > std::max(length, Fed(line));
  });
}

// Requests often share their beginnings: the same text is asked about many times. A request waits while another one
// computes what it can take over.
void Generator::Admit() {
  while (next_ < requests_.size() && BeamsOf(requests_[next_]) <= slots_.free()) {
    const Slots::Prefix prefix = slots_.Find(prompts_[next_]);
    if (PrefixComes(prompts_[next_], prefix.length)) return;
    Active a;
    a.request = next_;
    a.prompt = prompts_[next_].size();
    a.lines.push_back({slots_.Take(prefix), std::move(prompts_[next_]), TextStream(requests_[next_].sampling.stop),
                       /*log_probability=*/0});
    while (a.spare.size() + 1 < BeamsOf(requests_[next_])) a.spare.push_back(slots_.Take({}));
    replies_[next_].prompt_tokens = a.prompt;
    replies_[next_].cached_tokens = prefix.length;
    ++next_;
    active_.push_back(std::move(a));
  }
}

// Every answer gets its next token; what room is left goes to prompts, oldest first. Fills in whose the chunks are.
std::vector<Chunk> Generator::NextChunks(std::vector<Owner>& owners) {
  size_t answering = 0;
  for (const Active& a : active_) answering += Waiting(a.lines[0]) == 1 ? a.lines.size() : 0;
  size_t room = std::max(max_rows_, answering + 1) - answering;
  std::vector<Chunk> chunks;
  for (Active& a : active_) {
    for (Line& line : a.lines) {
      const size_t waiting = Waiting(line), take = waiting == 1 ? 1 : std::min(waiting, room);
      if (waiting > 1) room -= take;
      if (take == 0) continue;
      chunks.push_back({line.slot, std::span(line.sequence).subspan(Fed(line), take)});
      owners.push_back({&a, &line});
    }
  }
  return chunks;
}

NextTokens Generator::Next(const SamplingOptions& sampling, const Line& line, std::span<const float> logits) const {
  if (kernels::FirstNotFinite(logits.data(), logits.size()) < logits.size()) return {};
  const auto drawable = logits.first(vocabulary_.drawable);
  if (sampling.beams > 1) return LikeliestTokens(drawable, sampling.beams);
  return {{SampleToken(sampling, drawable, line.sequence), 0}};
}

// One forward pass.
Result<void> Generator::Pass() {
  std::vector<Owner> owners;
  const std::vector<Chunk> chunks = NextChunks(owners);
  const std::span<const float> logits = slots_.decoder().Forward(chunks);
  const auto vocab = static_cast<size_t>(chat_.model.config.vocab_size);
  std::vector<NextTokens> next(owners.size());
  pool_.Run(owners.size(), [&](size_t row) {
    const auto& [active, line] = owners[row];
    if (Waiting(*line) == 0)
      next[row] = Next(requests_[active->request].sampling, *line, logits.subspan(row * vocab, vocab));
  });
  std::vector<Active> still;
  size_t row = 0;
  for (Active& a : active_) {
    const size_t first = row;
    while (row < owners.size() && owners[row].active == &a) ++row;
    bool ended = false;
    if (Waiting(a.lines[0]) == 0) {
      CAIRN_ASSIGN(ended, Advance(a, std::span(next).subspan(first, row - first)));
    }
    if (!ended) still.push_back(std::move(a));
  }
  active_ = std::move(still);
  return {};
}

// Takes what may follow each line; true when the answer has ended.
Result<bool> Generator::Advance(Active& a, std::span<const NextTokens> next) {
  if (std::any_of(next.begin(), next.end(), [](const NextTokens& tokens) { return tokens.empty(); }))
    return Corrupt("the model's logits are not finite numbers; its weights are damaged", chat_.directory);
  return BeamsOf(requests_[a.request]) > 1 ? Search(a, next) : Draw(a, next[0][0].id);
}

bool Generator::Draw(Active& a, formats::TokenId id) {
  Line& line = a.lines[0];
  if (EndsTurn(id)) return Finish(a, line, FinishReason::kStop);
  const std::string text = Extend(a, line, id);
  if (on_token_) on_token_(a.request, text);
  if (line.stream.stopped()) return Finish(a, line, FinishReason::kStop);
  return AtLimit(a, line) && Finish(a, line, FinishReason::kLength);
}

// The most probable continuations, as many as there are beams, are the hypotheses from now on. One that ends beats all
// less probable ones: their probability only falls.
bool Generator::Search(Active& a, std::span<const NextTokens> next) {
  std::vector<double> scores;
  for (const Line& line : a.lines) scores.push_back(line.log_probability);
  std::vector<Line> open;
  for (const Continuation& c : LikeliestContinuations(scores, next, BeamsOf(requests_[a.request]))) {
    if (a.ended && c.log_probability <= a.ended->log_probability) break;
    Line line = a.lines[c.parent];
    line.log_probability = c.log_probability;
    const bool turn_ends = EndsTurn(c.id);
    if (!turn_ends) Extend(a, line, c.id);
    if (turn_ends || line.stream.stopped()) {
      a.ended = std::move(line);
    } else {
      open.push_back(std::move(line));
    }
  }
  if (open.empty()) return Finish(a, *a.ended, FinishReason::kStop);
  if (AtLimit(a, open[0]))
    return a.ended ? Finish(a, *a.ended, FinishReason::kStop) : Finish(a, open[0], FinishReason::kLength);
  Follow(a, std::move(open));
  return false;
}

// Gives each hypothesis a slot of its own; they come with their parents' slots.
void Generator::Follow(Active& a, std::vector<Line> lines) {
  for (const Line& parent : a.lines) {
    if (std::none_of(lines.begin(), lines.end(), [&](const Line& line) { return line.slot == parent.slot; }))
      a.spare.push_back(parent.slot);
  }
  std::set<size_t> taken;
  for (Line& line : lines) {
    if (taken.insert(line.slot).second) continue;
    const size_t parent = std::exchange(line.slot, a.spare.back());
    a.spare.pop_back();
    slots_.decoder().CopyPrefix(parent, line.slot, slots_.decoder().length(parent));
  }
  a.lines = std::move(lines);
}

bool Generator::AtLimit(const Active& a, const Line& line) const {
  return line.sequence.size() - a.prompt >= static_cast<size_t>(requests_[a.request].sampling.max_tokens) ||
         line.sequence.size() > max_positions_;
}

// Returns the text that is now certain.
std::string Generator::Extend(const Active& a, Line& line, formats::TokenId id) const {
  std::string text = line.stream.Push(TextOf(id, line.sequence.size() == a.prompt));
  line.sequence.push_back(id);
  return text;
}

// Bytes of a token in an answer: none for control tokens; SentencePiece's blank before the first word goes.
std::string Generator::TextOf(formats::TokenId id, bool first) const {
  std::string bytes = chat_.tokenizer.TokenBytes(id);
  if (chat_.tokenizer.SpecialId(bytes) == id) return chat_.tokenizer.Decode({&id, 1});
  if (first && bytes.starts_with(' ') && chat_.tokenizer.Decode({&id, 1}) == bytes.substr(1)) bytes.erase(0, 1);
  return bytes;
}

// The line is the answer. Returns true.
bool Generator::Finish(Active& a, Line& line, FinishReason reason) {
  const std::string rest = line.stream.Finish();
  const std::string& unsaid = BeamsOf(requests_[a.request]) > 1 ? line.stream.text() : rest;
  if (on_token_ && !unsaid.empty()) on_token_(a.request, unsaid);
  Reply& reply = replies_[a.request];
  reply.text = line.stream.text();
  reply.tokens.assign(line.sequence.begin() + static_cast<std::ptrdiff_t>(a.prompt), line.sequence.end());
  reply.finish_reason = reason;
  for (const Line& each : a.lines) slots_.Release(each.slot);
  for (size_t slot : a.spare) slots_.Release(slot);
  return true;
}

}  // namespace

const char* FinishReasonName(FinishReason reason) { return reason == FinishReason::kStop ? "stop" : "length"; }

Result<std::vector<Reply>> Generate(ThreadPool& pool, const model::ChatModel& chat,
                                    const std::vector<Request>& requests, const TokenCallback& on_token,
                                    const GenerateLimits& limits) {
  if (requests.empty()) return std::vector<Reply>{};
  for (const Request& request : requests) CAIRN_TRY(request.sampling.Validate());
  return Generator(pool, chat, requests, on_token, limits).Run();
}

}  // namespace cairn::infer
