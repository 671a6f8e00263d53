// A fixed set of threads that split independent outputs. Which thread does what never changes a bit.
#pragma once

#include <cstddef>
#include <memory>

#include "base/function_ref.h"
#include "base/result.h"

namespace cairn {

// Round to nearest, no flush-to-zero, no denormals-are-zero (docs/numerics.md). A shared object built with fast-math
// sets them for a whole process; then results would differ, so cairn refuses to run.
Result<void> CheckFloatEnvironment();

class ThreadPool {
 public:
  // threads >= 1, the caller's thread included. Each thread asserts the float environment when it starts.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;
  // Calls body(i) once for every i in [0, count), on any thread in any order; returns when all are done. The bodies
  // must write disjoint outputs. Not reentrant: body must not call Run of the same pool.
  void Run(size_t count, FunctionRef<void(size_t)> body);
  // Splits [0, count) into contiguous ranges of at least `grain` and calls body(begin, end) for each.
  void RunRanges(size_t count, size_t grain, FunctionRef<void(size_t, size_t)> body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Number of CPUs this process may use.
int AvailableCpus();

}  // namespace cairn
