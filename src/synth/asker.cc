#include "synth/asker.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/philox.h"
#include "formats/unicode.h"

namespace cairn::synth {
namespace {

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
  std::vector<TeacherReply> replies(requests.size());
  if (requests.empty()) return replies;
  size_t done = 0;
  auto report = [&] {
    if (progress_) progress_({what, done, requests.size()});
  };
  report();
  const Result<void> answered = teacher_.Answer(requests, [&](size_t place, TeacherReply reply) -> Result<void> {
    reply.text = ReplaceInvalidUtf8(Beginning(reply.text, kMaxReply));
    replies[place] = std::move(reply);
    ++done;
    report();
    return {};
  });
  if (!answered.ok() && answered.error().code == ErrorCode::kCancelled)
    return Error{ErrorCode::kCancelled, "interrupted while " + what + "; the same command goes on from there", {}};
  if (!answered.ok()) return answered.error();
  CAIRN_CHECK(done == requests.size());
  return replies;
}

}  // namespace cairn::synth
