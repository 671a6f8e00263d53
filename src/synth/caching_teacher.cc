#include "synth/caching_teacher.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cairn::synth {

Digest CallKey(const Json& identity, const TeacherRequest& request) {
  return Sha256Of(DumpJson(Json::array({identity, TeacherRequestToJson(request)})));
}

Result<std::vector<std::string>> CachingTeacher::Complete(const std::vector<TeacherRequest>& requests) {
  Json identity = teacher_.Identity();
  std::vector<std::string> replies(requests.size());
  std::map<Digest, std::vector<size_t>> waiting;  // key -> requests that want it
  std::vector<std::pair<Digest, size_t>> missing;
  for (size_t i = 0; i < requests.size(); ++i) {
    Digest key = CallKey(identity, requests[i]);
    ++counts_.asked;
    auto [place, first] = waiting.try_emplace(key);
    place->second.push_back(i);
    if (!first) {
      ++counts_.cached;
    } else if (std::optional<std::string> found = cache_.Get(key)) {
      ++counts_.cached;
      replies[i] = std::move(*found);
    } else {
      missing.emplace_back(key, i);
    }
  }
  for (size_t begin = 0; begin < missing.size(); begin += std::max<size_t>(save_every_, 1)) {
    size_t end = std::min(begin + std::max<size_t>(save_every_, 1), missing.size());
    std::vector<TeacherRequest> group;
    for (size_t i = begin; i < end; ++i) group.push_back(requests[missing[i].second]);
    CAIRN_ASSIGN(std::vector<std::string> answers, teacher_.Complete(group));
    CAIRN_CHECK(answers.size() == group.size());
    for (size_t i = begin; i < end; ++i) {
      CAIRN_TRY(cache_.Put(missing[i].first, answers[i - begin]));
      replies[missing[i].second] = std::move(answers[i - begin]);
    }
  }
  for (const auto& [key, places] : waiting) {
    for (size_t i : places) replies[i] = replies[places[0]];
  }
  return replies;
}

}  // namespace cairn::synth
