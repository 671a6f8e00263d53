#include "infer/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::infer {
namespace {

using formats::TokenId;

std::vector<float> Logits(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

void ExpectProbabilities(const std::vector<Candidate>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(static_cast<double>(got[i].probability), expected[i], 1e-5) << i;
}

const std::vector<double> kFour = {0.1, 0.2, 0.3, 0.4};

// llama.cpp's tests/test-sampling.cpp; candidates most probable first.
struct Case {
  const char* sampler;
  double value;
  std::vector<double> expected;
};
TEST(SamplerTest, LlamaCppCases) {
  const double t = 1.0 / 9;
  const std::vector<Case> cases = {
      {"temp", 1, {0.4, 0.3, 0.2, 0.1}},
      {"temp", 0, {1}},
      {"top_k", 1, {1}},
      {"top_k", 3, {4 * t, 3 * t, 2 * t}},
      {"top_k", 4, {0.4, 0.3, 0.2, 0.1}},
      {"top_k", 0, {0.4, 0.3, 0.2, 0.1}},
      {"top_p", 0, {1}},
      {"top_p", 0.7, {0.571429, 0.428571}},
      {"top_p", 0.8, {4 * t, 3 * t, 2 * t}},
      {"top_p", 1, {0.4, 0.3, 0.2, 0.1}},
      {"min_p", 0.0, {0.4, 0.3, 0.2, 0.1}},
      {"min_p", 0.24, {0.4, 0.3, 0.2, 0.1}},
      {"min_p", 0.26, {4 * t, 3 * t, 2 * t}},
      {"min_p", 0.49, {4 * t, 3 * t, 2 * t}},
      {"min_p", 0.51, {0.571429, 0.428571}},
      {"min_p", 0.74, {0.571429, 0.428571}},
      {"min_p", 0.76, {1}},
      {"min_p", 1.0, {1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.sampler) + " " + std::to_string(c.value));
    SamplingOptions options;
    options.temperature = 1;
    std::string name = c.sampler;
    if (name == "temp") options.temperature = c.value;
    if (name == "top_k") options.top_k = static_cast<int64_t>(c.value);
    if (name == "top_p") options.top_p = c.value;
    if (name == "min_p") options.min_p = c.value;
    ExpectProbabilities(SamplingCandidates(options, Logits(kFour), {}), c.expected);
  }
}

TEST(SamplerTest, LlamaCppPenaltyCases) {
  SamplingOptions options;
  options.temperature = 1;
  options.repetition_penalty = 50;
  auto logits = Logits({0.2, 0.2, 0.2, 0.2, 0.2});
  std::vector<TokenId> one = {0}, three = {0, 1, 2}, again = {0, 1, 2, 0, 0};
  ExpectProbabilities(SamplingCandidates(options, logits, one), {0.25, 0.25, 0.25, 0.25, 0});
  ExpectProbabilities(SamplingCandidates(options, logits, three), {0.5, 0.5, 0, 0, 0});
  ExpectProbabilities(SamplingCandidates(options, logits, again), {0.5, 0.5, 0, 0, 0});
  EXPECT_EQ(SamplingCandidates(options, logits, one).back().id, 0);
}

TEST(SamplerTest, PositiveLogitsAreDividedByThePenalty) {
  SamplingOptions options;
  options.repetition_penalty = 2;
  std::vector<TokenId> history = {0};
  EXPECT_EQ(SampleToken(options, std::vector<float>{3, 2, 1}, history), 1);
  EXPECT_EQ(SampleToken(options, std::vector<float>{3, 2, 1}, {}), 0);
}

TEST(SamplerTest, ATokenSaidOftenIsPenalisedOnce) {
  SamplingOptions options;
  options.temperature = 1;
  options.repetition_penalty = 2;
  const std::vector<TokenId> history = {0, 0, 0};
  ExpectProbabilities(SamplingCandidates(options, std::vector<float>{8, 4}, history), {0.5, 0.5});
}

// With the temperature first, 0.65 would need a third token and 0.3 would keep the fourth.
TEST(SamplerTest, TemperatureComesAfterTheCuts) {
  const double four = std::sqrt(0.4), three = std::sqrt(0.3), two = std::sqrt(0.2);
  SamplingOptions options;
  options.temperature = 2;
  options.top_p = 0.65;
  ExpectProbabilities(SamplingCandidates(options, Logits(kFour), {}), {four / (four + three), three / (four + three)});
  options.top_p = 1;
  options.min_p = 0.3;
  const double sum = four + three + two;
  ExpectProbabilities(SamplingCandidates(options, Logits(kFour), {}), {four / sum, three / sum, two / sum});
}

TEST(SamplerTest, TiesGoToTheLowestId) {
  SamplingOptions options;
  std::vector<float> logits = {1, 5, 5, 0, 5};
  EXPECT_EQ(SampleToken(options, logits, {}), 1);
  options.temperature = 1;
  options.top_k = 2;
  auto candidates = SamplingCandidates(options, logits, {});
  EXPECT_EQ(candidates[0].id, 1);
  EXPECT_EQ(candidates[1].id, 2);
}

TEST(SamplerTest, DrawsFollowTheProbabilitiesAndTheSeed) {
  SamplingOptions options;
  options.temperature = 1;
  auto logits = Logits(kFour);
  std::vector<int> counts(4);
  std::vector<TokenId> history, first, second;
  for (int i = 0; i < 20000; ++i) {
    TokenId id = SampleToken(options, logits, history);
    ++counts[static_cast<size_t>(id)];
    first.push_back(id);
    history.push_back(id);
  }
  // Five standard deviations of a binomial share.
  for (size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(counts[i] / 20000.0, kFour[i], 5 * std::sqrt(kFour[i] * (1 - kFour[i]) / 20000));
  options.seed = 1;
  history.clear();
  for (int i = 0; i < 50; ++i) {
    second.push_back(SampleToken(options, logits, history));
    history.push_back(second.back());
  }
  EXPECT_FALSE(std::equal(second.begin(), second.end(), first.begin()));
}

TEST(SamplerTest, ExtremeValuesStayFinite) {
  SamplingOptions options;
  options.temperature = 1e-6;
  options.repetition_penalty = 100;
  std::vector<float> logits = {-3e38f, 3e38f, 0, -3e38f};
  std::vector<TokenId> history = {0};
  auto candidates = SamplingCandidates(options, logits, history);
  EXPECT_EQ(candidates[0].id, 1);
  for (const auto& c : candidates) EXPECT_TRUE(std::isfinite(c.probability));
  EXPECT_EQ(SampleToken(options, logits, history), 1);
}

TEST(SamplerTest, RefusesOptionsOutOfRange) {
  auto refused = [](auto change) {
    SamplingOptions options;
    change(options);
    return !options.Validate().ok();
  };
  EXPECT_TRUE(SamplingOptions().Validate().ok());
  EXPECT_TRUE(refused([](auto& o) { o.temperature = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.temperature = std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_TRUE(refused([](auto& o) { o.top_k = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.top_p = 1.5; }));
  EXPECT_TRUE(refused([](auto& o) { o.min_p = -0.1; }));
  EXPECT_TRUE(refused([](auto& o) { o.repetition_penalty = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.max_tokens = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.stop = {""}; }));
  EXPECT_TRUE(refused([](auto& o) { o.stop = {"\xff"}; }));
  EXPECT_TRUE(refused([](auto& o) { o.stop.assign(17, "x"); }));
}

}  // namespace
}  // namespace cairn::infer
