// The model that writes training data, behind one interface: in process, an HTTP endpoint, a cache around either, a
// script in tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/chat.h"

namespace cairn::synth {

struct TeacherRequest {
  std::vector<formats::Message> messages;
  double temperature = 0;  // 0: greedy
  uint64_t seed = 0;       // of the draws when temperature > 0
  int max_tokens = 256;
};

class Teacher {
 public:
  virtual ~Teacher() = default;
  // Replies in the order of the requests. An endpoint that fails for good is an error; an empty or useless text is a
  // reply like any other.
  virtual Result<std::vector<std::string>> Complete(const std::vector<TeacherRequest>& requests) = 0;
  // What determines its replies, with no secret in it: goes into cache keys and provenance.
  virtual Json Identity() const = 0;
};

// {"messages": [{"role", "content"}], "temperature", "seed", "max_tokens"}. Greedy requests have seed 0 here: their
// seed changes nothing.
Json TeacherRequestToJson(const TeacherRequest& request);

}  // namespace cairn::synth
