// Files: bounded reads, memory maps, and writes that appear whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/digest.h"
#include "base/function_ref.h"
#include "base/result.h"

namespace cairn {

// What the system says of errno for a path, with a remedy where there is one. kNotFound or kIo.
Error OsError(int number, const std::string& path);

// Whole file as bytes. kNotFound, kIo; kBadInput if it is no regular file or larger than max_bytes.
Result<std::string> ReadFile(const std::string& path, uint64_t max_bytes = uint64_t{1} << 31);

// Of the whole file, streamed. kNotFound, kIo; kBadInput if it is no regular file. kCancelled after
// Ctrl-C (base/interrupt.h). told: of each piece's bytes.
Result<Digest> Sha256OfFile(
    const std::string& path, FunctionRef<void(uint64_t)> told = [](uint64_t) {});

// A file that appears whole or not at all: a temporary file beside path, fsync, rename, fsync of the directory. Readers
// see the old bytes or the new, never a mixture. Without Commit nothing is left.
class AtomicFile {
 public:
  // Makes missing parent directories. mode: of the file, less what the process's umask takes away.
  static Result<AtomicFile> Create(const std::string& path, mode_t mode = 0644);
  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();
  Result<void> Append(std::string_view bytes);
  Result<void> Commit();
  // The same, but never in the place of another file: kBadInput if there is one by now.
  Result<void> CommitNew();

 private:
  AtomicFile(std::string path, std::string temporary, Descriptor file)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}
  std::string path_, temporary_;
  Descriptor file_;
};
Result<void> WriteFileAtomic(const std::string& path, std::string_view bytes);

// Removes what an AtomicFile left below the directory in processes that were killed. REQUIRES that no other process
// writes there.
Result<void> RemoveTemporaryFiles(const std::string& directory);

// Into the place of what is there, with missing directories. Not synced.
Result<void> CopyFile(const std::string& from, const std::string& to);

// Device and inode of what lies at path: whether it is still the same file or directory. Zeroes if nothing does.
std::pair<uint64_t, uint64_t> FileIdentity(const std::string& path);

Result<void> MakeDirectories(const std::string& path);
bool PathExists(const std::string& path);
// "build/.guide.new" for "build/guide" and ".new": a place beside a path that nobody's name can have.
std::string HiddenBeside(const std::string& path, std::string_view suffix);

// Regular files below root as '/'-separated relative paths, sorted by bytes. A symbolic link or special file is an
// error.
Result<std::vector<std::string>> ListFiles(const std::string& root);

// Read-only memory map of a file; unmapped by the destructor. Views of bytes() must not outlive it.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // Gives the memory back of those bytes that are in this map; they are read from the file again when they are next
  // used.
  void Forget(std::span<const std::byte> part) const;

 private:
  MappedFile(const std::byte* data, size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace cairn
