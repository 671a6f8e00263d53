#include "kernels/int8.h"

#include "kernels/int8_tile.h"
#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

Floats Transposed(const Floats& w, size_t rows, size_t cols) {
  Floats out(w.size());
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < cols; ++j) out[j * rows + i] = w[i * cols + j];
  return out;
}

void CheckLinear(const Floats& x, const Floats& w, size_t t, size_t k, size_t n, const Floats& before) {
  for (const bool accumulate : {false, true}) {
    for (const bool transposed : {false, true}) {
      const Floats stored = transposed ? Transposed(w, n, k) : w;
      ExpectDefinition(
          {before}, [&](Arrays& a) { reference::Int8Linear(x.data(), w.data(), a[0].data(), t, k, n, accumulate); },
          [&](ThreadPool& pool, Arrays& a) {
            const Int8Matrix narrow =
                NarrowToInt8(pool, stored.data(), transposed ? k : n, transposed ? n : k, transposed);
            Int8Linear(pool, x.data(), narrow, a[0].data(), t, accumulate);
          },
          "int8 t " + std::to_string(t) + " k " + std::to_string(k) + " n " + std::to_string(n));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Int8, EqualsTheDefinition) {
  Rng rng(21);
  for (int i = 0; i < 40 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 70), k = i % 4 == 0 ? RandomSize(rng, 600) : RandomSize(rng, 70) * 4,
                 n = RandomSize(rng, 70);
    const Values kind = kAllValues[i / 4 % 4];
    CheckLinear(RandomFloats(rng, t * k, kind), RandomFloats(rng, n * k, kind), t, k, n,
                RandomFloats(rng, t * n, kind));
  }
}

// Whole and half blocks, more rows than a task or a buffer holds, columns and rows that fill no tile.
TEST(Int8, EqualsTheDefinitionInTileRegisters) {
  if (Int8UnitHere() != Int8Unit::kAmx) GTEST_SKIP() << "this processor has no AMX";
  Rng rng(25);
  const size_t shapes[][3] = {{1, 64, 1}, {16, 128, 32}, {17, 192, 33}, {193, 64, 47}, {401, 320, 16}, {192, 256, 96}};
  for (const auto& [t, k, n] : shapes) {
    for (const Values kind : kAllValues) {
      CheckLinear(RandomFloats(rng, t * k, kind), RandomFloats(rng, n * k, kind), t, k, n,
                  RandomFloats(rng, t * n, kind));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Not every processor with AVX-512 has VNNI, and few have AMX. Of 192 inputs AMX takes all, of 140 none.
TEST(Int8, SameBitsOnEveryUnit) {
  Rng rng(23);
  for (const Int8Unit most : {Int8Unit::kVnni, Int8Unit::kSimd}) {
    LimitInt8Unit(most);
    EXPECT_LE(Int8UnitHere(), most);
    for (const auto& [t, k] : {std::pair<size_t, size_t>{13, 140}, {17, 192}})
      CheckLinear(RandomFloats(rng, t * k, Values::kPlain), RandomFloats(rng, 35 * k, Values::kPlain), t, k, 35,
                  Floats(t * 35));
  }
  LimitInt8Unit(Int8Unit::kAmx);
}

TEST(Int8, BordersOfTheScale) {
  const float border = 0x1p-100f;
  int8_t q[3];
  for (const float largest : {std::nextafterf(border, 0.0f), border, std::nextafterf(border, 1.0f),
                              std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()}) {
    const Floats x = {largest, -largest, largest / 2};
    const float scale = reference::NarrowBlock(x.data(), 3, q);
    EXPECT_EQ(scale, largest < border ? 0.0f : largest / 127.0f) << largest;
    EXPECT_EQ(int{q[0]}, largest < border ? 0 : 127);
    EXPECT_EQ(int{q[1]}, largest < border ? 0 : -127);
    EXPECT_GE(int{q[2]}, largest < border ? 0 : 63);
    EXPECT_LE(int{q[2]}, largest < border ? 0 : 64) << "63.5, to even where x * (127 / largest) is exact";
    Floats many(32, largest);
    CheckLinear(many, Floats(32, 1.0f), 1, 32, 1, {0.0f});
  }
}

TEST(Int8, WeightsAreNarrowedFromTheirWidenedValues) {
  Rng rng(24);
  const size_t n = 40, k = 96;
  for (WeightType type : {WeightType::kBf16, WeightType::kF16, WeightType::kQ8_0, WeightType::kQ4_0}) {
    const Floats w = RandomFloats(rng, n * k, Values::kPlain);
    std::vector<std::byte> stored(WeightRowBytes(type, n * k));
    NarrowWeights(type, w.data(), w.size(), stored.data());
    Floats wide(n * k);
    WidenWeights(type, stored.data(), 0, wide.size(), wide.data());
    for (const bool transposed : {false, true}) {
      const Int8Matrix a = NarrowToInt8(*Pools()[0], {type, stored.data()}, n, k, transposed),
                       b = NarrowToInt8(*Pools()[0], wide.data(), n, k, transposed);
      EXPECT_EQ(a.quanta, b.quanta);
      EXPECT_EQ(a.scales, b.scales);
    }
  }
}

TEST(Int8, ExtremesDoNotSaturate) {
  for (const float sign : {1.0f, -1.0f}) {
    const size_t t = 7, k = 300, n = 33;
    CheckLinear(Floats(t * k, sign), Floats(n * k, -3.0f), t, k, n, Floats(t * n, 0.5f));
  }
}

TEST(Int8, WhatIsNotFiniteStaysVisible) {
  const size_t t = 9, k = 256, n = 40;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    Floats x(t * k, 1.0f), w(n * k, 1.0f), bad_w = w;
    bad_w[33 * k + 7] = bad;
    CheckLinear(x, bad_w, t, k, n, Floats(t * n, 0.0f));
    x[4 * k + 200] = bad;
    CheckLinear(x, w, t, k, n, Floats(t * n, 0.0f));
    Floats y(t * n);
    reference::Int8Linear(x.data(), w.data(), y.data(), t, k, n, false);
    EXPECT_TRUE(std::isnan(y[4 * n]));
    EXPECT_FALSE(std::isnan(y[3 * n]));
  }
}

// Each factor is off by at most half of its scale.
TEST(Int8, IsNearTheExactResult) {
  Rng rng(22);
  const size_t t = 20, k = 512, n = 48;
  const Floats x = RandomFloats(rng, t * k, Values::kPlain), w = RandomFloats(rng, n * k, Values::kPlain);
  Floats exact(t * n), y(t * n);
  Linear(*Pools()[0], x.data(), w.data(), exact.data(), t, k, n);
  Int8Linear(*Pools()[0], x.data(), NarrowToInt8(*Pools()[0], w.data(), n, k, false), y.data(), t);
  double error = 0, size = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    error += std::pow(static_cast<double>(y[i]) - static_cast<double>(exact[i]), 2);
    size += std::pow(static_cast<double>(exact[i]), 2);
  }
  // Uniform errors of 1/127/sqrt(12) of the largest element in both factors, elements spread evenly up to the largest.
  EXPECT_LT(std::sqrt(error / size), 1.3 * std::sqrt(2.0) * std::sqrt(3.0) / 127 / std::sqrt(12.0));
  EXPECT_GT(std::sqrt(error / size), 0.001);
}

}  // namespace
}  // namespace cairn::kernels
