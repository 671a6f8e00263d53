// The operations of kernels/kernels.h on a device: the same names, meanings and bits. Pointers are device addresses.
#pragma once

#include <vector>

#include "device/device.h"

namespace cairn::device {

enum class Transposed { kNone, kA, kB };  // A stored [K, M]; B stored [N, K]

// Several products in as few launches as they need. They must not depend on each other.
void MatMuls(Device& device, Transposed transposed, const std::vector<MatMulTask>& tasks);
// y[T,N] (+)= x[T,K] w^T and its gradients, w [N,K], as tasks.
MatMulTask LinearTask(const float* x, const float* w, float* y, size_t t, size_t k, size_t n, bool accumulate = false);
MatMulTask GradInputTask(const float* dy, const float* w, float* dx, size_t t, size_t k, size_t n, bool accumulate);
MatMulTask GradWeightTask(const float* dy, const float* x, float* dw, size_t t, size_t k, size_t n);

void RmsNorm(Device& device, const float* x, const float* w, float* y, float* rstd, size_t t, size_t c, float eps);
// dx = residual + gradient (residual may be null); the weight's gradient is apart.
void RmsNormBackward(Device& device, const float* dy, const float* x, const float* w, const float* rstd,
                     const float* residual, float* dx, size_t t, size_t c);
void RmsNormGradWeights(Device& device, const std::vector<NormWeightTask>& tasks, size_t t, size_t c);

void Rope(Device& device, RopeArgs args);
bool HasAttention(size_t head_dim);
void Attention(Device& device, const AttentionArgs& args, size_t head_dim);
void AttentionBackward(Device& device, const AttentionArgs& args, size_t head_dim);  // writes delta, dq, dk, dv
void SwiGlu(Device& device, const float* g, const float* u, float* y, size_t n);
void SwiGluBackward(Device& device, const float* dy, const float* g, const float* u, float* dg, float* du, size_t n);

void GatherRows(Device& device, const float* from, const int32_t* index, float* to, size_t rows, size_t c);
void ScatterRows(Device& device, const float* from, const int32_t* index, float* to, size_t rows, size_t c);
void EmbeddingBackward(Device& device, const EmbeddingGradArgs& args);
void CrossEntropy(Device& device, const CrossEntropyArgs& args);
void Scale(Device& device, float s, float* y, size_t n);
void Add(Device& device, const float* a, float* y, size_t n);

// Sums of squares of spans of x, each in blocks of 65,536 elements as kernels::SumOfSquares adds them.
struct SquareSums {
  std::vector<Span> spans;
  std::vector<int32_t> first;  // of each span's blocks among all sums
  int32_t blocks = 0;          // of all spans
  explicit SquareSums(std::vector<Span> of);
  void Launch(Device& device, const float* x, float* sums) const;
};

// For an elementwise kernel over spans [first, first + count).
Grid SpanGrid(const std::vector<Span>& spans, size_t first, size_t count);

}  // namespace cairn::device
