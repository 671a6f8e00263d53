// libFuzzer entry: no text, taken as a line of steps.jsonl, as a training row, as a model's config.json or
// tokenizer_config.json, may crash their readers, and what they read must be read again when it is written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/chat.h"
#include "model/config.h"
#include "train/transcript.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)train::ParseStepRecord(text, "fuzz").ok();
  auto json = ParseJson(text, "fuzz");
  if (!json.ok()) return 0;
  auto row = formats::ConversationFromJson(*json, "fuzz");
  if (row.ok() && !formats::ConversationFromJson(formats::ConversationToJson(*row), "again").ok()) std::abort();
  auto config = model::ParseModelConfig(*json, "fuzz");
  if (config.ok() && !model::ParseModelConfig(model::ModelConfigToJson(*config), "again").ok()) std::abort();
  auto format = formats::DetectChatFormat(*json, "fuzz");
  if (format.ok()) {
    Json own = {{"chat_template", format->Template()}};
    auto again = formats::DetectChatFormat(own, "again");
    if (!again.ok() || again->Template() != format->Template()) std::abort();
  }
  return 0;
}
