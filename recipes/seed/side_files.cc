#include "side_files.h"

#include "base/file.h"
#include "base/json.h"
#include "eval/held_out.h"

namespace cairn::seed {
namespace {

constexpr const char* kReplayFile = "replay.jsonl";
constexpr uint64_t kFirstHeldOut = 100000;
constexpr uint64_t kFirstReplay = 900000000;
constexpr size_t kReplayRows = 3000;
// About 500 tokens, the longest sample of the training; the tokenizer need not exist here.
constexpr size_t kMaxBytes = 2200;

size_t BytesOf(const formats::Conversation& conversation) {
  size_t bytes = 0;
  for (const formats::Message& message : conversation.messages) bytes += message.content.size();
  return bytes;
}

}  // namespace

std::string HeldOutFileText(const Corpus& corpus) {
  struct Share {
    const char* task;
    uint64_t count;
  };
  std::string text;
  for (const Share& share : {Share{"reading", 40}, Share{"judging", 30}, Share{"skills", 40}, Share{"unknown", 30}}) {
    for (uint64_t i = 0; i < share.count; ++i) {
      Item item = corpus.HeldOut(share.task, kFirstHeldOut + i);
      Json messages = Json::array();
      for (const formats::Message& message : item.prompt)
        messages.push_back({{"role", message.role}, {"content", message.content}});
      text += DumpJson({{"task", item.task}, {"messages", std::move(messages)}, {"accepted", item.accepted}}) + "\n";
    }
  }
  return text;
}

std::string ReplayFileText(const Corpus& corpus, const SeedRecipe& recipe) {
  const Level level = recipe.phases.back().level;
  std::string text;
  size_t rows = 0;
  for (uint64_t index = kFirstReplay; rows < kReplayRows; ++index) {
    formats::Conversation conversation = corpus.Sample(recipe.seed, index, level);
    if (BytesOf(conversation) > kMaxBytes) continue;
    conversation.id = formats::ConversationId(conversation.messages);
    text += DumpJson(formats::ConversationToJson(conversation)) + "\n";
    ++rows;
  }
  return text;
}

Result<void> WriteSideFiles(const Corpus& corpus, const SeedRecipe& recipe, const std::string& directory) {
  CAIRN_TRY(WriteFileAtomic(directory + "/" + eval::kHeldOutFile, HeldOutFileText(corpus)));
  return WriteFileAtomic(directory + "/" + kReplayFile, ReplayFileText(corpus, recipe));
}

}  // namespace cairn::seed
