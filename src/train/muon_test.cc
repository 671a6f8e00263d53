#include "train/muon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/philox.h"
#include "kernels/kernels.h"

namespace cairn::train {
namespace {

std::vector<float> Random(size_t n, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kInit, 0);
  std::vector<float> x(n);
  for (float& v : x) v = static_cast<float>(random.Normal());
  return x;
}

struct Shape {
  size_t rows, cols;
};
class MuonShapes : public testing::TestWithParam<Shape> {};

// With zero weights and rate r the new weights are -r * 0.2 * sqrt(longer side) * X, where X is nearly orthogonal.
TEST_P(MuonShapes, UpdateIsNearlyOrthogonal) {
  const auto [rows, cols] = GetParam();
  ThreadPool pool(1);
  Muon muon(pool);
  std::vector<float> g = Random(rows * cols, 3), m(rows * cols), w(rows * cols);
  muon.Update({.learning_rate = 1.0f}, g.data(), m.data(), w.data(), rows, cols);
  const double scale = 0.2 * std::sqrt(static_cast<double>(std::max(rows, cols)));
  const bool wide = rows <= cols;
  const size_t side = std::min(rows, cols), other = std::max(rows, cols);
  for (size_t i = 0; i < side; ++i) {
    for (size_t j = 0; j < side; ++j) {
      double dot = 0;
      for (size_t k = 0; k < other; ++k) {
        double a = wide ? w[i * cols + k] : w[k * cols + i], b = wide ? w[j * cols + k] : w[k * cols + j];
        dot += a * b / (scale * scale);
      }
      // Five iterations leave singular values s in about [0.68, 1.13]: s^2 on average below 1.3, off the diagonal
      // differences of such squares.
      EXPECT_NEAR(dot, i == j ? 0.9 : 0.0, 0.4) << i << " " << j;
    }
  }
}

// The direction is that of the gradient: the update never points away from it.
TEST_P(MuonShapes, DescendsAlongTheGradient) {
  const auto [rows, cols] = GetParam();
  ThreadPool pool(1);
  Muon muon(pool);
  std::vector<float> g = Random(rows * cols, 4), m(rows * cols), w(rows * cols);
  muon.Update({.learning_rate = 0.1f}, g.data(), m.data(), w.data(), rows, cols);
  double dot = 0;
  for (size_t i = 0; i < w.size(); ++i) dot += static_cast<double>(w[i]) * static_cast<double>(g[i]);
  EXPECT_LT(dot, 0);
}

INSTANTIATE_TEST_SUITE_P(Shapes, MuonShapes,
                         testing::Values(Shape{16, 16}, Shape{8, 40}, Shape{40, 8}, Shape{33, 70}, Shape{70, 33}));

TEST(Muon, MomentumAndClippingAreThoseOfTheDefinition) {
  ThreadPool pool(1);
  Muon muon(pool);
  std::vector<float> g = Random(12, 5), m = Random(12, 6), before = m, w(12);
  muon.Update({.learning_rate = 0.1f, .momentum = 0.5f, .gradient_scale = 0.25f}, g.data(), m.data(), w.data(), 3, 4);
  for (size_t i = 0; i < g.size(); ++i) EXPECT_EQ(m[i], std::fma(0.25f, g[i], 0.5f * before[i])) << i;
}

TEST(Muon, ZeroGradientOnlyDecays) {
  ThreadPool pool(1);
  Muon muon(pool);
  std::vector<float> g(12), m(12), w(12, 2.0f);
  muon.Update({.learning_rate = 0.5f, .weight_decay = 0.5f}, g.data(), m.data(), w.data(), 3, 4);
  for (float v : w) EXPECT_EQ(v, 1.5f);
}

TEST(Muon, InstructionSetsAndThreadsChangeNoBit) {
  std::vector<float> expected;
  for (const std::string& target : kernels::SupportedTargets()) {
    ASSERT_TRUE(kernels::ForceTarget(target));
    for (int threads : {1, 3}) {
      ThreadPool pool(threads);
      Muon muon(pool);
      std::vector<float> g = Random(45 * 70, 7), m = Random(45 * 70, 8), w = Random(45 * 70, 9);
      muon.Update({.learning_rate = 0.1f, .weight_decay = 0.1f}, g.data(), m.data(), w.data(), 45, 70);
      if (expected.empty()) expected = w;
      EXPECT_EQ(std::memcmp(w.data(), expected.data(), w.size() * sizeof(float)), 0) << target << " " << threads;
    }
  }
  kernels::ForceTarget("");
}

}  // namespace
}  // namespace cairn::train
