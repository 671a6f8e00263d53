#include "synth/asker.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/philox.h"
#include "formats/unicode.h"

namespace cairn::synth {
namespace {

constexpr size_t kSlice = 64;  // calls between two reports: as many as a CachingTeacher asks for at once
constexpr size_t kMaxReply = 4000;

}  // namespace

uint64_t StreamOf(std::string_view text) {
  Digest digest = Sha256Of(text);
  uint64_t out = 0;
  for (size_t i = 0; i < 8; ++i) out = out << 8 | digest.bytes[i];
  return out;
}

TeacherRequest Asker::Check(Messages messages, int max_tokens) const {
  TeacherRequest request;
  request.messages = std::move(messages);
  request.max_tokens = max_tokens;
  return request;
}

TeacherRequest Asker::Write(Messages messages, size_t sample, int max_tokens) const {
  TeacherRequest request = Check(std::move(messages), max_tokens);
  if (sample == 0) {
    request.beams = beams_;
  } else {
    std::string key = std::to_string(sample);
    for (const formats::Message& message : request.messages) key += "\n" + message.content;
    RandomStream random(seed_, RandomPurpose::kSynthesis, StreamOf(key));
    request.temperature = 0.7;
    request.seed = random.NextU64();
  }
  return request;
}

Result<std::vector<TeacherReply>> Asker::Ask(const std::string& what, const std::vector<TeacherRequest>& requests) {
  std::vector<TeacherReply> replies;
  for (size_t begin = 0; begin < requests.size(); begin += kSlice) {
    if (progress_) progress_({what, begin, requests.size()});
    auto first = requests.begin() + static_cast<ptrdiff_t>(begin);
    auto last = requests.begin() + static_cast<ptrdiff_t>(std::min(begin + kSlice, requests.size()));
    auto part = teacher_.Complete({first, last});
    if (!part.ok() && part.error().code == ErrorCode::kCancelled)
      return Error{ErrorCode::kCancelled, "interrupted while " + what + "; the same command goes on from there", {}};
    if (!part.ok()) return part.error();
    CAIRN_CHECK(part->size() == static_cast<size_t>(last - first));
    for (TeacherReply& reply : *part) {
      if (reply.text.size() > kMaxReply) reply.text.resize(kMaxReply);
      reply.text = formats::ReplaceInvalidUtf8(reply.text);
      replies.push_back(std::move(reply));
    }
  }
  if (progress_ && !requests.empty()) progress_({what, requests.size(), requests.size()});
  return replies;
}

}  // namespace cairn::synth
