// A model directory in process as teacher.
#pragma once

#include "base/thread_pool.h"
#include "model/model.h"
#include "synth/teacher.h"

namespace cairn::synth {

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
