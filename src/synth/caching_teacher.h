// Remembers every reply by the content of its request, so that a second run costs nothing and a killed run goes on
// where it stopped.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "synth/teacher.h"

namespace cairn::synth {

class CallCache {
 public:
  virtual ~CallCache() = default;
  virtual std::optional<std::string> Get(const Digest& key) = 0;
  virtual Result<void> Put(const Digest& key, const std::string& reply) = 0;
};

// SHA-256 of the canonical JSON [identity, request].
Digest CallKey(const Json& identity, const TeacherRequest& request);

inline constexpr size_t kAnsweredTogether = 64;  // by a teacher in process

class CachingTeacher : public Teacher {
 public:
  // Both must outlive this. Each reply is saved when it arrives, whatever becomes of the others. save_every: missing
  // ones are asked for in groups of so many, as a teacher in process answers a group at once.
  CachingTeacher(Teacher& teacher, CallCache& cache, size_t save_every = kAnsweredTogether)
      : teacher_(teacher), cache_(cache), save_every_(std::max<size_t>(save_every, 1)) {}
  Result<void> Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) override;
  Json Identity() const override { return teacher_.Identity(); }

 private:
  Teacher& teacher_;
  CallCache& cache_;
  size_t save_every_;
};

}  // namespace cairn::synth
