// For tests: a system that gives no more threads.
#pragma once

#include <pthread.h>

#include <cstddef>

namespace cairn {

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
