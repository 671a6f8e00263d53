#include "synth/local_teacher.h"

#include <gtest/gtest.h>

#include "infer/generate.h"
#include "infer/tiny_chat_model.h"

namespace cairn::synth {
namespace {

std::string Direct(ThreadPool& pool, const model::ChatModel& chat, const TeacherRequest& request, double min_p) {
  infer::Request same;
  same.messages = request.messages;
  same.sampling.temperature = request.temperature;
  same.sampling.seed = request.seed;
  same.sampling.max_tokens = request.max_tokens;
  same.sampling.min_p = min_p;
  return infer::Generate(pool, chat, {same}).value()[0].text;
}

TEST(LocalTeacher, DrawsLeaveOutWhatIsFarLessProbable) {
  ThreadPool pool(1);
  model::ChatModel chat = infer::TinyChatModel();
  LocalTeacher teacher(pool, chat);
  EXPECT_EQ(teacher.Identity()["min_p"], 0.1);
  int differ = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    TeacherRequest request{{{"user", "the hen", false}}, 0.7, seed, 16};
    std::string reply = teacher.Complete({request}).value()[0];
    EXPECT_EQ(reply, Direct(pool, chat, request, 0.1));
    differ += reply != Direct(pool, chat, request, 0) ? 1 : 0;
  }
  EXPECT_GT(differ, 0);  // else this test says nothing
}

}  // namespace
}  // namespace cairn::synth
