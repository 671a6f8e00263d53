#include "base/thread_pool.h"

#include <fenv.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace cairn {

Result<void> CheckFloatEnvironment() {
  bool flushes = false;
#if defined(__SSE__)
  flushes = (_mm_getcsr() & 0x8040) != 0;
#elif defined(__aarch64__)
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  flushes = (fpcr & (uint64_t{1} << 24)) != 0;
#endif
  if (flushes || fegetround() != FE_TONEAREST)
    return Unsupported(
        "this process flushes subnormal numbers or does not round to nearest, so results would differ between "
        "machines; "
        "a library built with fast-math does this when it is loaded: look at LD_PRELOAD");
  return {};
}

bool StartThread(std::vector<std::thread>& threads, std::function<void()> body) {
  try {
    threads.emplace_back(std::move(body));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

namespace {
// About 0.2 ms: kernels follow each other within microseconds, and a thread that has gone to sleep comes back late on a
// busy machine.
constexpr int kSpins = 8000;
constexpr int kClosed = std::numeric_limits<int>::min() / 2;  // far below what threads inside can make up for

void Pause() {
#if defined(__SSE__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
}  // namespace

struct ThreadPool::State {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake, done;
  std::atomic<uint64_t> generation{0};
  std::atomic<size_t> next{0};
  std::atomic<int> inside{kClosed};  // threads at work beside the caller, plus kClosed where none may enter
  size_t count = 0;
  const FunctionRef<void(size_t)>* body = nullptr;
  std::atomic<bool> stop{false};

  // A thread that wakes up when all is done finds the door closed: nobody waits for it, however late it gets a CPU.
  bool Enter() {
    for (int n = inside.load(); n >= 0;)
      if (inside.compare_exchange_weak(n, n + 1)) return true;
    return false;
  }

  void Leave() {
    if (inside.fetch_sub(1) != kClosed + 1) return;
    std::lock_guard lock(mutex);
    done.notify_one();
  }

  void Drain() {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) (*body)(i);
  }

  void Loop() {
    CAIRN_CHECK(CheckFloatEnvironment().ok());
    uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < kSpins && generation.load(std::memory_order_acquire) == seen && !stop; ++spin) Pause();
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stop || generation.load() != seen; });
        if (stop) return;
        seen = generation.load();
      }
      if (!Enter()) continue;
      Drain();
      Leave();
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  CAIRN_CHECK(threads >= 1);
  CAIRN_CHECK(CheckFloatEnvironment().ok());
  while (size() < threads && StartThread(state_->threads, [this] { state_->Loop(); })) {
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->wake.notify_all();
  for (std::thread& t : state_->threads) t.join();
}

int ThreadPool::size() const { return static_cast<int>(state_->threads.size()) + 1; }

void ThreadPool::Run(size_t count, FunctionRef<void(size_t)> body) {
  if (count == 0) return;
  if (state_->threads.empty() || count == 1) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  {
    std::lock_guard lock(state_->mutex);
    state_->body = &body;
    state_->count = count;
    state_->next = 0;
    state_->inside = 0;
    state_->generation.fetch_add(1, std::memory_order_release);
  }
  state_->wake.notify_all();
  state_->Drain();
  if (state_->inside.fetch_add(kClosed) == 0) return;
  for (int spin = 0; spin < kSpins && state_->inside.load(std::memory_order_acquire) != kClosed; ++spin) Pause();
  std::unique_lock lock(state_->mutex);
  state_->done.wait(lock, [&] { return state_->inside.load() == kClosed; });
}

void ThreadPool::RunRanges(size_t count, size_t grain, FunctionRef<void(size_t, size_t)> body) {
  if (count == 0) return;
  // Four ranges a thread even out what other programs take from one CPU.
  size_t parts = std::clamp<size_t>(count / std::max<size_t>(grain, 1), 1, static_cast<size_t>(size()) * 4);
  if (size() == 1) parts = 1;
  Run(parts, [&](size_t i) { body(count * i / parts, count * (i + 1) / parts); });
}

namespace {

// CPUs that "max 100000" or "150000 100000" of a cpu.max allows, rounded up; none if there is no limit.
std::optional<int> CpusOfQuota(const std::string& path) {
  std::ifstream file(path);
  double quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::clamp(std::ceil(quota / period), 1.0, 65536.0));
}

}  // namespace

int CpusOfControlGroup(const std::string& membership, const std::string& root) {
  int cpus = std::numeric_limits<int>::max();
  std::ifstream groups(membership);
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::/")) continue;  // of version 2
    for (std::string group = line.substr(3);; group.resize(group.rfind('/'))) {
      if (auto allowed = CpusOfQuota(root + group + "/cpu.max")) cpus = std::min(cpus, *allowed);
      if (group.empty()) break;
    }
  }
  return cpus;
}

int AvailableCpus() {
  const int quota = CpusOfControlGroup("/proc/self/cgroup", "/sys/fs/cgroup");
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::min(quota, std::max(1, CPU_COUNT(&set)));
  return std::min(quota, static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
}

}  // namespace cairn
