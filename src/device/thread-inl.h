// What device code is written in: the few words that clang's PTX back-end and the emulator (emulator.cc) both know.
// Every rounding is named, nothing is contracted or flushed, so that the bits are those of kernels/reference.
#pragma once

#include <stdint.h>

#if defined(__CUDA__)
// Always inlined: a function that is called would take its arguments through memory.
#define CAIRN_DEVICE __attribute__((device, always_inline)) inline
#define CAIRN_KERNEL(name, Args) extern "C" __attribute__((global)) void name(const Args args)
// The same for blocks of so many threads, of which at least so many shall fit into a processor.
#define CAIRN_KERNEL_FOR(name, Args, threads, blocks) \
  extern "C" __attribute__((global, launch_bounds(threads, blocks))) void name(const Args args)
#define CAIRN_SHARED __attribute__((shared)) static
#define CAIRN_UNROLL _Pragma("unroll")
#define CAIRN_ROLLED _Pragma("nounroll")
namespace cairn::device {
CAIRN_DEVICE int Thread() { return __nvvm_read_ptx_sreg_tid_x(); }
CAIRN_DEVICE int Threads() { return __nvvm_read_ptx_sreg_ntid_x(); }
CAIRN_DEVICE int Block() { return __nvvm_read_ptx_sreg_ctaid_x(); }
CAIRN_DEVICE int BlockY() { return __nvvm_read_ptx_sreg_ctaid_y(); }
CAIRN_DEVICE int Blocks() { return __nvvm_read_ptx_sreg_nctaid_x(); }
CAIRN_DEVICE void Barrier() { __syncthreads(); }
CAIRN_DEVICE void WarpBarrier() { __nvvm_bar_warp_sync(0xFFFFFFFFu); }  // of 32 threads
CAIRN_DEVICE float Fma(float a, float b, float c) { return __nvvm_fma_rn_f(a, b, c); }
// Where one is NaN: the other.
CAIRN_DEVICE float Max(float a, float b) { return __nvvm_fmax_f(a, b); }
CAIRN_DEVICE float Div(float a, float b) { return __nvvm_div_rn_f(a, b); }
CAIRN_DEVICE float Sqrt(float a) { return __nvvm_sqrt_rn_f(a); }
CAIRN_DEVICE double Div(double a, double b) { return __nvvm_div_rn_d(a, b); }
CAIRN_DEVICE double Sqrt(double a) { return __nvvm_sqrt_rn_d(a); }
}  // namespace cairn::device
#endif

namespace cairn::device {

using Float4 = float __attribute__((vector_size(16)));

CAIRN_DEVICE uint32_t Bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
CAIRN_DEVICE float FromBits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// The elementary functions of docs/numerics.md.
CAIRN_DEVICE float Exp(float given) {
  const float x = given < -87.0f ? -87.0f : given > 88.0f ? 88.0f : given;
  const float z = Fma(x, 1.44269504088896341f, 12582912.0f);
  const float n = z - 12582912.0f;
  const uint32_t i = Bits(z) - 0x4B400000u;
  float r = Fma(n, -0.693145751953125f, x);
  r = Fma(n, -1.428606765330187045e-06f, r);
  float p = 1.9875691500e-4f;
  p = Fma(p, r, 1.3981999507e-3f);
  p = Fma(p, r, 8.3334519073e-3f);
  p = Fma(p, r, 4.1665795894e-2f);
  p = Fma(p, r, 1.6666665459e-1f);
  p = Fma(p, r, 5.0000001201e-1f);
  const float q = Fma(p, r * r, r) + 1.0f;
  return given != given ? given : FromBits(Bits(q) + (i << 23));  // no branch: loads may pass it
}

// REQUIRES x a positive normal number, as a sum of exponentials of which one is 1; or NaN or infinity, which are
// returned.
CAIRN_DEVICE float LogOfSum(float x) {
  const uint32_t bits = Bits(x);
  if ((bits & 0x7F800000u) == 0x7F800000u) return x;
  float e = -126.0f + static_cast<float>(bits >> 23);
  float m = FromBits((bits & 0x007FFFFFu) | 0x3F000000u);
  if (m < 0.707106781186547524f) {
    e -= 1.0f;
    m = (m + m) - 1.0f;
  } else {
    m = m - 1.0f;
  }
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = Fma(p, m, -1.1514610310e-1f);
  p = Fma(p, m, 1.1676998740e-1f);
  p = Fma(p, m, -1.2420140846e-1f);
  p = Fma(p, m, 1.4249322787e-1f);
  p = Fma(p, m, -1.6668057665e-1f);
  p = Fma(p, m, 2.0000714765e-1f);
  p = Fma(p, m, -2.4999993993e-1f);
  p = Fma(p, m, 3.3333331174e-1f);
  float y = (p * m) * z;
  y = Fma(e, -2.12194440e-4f, y);
  y = Fma(-0.5f, z, y);
  return Fma(e, 0.693359375f, m + y);
}

CAIRN_DEVICE float Sigmoid(float x) { return Div(1.0f, 1.0f + Exp(-x)); }

// sum16 of 16 sums that a thread holds: the lower half plus the upper half until one is left.
CAIRN_DEVICE float Fold16(float* lane) {
  CAIRN_UNROLL for (int half = 8; half >= 1; half /= 2) {
    CAIRN_UNROLL for (int j = 0; j < half; ++j) lane[j] += lane[j + half];
  }
  return lane[0];
}

// The same over 16 neighbouring threads, each with one lane. `shared` holds a float for each thread of the block; all
// of them must call. The sum is in every thread.
CAIRN_DEVICE float FoldThreads(float lane, float* shared) {
  const int thread = Thread(), j = thread & 15;
  shared[thread] = lane;
  Barrier();
  for (int half = 8; half >= 1; half /= 2) {
    if (j < half) shared[thread] += shared[thread + half];
    Barrier();
  }
  const float sum = shared[thread - j];
  Barrier();
  return sum;
}

}  // namespace cairn::device
