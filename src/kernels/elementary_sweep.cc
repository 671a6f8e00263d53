// Elementary functions over arrays, and their comparison.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary_sweep.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/elementary_sweep.h"
#include "kernels/reference/reference.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
#if CAIRN_SIMD

void ExpArray(const float* x, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes) StoreUpTo(Exp(LoadUpTo(x + i, n - i)), y + i, n - i);
}
void SigmoidArray(const float* x, float* y, size_t n) {
  for (size_t i = 0; i < n; i += kLanes) StoreUpTo(Sigmoid(LoadUpTo(x + i, n - i)), y + i, n - i);
}

#else

void ExpArray(const float* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = reference::Exp(x[i]);
}
void SigmoidArray(const float* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = reference::Sigmoid(x[i]);
}

#endif  // CAIRN_SIMD
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/little_endian.h"

namespace cairn::kernels {
HWY_EXPORT(ExpArray);
HWY_EXPORT(SigmoidArray);

namespace {

template <float (*kFunction)(float)>
void Each(const float* x, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = kFunction(x[i]);
}

double ExactExp(double x) { return std::isnan(x) ? x : reference::Exp64(std::clamp(x, -87.0, 88.0)); }
double ExactSigmoid(double x) { return 1 / (1 + ExactExp(-x)); }
double ExactLog(double x) {
  if (x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  return std::isinf(x) || std::isnan(x) ? x : reference::Log64(x);
}

std::string Describe(const std::string& target, float input, float got, float defined) {
  char text[160];
  std::snprintf(text, sizeof text, "%s of %a gives %a, the definition %a", target.c_str(), static_cast<double>(input),
                static_cast<double>(got), static_cast<double>(defined));
  return text;
}

bool SameResult(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (std::isnan(a) && std::isnan(b));
}

void Compare(const SweptFunction& function, const std::vector<float>& x, const std::vector<float>& defined,
             SweepFindings* findings) {
  std::vector<float> y(x.size());
  for (const auto& [target, version] : function.versions) {
    version(x.data(), y.data(), x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      if (SameResult(y[i], defined[i])) continue;
      if (findings->differences++ == 0) findings->first = Describe(target, x[i], y[i], defined[i]);
    }
  }
}

}  // namespace

double UlpError(float got, double exact) {
  if (std::isnan(exact) && std::isnan(got)) return 0;
  if (static_cast<double>(got) == exact) return 0;
  if (!std::isfinite(got) || !std::isfinite(exact) || exact == 0) return std::numeric_limits<double>::infinity();
  const int exponent = std::max(std::ilogb(exact), -126);
  return std::fabs(static_cast<double>(got) - exact) / std::ldexp(1.0, exponent - 23);
}

// Exp, in ulp of a result in [sqrt(1/2), 1) before scaling, the worst case: 1/2 for q, 1/4 for the fma before it, 0.2
// for r, 0.09 for the squares and the polynomial, 0.03 for its coefficients.
constexpr double kExpBound = 1.1;

std::vector<SweptFunction> SweptFunctions() {
  std::vector<SweptFunction> functions = {{"exp", Each<reference::Exp>, {}, ExactExp, kExpBound},
                                          {"log", Each<reference::Log>, {}, ExactLog, 2.0},
                                          {"sigmoid", Each<reference::Sigmoid>, {}, ExactSigmoid, 3.0}};
  const std::string before = CurrentTarget();
  for (const std::string& target : SupportedTargets()) {
    CAIRN_CHECK(ForceTarget(target));
    functions[0].versions.emplace_back(target, HWY_DYNAMIC_DISPATCH(ExpArray));
    functions[2].versions.emplace_back(target, HWY_DYNAMIC_DISPATCH(SigmoidArray));
  }
  CAIRN_CHECK(ForceTarget(before));
  return functions;
}

void SweepFindings::Add(const SweepFindings& later) {
  inputs += later.inputs;
  if (differences == 0) first = later.first;
  differences += later.differences;
  if (later.worst_ulp > worst_ulp) {
    worst_ulp = later.worst_ulp;
    worst_input = later.worst_input;
  }
}

SweepFindings Sweep(const SweptFunction& function, uint64_t first, uint64_t stride, size_t count, Sha256& digest) {
  std::vector<float> x;
  x.reserve(count);
  for (size_t i = 0; i < count; ++i) x.push_back(std::bit_cast<float>(static_cast<uint32_t>(first + i * stride)));
  std::vector<float> defined(x.size());
  function.definition(x.data(), defined.data(), x.size());
  SweepFindings findings{.inputs = x.size(), .first = {}};
  for (size_t i = 0; i < x.size(); ++i) {
    const double error = UlpError(defined[i], function.exact(static_cast<double>(x[i])));
    if (!(error > findings.worst_ulp)) continue;
    findings.worst_ulp = error;
    findings.worst_input = x[i];
  }
  Compare(function, x, defined, &findings);
  std::vector<float> results;
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) continue;
    // Sign and payload of a NaN are not defined.
    results.push_back(std::isnan(defined[i]) ? std::numeric_limits<float>::quiet_NaN() : defined[i]);
  }
  HashLittleEndian(digest, std::span<const float>(results));
  return findings;
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
