// The model that writes training data, behind one interface: in process, an HTTP endpoint, a cache around either, a
// script in tests.
#pragma once

#include <cstdint>
#include <functional>
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
  uint64_t beams = 1;  // of the search when temperature is 0; an endpoint has none and answers greedily
};

struct TeacherReply {
  std::string text;
  std::string refusal;  // why this request will never be answered, "HTTP 400"; then there is no text
  bool operator==(const TeacherReply&) const = default;
};

// Takes the reply to request number `place`. Its error ends the asking.
using ReplySink = std::function<Result<void>(size_t place, TeacherReply reply)>;

class Teacher {
 public:
  virtual ~Teacher() = default;
  // Gives the sink every reply when it is there, those before an error, too: in any order, from any thread, one at a
  // time. An endpoint that fails for good is an error; an empty or useless text and a refusal are replies like any
  // other.
  virtual Result<void> Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) = 0;
  // All replies, in the order of the requests, or the error of Answer.
  Result<std::vector<TeacherReply>> Complete(const std::vector<TeacherRequest>& requests);
  // What determines its replies, with no secret in it: goes into cache keys and provenance.
  virtual Json Identity() const = 0;
};

// {"messages": [{"role", "content"}], "temperature", "seed", "max_tokens"}, what an endpoint is sent. Greedy requests
// have seed 0 here: their seed changes nothing.
Json TeacherRequestToJson(const TeacherRequest& request);

}  // namespace cairn::synth
