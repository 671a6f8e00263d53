#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.h"

namespace cairn {

Descriptor::Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd, other.fd);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

Result<size_t> ReadSome(int fd, std::span<char> to, const std::string& path) {
  ssize_t n;
  do {
    n = ::read(fd, to.data(), to.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return OsError(errno, path);
  return static_cast<size_t>(n);
}

Result<void> WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return OsError(errno, path);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<void> SyncDirectory(const std::string& directory) {
  Descriptor d(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (d.fd < 0 || ::fsync(d.fd) != 0) return OsError(errno, directory);
  return {};
}

}  // namespace cairn
