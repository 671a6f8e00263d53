// How far a share of right answers can be trusted.
#pragma once

#include <cstddef>

namespace cairn::eval {

struct Interval {
  double low = 0, high = 1;
};
// 95 % score interval of Wilson 1927 for a share of correct/n; [0, 1] when n is 0. REQUIRES correct <= n.
Interval WilsonInterval(size_t correct, size_t n);

// A share with its interval.
struct Accuracy {
  size_t n = 0, correct = 0;
  double accuracy = 0, low = 0, high = 1;
  static Accuracy Of(size_t correct, size_t n);
};

}  // namespace cairn::eval
