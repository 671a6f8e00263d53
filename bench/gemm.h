// The libraries whose matrix products are compared: cairn's kernels and, where they are installed, its peers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"

namespace cairn::bench {

// C[m,n] = op(A)[m,k] op(B)[k,n], or C += with accumulate. Row-major, dense; a transposed operand is stored as its
// transpose.
struct Product {
  size_t m = 0, n = 0, k = 0;
  bool trans_a = false, trans_b = false, accumulate = false;
  double flops() const { return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k); }
};

struct GemmLibrary {
  std::string name, version;
  std::function<void(ThreadPool&, const Product&, const float* a, const float* b, float* c)> multiply;
  // How long its idle threads may go on spinning after a product, which would slow whoever comes next.
  double settle_seconds = 0;
};

// Cairn first. A peer that this build has not found is missing from the list. Each runs on as many threads as the pool
// has.
std::vector<GemmLibrary> GemmLibraries(bool peers);

}  // namespace cairn::bench
