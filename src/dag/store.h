// A content-addressed store in one directory: bytes, directories ("trees") and the results of steps.
//
//   objects/<2>/<62>     bytes, named by their SHA-256
//   actions/<key>.json   step key -> output tree
//   calls.sqlite         small values by key (call_cache.h)
//   steps/<hash>.json    what each step last ran with, for explain (graph.cc)
//   work/<key>/          directories of steps that have not finished
//   tmp/, lock
//
// Everything appears whole or not at all: written to tmp/ and renamed. Objects and actions are synced, too; what can be
// made anew or only explains (steps/, work/<key>/id) is not, and a loss of power may take the last of it. Every
// read of an object checks its digest; one that does not match is removed, named in the error and from then on absent.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"
#include "dag/disk.h"

namespace cairn::dag {

// A directory: '/'-separated relative names of regular files. Its digest is that of its canonical JSON.
struct Tree {
  struct File {
    Digest digest;
    uint64_t size = 0;
    bool operator==(const File&) const = default;
  };
  std::map<std::string, File> files;
};
Json TreeToJson(const Tree& tree);
// Refuses names that leave the directory ("..", absolute, empty parts).
Result<Tree> TreeFromJson(const Json& json, const std::string& where);

// Puts the directory `fresh` where `old` is (or was not yet) and removes what was there: in one moment if the file
// system can exchange two names, else in two renames. Where that fails, what was there is there again, or the error
// says where it is. What was there and cannot be removed (it belongs to somebody else) is no error, as the fresh one is
// in place: the result is the path where it lies then, else empty.
Result<std::string> SwapDirectories(const std::string& fresh, const std::string& old, Disk& disk);

struct Action {
  Digest output;  // a tree
  double seconds = 0;
  std::string step;  // id of the step that made it
};

// What FindAction found: a whole result; nothing; or nothing any more because of damage, which is then named.
struct Lookup {
  std::optional<Action> action;
  std::string damage;
};

class Store {
 public:
  // kExclusive: locks the store (kDenied if another process has it), refuses one that is or holds a symbolic link,
  // clears leftovers, may write.
  // kRead: takes no lock, creates, removes and repairs nothing; writing is a broken invariant.
  enum class Access { kExclusive, kRead };
  static Result<std::unique_ptr<Store>> Open(const std::string& root, Access access,
                                             std::unique_ptr<Disk> disk = std::make_unique<Disk>());
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Result<Digest> PutBytes(std::string_view bytes);
  Result<Digest> PutFile(const std::string& path);  // a copy of the file, whatever its size
  // Every file below the directory, and their tree, whose digest is returned. kBadInput for links.
  Result<Digest> PutTree(const std::string& directory);

  // kNotFound; kCorrupt, naming the object.
  Result<std::string> GetBytes(const Digest& digest, uint64_t max_bytes = uint64_t{1} << 31);
  Result<Tree> GetTree(const Digest& digest);
  // Reads all of a tree; kCorrupt naming the first file that is damaged or missing (every damaged one is removed).
  Result<void> VerifyTree(const Digest& digest);

  // The tree as a directory of hard links to the objects (copies where links are impossible): for reading only.
  Result<void> Materialise(const Digest& tree, const std::string& directory);
  // The tree as a directory of its own that appears whole, in place of what was at `directory`.
  Result<void> Export(const Digest& tree, const std::string& directory);

  Result<Lookup> FindAction(const Digest& key);
  Result<void> PutAction(const Digest& key, const Action& action);

  // A small file at a path relative to the root, replaced whole.
  Result<void> WriteWhole(const std::string& relative, std::string_view bytes,
                          Durability durability = Durability::kSynced);
  // kDenied if somebody removed the store's folder: another process may work in a new one by now.
  Result<void> CheckLock() const;
  std::string Path(const std::string& relative) const { return root_ + "/" + relative; }
  Disk& disk() { return *disk_; }
  bool writable() const { return access_ == Access::kExclusive; }

 private:
  Store(std::string root, Access access, std::unique_ptr<Disk> disk)
      : root_(std::move(root)), access_(access), disk_(std::move(disk)) {}
  std::string ObjectPath(const Digest& digest) const;
  std::string NewTemporary();
  Result<void> CheckObject(const Digest& digest);
  Result<void> CopyTree(const Tree& tree, const std::string& directory, bool link);
  Error Damaged(const Digest& digest);

  std::string root_;
  Access access_;
  std::unique_ptr<Disk> disk_;
  FileLock lock_;
  std::atomic<uint64_t> temporaries_{0};
};

}  // namespace cairn::dag
