// The one-argument binary32 functions over bit patterns of their input, all 2^32 or every so many: the version of each
// instruction set against the definition bit by bit, and the definition against binary64. For tests and `make
// exhaustive`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace cairn::kernels {

using ArrayFunction = void (*)(const float* x, float* y, size_t n);

struct SweptFunction {
  std::string name;  // "exp"
  ArrayFunction definition;
  // Its versions by instruction set, as far as this machine runs them. Empty where there is scalar code only.
  std::vector<std::pair<std::string, ArrayFunction>> versions;
  double (*exact)(double x);  // the clamps of the definition included
  double bound;               // of the definition's error, in ulp (docs/numerics.md)
};

// Distance in units of the last place of binary32 at `exact`. Infinities, NaN and zeros must be met.
double UlpError(float got, double exact);

// exp, log, sigmoid.
std::vector<SweptFunction> SweptFunctions();

struct SweepFindings {
  uint64_t inputs = 0;       // compared; the digest leaves NaN out
  uint64_t differences = 0;  // results of a version that have not the bits of the definition
  std::string first;         // the first of them: instruction set, input and both results
  double worst_ulp = 0;      // of the definition against `exact`; an ulp is that of the exact result
  float worst_input = 0;

  void Add(const SweepFindings& later);
};

// Patterns first, first + stride, ..., `count` of them, all below 2^32. digest: continued with the definition's
// results.
SweepFindings Sweep(const SweptFunction& function, uint64_t first, uint64_t stride, size_t count, Sha256& digest);

}  // namespace cairn::kernels
