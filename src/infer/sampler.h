// Options of decoding; chooses the next token from a row of logits. The steps and their order are llama.cpp's:
// repetition penalty, top-k, top-p, min-p, temperature, draw. Every sort is by probability, then by lower id, so the
// same logits and seed give the same token on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/tokenizer.h"

namespace cairn::infer {

inline constexpr uint64_t kMaxBeams = 16;

struct SamplingOptions {
  double temperature = 0;         // 0: the most probable token (greedy); at most 100
  int64_t top_k = 0;              // keeps the k most probable; 0: all
  double top_p = 1;               // 0..1: keeps the smallest set whose probability reaches top_p, at least one
  double min_p = 0;               // 0..1: drops tokens less probable than min_p times the best one
  double repetition_penalty = 1;  // > 0: logits of tokens already in the sequence, prompt included, are divided by it
                                  // if positive, else multiplied (Keskar et al. 2019, arXiv:1909.05858)
  uint64_t seed = 0;
  // Above 1: the answer is the most probable text that a search with this many hypotheses finds (infer/beam_search.h);
  // at most kMaxBeams; needs temperature 0 and no penalty.
  uint64_t beams = 1;
  int64_t max_tokens = 256;       // >= 1
  std::vector<std::string> stop;  // texts that end the answer and are not part of it; at most 16
  Result<void> Validate() const;
};

struct Candidate {
  formats::TokenId id = 0;
  float probability = 0;
};
// The tokens that may be drawn, most probable first, with their probabilities after all steps. With temperature 0: one.
// history: the tokens of the sequence so far. REQUIRES finite logits, at least one; valid options.
std::vector<Candidate> SamplingCandidates(const SamplingOptions& options, std::span<const float> logits,
                                          std::span<const formats::TokenId> history);

struct ScoredToken {
  formats::TokenId id = 0;
  float log_probability = 0;
};
// The `count` most probable tokens, or all: most probable first, equal ones by id. logit - max - Log(sum of Exp(logit -
// max)), in the arithmetic of docs/numerics.md. REQUIRES finite logits; at least one, and count > 0.
std::vector<ScoredToken> LikeliestTokens(std::span<const float> logits, size_t count);

// The token for position history.size(): one draw of RandomStream(seed, kSample, position).
formats::TokenId SampleToken(const SamplingOptions& options, std::span<const float> logits,
                             std::span<const formats::TokenId> history);

}  // namespace cairn::infer
