// Answers to conversations, many at a time: continuous batching, in which a finished answer makes room for the next
// request at once, and a prompt that begins as one before it takes over that part of its cache. What a reply says
// (text, tokens, finish_reason) depends on its own request only, bit for bit; cached_tokens tells of the others.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "infer/sampler.h"
#include "model/model.h"

namespace cairn::infer {

// Rises when the same model answers the same request with another text: teachers' cached replies are then asked anew.
inline constexpr int kDecodingVersion = 1;

struct Request {
  std::vector<formats::Message> messages;
  SamplingOptions sampling;
};

enum class FinishReason {
  kStop,    // the model ended its turn, or a stop text came
  kLength,  // max_tokens, or the model's positions are used up
};
const char* FinishReasonName(FinishReason reason);  // "stop", "length"

struct Reply {
  std::string text;                      // valid UTF-8, without control tokens and stop text
  std::vector<formats::TokenId> tokens;  // as drawn, without the token that ended the turn
  FinishReason finish_reason = FinishReason::kStop;
  size_t prompt_tokens = 0;
  size_t cached_tokens = 0;  // of them, taken over from another request's cache: what else ran, and when, decides
};

// Called with new text of one request: whole characters; joined, they are Reply::text. May be empty pieces; called from
// the thread that called Generate. A search with several beams has its text at the end only.
using TokenCallback = std::function<void(size_t request, std::string_view text)>;

struct GenerateLimits {
  size_t max_parallel = 16;  // texts in the batch at a time, a search's hypotheses each for itself; changes no bit
  size_t max_rows = 512;     // tokens in one forward pass; longer prompts go in several
};

// Replies in the order of the requests. kBadInput for options out of range or a prompt longer than the model reads;
// kCorrupt if logits are not finite; kCancelled on Ctrl-C.
Result<std::vector<Reply>> Generate(ThreadPool& pool, const model::ChatModel& chat,
                                    const std::vector<Request>& requests, const TokenCallback& on_token = {},
                                    const GenerateLimits& limits = {});

}  // namespace cairn::infer
