#include "eval/interval.h"

#include <gtest/gtest.h>

namespace cairn::eval {
namespace {

// Roots of (p - x)^2 = z^2 x (1 - x) / n, found by bisection outside this program.
TEST(IntervalTest, KnownValues) {
  Interval i = WilsonInterval(8, 10);
  EXPECT_NEAR(i.low, 0.4901625, 1e-7);
  EXPECT_NEAR(i.high, 0.9433178, 1e-7);
  i = WilsonInterval(50, 100);
  EXPECT_NEAR(i.low, 0.4038315, 1e-7);
  EXPECT_NEAR(i.high, 0.5961685, 1e-7);
}

TEST(IntervalTest, Ends) {
  Interval i = WilsonInterval(0, 10);
  EXPECT_EQ(i.low, 0);
  EXPECT_NEAR(i.high, 0.2775328, 1e-7);
  i = WilsonInterval(10, 10);
  EXPECT_NEAR(i.low, 1 - 0.2775328, 1e-7);
  EXPECT_EQ(i.high, 1);
  i = WilsonInterval(0, 0);
  EXPECT_EQ(i.low, 0);
  EXPECT_EQ(i.high, 1);
}

TEST(IntervalTest, AccuracyHoldsTheShare) {
  Accuracy a = Accuracy::Of(3, 4);
  EXPECT_EQ(a.n, 4u);
  EXPECT_DOUBLE_EQ(a.accuracy, 0.75);
  EXPECT_LT(a.low, 0.75);
  EXPECT_GT(a.high, 0.75);
  EXPECT_EQ(Accuracy::Of(0, 0).accuracy, 0);
}

}  // namespace
}  // namespace cairn::eval
