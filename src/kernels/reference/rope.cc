#include <cmath>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

std::vector<double> RopeFrequencies(size_t head_dim, double theta) {
  std::vector<double> frequencies(head_dim / 2);
  for (size_t i = 0; i < frequencies.size(); ++i)
    frequencies[i] = Pow64(theta, -(2.0 * static_cast<double>(i)) / static_cast<double>(head_dim));
  return frequencies;
}

RopeTable MakeRopeTable(size_t positions, const std::vector<double>& frequencies) {
  RopeTable table{.half = frequencies.size(), .cos = {}, .sin = {}};
  for (size_t p = 0; p < positions; ++p) {
    for (double f : frequencies) {
      const double angle = static_cast<double>(p) * f;
      table.cos.push_back(static_cast<float>(Cos64(angle)));
      table.sin.push_back(static_cast<float>(Sin64(angle)));
    }
  }
  return table;
}

void Rope(const RopeTable& table, const int32_t* positions, float* x, size_t t, size_t heads, size_t head_dim,
          bool inverse) {
  const size_t half = head_dim / 2;
  for (size_t i = 0; i < t * heads; ++i, x += head_dim) {
    const size_t row = static_cast<size_t>(positions[i / heads]) * half;
    for (size_t j = 0; j < half; ++j) {
      const float c = table.cos[row + j], s = inverse ? -table.sin[row + j] : table.sin[row + j];
      const float x0 = x[j], x1 = x[j + half];
      x[j] = std::fma(x0, c, -(x1 * s));
      x[j + half] = std::fma(x1, c, x0 * s);
    }
  }
}

}  // namespace cairn::kernels::reference
