#include "eval/interval.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace cairn::eval {

Interval WilsonInterval(size_t correct, size_t n) {
  CAIRN_CHECK(correct <= n);
  if (n == 0) return {};
  constexpr double z = 1.959963984540054;  // 97.5 % point of the normal distribution
  auto count = static_cast<double>(n);
  double p = static_cast<double>(correct) / count;
  double scale = 1 + z * z / count;
  double centre = (p + z * z / (2 * count)) / scale;
  double half = z / scale * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
  // At the ends the formula gives 0 and 1 but for rounding.
  return {correct == 0 ? 0 : std::max(0.0, centre - half), correct == n ? 1 : std::min(1.0, centre + half)};
}

Accuracy Accuracy::Of(size_t correct, size_t n) {
  Interval interval = WilsonInterval(correct, n);
  return {n, correct, n == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(n), interval.low, interval.high};
}

}  // namespace cairn::eval
