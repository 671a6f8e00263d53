#include "synth/caching_teacher.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cairn::synth {

Digest CallKey(const Json& identity, const TeacherRequest& request) {
  return Sha256Of(DumpJson(Json::array({identity, TeacherRequestToJson(request)})));
}

Result<void> CachingTeacher::Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) {
  Json identity = teacher_.Identity();
  std::map<Digest, std::vector<size_t>> places;  // key -> requests that want it
  std::vector<Digest> keys, missing;
  for (size_t i = 0; i < requests.size(); ++i) {
    Digest key = CallKey(identity, requests[i]);
    if (!places.contains(key)) keys.push_back(key);
    places[key].push_back(i);
  }
  counts_.asked += requests.size();
  counts_.cached += requests.size() - keys.size();
  auto give = [&](const Digest& key, const std::string& reply) -> Result<void> {
    for (size_t i : places.at(key)) CAIRN_TRY(sink(i, reply));
    return {};
  };
  for (const Digest& key : keys) {
    if (std::optional<std::string> found = cache_.Get(key)) {
      ++counts_.cached;
      CAIRN_TRY(give(key, *found));
    } else {
      missing.push_back(key);
    }
  }
  for (size_t begin = 0; begin < missing.size(); begin += save_every_) {
    std::vector<TeacherRequest> group;
    for (size_t i = begin; i < std::min(begin + save_every_, missing.size()); ++i) {
      group.push_back(requests[places.at(missing[i])[0]]);
    }
    CAIRN_TRY(teacher_.Answer(group, [&](size_t place, const std::string& reply) -> Result<void> {
      const Digest& key = missing[begin + place];
      CAIRN_TRY(cache_.Put(key, reply));
      return give(key, reply);
    }));
  }
  return {};
}

}  // namespace cairn::synth
