#include "dag/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/file.h"

namespace cairn::dag {
namespace fs = std::filesystem;
namespace {

// Creates `path`, lets `fill` write into it and makes it durable; removes it again if anything fails.
template <typename Fill>
Result<void> Create(const std::string& path, Durability durability, Fill fill) {
  Result<void> done;
  {
    Descriptor d(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (d.fd < 0) return OsError(errno, path);
    done = fill(d.fd);
    if (done.ok() && durability == Durability::kSynced && ::fsync(d.fd) != 0) done = OsError(errno, path);
  }
  if (!done.ok()) ::unlink(path.c_str());
  return done;
}

Result<void> CopyBytes(int from, const std::string& from_path, int to, const std::string& to_path, Sha256& hash) {
  std::string buffer(size_t{1} << 20, '\0');
  for (;;) {
    CAIRN_ASSIGN(size_t n, ReadSome(from, buffer, from_path));
    if (n == 0) return {};
    std::string_view piece(buffer.data(), n);
    hash.Update(piece);
    CAIRN_TRY(WriteAll(to, piece, to_path));
  }
}

// Of whoever owns them; what cannot be changed shows when it is used.
void MakeFoldersWritable(const std::string& path) {
  std::error_code code;
  auto open = [&](const fs::path& folder) {
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, code);
  };
  if (fs::is_symlink(path, code) || !fs::is_directory(path, code)) return;
  open(path);
  for (fs::recursive_directory_iterator it(path, code), end; !code && it != end; it.increment(code))
    if (it->is_directory(code) && !it->is_symlink(code)) open(it->path());
}

Result<void> SyncDirectoryOf(const std::string& path) {
  std::string directory = fs::path(path).parent_path().string();
  return SyncDirectory(directory.empty() ? "." : directory);
}

Error IsLink(const std::string& path) {
  return BadInput(
      "this is a symbolic link, and nothing is written through one; remove the link. To build on another disk, put the "
      "project's folder there",
      path);
}

// Not through a link, and not into what is no file: the lock's number is written over what it holds.
Result<Descriptor> OpenLock(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  struct stat info {};
  if (file.fd < 0 && errno == ELOOP) return IsLink(path);
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0) return OsError(errno, path);
  if (!S_ISREG(info.st_mode)) return BadInput("not a regular file; remove it", path);
  return file;
}

}  // namespace

Result<void> RefuseLink(const std::string& path) {
  std::error_code code;
  if (fs::is_symlink(fs::symlink_status(path, code))) return IsLink(path);
  return {};
}

Result<std::string> Disk::Read(const std::string& path, uint64_t max_bytes) { return ReadFile(path, max_bytes); }

Result<Digest> Disk::Hash(const std::string& path) { return Sha256OfFile(path); }

Result<void> Disk::WriteNew(const std::string& path, std::string_view bytes, Durability durability) {
  return Create(path, durability, [&](int fd) { return WriteAll(fd, bytes, path); });
}

Result<Digest> Disk::CopyNew(const std::string& from, const std::string& to) {
  Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (source.fd < 0 || ::fstat(source.fd, &info) != 0) return OsError(errno, from);
  if (!S_ISREG(info.st_mode)) return BadInput("not a regular file", from);
  Sha256 hash;
  CAIRN_TRY(Create(to, Durability::kSynced, [&](int fd) { return CopyBytes(source.fd, from, fd, to, hash); }));
  return hash.Finish();
}

Result<void> Disk::Rename(const std::string& from, const std::string& to, Durability durability) {
  if (::rename(from.c_str(), to.c_str()) != 0) return OsError(errno, to);
  if (durability == Durability::kLazy) return {};
  return SyncDirectoryOf(to);
}

Result<void> Disk::Exchange(const std::string& a, const std::string& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) != 0) {
    const int number = errno;
    // EPERM: some sandboxes refuse calls that they do not know.
    if (number == EINVAL || number == ENOSYS || number == EOPNOTSUPP || number == EPERM)
      return Unsupported("names cannot be exchanged", b);
    return OsError(number, b);
  }
  CAIRN_TRY(SyncDirectoryOf(a));
  return SyncDirectoryOf(b);
}

Result<void> Disk::Link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  int number = errno;
  if (number == EXDEV || number == EPERM || number == EMLINK || number == EOPNOTSUPP)
    return Unsupported("no hard link possible", to);
  return OsError(number, to);
}

Result<void> Disk::MakeDirectory(const std::string& path) { return MakeDirectories(path); }

Result<void> Disk::Remove(const std::string& path) {
  std::error_code code;
  fs::remove_all(path, code);
  if (code == std::errc::permission_denied) {
    MakeFoldersWritable(path);
    fs::remove_all(path, code);
  }
  if (code) return OsError(code.value(), path);
  return {};
}

double Clock::Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<FileLock> FileLock::Acquire(const std::string& path) {
  FileLock lock;
  CAIRN_ASSIGN(lock.file_, OpenLock(path));
  const int fd = lock.file_.fd;
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return OsError(errno, path);
    std::array<char, 32> holder{};
    ssize_t n = ::pread(fd, holder.data(), holder.size(), 0);
    std::string process = n > 0 ? std::string(holder.data(), static_cast<size_t>(n)) : "";
    bool digits = !process.empty() && process.find_first_not_of("0123456789") == std::string::npos;
    return Denied("another cairn" + (digits ? " (process " + process + ")" : std::string()) +
                      " works on this project; wait until it ends, or end it",
                  path);
  }
  // The number is for the message only: the lock itself is the descriptor.
  std::string self = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) < 0) return OsError(errno, path);
  return lock;
}

bool FileLock::Holds(const std::string& path) const {
  struct stat info {};
  return ::fstat(file_.fd, &info) == 0 && FileIdentity(path) == std::pair<uint64_t, uint64_t>(info.st_dev, info.st_ino);
}

}  // namespace cairn::dag
