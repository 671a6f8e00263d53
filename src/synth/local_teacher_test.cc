#include "synth/local_teacher.h"

#include <gtest/gtest.h>

#include "infer/tiny_chat_model.h"
#include "synth/caching_teacher.h"

namespace cairn::synth {
namespace {

TeacherRequest Ask() { return {{{"user", "q", false}}, 0, 0, 16}; }

// Replies that are cached today stay valid: this identity may not change while nothing else does.
TEST(LocalIdentity, OfAPlainFormatHoldsWhatItAlwaysHeld) {
  const model::ChatModel chat = infer::TinyChatModel();
  const Json expected = {{"kind", "local"},
                         {"weights", model::WeightsDigest(chat.model).Hex()},
                         {"tokenizer", Sha256Of(chat.tokenizer.json()).Hex()},
                         {"chat_format", "cairn"}};
  EXPECT_EQ(DumpJson(LocalIdentity(chat, 1)), DumpJson(expected));
  ThreadPool pool(1);
  EXPECT_EQ(DumpJson(LocalTeacher(pool, chat).Identity()), DumpJson(LocalIdentity(chat)));
}

TEST(LocalIdentity, AnotherDecodingVersionGivesAnotherKey) {
  const model::ChatModel chat = infer::TinyChatModel();
  const Digest first = CallKey(LocalIdentity(chat, 1), Ask());
  EXPECT_NE(CallKey(LocalIdentity(chat, 2), Ask()), first);
  EXPECT_NE(CallKey(LocalIdentity(chat, 3), Ask()), CallKey(LocalIdentity(chat, 2), Ask()));
}

TEST(LocalIdentity, FormatsOfOneNameWithOtherPiecesHaveOtherKeys) {
  model::ChatModel chat = infer::TinyChatModel();
  const Digest plain = CallKey(LocalIdentity(chat), Ask());
  chat.format.no_system = "<|system|>Be brief.<|end|>";
  const Digest brief = CallKey(LocalIdentity(chat), Ask());
  EXPECT_NE(brief, plain);
  chat.format.no_system = "<|system|>Be kind.<|end|>";
  EXPECT_NE(CallKey(LocalIdentity(chat), Ask()), brief);
  chat.format.no_system.clear();
  EXPECT_EQ(CallKey(LocalIdentity(chat), Ask()), plain);
}

TEST(LocalIdentity, FurtherTokensThatEndAnswersGiveAnotherKey) {
  model::ChatModel chat = infer::TinyChatModel();
  const Digest plain = CallKey(LocalIdentity(chat), Ask());
  chat.more_ends = {5};
  EXPECT_NE(CallKey(LocalIdentity(chat), Ask()), plain);
}

std::string ReplyTo(LocalTeacher& teacher, const TeacherRequest& request, std::string* refusal = nullptr) {
  TeacherReply heard;
  EXPECT_TRUE(teacher
                  .Answer({request},
                          [&](size_t, TeacherReply reply) -> Result<void> {
                            heard = std::move(reply);
                            return {};
                          })
                  .ok());
  if (refusal != nullptr) *refusal = heard.refusal;
  return heard.text;
}

TEST(LocalTeacher, DrawsWithTheRequestsSeed) {
  const model::ChatModel chat = infer::TinyChatModel();
  ThreadPool pool(1);
  LocalTeacher teacher(pool, chat);
  TeacherRequest request = Ask();
  request.temperature = 0.7;
  request.seed = 1;
  const std::string first = ReplyTo(teacher, request);
  EXPECT_EQ(ReplyTo(teacher, request), first);
  request.seed = 2;
  EXPECT_NE(ReplyTo(teacher, request), first);
}

// The tiny model reads 192 tokens, three of which are the chat format's.
TEST(LocalTeacher, RefusesAPromptThatLeavesNoRoomForAnAnswer) {
  const model::ChatModel chat = infer::TinyChatModel();
  ThreadPool pool(1);
  LocalTeacher teacher(pool, chat);
  TeacherRequest request = Ask();
  std::string refusal;
  request.messages[0].content = std::string(191 - 3, 'x');
  ReplyTo(teacher, request, &refusal);
  EXPECT_EQ(refusal, "");
  request.messages[0].content += "x";
  EXPECT_EQ(ReplyTo(teacher, request, &refusal), "");
  EXPECT_EQ(refusal, "the prompt is longer than the model reads");
}

}  // namespace
}  // namespace cairn::synth
