// A quick pass of `make exhaustive`: about 260,000 patterns of each function, all exponents and both signs among them.
#include "kernels/elementary_sweep.h"

#include <bit>

#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

constexpr uint64_t kPatterns = uint64_t{1} << 32, kStride = 16411;  // a prime

TEST(ElementarySweep, VersionsEqualTheDefinitionWithinItsBound) {
  for (const SweptFunction& function : SweptFunctions()) {
    Sha256 digest;
    const SweepFindings found = Sweep(function, 0, kStride, kPatterns / kStride, digest);
    EXPECT_EQ(found.differences, 0u) << function.name << ": " << found.first;
    EXPECT_LT(found.worst_ulp, function.bound) << function.name << " of " << found.worst_input;
    EXPECT_EQ(found.inputs, kPatterns / kStride);
  }
}

TEST(ElementarySweep, FindsAWrongLastBitAndAWrongResult) {
  SweptFunction exp = SweptFunctions()[0];
  exp.versions = {{"WRONG", [](const float* x, float* y, size_t n) {
                     for (size_t i = 0; i < n; ++i)
                       y[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(reference::Exp(x[i])) ^ (x[i] == 2.0f));
                   }}};
  const uint64_t two = std::bit_cast<uint32_t>(2.0f);
  Sha256 digest;
  SweepFindings found = Sweep(exp, two - 100, 1, 200, digest);
  EXPECT_EQ(found.differences, 1u);
  EXPECT_NE(found.first.find("WRONG of 0x1p+1 "), std::string::npos) << found.first;
  EXPECT_LT(found.worst_ulp, 1.0);

  exp.definition = exp.versions[0].second;
  found.Add(Sweep(exp, two, 1, 1, digest));
  EXPECT_EQ(found.inputs, 201u);
  EXPECT_EQ(found.differences, 1u);
  exp.definition = [](const float* x, float* y, size_t n) { std::copy_n(x, n, y); };
  found.Add(Sweep(exp, two, 1, 1, digest));
  EXPECT_GT(found.worst_ulp, 1e6);
  EXPECT_EQ(found.worst_input, 2.0f);
}

}  // namespace
}  // namespace cairn::kernels
