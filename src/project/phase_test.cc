#include "project/phase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infer/tiny_chat_model.h"

namespace cairn::project {
namespace {

// A small file can promise epochs whose order alone would take tens of gigabytes.
TEST(PhaseSource, RefusesMoreThanItCanOrder) {
  const TrainingConfig training;
  PhaseSamples samples;
  samples.tokens.every_epoch.assign(20000, {.id = "a", .ids = {1, 2}, .loss_mask = {0, 1}});
  PhasePlan plan{.directory_name = "1-knowledge", .epochs = 10000};
  auto refused = PhaseSource(samples, training, plan);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("phase 1-knowledge has 10000 epochs of up to 20000"));
  plan.epochs = 2;
  EXPECT_EQ(PhaseSource(samples, training, plan).value().tokens(), 80000u);
}

TEST(PlanOf, EachPhaseHasASeedOfItsOwn) {
  const TrainingConfig training;
  EXPECT_EQ(PlanOf(training, 0).seed, training.seed);
  EXPECT_NE(PlanOf(training, 1).seed, PlanOf(training, 0).seed);
}

TEST(LoraConfigOf, TargetsAreThoseOfTheirName) {
  TrainingConfig training;
  auto targets = [&](LoraTargets named) {
    training.lora.targets = named;
    std::vector<std::string> names;
    const model::LoraConfig lora = LoraConfigOf(training);
    for (int p = 0; p < model::kProjections; ++p)
      if (lora.targets[p]) names.push_back(model::kProjectionNames[p]);
    return names;
  };
  const std::vector<std::string> attention = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
                                              "self_attn.o_proj"},
                                 mlp = {"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"};
  EXPECT_EQ(targets(LoraTargets::kAttention), attention);
  EXPECT_EQ(targets(LoraTargets::kMlp), mlp);
  EXPECT_EQ(targets(LoraTargets::kAllLinear).size(), size_t{model::kProjections});
}

// Two leaves may bring the same row; trained on twice an epoch it would count double.
TEST(MixSamples, EqualRowsOfTwoLeavesCountOnce) {
  auto row = [](const std::string& question) {
    formats::Conversation c;
    c.messages = {{"user", question}, {"assistant", "yes"}};
    c.id = formats::ConversationId(c.messages);
    return c;
  };
  const model::ChatModel base = infer::TinyChatModel();
  const TrainingConfig training;
  const auto samples = MixSamples({row("a?"), row("b?"), row("a?")}, {}, base, training, PlanOf(training, 0));
  ASSERT_TRUE(samples.ok()) << samples.error().ToString();
  std::vector<std::string> asked;
  for (const formats::Conversation& c : samples->conversations) asked.push_back(c.messages[0].content);
  EXPECT_THAT(asked, ::testing::UnorderedElementsAre("a?", "b?"));
  EXPECT_EQ(samples->tokens.every_epoch.size(), 2u);
}

TEST(PhaseTrainConfig, WarmsUpForTheShareOfStepsRoundedUp) {
  TrainingConfig training;
  training.optimizer.warmup = 0.03;
  auto warmup = [&](uint64_t steps) { return PhaseTrainConfig(training, PlanOf(training, 0), steps).warmup_steps; };
  EXPECT_EQ(warmup(10), 1u);
  EXPECT_EQ(warmup(34), 2u);
  training.optimizer.warmup = 0;
  EXPECT_EQ(warmup(10), 0u);
}

}  // namespace
}  // namespace cairn::project
