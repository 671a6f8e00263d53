// A model that others trained, and what others computed with it: Andrej Karpathy's stories260K (MIT) in Hugging Face's
// layout. Its author's program, llama.cpp and a pass in binary64 agree on these ids.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/file.h"
#include "base/testing.h"
#include "infer/decoder.h"
#include "infer/testing.h"
#include "model/training_pass.h"

namespace cairn::infer {
namespace {

using Ids = std::vector<formats::TokenId>;

class Stories260K : public ::testing::TestWithParam<model::Storage> {
 protected:
  void SetUp() override {
    const std::string root = ConformanceFile("");
    if (!PathExists(root + "hf/stories260K")) GTEST_SKIP() << "no conformance data";
    auto model = model::LoadModel(root + "hf/stories260K", GetParam());
    ASSERT_TRUE(model.ok()) << model.error().ToString();
    model_ = std::move(model).value();
    expected_ = ReadJsonFile(root + "llama2c/expected_stories260K.json").value();
  }

  static formats::TokenId Likeliest(std::span<const float> logits) {
    return static_cast<formats::TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }

  // `steps` ids behind the prompt; look sees the logits of each.
  template <typename Look>
  Ids Greedy(const Ids& prompt, size_t steps, const Look& look) {
    Decoder decoder(pool_, model_, 1, 512);
    std::span<const float> logits = Append(decoder, 0, prompt);
    Ids out;
    for (size_t i = 0; i < steps; ++i) {
      look(i, logits);
      out.push_back(Likeliest(logits));
      logits = Append(decoder, 0, std::span(&out.back(), 1));
    }
    return out;
  }

  ThreadPool pool_{2};
  model::Model model_;
  Json expected_;
};

TEST_P(Stories260K, SaysWhatItsAuthorPublished) {
  const Ids ids = expected_["author_golden"]["token_ids"].get<Ids>();
  const Ids said = Greedy({ids[0]}, ids.size() - 1, [](size_t, auto) {});
  EXPECT_TRUE(std::equal(said.begin(), said.end(), ids.begin() + 1, ids.end()));
}

TEST_P(Stories260K, ContinuesPromptsAsTheReferenceDoes) {
  ASSERT_EQ(expected_["prompts"].size(), 3u);
  for (const Json& p : expected_["prompts"]) {
    const Json& first = p["first_steps"];
    auto look = [&](size_t step, std::span<const float> logits) {
      if (step >= first.size()) return;
      for (const Json& top : first[step]["top5"])
        EXPECT_NEAR(logits[top["id"].get<size_t>()], top["logit"].get<float>(), 2e-4f) << step;
    };
    const Ids ids = p["greedy_ids"].get<Ids>();
    EXPECT_EQ(Greedy(p["prompt_ids"].get<Ids>(), ids.size(), look), ids) << p["prompt"];
  }
}

// The pass that training runs, over the same text.
TEST_P(Stories260K, LosesWhatTheReferenceLoses) {
  const Json& forced = expected_["teacher_forced"];
  const Ids ids = forced["token_ids"].get<Ids>();
  model::PackedTokens batch;
  batch.Append(ids, std::vector<uint8_t>(ids.size(), 1));
  const std::vector<float> losses = model::TrainingPass(pool_, model_).Losses(batch);
  const auto nll = forced["nll"].get<std::vector<float>>();
  ASSERT_EQ(losses.size(), nll.size());
  for (size_t i = 0; i < nll.size(); ++i) EXPECT_NEAR(losses[i], nll[i], 2e-4f) << i;
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  EXPECT_NEAR(mean, forced["mean_nll"].get<double>(), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(Storages, Stories260K, ::testing::Values(model::Storage::kF32, model::Storage::kAsStored));

}  // namespace
}  // namespace cairn::infer
