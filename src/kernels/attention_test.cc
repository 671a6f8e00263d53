#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

struct Problem {
  AttentionShape s;
  std::vector<int32_t> start;
  Floats q, k, v, dout;
};

Problem RandomProblem(Rng& rng, size_t t, size_t kv_heads, size_t per_group, size_t head_dim, size_t longest,
                      Values kind) {
  Problem p{{t, kv_heads * per_group, kv_heads, head_dim, rng() % 3 == 0 ? 0.0078125f : 0.0f}, {}, {}, {}, {}, {}};
  while (p.start.size() < t) {
    const size_t begin = p.start.size(), n = std::min(t - begin, 1 + rng() % longest);
    p.start.insert(p.start.end(), n, static_cast<int32_t>(begin));
  }
  p.q = RandomFloats(rng, t * p.s.heads * head_dim, kind);
  p.k = RandomFloats(rng, t * kv_heads * head_dim, kind);
  p.v = RandomFloats(rng, t * kv_heads * head_dim, kind);
  p.dout = RandomFloats(rng, t * p.s.heads * head_dim, kind);
  return p;
}

void CheckProblem(const Problem& p) {
  const std::string what = "attention t " + std::to_string(p.s.t) + " d " + std::to_string(p.s.head_dim);
  const Arrays forward = {Floats(p.q.size()), Floats(p.s.t * p.s.heads * 2)};
  ExpectDefinition(
      forward,
      [&](Arrays& a) {
        reference::Attention(p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), a[0].data(), a[1].data());
      },
      [&](ThreadPool& pool, Arrays& a) {
        Attention(pool, p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), a[0].data(), a[1].data());
      },
      what);
  if (::testing::Test::HasFatalFailure()) return;
  Arrays f = forward;
  reference::Attention(p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), f[0].data(), f[1].data());
  const auto poison = [](size_t n) { return Floats(n, 7.0f); };  // the gradients are overwritten
  ExpectDefinition(
      {poison(p.q.size()), poison(p.k.size()), poison(p.v.size())},
      [&](Arrays& a) {
        reference::AttentionBackward(p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), f[0].data(), f[1].data(),
                                     p.dout.data(), a[0].data(), a[1].data(), a[2].data());
      },
      [&](ThreadPool& pool, Arrays& a) {
        AttentionBackward(pool, p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), f[0].data(), f[1].data(),
                          p.dout.data(), a[0].data(), a[1].data(), a[2].data());
      },
      what + " backward");
}

TEST(Attention, EqualsTheDefinition) {
  Rng rng(8);
  const size_t dims[] = {1, 4, 8, 20, 32, 48, 64, 72};
  for (int i = 0; i < 48 && !::testing::Test::HasFatalFailure(); ++i)
    CheckProblem(RandomProblem(rng, RandomSize(rng, 66), 1 + rng() % 2, 1 + rng() % 3, dims[i % 8], 1 + rng() % 70,
                               kAllValues[i % 4]));
}

// NaN must reach the loss, which stops training.
TEST(Attention, NaNReachesTheOutputs) {
  Rng rng(12);
  Problem p = RandomProblem(rng, 40, 1, 2, 20, 64, kAllValues[0]);
  p.start.assign(p.s.t, 0);
  p.k[11 * p.s.head_dim] = std::numeric_limits<float>::quiet_NaN();
  const size_t row = p.s.heads * p.s.head_dim;
  auto outputs = [&](Arrays& a, auto attention) {
    Floats stats(p.s.t * p.s.heads * 2);
    attention(a[0].data(), stats.data());
    for (size_t i = 11 * row; i < a[0].size(); ++i) ASSERT_TRUE(std::isnan(a[0][i])) << i / row;
  };
  ExpectDefinition(
      {Floats(p.q.size())},
      [&](Arrays& a) {
        outputs(a, [&](float* out, float* stats) {
          reference::Attention(p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), out, stats);
        });
      },
      [&](ThreadPool& pool, Arrays& a) {
        outputs(a, [&](float* out, float* stats) {
          Attention(pool, p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), out, stats);
        });
      },
      "attention with NaN");
}

TEST(Attention, LongSegmentsSpanSeveralTasks) {
  Rng rng(9);
  Problem p = RandomProblem(rng, 300, 1, 2, 8, 1, Values::kPlain);
  for (size_t t = 0; t < 300; ++t) p.start[t] = t < 20 ? 0 : 20;
  CheckProblem(p);
}

TEST(Attention, DecodeGivesTheLastRow) {
  Rng rng(10);
  const TargetGuard guard;
  for (size_t n : {1, 2, 15, 16, 33, 100}) {
    for (size_t head_dim : {4, 32, 64, 72}) {
      const Problem p = RandomProblem(rng, n, 2, n == 33 ? 17 : 3, head_dim, 1, Values::kMixed);
      const std::vector<int32_t> start(n, 0);
      Floats out(p.q.size()), stats(n * p.s.heads * 2);
      reference::Attention(p.s, start.data(), p.q.data(), p.k.data(), p.v.data(), out.data(), stats.data());
      const size_t row = p.s.heads * head_dim;
      const Floats expected(out.end() - static_cast<ptrdiff_t>(row), out.end());
      for (const std::string& target : SupportedTargets()) {
        ForceTarget(target);
        Floats got(row);
        AttentionDecode(p.s, p.s.kv_heads * head_dim, p.q.data() + (n - 1) * row, p.k.data(), p.v.data(), got.data());
        ASSERT_TRUE(SameBits(got, expected)) << target << " n " << n << " d " << head_dim;
      }
    }
  }
}

// Central differences of sum(dout * attention(q, k, v)) in binary64, written apart from the kernels.
double Objective(const Problem& p, const Floats& q, const Floats& k, const Floats& v) {
  const size_t d = p.s.head_dim, per_group = p.s.heads / p.s.kv_heads;
  double total = 0;
  for (size_t t = 0; t < p.s.t; ++t)
    for (size_t h = 0; h < p.s.heads; ++h) {
      const size_t row = (t * p.s.heads + h) * d;
      double l = 0, weighted = 0;
      for (size_t j = static_cast<size_t>(p.start[t]); j <= t; ++j) {
        const size_t col = (j * p.s.kv_heads + h / per_group) * d;
        double s = 0, dot = 0;
        for (size_t i = 0; i < d; ++i) {
          s += static_cast<double>(q[row + i]) * k[col + i];
          dot += static_cast<double>(p.dout[row + i]) * v[col + i];
        }
        const double e = std::exp(s * static_cast<double>(p.s.Scale()));
        l += e;
        weighted += e * dot;
      }
      total += weighted / l;
    }
  return total;
}

TEST(Attention, GradientsAreTheSlopesOfTheOutput) {
  Rng rng(11);
  const Problem p = RandomProblem(rng, 9, 2, 2, 4, 5, Values::kPlain);
  ThreadPool pool(1);
  Floats out(p.q.size()), stats(p.s.t * p.s.heads * 2), dq(p.q), dk(p.k), dv(p.v);
  Attention(pool, p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), out.data(), stats.data());
  AttentionBackward(pool, p.s, p.start.data(), p.q.data(), p.k.data(), p.v.data(), out.data(), stats.data(),
                    p.dout.data(), dq.data(), dk.data(), dv.data());
  const float h = 0x1p-8f;
  Floats inputs[3] = {p.q, p.k, p.v};
  const Floats* gradients[3] = {&dq, &dk, &dv};
  for (int which = 0; which < 3; ++which)
    for (size_t i = 0; i < inputs[which].size(); ++i) {
      const float x = inputs[which][i], lower = x - h, upper = x + h;
      inputs[which][i] = upper;
      const double up = Objective(p, inputs[0], inputs[1], inputs[2]);
      inputs[which][i] = lower;
      const double down = Objective(p, inputs[0], inputs[1], inputs[2]);
      inputs[which][i] = x;
      // Truncation h^2/6 * |f'''|, |f'''| below 27 * 60 for |q|, |k|, |dout| <= 3; rounding is far smaller.
      ASSERT_NEAR((*gradients[which])[i], (up - down) / (static_cast<double>(upper) - lower), 4e-3)
          << which << " " << i;
    }
}

}  // namespace
}  // namespace cairn::kernels
