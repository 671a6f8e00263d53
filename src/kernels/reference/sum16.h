// The one order in which a row is summed: 16 lanes, lane j % 16 takes element j, then the lower half plus the upper
// half.
#pragma once

#include <cmath>
#include <cstddef>

namespace cairn::kernels::reference {

class Sum16 {
 public:
  void Add(size_t j, float x) { lane_[j % 16] += x; }
  void Fma(size_t j, float a, float b) { lane_[j % 16] = std::fma(a, b, lane_[j % 16]); }
  float Fold() {
    for (size_t half = 8; half >= 1; half /= 2)
      for (size_t j = 0; j < half; ++j) lane_[j] += lane_[j + half];
    return lane_[0];
  }

 private:
  float lane_[16] = {};
};

}  // namespace cairn::kernels::reference
