// Memory of the machine and of the process as a whole.
#pragma once

#include <cstdint>
#include <string_view>

namespace cairn {

// A line of /proc/self/status in bytes: "VmRSS" what is held now, "RssFile" of it what lies in mapped files, "VmHWM"
// the most since the start or RestartPeakMemory. 0 where the system does not say.
uint64_t ProcessMemory(std::string_view field);
void RestartPeakMemory();

// Bytes of memory that the machine has, and of these those that nothing uses. 0 where the system does not say.
uint64_t MachineMemory();
uint64_t FreeMachineMemory();

// Gives the system what was freed and the allocator keeps: after a stage that needed much. Does nothing where the C
// library has no way to.
void ReturnFreedMemory();

}  // namespace cairn
