#include "train/data.h"

#include <algorithm>
#include <numeric>

#include "base/file.h"
#include "base/philox.h"
#include "formats/unicode.h"

namespace cairn::train {
namespace {

constexpr size_t kLongestLine = size_t{4} << 20;  // of a file of conversations; a million tokens of text

}  // namespace

EpochSource::EpochSource(EpochSamples samples, uint64_t batch_tokens, uint64_t epochs, uint64_t seed,
                         uint64_t most_steps)
    : samples_(std::move(samples.every_epoch)) {
  const size_t fixed = samples_.size(), turning = samples.in_turn.size();
  samples_.insert(samples_.end(), samples.in_turn.begin(), samples.in_turn.end());
  for (size_t i = fixed; i < samples_.size(); ++i) samples_[i].base_weight = samples.in_turn_base_weight;
  size_t next = 0;
  for (uint64_t epoch = 0; epoch < epochs; ++epoch) {
    std::vector<uint32_t> members(fixed);
    std::iota(members.begin(), members.end(), uint32_t{0});
    for (uint64_t taken = 0; taken < samples.in_turn_tokens && members.size() < fixed + turning; ++next) {
      members.push_back(static_cast<uint32_t>(fixed + next % turning));
      taken += samples_[members.back()].ids.size();
    }
    RandomStream random(seed, RandomPurpose::kShuffle, epoch);
    uint64_t in_step = batch_tokens;
    for (uint32_t place : Permutation(static_cast<uint32_t>(members.size()), random)) {
      const uint64_t n = samples_[members[place]].ids.size();
      tokens_ += n;
      bool opens = plan_.empty() || in_step + n > batch_tokens;
      if (opens) {
        if (plan_.size() > most_steps) return;
        plan_.emplace_back();
        in_step = 0;
      }
      plan_.back().push_back(members[place]);
      in_step += n;
    }
  }
}

std::vector<TokenSample> EpochSource::Samples(uint64_t step) const {
  CAIRN_CHECK(step >= 1 && step <= plan_.size());
  std::vector<TokenSample> samples;
  for (uint32_t i : plan_[step - 1]) samples.push_back(samples_[i]);
  return samples;
}

std::vector<TokenSample> GeneratedSource::Samples(uint64_t step) const {
  CAIRN_CHECK(step >= 1 && step <= steps_);
  std::vector<TokenSample> samples;
  for (uint64_t i = 0; i < per_step_; ++i) samples.push_back(sample_(first_ + (step - 1) * per_step_ + i));
  return samples;
}

Result<TokenSample> Tokenise(const formats::ChatFormat& format, const formats::Tokenizer& tokenizer,
                             const formats::Conversation& conversation, size_t max_tokens) {
  CAIRN_ASSIGN(formats::EncodedChat chat, formats::EncodeChat(format, tokenizer, conversation.messages));
  if (chat.ids.size() > max_tokens)
    return BadInput("the sample that begins \"" + formats::Excerpt(conversation.messages[0].content) + "\" has " +
                    std::to_string(chat.ids.size()) + " tokens; the model reads " + std::to_string(max_tokens));
  if (std::find(chat.loss_mask.begin(), chat.loss_mask.end(), 1) == chat.loss_mask.end())
    return BadInput("sample " + conversation.id + " has no assistant text to learn");
  return TokenSample{conversation.id, std::move(chat.ids), std::move(chat.loss_mask)};
}

Result<std::vector<formats::Conversation>> ReadConversations(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path));
  std::vector<formats::Conversation> conversations;
  size_t line = 0;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    std::string where = path + ":" + std::to_string(++line);
    if (end - start > kLongestLine) return BadInput("a line of more than 4 MiB", where);
    const std::string_view row = std::string_view(text).substr(start, end - start);
    if (row.find_first_not_of(" \t\r") != row.npos) {
      CAIRN_ASSIGN(Json json, ParseJson(row, where));
      CAIRN_ASSIGN(formats::Conversation conversation, formats::ConversationFromJson(json, where));
      conversations.push_back(std::move(conversation));
    }
    start = end + 1;
  }
  return conversations;
}

std::string ConversationsToJsonl(const std::vector<formats::Conversation>& conversations) {
  std::string text;
  for (const auto& c : conversations) text += DumpJson(formats::ConversationToJson(c)) + "\n";
  return text;
}

}  // namespace cairn::train
