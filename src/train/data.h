// Training data as the trainer sees it: for each optimiser step, its samples. Any step can be asked for alone, which
// replay needs.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/chat.h"

namespace cairn::train {

struct TokenSample {
  std::string id;  // digest of the content (formats::ConversationId)
  std::vector<formats::TokenId> ids;
  std::vector<uint8_t> loss_mask;  // 1 where the token is predicted
  float base_weight = 0;           // model::PackedTokens::Append
};

class DataSource {
 public:
  virtual ~DataSource() = default;
  virtual uint64_t steps() const = 0;
  // The samples of step 1..steps(), in training order.
  virtual std::vector<TokenSample> Samples(uint64_t step) const = 0;
};

// What is trained on in every epoch, and what is taken from in turn, so that epochs differ in it.
struct EpochSamples {
  std::vector<TokenSample> every_epoch;
  std::vector<TokenSample> in_turn;  // the next ones in each epoch, after the last one the first again
  uint64_t in_turn_tokens = 0;       // an epoch takes until it has so many, at most all of them once
  float in_turn_base_weight = 0;     // TokenSample::base_weight of these
};

// Several epochs, each in its own seeded order, cut into steps of at most batch_tokens (at least one sample each). The
// last step of an epoch may be short.
class EpochSource : public DataSource {
 public:
  // Where there would be more than most_steps steps, it ends one step behind: the number says that they are too many.
  EpochSource(EpochSamples samples, uint64_t batch_tokens, uint64_t epochs, uint64_t seed,
              uint64_t most_steps = std::numeric_limits<uint64_t>::max());
  uint64_t steps() const override { return plan_.size(); }
  std::vector<TokenSample> Samples(uint64_t step) const override;
  uint64_t tokens() const { return tokens_; }  // over all epochs

 private:
  std::vector<TokenSample> samples_;  // of every epoch, then those in turn
  std::vector<std::vector<uint32_t>> plan_;
  uint64_t tokens_ = 0;
};

// Samples made on the fly: sample(i) for i = (step-1)*per_step ... . The generator must be a pure function of i.
class GeneratedSource : public DataSource {
 public:
  GeneratedSource(std::function<TokenSample(uint64_t)> sample, uint64_t per_step, uint64_t steps, uint64_t first)
      : sample_(std::move(sample)), per_step_(per_step), steps_(steps), first_(first) {}
  uint64_t steps() const override { return steps_; }
  std::vector<TokenSample> Samples(uint64_t step) const override;

 private:
  std::function<TokenSample(uint64_t)> sample_;
  uint64_t per_step_, steps_, first_;
};

// Tokens and loss mask of a conversation; longer than max_tokens is kBadInput with its beginning. At least one token
// must count in the loss.
Result<TokenSample> Tokenise(const formats::ChatFormat& format, const formats::Tokenizer& tokenizer,
                             const formats::Conversation& conversation, size_t max_tokens);

// One JSON object a line (formats::Conversation), of at most 4 MiB. Errors name file and line.
Result<std::vector<formats::Conversation>> ReadConversations(const std::string& path);
std::string ConversationsToJsonl(const std::vector<formats::Conversation>& conversations);

}  // namespace cairn::train
