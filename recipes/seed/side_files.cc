#include "side_files.h"

#include <array>
#include <map>

#include "base/file.h"
#include "base/json.h"
#include "eval/held_out.h"

namespace cairn::seed {
namespace {

constexpr const char* kReplayFile = "replay.jsonl";
constexpr uint64_t kFirstHeldOut = 100000;
constexpr uint64_t kFirstReplay = 900000000;
constexpr uint64_t kReplayTried = 60000;  // a level that lacks a task ends the search
// About 500 tokens, the longest sample of the training; the tokenizer need not exist here.
constexpr size_t kMaxBytes = 2200;

struct Share {
  const char* task;
  size_t count;
};
// A gate compares two figures of these items: chance moves each by 1.3 points.
constexpr std::array<Share, 4> kHeldOut = {{{"reading", 160}, {"judging", 120}, {"skills", 160}, {"unknown", 120}}};
// Training on bare questions makes a model answer bare questions that nobody can, forget its short skills and read
// worse, but hardly judge worse (docs/seed-model.md).
constexpr std::array<Share, 8> kReplay = {{{"skills", 1900},
                                           {"reading", 1500},
                                           {"unknown", 1300},
                                           {"judging", 200},
                                           {"asking", 100},
                                           {"pattern", 80},
                                           {"rephrase", 60},
                                           {"conversation", 30}}};

size_t BytesOf(const formats::Conversation& conversation) {
  size_t bytes = 0;
  for (const formats::Message& message : conversation.messages) bytes += message.content.size();
  return bytes;
}

}  // namespace

std::string HeldOutFileText(const Corpus& corpus) {
  std::string text;
  for (const Share& share : kHeldOut) {
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
  std::map<std::string, size_t> left;
  for (const Share& share : kReplay) left[share.task] = share.count;
  for (uint64_t index = kFirstReplay; !left.empty() && index < kFirstReplay + kReplayTried; ++index) {
    auto wanted = left.find(corpus.TaskOf(recipe.seed, index, level));
    if (wanted == left.end()) continue;
    formats::Conversation conversation = corpus.Sample(recipe.seed, index, level);
    if (BytesOf(conversation) > kMaxBytes) continue;
    conversation.id = formats::ConversationId(conversation.messages);
    text += DumpJson(formats::ConversationToJson(conversation)) + "\n";
    if (--wanted->second == 0) left.erase(wanted);
  }
  return text;
}

Result<void> WriteSideFiles(const Corpus& corpus, const SeedRecipe& recipe, const std::string& directory) {
  CAIRN_TRY(WriteFileAtomic(directory + "/" + eval::kHeldOutFile, HeldOutFileText(corpus)));
  return WriteFileAtomic(directory + "/" + kReplayFile, ReplayFileText(corpus, recipe));
}

}  // namespace cairn::seed
