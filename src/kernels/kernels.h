// Every arithmetic operation that touches model state. docs/numerics.md defines each one; kernels/reference is that
// definition as scalar loops; the functions here give the same bits with SIMD (Highway, chosen at run time) and
// threads.
//
// Dimension letters: T tokens (rows), C hidden size, F feed-forward size, V vocabulary, H query heads, G key/value
// heads (H % G == 0), D head size. Arrays are row-major f32 and never alias unless said. Nothing here can fail: shapes
// and ids are the caller's to get right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/weight_matrix.h"

namespace cairn::kernels {

// ---- matmul.cc ----
// C[m,n] = chain over k of A(m,k) * B(k,n), starting from +0, or from C[m,n] when accumulate.
// trans_a: A is stored [K, M]; trans_b: B is stored [N, K]. lda, ldb, ldc are row strides in elements.
struct MatMulShape {
  size_t m = 0, n = 0, k = 0;
  bool trans_a = false, trans_b = false, accumulate = false;
  size_t lda = 0, ldb = 0, ldc = 0;  // 0: the dense stride
};
void MatMul(ThreadPool& pool, const MatMulShape& shape, const float* a, const float* b, float* c);
// The common cases of a linear layer with weight w [N_out, K_in] as Hugging Face stores it, of any type:
//   y[T,N] = x[T,K] w^T              -> Linear
//   dx[T,K] = dy[T,N] w              -> LinearGradInput   (accumulate adds to dx)
//   dw[N,K] += dy^T[N,T] x[T,K]      -> LinearGradWeight  (chain over tokens, continues from dw)
void Linear(ThreadPool& pool, const float* x, const WeightMatrix& w, float* y, size_t t, size_t k, size_t n,
            bool accumulate = false);
void LinearGradInput(ThreadPool& pool, const float* dy, const WeightMatrix& w, float* dx, size_t t, size_t k, size_t n,
                     bool accumulate);
void LinearGradWeight(ThreadPool& pool, const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n);

// ---- bias.cc ----
// Rows y[T, N] become bias[N], or y + bias where accumulate: a linear layer with a bias accumulates onto them.
void StartAtBias(ThreadPool& pool, const float* bias, float* y, size_t t, size_t n, bool accumulate);
// dbias += dy[t], rows in token order.
void BiasGradient(ThreadPool& pool, const float* dy, float* dbias, size_t t, size_t n);

// ---- rms_norm.cc ----  y = (x * r) * w, r = 1/sqrt(sum16(x^2)/C + eps). rstd[T] is written for the backward pass.
void RmsNorm(ThreadPool& pool, const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps);
// g = sum16(dy*w*x) per row (elements (dy*w)*x, lanes fma((dy*w), x, lane));  dx = r*(dy*w) - x*((g*(r*r*r))/C);
// dx: accumulate adds. dw[c] chain over tokens: dw = fma(dy, x*r, dw); pass nullptr to skip.
void RmsNormBackward(ThreadPool& pool, const float* dy, const float* x, const float* w, const float* rstd, float* dx,
                     float* dw, size_t t, size_t c, bool accumulate_dx);

// ---- rope.cc ----
// theta^(-2i/D) for the D/2 pairs, in binary64 (own pow).
std::vector<double> RopeFrequencies(size_t head_dim, double theta);
// cos/sin tables [positions, D/2]: angle = position * frequency in binary64 (own sin, cos), rounded once to f32.
struct RopeTable {
  size_t half = 0;
  std::vector<float> cos, sin;
};
RopeTable MakeRopeTable(size_t positions, const std::vector<double>& frequencies);
// In place on x[T, heads*D]; rotates (x[i], x[i + D/2]) as Llama in Hugging Face's layout. inverse: rotates back
// (backward pass).
void Rope(ThreadPool& pool, const RopeTable& table, const int32_t* positions, float* x, size_t t, size_t heads,
          size_t head_dim, bool inverse);

// ---- attention.cc ----
// Causal attention inside samples: row t sees rows [segment_start[t], t]. q [T, H*D], k v [T, G*D], out [T, H*D].
// max_and_sum [T, H, 2] is written for the backward pass (m and l of each softmax row). A segment begins at a row t
// with segment_start[t] == t; the rows after it repeat its start until the next segment.
struct AttentionShape {
  size_t t = 0, heads = 0, kv_heads = 0, head_dim = 0;
  float scale = 0;  // of the scores; 0: 1.0f / sqrt(float(D))
  float Scale() const;
};
void Attention(ThreadPool& pool, const AttentionShape& shape, const int32_t* segment_start, const float* q,
               const float* k, const float* v, float* out, float* max_and_sum);
// dq dk dv are overwritten. p = exp(s*scale - m)/l; delta = sum16 with lanes fma(dout, out, lane) per (t, h); dp_j =
// chain over D of dout*v_j; ds_j = (p_j*(dp_j - delta))*scale; dq = chain over j ascending; dk_j, dv_j = chain over
// heads of the group ascending, then rows t ascending. v: dv_j = fma(p_j, dout). No [T, T] matrix is kept.
void AttentionBackward(ThreadPool& pool, const AttentionShape& shape, const int32_t* segment_start, const float* q,
                       const float* k, const float* v, const float* out, const float* max_and_sum, const float* dout,
                       float* dq, float* dk, float* dv);
// One query row against a cache of shape.t keys/values, kv_stride elements apart (decoding). Same bits as the last row
// of Attention.
void AttentionDecode(const AttentionShape& shape, size_t kv_stride, const float* q, const float* k, const float* v,
                     float* out);

// ---- swiglu.cc ----  y = (g * sigmoid(g)) * u, elementwise over n.
void SwiGlu(ThreadPool& pool, const float* g, const float* u, float* y, size_t n);
// s = sigmoid(g); du = dy * (g*s); dg = (dy*u) * (s * fma(g, 1-s, 1)).
void SwiGluBackward(ThreadPool& pool, const float* dy, const float* g, const float* u, float* dg, float* du, size_t n);

// ---- embedding.cc ----
void Embedding(ThreadPool& pool, const WeightMatrix& table, const int32_t* ids, float* y, size_t t, size_t c);
// dtable[ids[t]] += dy[t], rows in token order.
void EmbeddingBackward(ThreadPool& pool, const float* dy, const int32_t* ids, float* dtable, size_t t, size_t c);

// ---- cross_entropy.cc ----
// Per row of logits[T, V]: loss[t] = log(l) + m - logits[t, target]; logits are overwritten by the gradient
// (exp(x-m)/l - [j == target]) * scale when with_gradient. targets in [0, V).
void CrossEntropy(ThreadPool& pool, float* logits, const int32_t* targets, float* loss, size_t t, size_t v, float scale,
                  bool with_gradient);
// The same losses; the gradient is that of the cross-entropy against softmax(base): logits[t, j] becomes
// (exp(x-m)/l - exp(b-mb)/lb) * scales[t]. base [T, V] is overwritten. Hinton et al. 2015, arXiv:1503.02531.
void SoftCrossEntropy(ThreadPool& pool, float* logits, float* base, const int32_t* targets, const float* scales,
                      float* loss, size_t t, size_t v);

// ---- adamw.cc ----
struct AdamWStep {
  float learning_rate = 0, beta1 = 0.9f, beta2 = 0.999f, eps = 1e-8f, weight_decay = 0;
  float correction1 = 1, correction2 = 1;  // 1 - beta^t, from binary64
  float gradient_scale = 1;                // clipping factor
};
// g' = g*gradient_scale; m = fma(beta1, m, (1-beta1)*g'); v = fma(beta2, v, ((1-beta2)*g')*g');
// u = (m/correction1) / (sqrt(v/correction2) + eps); w = w - lr*(fma(weight_decay, w, u)).
void AdamW(ThreadPool& pool, const AdamWStep& step, const float* g, float* m, float* v, float* w, size_t n);

// ---- reduce.cc ----
// Sum of squares in binary64: per 65,536-element block sum16 of squares (f32 fma lanes), blocks added in order in
// binary64.
double SumOfSquares(ThreadPool& pool, const float* x, size_t n);
void Add(ThreadPool& pool, const float* a, float* y, size_t n);                 // y += a
void Scale(ThreadPool& pool, float s, float* y, size_t n);                      // y *= s
void AddScaled(ThreadPool& pool, float s, const float* a, float* y, size_t n);  // y = fma(s, a, y)
// First index of a NaN or infinity, or n.
size_t FirstNotFinite(const float* x, size_t n);

// ---- convert.cc ----
void Bf16ToF32(const uint16_t* x, float* y, size_t n);
void F32ToBf16(const float* x, uint16_t* y, size_t n);  // round to nearest even
void F16ToF32(const uint16_t* x, float* y, size_t n);   // a NaN keeps sign and payload and becomes quiet
void F32ToF16(const float* x, uint16_t* y, size_t n);   // round to nearest even; beyond the range: infinity

// ---- elementary.cc ---- (docs/numerics.md: own functions, the same bits everywhere; defined in
// kernels/reference/elementary.cc and elementary64.cc)
float Exp(float x);  // x clamped to [-87, 88]
float Log(float x);
float Sigmoid(float x);
double Cos64(double x);  // |x| <= 2^20
double Sin64(double x);
double Pow64(double base, double exponent);  // base > 0
// softmax numerator for sampling: y_j = exp(x_j - max), returns sum16(y); 0 when n is 0.
float SoftmaxRow(const float* x, float* y, size_t n);

// Names of the instruction sets that this binary can run here, best first, and which is in use.
std::vector<std::string> SupportedTargets();
std::string CurrentTarget();
// Restricts dispatch to one target ("AVX3", "AVX2", "SCALAR", ... as listed) for tests and `--isa`; false if this CPU
// lacks it. "" restores all.
bool ForceTarget(const std::string& name);

}  // namespace cairn::kernels
