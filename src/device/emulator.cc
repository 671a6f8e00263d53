// Runs the kernels here, a block after the other, so that their arithmetic can be tested where no device is. The
// threads of a block are contexts that take turns at each barrier: a warp's up to the next barrier of the block, then
// the next warp's.
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "device/device.h"

#define CAIRN_DEVICE inline
#define CAIRN_KERNEL(name, Args) [[maybe_unused]] static void name(const Args& args)
#define CAIRN_KERNEL_FOR(name, Args, threads, blocks) CAIRN_KERNEL(name, Args)
#define CAIRN_SHARED static  // one block runs at a time
#define CAIRN_UNROLL
#define CAIRN_ROLLED

namespace cairn::device {
namespace {

struct Place {
  int thread, threads, block, block_y, blocks;
};
Place place;
enum class Stop { kEnd, kBarrier, kWarpBarrier };
Stop stop = Stop::kEnd;  // where the running context stopped
ucontext_t scheduler;
ucontext_t* running = nullptr;

inline int Thread() { return place.thread; }
inline int Threads() { return place.threads; }
inline int Block() { return place.block; }
inline int BlockY() { return place.block_y; }
inline int Blocks() { return place.blocks; }
inline float Fma(float a, float b, float c) { return std::fma(a, b, c); }
inline float Max(float a, float b) { return std::fmax(a, b); }
inline float Div(float a, float b) { return a / b; }
inline float Sqrt(float a) { return std::sqrt(a); }
inline double Div(double a, double b) { return a / b; }
inline double Sqrt(double a) { return std::sqrt(a); }
inline void WaitAt(Stop barrier) {
  const Place mine = place;
  stop = barrier;
  swapcontext(running, &scheduler);
  place = mine;
}
inline void Barrier() { WaitAt(Stop::kBarrier); }
inline void WarpBarrier() { WaitAt(Stop::kWarpBarrier); }

}  // namespace
}  // namespace cairn::device

#include "device/kernels.cu"

namespace cairn::device {
namespace {

using Entry = void (*)(const void* args);
template <typename Args, void (*kKernel)(const Args&)>
void Call(const void* args) {
  kKernel(*static_cast<const Args*>(args));
}
struct KernelEntry {
  Entry call;
  bool waits;
};
constexpr KernelEntry kKernels[] = {
#define CAIRN_KERNEL_ENTRY(name, Args, waits) {&Call<Args, &name>, waits},
    CAIRN_DEVICE_KERNELS(CAIRN_KERNEL_ENTRY)
#undef CAIRN_KERNEL_ENTRY
};

struct ThreadEntry {
  Entry call;
  const void* args;
};
ThreadEntry entry;
void RunEntry() {
  entry.call(entry.args);
  stop = Stop::kEnd;
}

class Emulator : public Device {
 public:
  explicit Emulator(size_t free_memory) : free_memory_(free_memory) {}
  std::string name() const override { return "emulator"; }
  size_t FreeMemory() override { return free_memory_; }
  void* Allocate(size_t bytes) override { return ::operator new (bytes, std::align_val_t{64}); }
  void Free(void* memory) override { ::operator delete (memory, std::align_val_t{64}); }
  void Upload(void* to, const void* from, size_t bytes) override { std::memcpy(to, from, bytes); }
  void Download(void* to, const void* from, size_t bytes) override { std::memcpy(to, from, bytes); }
  void Copy(void* to, const void* from, size_t bytes) override { std::memcpy(to, from, bytes); }
  void Zero(void* memory, size_t bytes) override { std::memset(memory, 0, bytes); }
  Result<void> Finish() override { return {}; }

  void Launch(Kernel kernel, Grid grid, const void* args) override {
    const KernelEntry& k = kKernels[static_cast<int>(kernel)];
    for (int y = 0; y < grid.y; ++y) {
      for (int x = 0; x < grid.x; ++x) {
        place = {0, grid.threads, x, y, grid.x};
        entry = {k.call, args};
        if (k.waits) {
          RunTogether(grid.threads);
          continue;
        }
        for (place.thread = 0; place.thread < grid.threads; ++place.thread) k.call(args);
      }
    }
  }

 private:
  static constexpr size_t kStack = size_t{64} << 10;

  // The threads of one block, each up to its next barrier, until all have ended.
  void RunTogether(int threads) {
    const auto n = static_cast<size_t>(threads);
    if (contexts_.size() < n) {
      contexts_.resize(n);
      stacks_ = std::make_unique<char[]>(n * kStack);
    }
    for (size_t i = 0; i < n; ++i) {
      getcontext(&contexts_[i]);
      contexts_[i].uc_stack.ss_sp = stacks_.get() + i * kStack;
      contexts_[i].uc_stack.ss_size = kStack;
      contexts_[i].uc_link = &scheduler;
      makecontext(&contexts_[i], &RunEntry, 0);
    }
    const Place block = place;
    for (bool ended = false; !ended;) {
      ended = true;
      for (size_t warp = 0; warp < n; warp += 32) {
        while (RunWarp(block, warp, std::min(warp + 32, n)) == Stop::kWarpBarrier) {
        }
        ended = ended && stop == Stop::kEnd;
      }
    }
  }

  // Threads [begin, end), each up to its next barrier. All stop alike.
  Stop RunWarp(const Place& block, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Stop before = stop;
      running = &contexts_[i];
      place = block;
      place.thread = static_cast<int>(i);
      swapcontext(&scheduler, running);
      CAIRN_CHECK(i == begin || stop == before);
    }
    return stop;
  }

  const size_t free_memory_;
  std::vector<ucontext_t> contexts_;
  std::unique_ptr<char[]> stacks_;
};

}  // namespace

std::unique_ptr<Device> OpenEmulator(size_t free_memory) { return std::make_unique<Emulator>(free_memory); }

}  // namespace cairn::device
