// A model directory in process as teacher.
#pragma once

#include "base/thread_pool.h"
#include "infer/generate.h"
#include "model/model.h"
#include "synth/teacher.h"

namespace cairn::synth {

// What determines the replies of a model in process: kind, digests of weights and tokenizer, name of the chat format.
// Beside them, only where they say more: chat_template, the format's Template(), if it is not the plain one of its
// name; decoding, its version, from 2 on. So the keys of replies that were cached before these came stay as they are.
Json LocalIdentity(const model::ChatModel& chat, int decoding_version = infer::kDecodingVersion);

class LocalTeacher : public Teacher {
 public:
  // Both must outlive the teacher. Digests the weights once.
  LocalTeacher(ThreadPool& pool, const model::ChatModel& chat);
  // A prompt longer than the model reads is refused: the row that asked for it is dropped, not the build.
  Result<void> Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) override;
  Json Identity() const override { return identity_; }

 private:
  ThreadPool& pool_;
  const model::ChatModel& chat_;
  Json identity_;
};

}  // namespace cairn::synth
