#include <cmath>
#include <vector>

#include "kernels/reference/reference.h"

namespace cairn::kernels::reference {

void CrossEntropy(float* logits, const int32_t* targets, float* loss, size_t t, size_t v, float scale,
                  bool with_gradient) {
  std::vector<float> p(v);
  for (size_t i = 0; i < t; ++i, logits += v) {
    const size_t target = static_cast<size_t>(targets[i]);
    float m = logits[0];
    for (size_t j = 1; j < v; ++j) m = std::fmax(m, logits[j]);
    m += 0.0f;
    const float l = SoftmaxRow(logits, p.data(), v);
    loss[i] = (Log(l) + m) - logits[target];
    if (!with_gradient) continue;
    for (size_t j = 0; j < v; ++j) logits[j] = (p[j] / l - (j == target ? 1.0f : 0.0f)) * scale;
  }
}

void SoftCrossEntropy(float* logits, const float* base, const int32_t* targets, const float* scales, float* loss,
                      size_t t, size_t v) {
  std::vector<float> p(v), q(v);
  for (size_t i = 0; i < t; ++i, logits += v, base += v) {
    CrossEntropy(logits, targets + i, loss + i, 1, v, 1.0f, false);
    const float l = SoftmaxRow(logits, p.data(), v), lb = SoftmaxRow(base, q.data(), v);
    for (size_t j = 0; j < v; ++j) logits[j] = (p[j] / l - q[j] / lb) * scales[i];
  }
}

}  // namespace cairn::kernels::reference
