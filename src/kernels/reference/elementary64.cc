// sin, cos, exp and log in binary64, with the polynomials of Sun's fdlibm (Copyright (C) 1993 by Sun Microsystems,
// Inc.; freely granted, provided that this notice is preserved).
#include <bit>
#include <cmath>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {
namespace {

constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it leaves the nearest integer in the low bits

struct Reduced {
  double r;           // x - quadrant * pi/2, |r| <= pi/4 (and an ulp)
  uint64_t quadrant;  // modulo 4
};

// pi/2 in three parts of 53 bits. For |x| <= 2^20 the first difference is exact, and so is the second where it cancels.
Reduced Reduce(double x) {
  const double z = std::fma(x, 0x1.45f306dc9c883p-1, kRound);
  const double n = z - kRound;
  double r = std::fma(n, -0x1.921fb54442d18p+0, x);
  r = std::fma(n, -0x1.1a62633145c07p-54, r);
  r = std::fma(n, 0x1.f1976b7ed8fbcp-110, r);
  return {r, std::bit_cast<uint64_t>(z) & 3};
}

double SinPolynomial(double r) {
  const double z = r * r;
  double p = 1.58969099521155010221e-10;
  p = std::fma(p, z, -2.50507602534068634195e-08);
  p = std::fma(p, z, 2.75573137070700676789e-06);
  p = std::fma(p, z, -1.98412698298579493134e-04);
  p = std::fma(p, z, 8.33333333332248946124e-03);
  p = std::fma(p, z, -1.66666666666666324348e-01);
  return std::fma(r * z, p, r);
}

double CosPolynomial(double r) {
  const double z = r * r;
  double p = -1.13596475577881948265e-11;
  p = std::fma(p, z, 2.08757232129817482790e-09);
  p = std::fma(p, z, -2.75573143513906633035e-07);
  p = std::fma(p, z, 2.48015872894767294178e-05);
  p = std::fma(p, z, -1.38888888888741095749e-03);
  p = std::fma(p, z, 4.16666666666666019037e-02);
  const double half = 0.5 * z, w = 1.0 - half;
  return w + std::fma(z * z, p, (1.0 - w) - half);
}

}  // namespace

double Sin64(double x) {
  const Reduced a = Reduce(x);
  const double y = (a.quadrant & 1) ? CosPolynomial(a.r) : SinPolynomial(a.r);
  return (a.quadrant & 2) ? -y : y;
}

double Cos64(double x) {
  const Reduced a = Reduce(x);
  const double y = (a.quadrant & 1) ? SinPolynomial(a.r) : CosPolynomial(a.r);
  return ((a.quadrant + 1) & 2) ? -y : y;
}

double Exp64(double x) {
  if (std::isnan(x)) return x;
  x = x < -708.0 ? -708.0 : x > 709.0 ? 709.0 : x;
  const double z = std::fma(x, 1.44269504088896338700e+00, kRound);
  const double n = z - kRound;
  const double hi = std::fma(n, -6.93147180369123816490e-01, x);
  const double lo = n * 1.90821492927058770002e-10;
  const double r = hi - lo;
  const double t = r * r;
  double p = 4.13813679705723846039e-08;
  p = std::fma(p, t, -1.65339022054652515390e-06);
  p = std::fma(p, t, 6.61375632143793436117e-05);
  p = std::fma(p, t, -2.77777777770155933842e-03);
  p = std::fma(p, t, 1.66666666666666019037e-01);
  const double c = r - t * p;
  const double y = 1.0 - ((lo - (r * c) / (2.0 - c)) - hi);
  const uint64_t i = std::bit_cast<uint64_t>(z) - std::bit_cast<uint64_t>(kRound);
  return std::bit_cast<double>(std::bit_cast<uint64_t>(y) + (i << 52));
}

double Log64(double x) {
  uint64_t bits = std::bit_cast<uint64_t>(x);
  bits += 0x3FF0000000000000u - 0x3FE6A09E00000000u;  // the significand ends up in [sqrt(1/2), sqrt(2))
  const double k = static_cast<double>(static_cast<int64_t>(bits >> 52) - 1023);
  const double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E00000000u);
  const double f = m - 1.0, half = 0.5 * f * f, s = f / (2.0 + f), z = s * s;
  double p = 1.479819860511658591e-01;
  p = std::fma(p, z, 1.531383769920937332e-01);
  p = std::fma(p, z, 1.818357216161805012e-01);
  p = std::fma(p, z, 2.222219843214978396e-01);
  p = std::fma(p, z, 2.857142874366239149e-01);
  p = std::fma(p, z, 3.999999999940941908e-01);
  p = std::fma(p, z, 6.666666666666735130e-01);
  const double tail = std::fma(s, half + z * p, k * 1.90821492927058770002e-10);
  return std::fma(k, 6.93147180369123816490e-01, f - (half - tail));
}

double Pow64(double base, double exponent) { return Exp64(exponent * Log64(base)); }

}  // namespace cairn::kernels::reference
