// For this room's tests: a directory that goes away, what a directory holds as one digest, and a disk that fails or
// dies at the n-th change.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "dag/store.h"

namespace cairn::dag {

class TempDir {
 public:
  TempDir() {
    // In memory where there is such a place: the tests sync thousands of files.
    std::string base = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path().string();
    std::string pattern = base + "/cairn-dag-XXXXXX";
    CAIRN_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Of the tree that Store::PutTree of this directory gives.
inline Digest TreeDigest(const std::string& directory) {
  Tree tree;
  Result<std::vector<std::string>> names = ListFiles(directory);
  CAIRN_CHECK(names.ok());
  for (const std::string& name : *names) {
    const std::string file = directory + "/" + name;
    tree.files[name] = {Sha256OfFile(file).value(), std::filesystem::file_size(file)};
  }
  return Sha256Of(DumpJson(TreeToJson(tree)));
}

// Counts every change; at change number `at` it fails as a full disk does, or the process dies. exchanges: whether its
// file system can exchange two names.
class FaultyDisk : public Disk {
 public:
  enum class Fault { kFull, kKill };
  FaultyDisk(Fault fault, int at, bool exchanges = true) : fault_(fault), at_(at), exchanges_(exchanges) {}
  Result<void> WriteNew(const std::string& path, std::string_view bytes, Durability) override {
    CAIRN_TRY(Change(path));
    return Disk::WriteNew(path, bytes, Durability::kLazy);
  }
  Result<Digest> CopyNew(const std::string& from, const std::string& to) override {
    CAIRN_TRY(Change(to));
    return Disk::CopyNew(from, to);
  }
  Result<void> Rename(const std::string& from, const std::string& to, Durability) override {
    CAIRN_TRY(Change(to));
    return Disk::Rename(from, to, Durability::kLazy);
  }
  Result<void> Exchange(const std::string& a, const std::string& b) override {
    if (!exchanges_) return Unsupported("names cannot be exchanged", b);
    CAIRN_TRY(Change(b));
    return Disk::Exchange(a, b);
  }
  Result<void> Link(const std::string& from, const std::string& to) override {
    CAIRN_TRY(Change(to));
    return Disk::Link(from, to);
  }
  Result<void> MakeDirectory(const std::string& path) override {
    CAIRN_TRY(Change(path));
    return Disk::MakeDirectory(path);
  }
  Result<void> Remove(const std::string& path) override {
    if (fault_ == Fault::kKill) CAIRN_TRY(Change(path));  // a full disk can still remove
    return Disk::Remove(path);
  }

 private:
  Result<void> Change(const std::string& path) {
    if (changes_++ != at_) return {};
    if (fault_ == Fault::kKill) ::raise(SIGKILL);
    return IoError("No space left on device", path);
  }
  Fault fault_;
  int at_, changes_ = 0;
  bool exchanges_;
};

}  // namespace cairn::dag
