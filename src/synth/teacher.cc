#include "synth/teacher.h"

#include <utility>

namespace cairn::synth {

Result<std::vector<TeacherReply>> Teacher::Complete(const std::vector<TeacherRequest>& requests) {
  std::vector<TeacherReply> replies(requests.size());
  size_t count = 0;
  CAIRN_TRY(Answer(requests, [&](size_t place, TeacherReply reply) -> Result<void> {
    replies[place] = std::move(reply);
    ++count;
    return {};
  }));
  CAIRN_CHECK(count == requests.size());
  return replies;
}

Json TeacherRequestToJson(const TeacherRequest& request) {
  Json messages = Json::array();
  for (const formats::Message& message : request.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return {{"messages", std::move(messages)},
          {"temperature", request.temperature},
          {"seed", request.temperature > 0 ? request.seed : 0},
          {"max_tokens", request.max_tokens}};
}

}  // namespace cairn::synth
