// One digest for each operation of kernels/kernels.h, over random and hostile inputs; numbers are hashed as their
// little-endian bits, and every NaN as the same one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/thread_pool.h"

namespace cairn {

struct Golden {
  std::string name;  // "kernel/matmul"
  std::function<Digest(ThreadPool&)> digest;
  bool slow = false;  // only the best instruction set is tried with several threads
};

std::vector<Golden> KernelGoldens();

}  // namespace cairn
