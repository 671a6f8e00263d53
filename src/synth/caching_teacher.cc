#include "synth/caching_teacher.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cairn::synth {

Digest CallKey(const Json& identity, const TeacherRequest& request) {
  Json key = Json::array({identity, TeacherRequestToJson(request)});
  if (request.beams > 1) key.push_back(request.beams);  // what is not searched for keeps its key of earlier versions
  return Sha256Of(DumpJson(key));
}

namespace {

// How the cache holds a refusal: behind a byte that UTF-8 does not have. Anything else is a reply's text.
constexpr char kRefusalMark = '\xff';

std::string ReplyToBytes(const TeacherReply& reply) {
  return reply.refusal.empty() ? reply.text : kRefusalMark + reply.refusal;
}

TeacherReply ReplyFromBytes(std::string bytes) {
  return bytes.starts_with(kRefusalMark) ? TeacherReply{"", bytes.substr(1)} : TeacherReply{std::move(bytes)};
}

}  // namespace

Result<void> CachingTeacher::Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) {
  Json identity = teacher_.Identity();
  std::map<Digest, std::vector<size_t>> places;  // key -> requests that want it
  std::vector<Digest> keys, missing;
  for (size_t i = 0; i < requests.size(); ++i) {
    Digest key = CallKey(identity, requests[i]);
    if (!places.contains(key)) keys.push_back(key);
    places[key].push_back(i);
  }
  auto give = [&](const Digest& key, const TeacherReply& reply) -> Result<void> {
    for (size_t i : places.at(key)) CAIRN_TRY(sink(i, reply));
    return {};
  };
  for (const Digest& key : keys) {
    if (std::optional<std::string> found = cache_.Get(key)) {
      CAIRN_TRY(give(key, ReplyFromBytes(std::move(*found))));
    } else {
      missing.push_back(key);
    }
  }
  for (size_t begin = 0, end; begin < missing.size(); begin = end) {
    end = begin + std::min(save_every_, missing.size() - begin);
    std::vector<TeacherRequest> group;
    for (size_t i = begin; i < end; ++i) group.push_back(requests[places.at(missing[i])[0]]);
    CAIRN_TRY(teacher_.Answer(group, [&](size_t place, const TeacherReply& reply) -> Result<void> {
      const Digest& key = missing[begin + place];
      CAIRN_TRY(cache_.Put(key, ReplyToBytes(reply)));
      return give(key, reply);
    }));
  }
  return {};
}

}  // namespace cairn::synth
