// Error bounds of the elementary functions, by sampling, against the system's binary64 and long double functions.
#include <limits>

#include "kernels/elementary_sweep.h"
#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

// As UlpError, of binary64.
double UlpError64(double got, long double exact) {
  const int exponent = std::max(std::ilogb(exact), -1022);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / std::ldexp(1.0L, exponent - 52));
}

// One ulp is exceeded: random arguments seldom show it, the sweep of all of them found the argument below.
TEST(Elementary, ExpIsWithinItsBound) {
  Rng rng(40);
  double worst = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const float x = static_cast<float>(rng()) * (175.0f / 4294967296.0f) - 87.0f;
    worst = std::max(worst, UlpError(Exp(x), std::exp(static_cast<double>(x))));
  }
  const float known = 0x1.ab0be4p+4f;
  const double error = UlpError(Exp(known), std::exp(static_cast<double>(known)));
  EXPECT_GT(error, 1.007);
  EXPECT_LT(std::max(worst, error), 1.1);
  EXPECT_EQ(Exp(0.0f), 1.0f);
  EXPECT_EQ(Exp(-0.0f), 1.0f);
  EXPECT_EQ(Exp(-1e30f), Exp(-87.0f));
  EXPECT_EQ(Exp(std::numeric_limits<float>::infinity()), Exp(88.0f));
  EXPECT_TRUE(
      std::isnan(Exp(std::bit_cast<float>(0x7F8000FFu))));  // low bits of the payload become the exponent of 2^i
}

TEST(Elementary, LogIsWithinTwoUlp) {
  Rng rng(41);
  double worst = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(rng()) % 0x7F800000u);  // subnormal numbers included
    if (x == 0 || x == 1) continue;
    worst = std::max(worst, UlpError(Log(x), std::log(static_cast<double>(x))));
    const float near_one = 1.0f + static_cast<float>(static_cast<int32_t>(rng())) * 0x1p-33f;
    if (near_one != 1) worst = std::max(worst, UlpError(Log(near_one), std::log(static_cast<double>(near_one))));
  }
  EXPECT_LT(worst, 2.0);
  EXPECT_EQ(Log(1.0f), 0.0f);
  EXPECT_EQ(Log(0.0f), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(Log(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(Log(-1.0f)));
}

TEST(Elementary, SigmoidIsWithinThreeUlp) {
  Rng rng(42);
  double worst = 0;
  for (int i = 0; i < 500'000; ++i) {
    const float x = static_cast<float>(rng()) * (170.0f / 4294967296.0f) - 85.0f;
    worst = std::max(worst, UlpError(Sigmoid(x), 1.0 / (1.0 + std::exp(-static_cast<double>(x)))));
  }
  EXPECT_LT(worst, 3.0);
}

// sin and cos of long double carry the rounding of pi; near zeros of the result only x87's or the C library's reduction
// decides, and glibc's is exact.
TEST(Elementary, SinAndCosAreWithinTwoUlp) {
  Rng rng(43);
  double worst = 0;
  for (int i = 0; i < 300'000; ++i) {
    const double range = i % 3 == 0 ? 0x1p20 : i % 3 == 1 ? 1000.0 : 3.0;
    double x = (static_cast<double>(rng()) * 0x1p-31 - 1.0) * range;
    if (i % 16 == 0) x = std::round(x) * 1.5707963267948966;  // where reduction cancels
    if (std::fabs(x) > 0x1p20 || x == 0) continue;
    worst = std::max(worst, UlpError64(Sin64(x), std::sin(static_cast<long double>(x))));
    worst = std::max(worst, UlpError64(Cos64(x), std::cos(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 2.0);
  EXPECT_EQ(Sin64(0.0), 0.0);
  EXPECT_EQ(Cos64(0.0), 1.0);
}

TEST(Elementary, Exp64AndLog64AreWithinTwoUlp) {
  Rng rng(44);
  double worst_exp = 0, worst_log = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = static_cast<double>(rng()) * (1417.0 * 0x1p-32) - 708.0;
    worst_exp = std::max(worst_exp, UlpError64(reference::Exp64(x), std::exp(static_cast<long double>(x))));
    const double y = std::ldexp(1.0 + static_cast<double>(rng()) * 0x1p-32, static_cast<int>(rng() % 2000) - 1000);
    worst_log = std::max(worst_log, UlpError64(reference::Log64(y), std::log(static_cast<long double>(y))));
    const double near_one = 1.0 + static_cast<double>(static_cast<int32_t>(rng())) * 0x1p-33;
    if (near_one != 1)
      worst_log =
          std::max(worst_log, UlpError64(reference::Log64(near_one), std::log(static_cast<long double>(near_one))));
  }
  EXPECT_LT(worst_exp, 2.0);
  EXPECT_LT(worst_log, 2.0);
}

// The rounding of exponent * log(base), at most 16 here, is at most 2^-50: 4 units of the result, plus that of log.
TEST(Elementary, PowIsWithinThirtyUlpForFrequencies) {
  Rng rng(45);
  for (double theta : {10000.0, 500000.0, 1e6})
    for (int i = 0; i < 1000; ++i) {
      const double e = -static_cast<double>(rng()) * 0x1p-32;
      ASSERT_LT(UlpError64(Pow64(theta, e), std::pow(static_cast<long double>(theta), static_cast<long double>(e))),
                30);
    }
  EXPECT_EQ(Pow64(10000.0, 0.0), 1.0);
}

// Published to other machines: if one of these bits moves, recorded runs can no longer be replayed.
TEST(Elementary, BitsAreFixed) {
  uint32_t digest = 2166136261u;
  const auto mix = [&](uint64_t bits) {
    for (int i = 0; i < 8; ++i) digest = (digest ^ ((bits >> (8 * i)) & 255)) * 16777619u;
  };
  Rng rng(46);
  for (int i = 0; i < 20000; ++i) {
    const uint32_t r = static_cast<uint32_t>(rng());
    const float x = static_cast<float>(r) * 0x1p-25f - 64.0f;
    mix(std::bit_cast<uint32_t>(Exp(x)));
    mix(std::bit_cast<uint32_t>(Sigmoid(x)));
    mix(std::bit_cast<uint32_t>(Log(std::bit_cast<float>(r % 0x7F800000u))));
    mix(std::bit_cast<uint64_t>(Sin64(static_cast<double>(x) * 1000)));
    mix(std::bit_cast<uint64_t>(Cos64(static_cast<double>(x) * 1000)));
    mix(std::bit_cast<uint64_t>(Pow64(1.5 + i, static_cast<double>(x) * 0.1)));
  }
  EXPECT_EQ(digest, 2742765251u);
}

}  // namespace
}  // namespace cairn::kernels
