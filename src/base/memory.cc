#include "base/memory.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace cairn {

uint64_t ProcessMemory(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field) && line[field.size()] == ':')
      return std::strtoull(line.c_str() + field.size() + 1, nullptr, 10) * 1024;
  return 0;
}

void RestartPeakMemory() { std::ofstream("/proc/self/clear_refs") << "5"; }

void ReturnFreedMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

namespace {

uint64_t BytesOfPages(int name) {
  const long pages = sysconf(name), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(size) : 0;
}

}  // namespace

uint64_t MachineMemory() { return BytesOfPages(_SC_PHYS_PAGES); }
uint64_t FreeMachineMemory() { return BytesOfPages(_SC_AVPHYS_PAGES); }

}  // namespace cairn
