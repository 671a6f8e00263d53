// For kernel tests: awkward numbers, and the comparison of a kernel with its definition bit for bit, for every
// instruction set of this machine and several thread counts.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/awkward_values.h"
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"

namespace cairn::kernels {

using Rng = std::mt19937;
using Floats = std::vector<float>;

inline float RandomValue(Rng& rng, Values kind) {
  const float sign = (rng() & 1) ? -1.0f : 1.0f;
  const float unit = sign * static_cast<float>(rng() >> 8) * 0x1p-24f;
  return AwkwardValue(unit, kind, [&](uint32_t n) { return static_cast<uint32_t>(rng() % n); });
}

inline Floats RandomFloats(Rng& rng, size_t n, Values kind) {
  Floats x(n);
  for (float& f : x) f = RandomValue(rng, kind);
  return x;
}

// Sizes around the edges of vectors and tiles, 0 and 1 included.
inline size_t RandomSize(Rng& rng, size_t max) {
  const size_t edges[] = {0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65};
  const size_t n = (rng() & 1) ? edges[rng() % std::size(edges)] : rng() % (max + 1);
  return n > max ? max : n;
}

inline std::vector<std::unique_ptr<ThreadPool>>& Pools() {
  static auto* pools = [] {
    auto* p = new std::vector<std::unique_ptr<ThreadPool>>;
    for (int threads : {1, 2, 3, 7}) p->push_back(std::make_unique<ThreadPool>(threads));
    return p;
  }();
  return *pools;
}

// Equal bits; any NaN equals any NaN (payloads are not defined).
inline ::testing::AssertionResult SameBits(const Floats& a, const Floats& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << "sizes " << a.size() << " and " << b.size();
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<uint32_t>(a[i]) == std::bit_cast<uint32_t>(b[i]) || (std::isnan(a[i]) && std::isnan(b[i])))
      continue;
    return ::testing::AssertionFailure() << "element " << i << " of " << a.size() << ": " << std::hexfloat << a[i]
                                         << " is not " << b[i];
  }
  return ::testing::AssertionSuccess();
}

// Restores the best target when a test ends.
struct TargetGuard {
  ~TargetGuard() { ForceTarget(""); }
};

// Runs `definition` and `kernel` on copies of the same arrays and compares all of them afterwards.
using Arrays = std::vector<Floats>;
inline void ExpectDefinition(const Arrays& arrays, const std::function<void(Arrays&)>& definition,
                             const std::function<void(ThreadPool&, Arrays&)>& kernel, const std::string& what) {
  const TargetGuard guard;
  Arrays expected = arrays;
  definition(expected);
  for (const std::string& target : SupportedTargets()) {
    ASSERT_TRUE(ForceTarget(target));
    ASSERT_EQ(CurrentTarget(), target);
    for (auto& pool : Pools()) {
      Arrays got = arrays;
      kernel(*pool, got);
      for (size_t i = 0; i < got.size(); ++i)
        ASSERT_TRUE(SameBits(got[i], expected[i]))
            << what << " array " << i << ", " << target << ", " << pool->size() << " threads";
      if (target == "SCALAR" && pool->size() > 1) break;  // slow, and every pool splits alike
    }
  }
}

}  // namespace cairn::kernels
