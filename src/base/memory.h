// Memory of the process as a whole.
#pragma once

namespace cairn {

// Gives the system what was freed and the allocator keeps: after a stage that needed much. Does nothing where the C
// library has no way to.
void ReturnFreedMemory();

}  // namespace cairn
