#include "synth/teacher.h"

namespace cairn::synth {

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
