// The elementary functions for one number are their definitions.
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"

namespace cairn::kernels {

float Exp(float x) { return reference::Exp(x); }
float Log(float x) { return reference::Log(x); }
float Sigmoid(float x) { return reference::Sigmoid(x); }
double Cos64(double x) { return reference::Cos64(x); }
double Sin64(double x) { return reference::Sin64(x); }
double Pow64(double base, double exponent) { return reference::Pow64(base, exponent); }

}  // namespace cairn::kernels
