// make_tiny_model DIR: a model directory with random weights, small enough that a whole build with it takes seconds.
// It knows nothing; the tests look at files, bits and messages, never at what it answers.
#include <fmt/format.h>

#include "base/file.h"
#include "formats/bpe_trainer.h"
#include "model/model.h"
#include "model/testing.h"
#include "train/data.h"

namespace cairn {
namespace {

constexpr const char* kSentences[] = {
    "The old mill stands by the river.", "Who owns the mill? Greta Moll owns the mill.",
    "The miller grinds wheat and rye on five days a week.", "How old is the bridge? The bridge is ninety years old.",
    "Good morning, the boat comes at noon and leaves at night."};

Result<formats::Tokenizer> TinyTokenizer() {
  formats::BpeTrainingOptions options;
  options.vocab_size = 320;
  options.special_tokens = {"<|user|>", "<|assistant|>", "<|end|>"};
  size_t next = 0;
  CAIRN_ASSIGN(std::string json, formats::TrainBpe(options, [&](std::string* text) {
                 if (next == std::size(kSentences)) return false;
                 *text = kSentences[next++];
                 return true;
               }));
  return formats::Tokenizer::Parse(json, "tokenizer.json");
}

model::ModelConfig TinyConfig(const formats::Tokenizer& tokenizer) {
  model::ModelConfig config = model::TinyConfig(tokenizer.vocab_size(), 512);
  config.intermediate_size = 64;  // a multiple of the blocks of Q8_0
  config.eos_token_id = *tokenizer.SpecialId("<|end|>");
  return config;
}

// Base data for training, and items for the regression guard.
Result<void> WriteSideFiles(const std::string& directory) {
  std::vector<formats::Conversation> rows;
  std::string held_out;
  for (const char* sentence : kSentences) {
    std::vector<formats::Message> messages = {{"user", fmt::format("Say: {}", sentence)}, {"assistant", sentence}};
    rows.push_back({formats::ConversationId(messages), messages});
    Json asked = {{"role", "user"}, {"content", fmt::format("Repeat: {}", sentence)}};
    held_out +=
        DumpJson({{"task", "repeat"}, {"messages", Json::array({asked})}, {"accepted", Json::array({sentence})}}) +
        "\n";
  }
  CAIRN_TRY(WriteFileAtomic(directory + "/replay.jsonl", train::ConversationsToJsonl(rows)));
  return WriteFileAtomic(directory + "/heldout.jsonl", held_out);
}

Result<void> Make(const std::string& directory) {
  CAIRN_ASSIGN(formats::Tokenizer tokenizer, TinyTokenizer());
  model::Model model = model::InitModel(TinyConfig(tokenizer), 1);
  ThreadPool pool(1);
  CAIRN_TRY(model::SaveModel(pool, model, tokenizer, formats::CairnChatFormat(), directory));
  return WriteSideFiles(directory);
}

}  // namespace
}  // namespace cairn

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: make_tiny_model DIR\n");
    return 2;
  }
  if (auto made = cairn::Make(argv[1]); !made.ok()) {
    fmt::print(stderr, "make_tiny_model: {}\n", made.error().ToString());
    return 1;
  }
  return 0;
}
