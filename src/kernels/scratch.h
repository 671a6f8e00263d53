// Buffers that a thread keeps between kernel calls, so that kernels do not allocate.
#pragma once

#include <cstddef>

namespace cairn::kernels {

// At least n floats, aligned to 64 bytes, owned by the calling thread, contents undefined. The same slot gives the same
// memory until a larger size is asked for; a kernel uses each slot once at a time.
enum class ScratchSlot { kShared, kTask, kTask2, kTask3, kWidened, kCount };
float* Scratch(ScratchSlot slot, size_t n);

}  // namespace cairn::kernels
