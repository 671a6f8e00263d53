#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

void CheckMatMul(Rng& rng, MatMulShape s, Values kind) {
  s.lda = (s.trans_a ? s.m : s.k) + rng() % 3;
  s.ldb = (s.trans_b ? s.k : s.n) + rng() % 3;
  s.ldc = s.n + rng() % 3;
  const Floats a = RandomFloats(rng, (s.trans_a ? s.k : s.m) * s.lda, kind);
  const Floats b = RandomFloats(rng, (s.trans_b ? s.n : s.k) * s.ldb, kind);
  const std::string what = std::to_string(s.m) + "x" + std::to_string(s.n) + "x" + std::to_string(s.k) +
                           (s.trans_a ? " A^T" : "") + (s.trans_b ? " B^T" : "") + (s.accumulate ? " +=" : "");
  ExpectDefinition(
      {RandomFloats(rng, s.m * s.ldc, kind)}, [&](Arrays& c) { reference::MatMul(s, a.data(), b.data(), c[0].data()); },
      [&](ThreadPool& pool, Arrays& c) { MatMul(pool, s, a.data(), b.data(), c[0].data()); }, what);
}

TEST(MatMul, EqualsTheDefinitionForOddShapes) {
  Rng rng(1);
  for (int i = 0; i < 200 && !::testing::Test::HasFatalFailure(); ++i) {
    MatMulShape s{.m = RandomSize(rng, 90), .n = RandomSize(rng, 90), .k = RandomSize(rng, 70)};
    s.trans_a = rng() & 1;
    s.trans_b = rng() & 1;
    s.accumulate = rng() & 1;
    CheckMatMul(rng, s, kAllValues[i % 4]);
  }
}

TEST(MatMul, ContinuesTheChainAcrossBlocksOfK) {
  Rng rng(2);
  for (bool trans_a : {false, true})
    for (bool trans_b : {false, true})
      for (bool accumulate : {false, true})
        for (size_t m : {1, 5, 16, 40, 80}) {
          // 70 rows and fewer have blocks of 64 to 512, more have blocks of 512 or 2,048.
          MatMulShape s{.m = m, .n = 37, .k = m > 70 ? 2100 : 300 + m * 17};
          s.trans_a = trans_a;
          s.trans_b = trans_b;
          s.accumulate = accumulate;
          CheckMatMul(rng, s, Values::kPlain);
          if (::testing::Test::HasFatalFailure()) return;
        }
}

// 2^21 floats of B are packed at a time; this B needs two parts.
TEST(MatMul, ContinuesWithTheNextPartOfB) {
  Rng rng(31);
  CheckMatMul(rng, {.m = 71, .n = 1040, .k = 2048}, Values::kPlain);
}

// More than 2^17 values of B: a block of rows passes groups of ten panels, the last of which is narrow.
TEST(MatMul, PassesPanelsInGroups) {
  Rng rng(36);
  for (bool trans_b : {false, true})
    CheckMatMul(rng, {.m = 85, .n = 1037, .k = 150, .trans_b = trans_b}, Values::kPlain);
}

TEST(MatMul, EqualsTheDefinitionForFewRows) {
  Rng rng(32);
  for (size_t m = 1; m <= 17; ++m)
    for (bool trans_b : {false, true}) {
      MatMulShape s{.m = m, .n = 130 + RandomSize(rng, 40), .k = 20 + RandomSize(rng, 60), .trans_b = trans_b};
      s.trans_a = rng() & 1;
      s.accumulate = rng() & 1;
      CheckMatMul(rng, s, kAllValues[m % 4]);
      if (::testing::Test::HasFatalFailure()) return;
    }
}

// 2^17 values of A are packed at a time; this A needs two parts.
TEST(MatMul, ContinuesWithTheNextPartOfA) {
  Rng rng(35);
  CheckMatMul(rng, {.m = 64, .n = 37, .k = 2100}, Values::kPlain);
}

TEST(MatMul, EqualsTheDefinitionForShortChains) {
  Rng rng(33);
  for (size_t k = 1; k <= 17; ++k)
    for (bool trans_a : {false, true}) {
      MatMulShape s{.m = 71 + RandomSize(rng, 20), .n = RandomSize(rng, 150), .k = k, .trans_a = trans_a};
      s.accumulate = rng() & 1;
      CheckMatMul(rng, s, kAllValues[k % 4]);
      if (::testing::Test::HasFatalFailure()) return;
    }
}

// The transpose of A is packed if its rows are long, else read in place; more than 32 tiles of rows are two tasks, and
// with more than 1,024 rows threads share B.
TEST(MatMul, EqualsTheDefinitionForNarrowWeightGradients) {
  Rng rng(34);
  for (size_t m : {250, 300, 520, 1030}) CheckMatMul(rng, {.m = m, .n = 37, .k = 600, .trans_a = true}, Values::kPlain);
}

TEST(MatMul, LinearLayersNameTheRightTranspositions) {
  Rng rng(3);
  const size_t t = 19, k = 21, n = 35;
  const Floats x = RandomFloats(rng, t * k, Values::kPlain), w = RandomFloats(rng, n * k, Values::kPlain);
  const Floats dy = RandomFloats(rng, t * n, Values::kPlain);
  const Arrays out = {RandomFloats(rng, t * n, Values::kPlain), RandomFloats(rng, t * k, Values::kPlain),
                      RandomFloats(rng, n * k, Values::kPlain)};
  for (bool accumulate : {false, true})
    ExpectDefinition(
        out,
        [&](Arrays& a) {
          reference::Linear(x.data(), w.data(), a[0].data(), t, k, n, accumulate);
          reference::LinearGradInput(dy.data(), w.data(), a[1].data(), t, k, n, accumulate);
          reference::LinearGradWeight(dy.data(), x.data(), a[2].data(), t, k, n);
        },
        [&](ThreadPool& pool, Arrays& a) {
          Linear(pool, x.data(), w.data(), a[0].data(), t, k, n, accumulate);
          LinearGradInput(pool, dy.data(), w.data(), a[1].data(), t, k, n, accumulate);
          LinearGradWeight(pool, dy.data(), x.data(), a[2].data(), t, k, n);
        },
        "linear");
}

TEST(MatMul, EmptyChainIsPlusZero) {
  ThreadPool pool(1);
  float c[2] = {-0.0f, 5.0f};
  MatMul(pool, {.m = 1, .n = 2, .k = 0, .accumulate = true}, nullptr, nullptr, c);
  EXPECT_EQ(c[1], 5.0f);
  MatMul(pool, {.m = 1, .n = 2, .k = 0}, nullptr, nullptr, c);
  EXPECT_FALSE(std::signbit(c[0]));
  EXPECT_EQ(c[1], 0.0f);
}

}  // namespace
}  // namespace cairn::kernels
