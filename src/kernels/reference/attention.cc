#include <cmath>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/reference/sum16.h"

namespace cairn::kernels::reference {
namespace {

float Chain(const float* a, const float* b, size_t n) {
  float acc = 0.0f;
  for (size_t i = 0; i < n; ++i) acc = std::fma(a[i], b[i], acc);
  return acc;
}

}  // namespace

void AttentionDecode(const AttentionShape& a, size_t kv_stride, const float* q, const float* k, const float* v,
                     float* out) {
  const size_t n = a.t, head_dim = a.head_dim;
  const float scale = a.Scale();
  std::vector<float> s(n), p(n);
  for (size_t h = 0; h < a.heads; ++h) {
    const size_t g = h / (a.heads / a.kv_heads) * head_dim;
    const float* qh = q + h * head_dim;
    for (size_t j = 0; j < n; ++j) s[j] = Chain(qh, k + j * kv_stride + g, head_dim) * scale;
    const float l = SoftmaxRow(s.data(), p.data(), n);
    for (size_t d = 0; d < head_dim; ++d) {
      float o = 0.0f;
      for (size_t j = 0; j < n; ++j) o = std::fma(p[j], v[j * kv_stride + g + d], o);
      out[h * head_dim + d] = o / l;
    }
  }
}

void Attention(const AttentionShape& a, const int32_t* segment_start, const float* q, const float* k, const float* v,
               float* out, float* max_and_sum) {
  const float scale = a.Scale();
  const size_t q_stride = a.heads * a.head_dim, kv_stride = a.kv_heads * a.head_dim;
  for (size_t t = 0; t < a.t; ++t) {
    const size_t start = static_cast<size_t>(segment_start[t]), n = t + 1 - start;
    AttentionShape row = a;
    row.t = n;
    reference::AttentionDecode(row, kv_stride, q + t * q_stride, k + start * kv_stride, v + start * kv_stride,
                               out + t * q_stride);
    std::vector<float> s(n), p(n);
    for (size_t h = 0; h < a.heads; ++h) {
      const size_t g = h / (a.heads / a.kv_heads) * a.head_dim;
      float m = 0.0f;
      for (size_t j = 0; j < n; ++j) {
        s[j] = Chain(q + t * q_stride + h * a.head_dim, k + (start + j) * kv_stride + g, a.head_dim) * scale;
        m = j == 0 ? s[j] : std::fmax(m, s[j]);
      }
      max_and_sum[(t * a.heads + h) * 2] = m + 0.0f;
      max_and_sum[(t * a.heads + h) * 2 + 1] = SoftmaxRow(s.data(), p.data(), n);
    }
  }
}

void AttentionBackward(const AttentionShape& a, const int32_t* segment_start, const float* q, const float* k,
                       const float* v, const float* out, const float* max_and_sum, const float* dout, float* dq,
                       float* dk, float* dv) {
  const size_t d_head = a.head_dim, q_stride = a.heads * d_head, kv_stride = a.kv_heads * d_head;
  const float scale = a.Scale();
  for (size_t i = 0; i < a.t * q_stride; ++i) dq[i] = 0.0f;
  for (size_t i = 0; i < a.t * kv_stride; ++i) dk[i] = dv[i] = 0.0f;
  for (size_t h = 0; h < a.heads; ++h) {  // heads ascending, then rows: the order of the chains of dk and dv
    const size_t g = h / (a.heads / a.kv_heads) * d_head;
    for (size_t t = 0; t < a.t; ++t) {
      const size_t row = t * q_stride + h * d_head;
      const float m = max_and_sum[(t * a.heads + h) * 2], l = max_and_sum[(t * a.heads + h) * 2 + 1];
      Sum16 delta_sum;
      for (size_t d = 0; d < d_head; ++d) delta_sum.Fma(d, dout[row + d], out[row + d]);
      const float delta = delta_sum.Fold();
      for (size_t j = static_cast<size_t>(segment_start[t]); j <= t; ++j) {
        const size_t col = j * kv_stride + g;
        const float p = Exp(Chain(q + row, k + col, d_head) * scale - m) / l;
        const float ds = (p * (Chain(dout + row, v + col, d_head) - delta)) * scale;
        for (size_t d = 0; d < d_head; ++d) {
          dq[row + d] = std::fma(ds, k[col + d], dq[row + d]);
          dk[col + d] = std::fma(ds, q[row + d], dk[col + d]);
          dv[col + d] = std::fma(p, dout[row + d], dv[col + d]);
        }
      }
    }
  }
}

}  // namespace cairn::kernels::reference
