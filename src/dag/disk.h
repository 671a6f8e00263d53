// The operating system as the store sees it. Tests derive from Disk to fail or die at any call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/digest.h"
#include "base/result.h"

namespace cairn::dag {

// What must outlive a loss of power is synced; what a reader can check and do without need not be.
enum class Durability { kSynced, kLazy };

// Errors    kNotFound, kIo (disk full says so and what to do), kBadInput for a file that is not regular.
// Threads   safe; calls on different paths do not interfere.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::string> Read(const std::string& path, uint64_t max_bytes);
  virtual Result<Digest> Hash(const std::string& path);
  // Writes a new file. On error no file is left.
  virtual Result<void> WriteNew(const std::string& path, std::string_view bytes, Durability durability);
  // Copies to a new file, syncs it and returns the digest of the bytes copied. On error no file is left.
  virtual Result<Digest> CopyNew(const std::string& from, const std::string& to);
  // Replaces `to` in one moment; kSynced syncs its directory.
  virtual Result<void> Rename(const std::string& from, const std::string& to, Durability durability);
  // Two paths take each other's place in one moment, and the directories of both are synced. kUnsupported where the
  // file system cannot.
  virtual Result<void> Exchange(const std::string& a, const std::string& b);
  // A second name for one file. kUnsupported where the file system has none (then copy).
  virtual Result<void> Link(const std::string& from, const std::string& to);
  virtual Result<void> MakeDirectory(const std::string& path);  // with its parents
  // A file, or a tree with folders that were made read-only. A path that does not exist is no error.
  virtual Result<void> Remove(const std::string& path);
};

// kBadInput if the path is a symbolic link: what is written below it would land in a folder that nobody named.
Result<void> RefuseLink(const std::string& path);

// Seconds from some fixed moment, never backwards.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual double Seconds();
};

// Holds an advisory lock (flock) on a file until destroyed; the operating system frees it if the process dies.
class FileLock {
 public:
  // kDenied, naming the process that holds it; kBadInput for a link and what else is no regular file, left as it is.
  static Result<FileLock> Acquire(const std::string& path);
  // Whether the file is still the one at `path`: removed, it would keep nobody else away.
  bool Holds(const std::string& path) const;

 private:
  Descriptor file_;
};

}  // namespace cairn::dag
