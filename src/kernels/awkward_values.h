// Numbers that kernels get wrong, for tests and golden digests.
#pragma once

#include <cmath>
#include <cstdint>

namespace cairn::kernels {

enum class Values { kPlain, kSubnormal, kHuge, kMixed };
constexpr Values kAllValues[] = {Values::kPlain, Values::kSubnormal, Values::kHuge, Values::kMixed};

// unit: drawn from (-1, 1). below(n): a further draw of a whole number less than n; kMixed takes up to two.
template <typename Below>
float AwkwardValue(float unit, Values kind, Below&& below) {
  switch (kind) {
    case Values::kPlain:
      return unit * 3.0f;
    case Values::kSubnormal:
      return unit * 0x1p-70f;  // products are subnormal or underflow to +-0
    case Values::kHuge:
      return unit * 0x1p55f;  // sums of products stay finite, products of three overflow
    case Values::kMixed:
      break;
  }
  const uint32_t pick = below(8);
  if (pick == 0) return std::copysign(0.0f, unit);
  if (pick == 1) return unit * 0x1p-126f;
  return std::ldexp(unit, static_cast<int>(below(60)) - 30);
}

}  // namespace cairn::kernels
