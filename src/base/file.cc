#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/interrupt.h"

namespace cairn {
namespace fs = std::filesystem;
namespace {

// Not blocking: a named pipe in the place of a file would wait for a writer for ever.
int OpenToRead(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }

// Of an opened file, or why it could not be opened. A folder, a pipe or a device is no file.
Result<uint64_t> RegularSize(int fd, const std::string& path) {
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) return OsError(errno, path);
  if (!S_ISREG(info.st_mode)) return BadInput("not a regular file", path);
  return static_cast<uint64_t>(info.st_size);
}

std::string DirectoryOf(const std::string& path) {
  std::string directory = fs::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

// Gives the file at `from` the name `to`, which must be free; errno says why it could not.
bool MoveToFreeName(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0;
  // Some file systems have no second names (FAT, some shares).
  const bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
  return no_links && ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0;
}

}  // namespace

Error OsError(int number, const std::string& path) {
  std::string message = std::strerror(number);
  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    message += "; make room and run the same command again, what is finished is kept";
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, message, path};
}

Result<std::string> ReadFile(const std::string& path, uint64_t max_bytes) {
  Descriptor d(OpenToRead(path));
  CAIRN_ASSIGN(uint64_t size, RegularSize(d.fd, path));
  if (size > max_bytes)
    return BadInput(
        "the file has " + std::to_string(size) + " bytes, more than the " + std::to_string(max_bytes) + " allowed here",
        path);
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    CAIRN_ASSIGN(size_t n, ReadSome(d.fd, std::span(bytes).subspan(done), path));
    if (n == 0) break;
    done += n;
  }
  bytes.resize(done);
  return bytes;
}

Result<Digest> Sha256OfFile(const std::string& path, FunctionRef<void(uint64_t)> told) {
  Descriptor d(OpenToRead(path));
  CAIRN_ASSIGN(uint64_t size, RegularSize(d.fd, path));
  Sha256 sha;
  std::vector<char> buffer(std::clamp<uint64_t>(size, 1, 1 << 20));  // filling a MiB costs more than a small file
  for (;;) {
    CAIRN_ASSIGN(size_t n, ReadSome(d.fd, buffer, path));
    if (n == 0) return sha.Finish();
    sha.Update(std::string_view(buffer.data(), n));
    told(n);
    if (Interrupted()) return Error{ErrorCode::kCancelled, "interrupted while reading", path};
  }
}

Result<AtomicFile> AtomicFile::Create(const std::string& path, mode_t mode) {
  static std::atomic<unsigned> counter{0};
  CAIRN_TRY(MakeDirectories(DirectoryOf(path)));
  std::string temporary;
  Descriptor d;
  do {  // a process with this number, killed earlier, may have left its file (containers reuse numbers)
    temporary = path + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
    d = Descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  } while (d.fd < 0 && errno == EEXIST);
  if (d.fd < 0) return OsError(errno, temporary);
  return AtomicFile(path, std::move(temporary), std::move(d));
}

AtomicFile::~AtomicFile() {
  if (file_.fd >= 0) ::unlink(temporary_.c_str());
}

Result<void> AtomicFile::Append(std::string_view bytes) { return WriteAll(file_.fd, bytes, temporary_); }

Result<void> AtomicFile::Commit() {
  if (::fsync(file_.fd) != 0) return OsError(errno, temporary_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return OsError(errno, path_);
  file_ = Descriptor();
  return SyncDirectory(DirectoryOf(path_));
}

Result<void> AtomicFile::CommitNew() {
  if (::fsync(file_.fd) != 0) return OsError(errno, temporary_);
  if (!MoveToFreeName(temporary_, path_)) {
    if (errno == EEXIST) return BadInput("exists already and is not overwritten; take another name", path_);
    return OsError(errno, path_);
  }
  file_ = Descriptor();
  return SyncDirectory(DirectoryOf(path_));
}

Result<void> WriteFileAtomic(const std::string& path, std::string_view bytes) {
  CAIRN_ASSIGN(AtomicFile file, AtomicFile::Create(path));
  CAIRN_TRY(file.Append(bytes));
  return file.Commit();
}

namespace {

// "<name>.tmp.<process>.<number>", as AtomicFile calls them.
bool IsTemporary(const std::string& name) {
  size_t at = name.rfind(".tmp.");
  return at != std::string::npos && name.find_first_not_of("0123456789.", at + 5) == std::string::npos;
}

}  // namespace

Result<void> RemoveTemporaryFiles(const std::string& directory) {
  std::error_code code;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(directory, code), end; !code && it != end; it.increment(code))
    if (IsTemporary(it->path().filename().string())) found.push_back(it->path());
  for (const fs::path& path : found)
    if (!code) fs::remove(path, code);
  if (code && code != std::errc::no_such_file_or_directory) return OsError(code.value(), directory);
  return {};
}

Result<void> CopyFile(const std::string& from, const std::string& to) {
  CAIRN_TRY(MakeDirectories(DirectoryOf(to)));
  const Descriptor source(OpenToRead(from));
  if (source.fd < 0) return OsError(errno, from);
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (target.fd < 0) return OsError(errno, to);
  std::string buffer(size_t{1} << 20, '\0');
  for (;;) {
    CAIRN_ASSIGN(const size_t n, ReadSome(source.fd, buffer, from));
    if (n == 0) return {};
    CAIRN_TRY(WriteAll(target.fd, std::string_view(buffer).substr(0, n), to));
  }
}

std::pair<uint64_t, uint64_t> FileIdentity(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {0, 0};
  return {info.st_dev, info.st_ino};
}

Result<void> MakeDirectories(const std::string& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) return OsError(code.value(), path);
  return {};
}

bool PathExists(const std::string& path) {
  std::error_code code;
  return fs::exists(path, code);
}

std::string HiddenBeside(const std::string& path, std::string_view suffix) {
  const fs::path p(path);
  return (p.parent_path() / ("." + p.filename().string() + std::string(suffix))).string();
}

Result<std::vector<std::string>> ListFiles(const std::string& root) {
  std::error_code code;
  std::vector<std::string> files;
  fs::recursive_directory_iterator it(root, code), end;
  if (code) return Error{code.value() == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, code.message(), root};
  while (it != end) {
    fs::file_status status = it->symlink_status(code);
    if (code) return IoError(code.message(), it->path().string());
    if (fs::is_regular_file(status)) {
      files.push_back(it->path().lexically_relative(root).generic_string());
    } else if (!fs::is_directory(status)) {
      return BadInput(fs::is_symlink(status) ? "a link, and links are not followed; copy the folder with `cp -rL`"
                                             : "neither a regular file nor a directory",
                      it->path().string());
    }
    it.increment(code);
    if (code) return IoError(code.message(), root);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<MappedFile> MappedFile::Open(const std::string& path) {
  Descriptor d(OpenToRead(path));
  CAIRN_ASSIGN(uint64_t size, RegularSize(d.fd, path));
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, d.fd, 0);
  if (data == MAP_FAILED) return OsError(errno, path);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::Forget(std::span<const std::byte> part) const {
  const auto map = reinterpret_cast<uintptr_t>(data_), at = reinterpret_cast<uintptr_t>(part.data());
  if (at < map || at + part.size() > map + size_) return;
  // Only whole pages: their neighbours may be in use.
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const uintptr_t begin = (at + page - 1) / page * page, end = (at + part.size()) / page * page;
  // The map is never written, so nothing is lost. If the system refuses, the memory stays in use.
  if (begin < end) (void)::madvise(const_cast<std::byte*>(data_) + (begin - map), end - begin, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace cairn
