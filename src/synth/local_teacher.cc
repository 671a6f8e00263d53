#include "synth/local_teacher.h"

#include <utility>

#include "infer/decoder.h"
#include "infer/generate.h"

namespace cairn::synth {

LocalTeacher::LocalTeacher(ThreadPool& pool, const model::ChatModel& chat) : pool_(pool), chat_(chat) {
  identity_ = {{"kind", "local"},
               {"weights", model::WeightsDigest(chat.model).Hex()},
               {"tokenizer", Sha256Of(chat.tokenizer.json()).Hex()},
               {"chat_format", chat.format.name}};
}

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
