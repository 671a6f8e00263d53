#include "project/phase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cairn::project
