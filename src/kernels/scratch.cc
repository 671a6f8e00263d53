#include "kernels/scratch.h"

#include <array>
#include <memory>
#include <new>

namespace cairn::kernels {
namespace {

constexpr std::align_val_t kAlign{64};
struct Free {
  void operator()(float* p) const { ::operator delete(p, kAlign); }
};
struct Buffer {
  std::unique_ptr<float, Free> data;
  size_t size = 0;
};

}  // namespace

float* Scratch(ScratchSlot slot, size_t n) {
  thread_local std::array<Buffer, static_cast<size_t>(ScratchSlot::kCount)> buffers;
  Buffer& buffer = buffers[static_cast<size_t>(slot)];
  if (buffer.size < n) {
    buffer.data.reset();
    buffer.data.reset(static_cast<float*>(::operator new(n * sizeof(float), kAlign)));
    buffer.size = n;
  }
  return buffer.data.get();
}

}  // namespace cairn::kernels
