#include <bit>
#include <cmath>
#include <limits>

#include "kernels/reference/reference.h"
#include "kernels/reference/sum16.h"

namespace cairn::kernels::reference {

// Cody-Waite reduction to [-ln2/2, ln2/2], polynomial of degree 7. 12582912 = 1.5 * 2^23 leaves round(x / ln 2) in the
// low bits of z.
float Exp(float x) {
  if (std::isnan(x)) return x;
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  const float z = std::fma(x, 1.44269504088896341f, 12582912.0f);
  const float n = z - 12582912.0f;
  const uint32_t i = std::bit_cast<uint32_t>(z) - 0x4B400000u;
  float r = std::fma(n, -0.693145751953125f, x);
  r = std::fma(n, -1.428606765330187045e-06f, r);
  float p = 1.9875691500e-4f;
  p = std::fma(p, r, 1.3981999507e-3f);
  p = std::fma(p, r, 8.3334519073e-3f);
  p = std::fma(p, r, 4.1665795894e-2f);
  p = std::fma(p, r, 1.6666665459e-1f);
  p = std::fma(p, r, 5.0000001201e-1f);
  const float q = std::fma(p, r * r, r) + 1.0f;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(q) + (i << 23));
}

// x = 2^e * (1 + m), 1 + m in [sqrt(1/2), sqrt(2)); the polynomial is that of Cephes' logf.
float Log(float x) {
  if (x < 0) return std::numeric_limits<float>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<float>::infinity();
  if (std::isinf(x) || std::isnan(x)) return x;
  float e = -126.0f;
  if (x < std::numeric_limits<float>::min()) {
    x *= 8388608.0f;
    e -= 23.0f;
  }
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  e += static_cast<float>(bits >> 23);
  float m = std::bit_cast<float>((bits & 0x007FFFFFu) | 0x3F000000u);  // [0.5, 1)
  if (m < 0.707106781186547524f) {
    e -= 1.0f;
    m = (m + m) - 1.0f;
  } else {
    m = m - 1.0f;
  }
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = std::fma(p, m, -1.1514610310e-1f);
  p = std::fma(p, m, 1.1676998740e-1f);
  p = std::fma(p, m, -1.2420140846e-1f);
  p = std::fma(p, m, 1.4249322787e-1f);
  p = std::fma(p, m, -1.6668057665e-1f);
  p = std::fma(p, m, 2.0000714765e-1f);
  p = std::fma(p, m, -2.4999993993e-1f);
  p = std::fma(p, m, 3.3333331174e-1f);
  float y = (p * m) * z;
  y = std::fma(e, -2.12194440e-4f, y);
  y = std::fma(-0.5f, z, y);
  return std::fma(e, 0.693359375f, m + y);
}

float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }

float SoftmaxRow(const float* x, float* y, size_t n) {
  if (n == 0) return 0.0f;
  float m = x[0];
  for (size_t j = 1; j < n; ++j) m = std::fmax(m, x[j]);
  m += 0.0f;  // -0 becomes +0, so that the order of the comparisons cannot show
  Sum16 sum;
  for (size_t j = 0; j < n; ++j) {
    y[j] = Exp(x[j] - m);
    sum.Add(j, y[j]);
  }
  return sum.Fold();
}

}  // namespace cairn::kernels::reference
