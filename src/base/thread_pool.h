// A fixed set of threads that split independent outputs. Which thread does what never changes a bit.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/function_ref.h"
#include "base/result.h"

namespace cairn {

// Round to nearest, no flush-to-zero, no denormals-are-zero (docs/numerics.md). A shared object built with fast-math
// sets them for a whole process; then results would differ, so cairn refuses to run.
Result<void> CheckFloatEnvironment();

// Adds a thread that runs body; false, and none is added, where the system gives no more (a limit of processes).
bool StartThread(std::vector<std::thread>& threads, std::function<void()> body);

class ThreadPool {
 public:
  // threads >= 1, the caller's thread included. Each thread asserts the float environment when it starts. Where the
  // system gives fewer threads, the pool goes on with those: size() says how many there are.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;
  // Calls body(i) once for every i in [0, count), on any thread in any order; returns when all are done. The bodies
  // must write disjoint outputs. Not reentrant: body must not call Run of the same pool.
  //
  // Threads  one at a time. A pool of one may be used by several at once and by its own bodies: it holds no thread and
  //          runs every body where it is called, so it writes nothing of its own.
  void Run(size_t count, FunctionRef<void(size_t)> body);
  // Splits [0, count) into contiguous ranges of at least `grain` and calls body(begin, end) for each.
  void RunRanges(size_t count, size_t grain, FunctionRef<void(size_t, size_t)> body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Number of CPUs this process may use: those it may run on, or fewer where its control group has less time (a
// container with a limit).
int AvailableCpus();

// What a control group (cgroup v2) and those above it allow; the largest int for no limit. For AvailableCpus and tests:
// the file that names the process's group, and the folder of all groups.
int CpusOfControlGroup(const std::string& membership, const std::string& root);

}  // namespace cairn
