#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

TEST(Rope, EqualsTheDefinition) {
  Rng rng(6);
  for (size_t head_dim : {2, 6, 16, 32, 34, 64, 80}) {
    const RopeTable table = MakeRopeTable(50, RopeFrequencies(head_dim, 10000.0));
    for (int i = 0; i < 6 && !::testing::Test::HasFatalFailure(); ++i) {
      const size_t t = RandomSize(rng, 70), heads = 1 + rng() % 4;
      std::vector<int32_t> positions(t);
      for (int32_t& p : positions) p = static_cast<int32_t>(rng() % 50);
      ExpectDefinition(
          {RandomFloats(rng, t * heads * head_dim, kAllValues[i % 4])},
          [&](Arrays& a) { reference::Rope(table, positions.data(), a[0].data(), t, heads, head_dim, i & 1); },
          [&](ThreadPool& pool, Arrays& a) {
            Rope(pool, table, positions.data(), a[0].data(), t, heads, head_dim, i & 1);
          },
          "rope");
    }
  }
}

TEST(Rope, TableHoldsRoundedCosinesAndSines) {
  const size_t positions = 300, head_dim = 32;
  const RopeTable table = MakeRopeTable(positions, RopeFrequencies(head_dim, 10000.0));
  ASSERT_EQ(table.half, 16u);
  ASSERT_EQ(table.cos.size(), positions * 16);
  for (size_t p = 0; p < positions; ++p)
    for (size_t i = 0; i < 16; ++i) {
      const double angle = static_cast<double>(p) * std::pow(10000.0, -2.0 * static_cast<double>(i) / 32.0);
      ASSERT_NEAR(table.cos[p * 16 + i], std::cos(angle), 0x1p-24);
      ASSERT_NEAR(table.sin[p * 16 + i], std::sin(angle), 0x1p-24);
    }
}

TEST(Rope, InverseTurnsBack) {
  Rng rng(7);
  ThreadPool pool(1);
  const RopeTable table = MakeRopeTable(9, RopeFrequencies(8, 10000.0));
  const int32_t position = 8;
  const Floats x = RandomFloats(rng, 8, Values::kPlain);
  Floats y = x;
  Rope(pool, table, &position, y.data(), 1, 1, 8, false);
  EXPECT_NE(x, y);
  Rope(pool, table, &position, y.data(), 1, 1, 8, true);
  for (size_t i = 0; i < 8; ++i) EXPECT_NEAR(x[i], y[i], 3 * 4 * 0x1p-24);  // |x| <= 3, two rotations
}

}  // namespace
}  // namespace cairn::kernels
