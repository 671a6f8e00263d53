// The system's file descriptors, for code that opens files itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn {

// Owns an open file; fd < 0: none.
struct Descriptor {
  explicit Descriptor(int opened = -1) : fd(opened) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int fd;
};

// The next bytes of the file, as many as fit; 0 at its end. path: for the error.
Result<size_t> ReadSome(int fd, std::span<char> to, const std::string& path);
// All bytes, or an error that names path.
Result<void> WriteAll(int fd, std::string_view bytes, const std::string& path);
// Makes the names in a directory outlive a loss of power.
Result<void> SyncDirectory(const std::string& directory);

}  // namespace cairn
