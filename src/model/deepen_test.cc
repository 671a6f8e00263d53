#include "model/deepen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/philox.h"
#include "model/testing.h"
#include "model/training_pass.h"

namespace cairn::model {
namespace {

PackedTokens RandomBatch(size_t tokens) {
  RandomStream random(3, RandomPurpose::kText, 0);
  std::vector<formats::TokenId> ids(tokens);
  for (auto& id : ids) id = static_cast<formats::TokenId>(random.Below(50));
  PackedTokens batch;
  batch.Append(ids, std::vector<uint8_t>(tokens, 1));
  return batch;
}

// Weights large enough that every block matters.
Model SmallModel(bool tied) {
  ModelConfig config = TinyConfig(50, 32);
  config.num_hidden_layers = 3;
  config.tie_word_embeddings = tied;
  Model model = InitModel(config, 4);
  for (float& w : model.weights) w = w == 1.0f ? w : w * 8;
  return model;
}

class DeepenTest : public testing::TestWithParam<bool> {};

TEST_P(DeepenTest, GivesTheSameLosses) {
  const Model model = SmallModel(GetParam());
  const PackedTokens batch = RandomBatch(24);
  ThreadPool pool(2);
  const std::vector<float> before = TrainingPass(pool, model).Losses(batch);
  for (int64_t layers : {3, 4, 5, 6, 8}) {
    const Model deeper = Deepened(model, layers);
    EXPECT_EQ(deeper.offsets.layers.size(), static_cast<size_t>(layers));
    const std::vector<float> after = TrainingPass(pool, deeper).Losses(batch);
    ASSERT_EQ(after.size(), before.size());
    EXPECT_EQ(std::memcmp(after.data(), before.data(), before.size() * sizeof(float)), 0) << layers << " layers";
  }
}

// A copy that adds nothing can still learn: the gradients of its silent projections are not zero.
TEST_P(DeepenTest, NewBlocksCanLearn) {
  const Model deeper = Deepened(SmallModel(GetParam()), 5);
  ThreadPool pool(2);
  Gradients gradients = Gradients::For(deeper, true);
  std::vector<float> losses;
  TrainingPass(pool, deeper).Run(RandomBatch(24), 1.0f, gradients, losses);
  int silent = 0;
  for (const LayerOffsets& block : deeper.offsets.layers) {
    for (int p : {kO, kDown}) {
      const ProjectionShape shape = ShapeOf(deeper.config, p);
      const size_t size = shape.out * shape.in;
      const float* w = deeper.At(block.projection[p]);
      if (std::any_of(w, w + size, [](float x) { return x != 0; })) continue;
      ++silent;
      const float* g = gradients.weights.data() + block.projection[p];
      EXPECT_TRUE(std::any_of(g, g + size, [](float x) { return x != 0; }));
    }
  }
  EXPECT_EQ(silent, 4);
}

INSTANTIATE_TEST_SUITE_P(Heads, DeepenTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "tied" : "own"; });

}  // namespace
}  // namespace cairn::model
