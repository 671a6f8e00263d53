#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

TEST(RmsNorm, EqualsTheDefinition) {
  Rng rng(4);
  for (int i = 0; i < 120 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 70), c = RandomSize(rng, 200) + 1;
    const Floats x = RandomFloats(rng, t * c, kAllValues[i % 4]), w = RandomFloats(rng, c, Values::kMixed);
    ExpectDefinition(
        {Floats(t * c), Floats(t)},
        [&](Arrays& a) { reference::RmsNorm(x.data(), w.data(), a[0].data(), a[1].data(), t, c, 1e-5f); },
        [&](ThreadPool& pool, Arrays& a) { RmsNorm(pool, x.data(), w.data(), a[0].data(), a[1].data(), t, c, 1e-5f); },
        "rms_norm");
  }
}

TEST(RmsNorm, BackwardEqualsTheDefinition) {
  Rng rng(5);
  for (int i = 0; i < 120 && !::testing::Test::HasFatalFailure(); ++i) {
    const size_t t = RandomSize(rng, 70), c = RandomSize(rng, 200) + 1;
    const Values kind = kAllValues[i % 4];
    const Floats x = RandomFloats(rng, t * c, kind), dy = RandomFloats(rng, t * c, kind);
    const Floats w = RandomFloats(rng, c, Values::kMixed), rstd = RandomFloats(rng, t, Values::kPlain);
    const bool accumulate = i & 1, with_dw = i % 3 != 0;
    ExpectDefinition(
        {RandomFloats(rng, t * c, kind), RandomFloats(rng, c, kind)},
        [&](Arrays& a) {
          reference::RmsNormBackward(dy.data(), x.data(), w.data(), rstd.data(), a[0].data(),
                                     with_dw ? a[1].data() : nullptr, t, c, accumulate);
        },
        [&](ThreadPool& pool, Arrays& a) {
          RmsNormBackward(pool, dy.data(), x.data(), w.data(), rstd.data(), a[0].data(),
                          with_dw ? a[1].data() : nullptr, t, c, accumulate);
        },
        "rms_norm backward");
  }
}

}  // namespace
}  // namespace cairn::kernels
