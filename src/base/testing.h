// For tests: files that are no part of the repository, and a system that gives no more threads.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdlib>
#include <string>

namespace cairn {

// A file of the vectors that others made: below $CAIRN_CONFORMANCE, or beside the repository. Where it is missing,
// tests skip.
inline std::string ConformanceFile(const std::string& path) {
  const char* named = std::getenv("CAIRN_CONFORMANCE");
  return (named ? std::string(named) : std::string(CAIRN_SOURCE_DIR) + "/../shared/conformance") + "/" + path;
}

// While it lives, no thread starts in this process: each would need a stack as large as all of its address space.
// Unlike a limit of processes, this holds for root, too.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_getattr_default_np(&huge);
    pthread_attr_setstacksize(&huge, size_t{1} << 47);
    works_ = pthread_setattr_default_np(&huge) == 0;
    pthread_attr_destroy(&huge);
  }
  ~NoMoreThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;
  bool works() const { return works_; }  // false where the C library has a limit of its own

 private:
  pthread_attr_t before_;
  bool works_ = false;
};

}  // namespace cairn
