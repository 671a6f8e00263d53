// The definition of every operation as scalar loops (docs/numerics.md): what each SIMD kernel must equal bit for bit.
// Signatures and meanings are those of kernels/kernels.h without the thread pool. Written to be read, not to be fast.
#pragma once

#include "kernels/kernels.h"

namespace cairn::kernels::reference {

void MatMul(const MatMulShape& shape, const float* a, const float* b, float* c);
void Linear(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate = false);
void LinearGradInput(const float* dy, const float* w, float* dx, size_t t, size_t k, size_t n, bool accumulate);
void LinearGradWeight(const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n);

// cairn-i8-1 (kernels/int8.h). NarrowBlock: n <= kInt8Block elements to whole numbers, returns their scale.
float NarrowBlock(const float* x, size_t n, int8_t* q);
void Int8Linear(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate);

void StartAtBias(const float* bias, float* y, size_t t, size_t n, bool accumulate);
void BiasGradient(const float* dy, float* dbias, size_t t, size_t n);

void RmsNorm(const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps);
void RmsNormBackward(const float* dy, const float* x, const float* w, const float* rstd, float* dx, float* dw, size_t t,
                     size_t c, bool accumulate_dx);

std::vector<double> RopeFrequencies(size_t head_dim, double theta);
RopeTable MakeRopeTable(size_t positions, const std::vector<double>& frequencies);
void Rope(const RopeTable& table, const int32_t* positions, float* x, size_t t, size_t heads, size_t head_dim,
          bool inverse);

void Attention(const AttentionShape& shape, const int32_t* segment_start, const float* q, const float* k,
               const float* v, float* out, float* max_and_sum);
void AttentionBackward(const AttentionShape& shape, const int32_t* segment_start, const float* q, const float* k,
                       const float* v, const float* out, const float* max_and_sum, const float* dout, float* dq,
                       float* dk, float* dv);
void AttentionDecode(const AttentionShape& shape, size_t kv_stride, const float* q, const float* k, const float* v,
                     float* out);

void SwiGlu(const float* g, const float* u, float* y, size_t n);
void SwiGluBackward(const float* dy, const float* g, const float* u, float* dg, float* du, size_t n);

void Embedding(const float* table, const int32_t* ids, float* y, size_t t, size_t c);
void EmbeddingBackward(const float* dy, const int32_t* ids, float* dtable, size_t t, size_t c);

void CrossEntropy(float* logits, const int32_t* targets, float* loss, size_t t, size_t v, float scale,
                  bool with_gradient);
void SoftCrossEntropy(float* logits, const float* base, const int32_t* targets, const float* scales, float* loss,
                      size_t t, size_t v);

void AdamW(const AdamWStep& step, const float* g, float* m, float* v, float* w, size_t n);

double SumOfSquares(const float* x, size_t n);
void Add(const float* a, float* y, size_t n);
void Scale(float s, float* y, size_t n);
void AddScaled(float s, const float* a, float* y, size_t n);
size_t FirstNotFinite(const float* x, size_t n);

void Bf16ToF32(const uint16_t* x, float* y, size_t n);
void F32ToBf16(const float* x, uint16_t* y, size_t n);
void F16ToF32(const uint16_t* x, float* y, size_t n);
void F32ToF16(const float* x, uint16_t* y, size_t n);

// Elementary functions from + - * / sqrt fma alone; bounds asserted in elementary_test.cc.
float Exp(float x);      // x clamped to [-87, 88]: below, the result stays exp(-87), a normal number; NaN stays NaN
float Log(float x);      // -inf at 0, NaN below
float Sigmoid(float x);  // 1 / (1 + Exp(-x))
double Sin64(double x);  // |x| <= 2^20
double Cos64(double x);  // |x| <= 2^20
double Exp64(double x);  // x clamped to [-708, 709]
double Log64(double x);  // x a positive normal number
double Pow64(double base, double exponent);  // Exp64(exponent * Log64(base)): error grows with |exponent * log(base)|
float SoftmaxRow(const float* x, float* y, size_t n);

}  // namespace cairn::kernels::reference
