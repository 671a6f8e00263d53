#include "infer/beam_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "infer/decoder.h"
#include "infer/generate.h"
#include "infer/testing.h"
#include "infer/tiny_chat_model.h"

namespace cairn::infer {
namespace {

using formats::TokenId;

TEST(BeamSearch, LikeliestTokensAreSortedAndNormalised) {
  std::vector<float> logits;
  for (double p : {0.1, 0.4, 0.05, 0.4, 0.05}) logits.push_back(static_cast<float>(std::log(p) + 7));
  const std::vector<ScoredToken> three = LikeliestTokens(logits, 3);
  ASSERT_EQ(three.size(), 3u);
  const TokenId ids[] = {1, 3, 0};
  const double probabilities[] = {0.4, 0.4, 0.1};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(three[i].id, ids[i]);
    EXPECT_NEAR(static_cast<double>(three[i].log_probability), std::log(probabilities[i]), 1e-6);
  }
  EXPECT_EQ(LikeliestTokens(logits, 9).size(), 5u);
}

// The second text is less probable, but goes on better.
TEST(BeamSearch, ContinuationsCompareWholeTexts) {
  const std::vector<double> scores = {-1.0, -1.5};
  const std::vector<std::vector<ScoredToken>> next = {{{7, -2.0f}, {8, -2.5f}}, {{3, -0.25f}, {4, -1.5f}}};
  const auto best = LikeliestContinuations(scores, next, 3);
  ASSERT_EQ(best.size(), 3u);
  EXPECT_EQ(best[0].parent, 1u);
  EXPECT_EQ(best[0].id, 3);
  EXPECT_EQ(best[0].log_probability, -1.75);
  EXPECT_EQ(best[1].id, 7);  // equal scores: the earlier text first
  EXPECT_EQ(best[2].id, 4);
  EXPECT_EQ(LikeliestContinuations(scores, next, 9).size(), 4u);
}

struct Hypothesis {
  std::vector<TokenId> tokens;
  double score = 0;
};

// The definition, with a decoder that starts anew for every token and keeps all hypotheses of a length in one list.
class Reference {
 public:
  Reference(ThreadPool& pool, const model::ChatModel& chat, const Request& request)
      : pool_(pool), chat_(chat), request_(request) {
    prompt_ = formats::EncodePrompt(chat.format, chat.tokenizer, request.messages).value();
  }

  Hypothesis Answer() const {
    const size_t beams = request_.sampling.beams;
    std::vector<Hypothesis> open(1);
    std::optional<Hypothesis> ended;
    for (int64_t length = 0; length < request_.sampling.max_tokens; ++length) {
      std::vector<Hypothesis> longer;
      for (const Hypothesis& h : open) {
        for (const ScoredToken& token : Next(h)) {
          longer.push_back(h);
          longer.back().tokens.push_back(token.id);
          longer.back().score += static_cast<double>(token.log_probability);
        }
      }
      std::stable_sort(longer.begin(), longer.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
      open.clear();
      for (Hypothesis& h : longer) {
        if (open.size() == beams) break;
        if (!Ends(h)) {
          open.push_back(std::move(h));
        } else if (!ended || h.score > ended->score) {
          ended = std::move(h);
        }
      }
      if (ended && (open.empty() || open[0].score <= ended->score)) break;
    }
    return ended ? *ended : open[0];
  }

  std::vector<ScoredToken> Next(const Hypothesis& h) const {
    std::vector<TokenId> ids = prompt_;
    ids.insert(ids.end(), h.tokens.begin(), h.tokens.end());
    Decoder decoder(pool_, chat_.model, 1, 192);
    return LikeliestTokens(Append(decoder, 0, ids).first(static_cast<size_t>(chat_.tokenizer.vocab_size())), 300);
  }

 private:
  bool Ends(const Hypothesis& h) const {
    if (h.tokens.back() == *chat_.tokenizer.SpecialId("<|end|>")) return true;
    std::string text;
    for (TokenId id : h.tokens) text += chat_.tokenizer.Decode({&id, 1});
    return std::any_of(request_.sampling.stop.begin(), request_.sampling.stop.end(),
                       [&](const std::string& stop) { return text.find(stop) != std::string::npos; });
  }

  ThreadPool& pool_;
  const model::ChatModel& chat_;
  const Request& request_;
  std::vector<TokenId> prompt_;
};

Request Ask(const std::string& text, uint64_t beams) {
  Request request;
  request.messages = {{"user", text, true}};
  request.sampling.beams = beams;
  request.sampling.max_tokens = 7;
  return request;
}

double Score(const Reference& reference, const std::vector<TokenId>& tokens) {
  Hypothesis h;
  for (TokenId id : tokens) {
    for (const ScoredToken& token : reference.Next(h))
      if (token.id == id) h.score += static_cast<double>(token.log_probability);
    h.tokens.push_back(id);
  }
  return h.score;
}

TEST(BeamSearch, FindsWhatTheDefinitionFinds) {
  const model::ChatModel chat = TinyChatModel();
  ThreadPool pool(2);
  std::vector<Request> requests;
  for (size_t i = 0; i < 9; ++i) {
    requests.push_back(Ask(std::string(3 + i, static_cast<char>('a' + i)), 2 + i % 4));
    // The tiny model likes these.
    if (i % 3 != 0) requests.back().sampling.stop = {"X", "n", "U", "b"};
  }
  const auto replies = Generate(pool, chat, requests);
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  size_t stopped = 0, better = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    const Reference reference(pool, chat, requests[i]);
    EXPECT_EQ((*replies)[i].tokens, reference.Answer().tokens) << i;
    stopped += (*replies)[i].finish_reason == FinishReason::kStop;
    Request greedy = requests[i];
    greedy.sampling.beams = 1;
    const auto first = Generate(pool, chat, {greedy});
    better += Score(reference, (*replies)[i].tokens) > Score(reference, (*first)[0].tokens);
  }
  EXPECT_GE(stopped, 2u);
  EXPECT_LE(stopped, 7u);
  EXPECT_GE(better, 2u);
}

// The second most probable token ends a text at once; the most probable one does so a token later, and is still ahead.
TEST(BeamSearch, AnUnfinishedTextMayOvertakeAnEndedOne) {
  model::ChatModel chat = TinyChatModel();
  const auto head = chat.model.weights.begin() + static_cast<std::ptrdiff_t>(chat.model.offsets.head);
  std::transform(head, head + 300 * 32, head, [](float w) { return 8 * w; });  // surer of what it says
  ThreadPool pool(2);
  size_t overtaken = 0;
  for (size_t i = 0; i < 26 * 8; ++i) {
    Request request = Ask(std::string(1 + i / 26, static_cast<char>('a' + i % 26)), 2);
    const Reference reference(pool, chat, request);
    const std::vector<ScoredToken> first = reference.Next({});
    const TokenId open = first[0].id, ended = first[1].id, later = reference.Next({{open}, 0})[0].id;
    const bool ahead = Score(reference, {open, later}) > static_cast<double>(first[1].log_probability);
    const bool printable = std::min(ended, later) > ' ' && std::max(ended, later) <= '~';
    if (!ahead || !printable || open > 255 || open == later) continue;
    request.sampling.stop = {chat.tokenizer.TokenBytes(ended), chat.tokenizer.TokenBytes(later)};
    ++overtaken;
    EXPECT_EQ(Generate(pool, chat, {request}).value()[0].tokens, (std::vector<TokenId>{open, later})) << i;
  }
  EXPECT_GE(overtaken, 3u);
}

TEST(BeamSearch, RefusesWhatItCannotSearch) {
  const model::ChatModel chat = TinyChatModel();
  ThreadPool pool(1);
  EXPECT_FALSE(Generate(pool, chat, {Ask("x", 0)}).ok());
  EXPECT_FALSE(Generate(pool, chat, {Ask("x", 17)}).ok());
  Request drawn = Ask("x", 2);
  drawn.sampling.temperature = 1;
  EXPECT_FALSE(Generate(pool, chat, {drawn}).ok());
  Request penalised = Ask("x", 2);
  penalised.sampling.repetition_penalty = 1.1;
  EXPECT_FALSE(Generate(pool, chat, {penalised}).ok());
}

}  // namespace
}  // namespace cairn::infer
