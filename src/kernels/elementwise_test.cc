// SwiGLU, cross-entropy, AdamW, reductions, embedding, softmax row: equal to their definitions.
#include <algorithm>
#include <limits>

#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

TEST(SwiGlu, EqualsTheDefinition) {
  Rng rng(20);
  for (int i = 0; i < 60 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t n = i == 0 ? 40000 : RandomSize(rng, 300);
    const Values kind = kAllValues[i % 4];
    const Floats g = RandomFloats(rng, n, kind), u = RandomFloats(rng, n, kind), dy = RandomFloats(rng, n, kind);
    ExpectDefinition(
        {Floats(n), Floats(n), Floats(n)},
        [&](Arrays& a) {
          reference::SwiGlu(g.data(), u.data(), a[0].data(), n);
          reference::SwiGluBackward(dy.data(), g.data(), u.data(), a[1].data(), a[2].data(), n);
        },
        [&](ThreadPool& pool, Arrays& a) {
          SwiGlu(pool, g.data(), u.data(), a[0].data(), n);
          SwiGluBackward(pool, dy.data(), g.data(), u.data(), a[1].data(), a[2].data(), n);
        },
        "swiglu");
  }
}

TEST(CrossEntropy, EqualsTheDefinition) {
  Rng rng(21);
  for (int i = 0; i < 80 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 20), v = 1 + RandomSize(rng, 300);
    std::vector<int32_t> targets(t);
    for (int32_t& id : targets) id = static_cast<int32_t>(rng() % v);
    const bool with_gradient = i & 1;
    ExpectDefinition(
        {RandomFloats(rng, t * v, kAllValues[i / 2 % 4]), Floats(t)},
        [&](Arrays& a) {
          reference::CrossEntropy(a[0].data(), targets.data(), a[1].data(), t, v, 0.125f, with_gradient);
        },
        [&](ThreadPool& pool, Arrays& a) {
          CrossEntropy(pool, a[0].data(), targets.data(), a[1].data(), t, v, 0.125f, with_gradient);
        },
        "cross_entropy");
  }
}

TEST(SoftCrossEntropy, EqualsTheDefinition) {
  Rng rng(33);
  for (int i = 0; i < 80 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 20), v = 1 + RandomSize(rng, 300);
    std::vector<int32_t> targets(t);
    for (int32_t& id : targets) id = static_cast<int32_t>(rng() % v);
    const Floats base = RandomFloats(rng, t * v, kAllValues[i % 4]), scales = RandomFloats(rng, t, Values::kPlain);
    ExpectDefinition(
        {RandomFloats(rng, t * v, kAllValues[i / 4 % 4]), Floats(t)},
        [&](Arrays& a) {
          reference::SoftCrossEntropy(a[0].data(), base.data(), targets.data(), scales.data(), a[1].data(), t, v);
        },
        [&](ThreadPool& pool, Arrays& a) {
          Floats overwritten = base;
          SoftCrossEntropy(pool, a[0].data(), overwritten.data(), targets.data(), scales.data(), a[1].data(), t, v);
        },
        "soft_cross_entropy");
  }
}

TEST(SoftmaxRow, EqualsTheDefinition) {
  Rng rng(22);
  for (int i = 0; i < 80 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t n = RandomSize(rng, 500);
    const Floats x = RandomFloats(rng, n, kAllValues[i % 4]);
    ExpectDefinition(
        {Floats(n), Floats(1)}, [&](Arrays& a) { a[1][0] = reference::SoftmaxRow(x.data(), a[0].data(), n); },
        [&](ThreadPool&, Arrays& a) { a[1][0] = SoftmaxRow(x.data(), a[0].data(), n); }, "softmax");
  }
}

// A last bit of one coefficient shows in few results: enough of them to see it.
TEST(SoftmaxRow, ExpInVectorsEqualsExpOverItsRange) {
  Rng rng(32);
  const size_t n = 1 << 20;
  Floats x(n), g(n), one(n, 1.0f);
  for (size_t i = 0; i < n; ++i) {
    const float unit = static_cast<float>(rng()) * 0x1p-32f;
    x[i] = -90.0f * unit;
    g[i] = 180.0f * unit - 90.0f;
  }
  x[0] = 0;  // the largest: exp(x - max) is exp(x)
  ExpectDefinition(
      {Floats(n), Floats(n)},
      [&](Arrays& a) {
        reference::SoftmaxRow(x.data(), a[0].data(), n);
        reference::SwiGlu(g.data(), one.data(), a[1].data(), n);
      },
      [&](ThreadPool& pool, Arrays& a) {
        SoftmaxRow(x.data(), a[0].data(), n);
        SwiGlu(pool, g.data(), one.data(), a[1].data(), n);
      },
      "exp");
}

TEST(AdamW, EqualsTheDefinition) {
  Rng rng(23);
  const AdamWStep step{.learning_rate = 1e-3f,
                       .beta2 = 0.95f,
                       .weight_decay = 0.1f,
                       .correction1 = 0.19f,
                       .correction2 = 0.0975f,
                       .gradient_scale = 0.7f};
  for (int i = 0; i < 60 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t n = i == 0 ? 40000 : RandomSize(rng, 300);
    const Values kind = kAllValues[i % 4];
    const Floats g = RandomFloats(rng, n, kind);
    Floats v = RandomFloats(rng, n, kind);
    for (float& x : v) x = std::fabs(x);
    ExpectDefinition(
        {RandomFloats(rng, n, kind), v, RandomFloats(rng, n, kind)},
        [&](Arrays& a) { reference::AdamW(step, g.data(), a[0].data(), a[1].data(), a[2].data(), n); },
        [&](ThreadPool& pool, Arrays& a) { AdamW(pool, step, g.data(), a[0].data(), a[1].data(), a[2].data(), n); },
        "adamw");
  }
}

TEST(Reduce, UpdatesEqualTheDefinition) {
  Rng rng(24);
  for (int i = 0; i < 60 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t n = i == 0 ? 70000 : RandomSize(rng, 300);
    const Floats a = RandomFloats(rng, n, kAllValues[i % 4]);
    ExpectDefinition(
        {RandomFloats(rng, n, kAllValues[i % 4])},
        [&](Arrays& y) {
          reference::Add(a.data(), y[0].data(), n);
          reference::Scale(0.3f, y[0].data(), n);
          reference::AddScaled(-1.7f, a.data(), y[0].data(), n);
        },
        [&](ThreadPool& pool, Arrays& y) {
          Add(pool, a.data(), y[0].data(), n);
          Scale(pool, 0.3f, y[0].data(), n);
          AddScaled(pool, -1.7f, a.data(), y[0].data(), n);
        },
        "updates");
  }
}

TEST(Reduce, SumOfSquaresEqualsTheDefinition) {
  Rng rng(25);
  const TargetGuard guard;
  for (size_t n : {0, 1, 15, 16, 17, 1000, 65535, 65536, 65537, 200001}) {
    const Floats x = RandomFloats(rng, n, kAllValues[n % 4]);
    const uint64_t expected = std::bit_cast<uint64_t>(reference::SumOfSquares(x.data(), n));
    for (const std::string& target : SupportedTargets()) {
      ForceTarget(target);
      for (auto& pool : Pools())
        ASSERT_EQ(std::bit_cast<uint64_t>(SumOfSquares(*pool, x.data(), n)), expected) << target << " " << n;
    }
  }
}

TEST(Reduce, FindsTheFirstNotFinite) {
  Floats x(3000, 1.0f);
  EXPECT_EQ(FirstNotFinite(x.data(), x.size()), x.size());
  EXPECT_EQ(FirstNotFinite(x.data(), 0), 0u);
  x[2999] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(FirstNotFinite(x.data(), x.size()), 2999u);
  x[1024] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(FirstNotFinite(x.data(), x.size()), 1024u);
  x[7] = std::numeric_limits<float>::max();
  EXPECT_EQ(FirstNotFinite(x.data(), x.size()), 1024u);
  EXPECT_EQ(reference::FirstNotFinite(x.data(), x.size()), 1024u);
}

TEST(Embedding, EqualsTheDefinition) {
  Rng rng(26);
  for (int i = 0; i < 40 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 100), c = RandomSize(rng, 70), v = 1 + rng() % 20;
    std::vector<int32_t> ids(t);
    for (int32_t& id : ids) id = static_cast<int32_t>(rng() % v);
    const Floats dy = RandomFloats(rng, t * c, kAllValues[i % 4]);
    ExpectDefinition(
        {RandomFloats(rng, v * c, kAllValues[i % 4]), Floats(t * c)},
        [&](Arrays& a) {
          reference::Embedding(a[0].data(), ids.data(), a[1].data(), t, c);
          reference::EmbeddingBackward(dy.data(), ids.data(), a[0].data(), t, c);
        },
        [&](ThreadPool& pool, Arrays& a) {
          Embedding(pool, a[0].data(), ids.data(), a[1].data(), t, c);
          EmbeddingBackward(pool, dy.data(), ids.data(), a[0].data(), t, c);
        },
        "embedding");
  }
}

TEST(Bias, EqualsTheDefinition) {
  Rng rng(31);
  for (int i = 0; i < 40 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t n = i == 0 ? 3000 : RandomSize(rng, 70), t = RandomSize(rng, 200);
    const Floats bias = RandomFloats(rng, n, kAllValues[i % 4]), dy = RandomFloats(rng, t * n, kAllValues[i % 4]);
    ExpectDefinition(
        {RandomFloats(rng, t * n, kAllValues[i % 4]), Floats(n, 0.5f)},
        [&](Arrays& a) {
          reference::StartAtBias(bias.data(), a[0].data(), t, n, i & 4);
          reference::BiasGradient(dy.data(), a[1].data(), t, n);
        },
        [&](ThreadPool& pool, Arrays& a) {
          StartAtBias(pool, bias.data(), a[0].data(), t, n, i & 4);
          BiasGradient(pool, dy.data(), a[1].data(), t, n);
        },
        "bias");
  }
}

// ---- gradients against central differences in binary64 ----

TEST(SwiGlu, GradientIsTheSlope) {
  ThreadPool pool(1);
  const auto f = [](double g, double u) { return g / (1 + std::exp(-g)) * u; };
  Rng rng(27);
  for (int i = 0; i < 200; ++i) {
    const float g = RandomValue(rng, Values::kPlain), u = RandomValue(rng, Values::kPlain), dy = 1.0f;
    float dg, du;
    SwiGluBackward(pool, &dy, &g, &u, &dg, &du, 1);
    const double h = 1e-4;  // truncation below h^2 * 3, binary32 rounding below 3 * 8 * 2^-24
    EXPECT_NEAR(dg, (f(g + h, u) - f(g - h, u)) / (2 * h), 2e-6);
    EXPECT_NEAR(du, (f(g, u + h) - f(g, u - h)) / (2 * h), 2e-6);
  }
}

TEST(CrossEntropy, GradientIsTheSlope) {
  ThreadPool pool(1);
  Rng rng(28);
  const Floats x = RandomFloats(rng, 11, Values::kPlain);
  const auto f = [&](size_t k, double h) {
    double l = 0;
    for (size_t j = 0; j < x.size(); ++j) l += std::exp(x[j] + (j == k ? h : 0.0));
    return std::log(l) - (x[4] + (k == 4 ? h : 0.0));
  };
  Floats g = x;
  const int32_t target = 4;
  float loss;
  CrossEntropy(pool, g.data(), &target, &loss, 1, x.size(), 1.0f, true);
  EXPECT_NEAR(loss, f(11, 0), 2e-6);
  for (size_t j = 0; j < x.size(); ++j) EXPECT_NEAR(g[j], (f(j, 1e-4) - f(j, -1e-4)) / 2e-4, 1e-6);
}

TEST(SoftCrossEntropy, GradientIsTheSlope) {
  ThreadPool pool(1);
  Rng rng(34);
  const Floats x = RandomFloats(rng, 11, Values::kPlain), b = RandomFloats(rng, 11, Values::kPlain);
  double lb = 0;
  for (float v : b) lb += std::exp(static_cast<double>(v));
  // -sum of softmax(b) * log softmax(x)
  const auto f = [&](size_t k, double h) {
    double l = 0, dot = 0;
    for (size_t j = 0; j < x.size(); ++j) {
      const double xj = x[j] + (j == k ? h : 0.0);
      l += std::exp(xj);
      dot += std::exp(static_cast<double>(b[j])) / lb * xj;
    }
    return std::log(l) - dot;
  };
  Floats g = x, base = b;
  const int32_t target = 4;
  const float scale = 0.5f;
  float loss;
  SoftCrossEntropy(pool, g.data(), base.data(), &target, &scale, &loss, 1, x.size());
  double l = 0;
  for (float v : x) l += std::exp(static_cast<double>(v));
  EXPECT_NEAR(loss, std::log(l) - x[4], 2e-6);
  for (size_t j = 0; j < x.size(); ++j) EXPECT_NEAR(g[j], 0.5 * (f(j, 1e-4) - f(j, -1e-4)) / 2e-4, 1e-6);
}

TEST(RmsNorm, GradientIsTheSlope) {
  ThreadPool pool(1);
  Rng rng(29);
  const size_t c = 13;
  const Floats x = RandomFloats(rng, c, Values::kPlain), w = RandomFloats(rng, c, Values::kPlain);
  const Floats dy = RandomFloats(rng, c, Values::kPlain);
  const auto f = [&](size_t kx, size_t kw, double h) {
    double ms = 0, total = 0;
    const auto at = [&](size_t j) { return x[j] + (j == kx ? h : 0.0); };
    for (size_t j = 0; j < c; ++j) ms += at(j) * at(j);
    for (size_t j = 0; j < c; ++j) total += dy[j] * at(j) / std::sqrt(ms / c + 1e-5) * (w[j] + (j == kw ? h : 0.0));
    return total;
  };
  Floats y(c), dx(c), dw(c);
  float rstd;
  RmsNorm(pool, x.data(), w.data(), y.data(), &rstd, 1, c, 1e-5f);
  RmsNormBackward(pool, dy.data(), x.data(), w.data(), &rstd, dx.data(), dw.data(), 1, c, false);
  for (size_t j = 0; j < c; ++j) {
    EXPECT_NEAR(dx[j], (f(j, c, 1e-4) - f(j, c, -1e-4)) / 2e-4, 2e-5);
    EXPECT_NEAR(dw[j], (f(c, j, 1e-4) - f(c, j, -1e-4)) / 2e-4, 2e-5);
  }
}

}  // namespace
}  // namespace cairn::kernels
