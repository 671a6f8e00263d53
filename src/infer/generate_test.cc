#include "infer/generate.h"

#include <gtest/gtest.h>

#include <limits>

#include "formats/unicode.h"
#include "infer/decoder.h"
#include "infer/testing.h"
#include "infer/tiny_chat_model.h"

namespace cairn::infer {
namespace {

Request Ask(const std::string& text, double temperature = 0, uint64_t seed = 0, int64_t max_tokens = 40) {
  Request request;
  request.messages = {{"user", text, true}};
  request.sampling.temperature = temperature;
  request.sampling.seed = seed;
  request.sampling.max_tokens = max_tokens;
  return request;
}

std::vector<Request> ManyRequests() {
  std::vector<Request> requests;
  for (size_t i = 0; i < 23; ++i) {
    requests.push_back(Ask(std::string(1 + i * 7 % 60, static_cast<char>('a' + i)) + " the", i % 3 == 0 ? 0.0 : 1.0, i,
                           static_cast<int64_t>(5 + i * 3 % 40)));
    if (i % 4 == 0) requests.back().sampling.repetition_penalty = 1.3;
    if (i % 4 == 1) requests.back().sampling.stop = {"e", "q"};
    if (i % 6 == 3) requests.back().sampling.beams = 4;
  }
  return requests;
}

class GenerateTest : public testing::Test {
 protected:
  Reply One(const Request& request) {
    auto replies = Generate(pool_, chat_, {request});
    EXPECT_TRUE(replies.ok()) << replies.error().ToString();
    return (*replies)[0];
  }
  model::ChatModel chat_ = TinyChatModel();
  ThreadPool pool_{2};
};

TEST_F(GenerateTest, GreedyIsTheArgmaxOfTheDecoder) {
  Request request = Ask("hello the");
  Reply reply = One(request);
  auto prompt = formats::EncodePrompt(chat_.format, chat_.tokenizer, request.messages);
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(reply.prompt_tokens, prompt->size());
  Decoder decoder(pool_, chat_.model, 1, 192);
  auto logits = Append(decoder, 0, *prompt);
  auto drawable = static_cast<std::ptrdiff_t>(chat_.tokenizer.vocab_size());
  for (formats::TokenId id : reply.tokens) {
    EXPECT_EQ(id, std::max_element(logits.begin(), logits.begin() + drawable) - logits.begin());
    logits = Append(decoder, 0, {&id, 1});
  }
  ASSERT_FALSE(reply.tokens.empty());
}

TEST_F(GenerateTest, AnyOfTheEndTokensEndsAnAnswer) {
  const Reply whole = One(Ask("hello the"));
  ASSERT_GT(whole.tokens.size(), 3u);
  chat_.more_ends = {whole.tokens[3]};
  const Reply cut = One(Ask("hello the"));
  const auto first = std::ranges::find(whole.tokens, whole.tokens[3]);
  EXPECT_EQ(cut.tokens, std::vector<formats::TokenId>(whole.tokens.begin(), first));
  EXPECT_EQ(cut.finish_reason, FinishReason::kStop);
}

TEST_F(GenerateTest, RepliesDoNotDependOnTheBatch) {
  auto requests = ManyRequests();
  auto together = Generate(pool_, chat_, requests);
  ASSERT_TRUE(together.ok());
  for (GenerateLimits limits : {GenerateLimits{1, 512}, GenerateLimits{5, 7}, GenerateLimits{64, 100}}) {
    auto replies = Generate(pool_, chat_, requests, {}, limits);
    ASSERT_TRUE(replies.ok());
    for (size_t i = 0; i < requests.size(); ++i) {
      EXPECT_EQ((*replies)[i].tokens, (*together)[i].tokens) << i;
      EXPECT_EQ((*replies)[i].text, (*together)[i].text) << i;
      EXPECT_EQ((*replies)[i].finish_reason, (*together)[i].finish_reason) << i;
    }
  }
  for (size_t i : {0u, 7u, 22u}) EXPECT_EQ(One(requests[i]).tokens, (*together)[i].tokens);
}

// A text that is asked about many times runs through the model once; the replies are those of each request alone.
TEST_F(GenerateTest, SharedBeginningsAreComputedOnceAndChangeNoReply) {
  std::vector<Request> requests;
  for (size_t i = 0; i < 40; ++i) {
    const std::string text(70, static_cast<char>('a' + i / 14));
    requests.push_back(Ask(text + (i % 3 == 0 ? "" : std::string(i % 14, 'z')), i % 2 == 0 ? 0.0 : 1.0, i, 12));
  }
  for (GenerateLimits limits : {GenerateLimits{16, 512}, GenerateLimits{1, 512}, GenerateLimits{5, 33}}) {
    auto replies = Generate(pool_, chat_, requests, {}, limits);
    ASSERT_TRUE(replies.ok());
    size_t computed = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      EXPECT_EQ((*replies)[i].tokens, One(requests[i]).tokens) << i;
      computed += (*replies)[i].prompt_tokens - (*replies)[i].cached_tokens;
    }
    EXPECT_LT(computed, size_t{3 * 72 + 40 * 16});
  }
}

TEST_F(GenerateTest, StreamedPiecesAreWholeCharactersAndJoinToTheText) {
  auto requests = ManyRequests();
  std::vector<std::string> streamed(requests.size());
  auto replies = Generate(pool_, chat_, requests, [&](size_t request, std::string_view text) {
    EXPECT_TRUE(IsValidUtf8(text));
    streamed[request] += text;
  });
  ASSERT_TRUE(replies.ok());
  for (size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(streamed[i], (*replies)[i].text);
}

// A text of two tokens of an answer, as a stop text, ends the same answer before it.
TEST_F(GenerateTest, StopTextAcrossTokens) {
  Request request;
  Reply whole;
  size_t at = std::string::npos;
  std::string stop;
  for (uint64_t seed = 0; seed < 50 && at == std::string::npos; ++seed) {
    request = Ask("tell me", 1.0, seed, 100);
    whole = One(request);
    for (size_t i = 10; i + 1 < whole.tokens.size() && at == std::string::npos; ++i) {
      std::string two = chat_.tokenizer.TokenBytes(whole.tokens[i]) + chat_.tokenizer.TokenBytes(whole.tokens[i + 1]);
      bool ascii = std::all_of(two.begin(), two.end(), [](char c) { return c > 32 && c < 127; });
      if (ascii && two.find('<') == std::string::npos) {
        at = whole.text.find(two);
        stop = two;
      }
    }
  }
  ASSERT_NE(at, std::string::npos);
  request.sampling.stop = {stop};
  Reply cut = One(request);
  EXPECT_EQ(cut.text, whole.text.substr(0, at));
  EXPECT_EQ(cut.finish_reason, FinishReason::kStop);
  EXPECT_LT(cut.tokens.size(), whole.tokens.size());
}

TEST_F(GenerateTest, StopTokenEndsTheAnswer) {
  // The head gives <|end|> the highest score for every input: twice the row of the winner.
  Request request = Ask("hi", 0, 0, 10);
  Reply before = One(request);
  ASSERT_FALSE(before.tokens.empty());
  auto hidden = static_cast<size_t>(chat_.model.config.hidden_size);
  float* head = chat_.model.weights.data() + chat_.model.offsets.head;
  auto end = static_cast<size_t>(*chat_.tokenizer.SpecialId("<|end|>"));
  auto winner = static_cast<size_t>(before.tokens[0]);
  for (size_t i = 0; i < hidden; ++i) head[end * hidden + i] = 2 * head[winner * hidden + i];
  Reply after = One(request);
  EXPECT_TRUE(after.tokens.empty());
  EXPECT_EQ(after.text, "");
  EXPECT_EQ(after.finish_reason, FinishReason::kStop);
}

// Many models name another token in config.json than the one that ends a turn of their chat format.
TEST_F(GenerateTest, TheModelsEndOfTextEndsTheAnswer) {
  const Request request = Ask("hi", 0, 0, 10);
  const Reply before = One(request);
  ASSERT_GT(before.tokens.size(), 1u);
  ASSERT_NE(before.tokens[1], before.tokens[0]);
  chat_.model.config.eos_token_id = before.tokens[1];
  const Reply after = One(request);
  EXPECT_EQ(after.tokens, (std::vector<formats::TokenId>{before.tokens[0]}));
  EXPECT_EQ(after.finish_reason, FinishReason::kStop);
}

TEST_F(GenerateTest, EndsAtMaxTokensAndAtTheLastPosition) {
  Request request = Ask("x", 1.0, 3, 4);
  Reply reply = One(request);
  EXPECT_EQ(reply.tokens.size(), 4u);
  EXPECT_EQ(reply.finish_reason, FinishReason::kLength);
  // A prompt that fills every position: one token can still be told.
  request = Ask(std::string(192 - 3, 'x'), 1.0, 3, 1000);
  reply = One(request);
  EXPECT_EQ(reply.prompt_tokens, 192u);
  EXPECT_LE(reply.tokens.size(), 1u);
}

TEST_F(GenerateTest, RefusesWhatTheModelCannotRead) {
  auto replies = Generate(pool_, chat_, {Ask("fine"), Ask(std::string(500, 'x'))});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kBadInput);
  EXPECT_NE(replies.error().message.find("at most 192"), std::string::npos) << replies.error().message;
  EXPECT_FALSE(Generate(pool_, chat_, {Ask("x", -1)}).ok());
  Request role = Ask("x");
  role.messages[0].role = "robot";
  EXPECT_FALSE(Generate(pool_, chat_, {role}).ok());
  EXPECT_TRUE(Generate(pool_, chat_, {}).ok());
}

TEST_F(GenerateTest, DamagedWeightsAreAnError) {
  chat_.model.weights[chat_.model.offsets.final_norm] = std::numeric_limits<float>::quiet_NaN();
  auto replies = Generate(pool_, chat_, {Ask("x")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace cairn::infer
