#include "synth/local_teacher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "formats/chat_template.h"

namespace cairn::synth {

namespace {

// Whether the name alone says how conversations are written.
bool IsPlain(const formats::ChatFormat& format) {
  const std::vector<formats::ChatFormat> plain = formats::PlainChatFormats();
  return std::any_of(plain.begin(), plain.end(), [&](const formats::ChatFormat& known) {
    return known.name == format.name && known.Template() == format.Template();
  });
}

}  // namespace

Json LocalIdentity(const model::ChatModel& chat, int decoding_version) {
  Json identity = {{"kind", "local"},
                   {"weights", model::WeightsDigest(chat.model).Hex()},
                   {"tokenizer", Sha256Of(chat.tokenizer.json()).Hex()},
                   {"chat_format", chat.format.name}};
  if (!IsPlain(chat.format)) identity["chat_template"] = chat.format.Template();
  if (!chat.more_ends.empty()) identity["more_ends"] = chat.more_ends;
  if (decoding_version > 1) identity["decoding"] = decoding_version;
  return identity;
}

LocalTeacher::LocalTeacher(ThreadPool& pool, const model::ChatModel& chat)
    : pool_(pool), chat_(chat), identity_(LocalIdentity(chat)) {}

Result<void> LocalTeacher::Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) {
  std::vector<infer::Request> batch;
  std::vector<size_t> places;
  size_t positions = model::MaxPositions(chat_.model.config);
  for (size_t i = 0; i < requests.size(); ++i) {
    CAIRN_ASSIGN(std::vector<formats::TokenId> prompt,
                 formats::EncodePrompt(chat_.format, chat_.tokenizer, requests[i].messages));
    if (prompt.size() >= positions) {
      CAIRN_TRY(sink(i, {"", "the prompt is longer than the model reads"}));
      continue;
    }
    infer::Request request;
    request.messages = requests[i].messages;
    request.sampling.temperature = requests[i].temperature;
    request.sampling.seed = requests[i].seed;
    request.sampling.beams = requests[i].beams;
    request.sampling.max_tokens = requests[i].max_tokens;
    batch.push_back(std::move(request));
    places.push_back(i);
  }
  if (batch.empty()) return {};
  CAIRN_ASSIGN(std::vector<infer::Reply> answers, infer::Generate(pool_, chat_, batch));
  for (size_t i = 0; i < places.size(); ++i) CAIRN_TRY(sink(places[i], {std::move(answers[i].text)}));
  return {};
}

}  // namespace cairn::synth
