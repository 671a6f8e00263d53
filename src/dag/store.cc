#include "dag/store.h"

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "base/file.h"

namespace cairn::dag {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxRecordBytes = uint64_t{1} << 26;

std::string Sharded(const Digest& digest) {
  std::string hex = digest.Hex();
  return hex.substr(0, 2) + "/" + hex.substr(2);
}

bool StaysInside(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.back() == '/' || name.find('\0') != std::string::npos) return false;
  size_t start = 0;
  while (start <= name.size()) {
    size_t end = std::min(name.find('/', start), name.size());
    std::string part = name.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return false;
    start = end + 1;
  }
  return true;
}

// No store holds links; one that came with somebody else's project could lead out of it.
Result<void> RefuseLinksBelow(const std::string& root) {
  std::error_code code;
  for (fs::recursive_directory_iterator it(root, code), end; !code && it != end; it.increment(code))
    if (it->is_symlink(code)) CAIRN_TRY(RefuseLink(it->path().string()));
  if (code) return OsError(code.value(), root);
  return {};
}

// What had to make room goes back, unless its place is taken: an error after a rename leaves the rename.
Error PutBack(const std::string& aside, const std::string& old, Disk& disk, Error error) {
  if (!PathExists(aside)) return error;
  if (!PathExists(old) && disk.Rename(aside, old, Durability::kSynced).ok()) return error;
  error.message += "; what was there before is in " + aside;
  return error;
}

// The path, if it cannot be removed.
std::string LeftBehind(const std::string& path, Disk& disk) { return disk.Remove(path).ok() ? "" : path; }

// For file systems that cannot exchange names.
Result<std::string> SwapByTwoRenames(const std::string& fresh, const std::string& old, const std::string& aside,
                                     Disk& disk) {
  CAIRN_TRY(disk.Remove(aside));
  Result<void> swapped = disk.Rename(old, aside, Durability::kSynced);
  if (swapped.ok()) swapped = disk.Rename(fresh, old, Durability::kSynced);
  if (!swapped.ok()) return PutBack(aside, old, disk, swapped.error());
  return LeftBehind(aside, disk);
}

}  // namespace

Result<std::string> SwapDirectories(const std::string& fresh, const std::string& old, Disk& disk) {
  const std::string aside = HiddenBeside(old, ".old");
  if (!PathExists(old)) {
    CAIRN_TRY(disk.Rename(fresh, old, Durability::kSynced));
    return LeftBehind(aside, disk);  // of a process that was killed between its two renames
  }
  Result<void> exchanged = disk.Exchange(fresh, old);
  if (exchanged.ok()) return LeftBehind(fresh, disk);
  if (exchanged.error().code != ErrorCode::kUnsupported) return exchanged.error();
  return SwapByTwoRenames(fresh, old, aside, disk);
}

Json TreeToJson(const Tree& tree) {
  Json files = Json::object();
  for (const auto& [name, file] : tree.files) files[name] = {{"digest", file.digest.Hex()}, {"size", file.size}};
  return {{"files", files}};
}

Result<Tree> TreeFromJson(const Json& json, const std::string& where) {
  Error wrong = Corrupt("not a list of files with digests", where);
  if (!json.is_object() || json.size() != 1 || !json.contains("files") || !json["files"].is_object()) return wrong;
  Tree tree;
  for (const auto& [name, entry] : json["files"].items()) {
    if (!StaysInside(name)) return Corrupt("the file name \"" + name + "\" leads out of its directory", where);
    if (!entry.is_object() || !entry.contains("digest") || !entry["digest"].is_string() || !entry.contains("size") ||
        !entry["size"].is_number_unsigned())
      return wrong;
    CAIRN_ASSIGN(Digest digest, ParseDigest(entry["digest"].get<std::string>()));
    tree.files[name] = {digest, entry["size"].get<uint64_t>()};
  }
  return tree;
}

Result<std::unique_ptr<Store>> Store::Open(const std::string& root, Access access, std::unique_ptr<Disk> disk) {
  std::unique_ptr<Store> store(new Store(root, access, std::move(disk)));
  if (access == Access::kRead) return store;
  CAIRN_TRY(RefuseLink(root));
  CAIRN_TRY(store->disk().MakeDirectory(root));
  CAIRN_ASSIGN(store->lock_, FileLock::Acquire(store->Path("lock")));
  CAIRN_TRY(RefuseLinksBelow(root));
  // With the lock held nobody else writes here: what lies in tmp/ was left by a killed process.
  CAIRN_TRY(store->disk().Remove(store->Path("tmp")));
  for (const char* name : {"tmp", "objects", "actions", "steps", "work"})
    CAIRN_TRY(store->disk().MakeDirectory(store->Path(name)));
  return store;
}

Result<void> Store::CheckLock() const {
  if (lock_.Holds(Path("lock"))) return {};
  return Denied("this folder was removed while a build worked in it; run the same command again", root_);
}

std::string Store::ObjectPath(const Digest& digest) const { return Path("objects/" + Sharded(digest)); }

std::string Store::NewTemporary() {
  CAIRN_CHECK(access_ == Access::kExclusive);
  return Path("tmp/" + std::to_string(temporaries_++));
}

Result<void> Store::WriteWhole(const std::string& relative, std::string_view bytes, Durability durability) {
  std::string temporary = NewTemporary(), path = Path(relative);
  CAIRN_TRY(disk_->MakeDirectory(fs::path(path).parent_path().string()));
  CAIRN_TRY(disk_->WriteNew(temporary, bytes, durability));
  Result<void> renamed = disk_->Rename(temporary, path, durability);
  if (!renamed.ok()) (void)disk_->Remove(temporary);
  return renamed;
}

Result<Digest> Store::PutBytes(std::string_view bytes) {
  Digest digest = Sha256Of(bytes);
  // Written even if it exists: a damaged object is mended without being read first.
  CAIRN_TRY(WriteWhole("objects/" + Sharded(digest), bytes));
  return digest;
}

Result<Digest> Store::PutFile(const std::string& path) {
  std::string temporary = NewTemporary();
  CAIRN_ASSIGN(Digest digest, disk_->CopyNew(path, temporary));
  std::string object = ObjectPath(digest);
  Result<void> kept = disk_->MakeDirectory(fs::path(object).parent_path().string());
  if (kept.ok()) kept = disk_->Rename(temporary, object, Durability::kSynced);
  if (kept.ok()) return digest;
  (void)disk_->Remove(temporary);
  return kept.error();
}

Result<Digest> Store::PutTree(const std::string& directory) {
  CAIRN_ASSIGN(std::vector<std::string> names, ListFiles(directory));
  Tree tree;
  for (const std::string& name : names) {
    CAIRN_ASSIGN(Digest digest, PutFile(directory + "/" + name));
    std::error_code code;
    uint64_t size = fs::file_size(ObjectPath(digest), code);
    if (code) return IoError(code.message(), ObjectPath(digest));
    tree.files[name] = {digest, size};
  }
  return PutBytes(DumpJson(TreeToJson(tree)));
}

Error Store::Damaged(const Digest& digest) {
  std::string path = ObjectPath(digest);
  if (access_ == Access::kExclusive) (void)disk_->Remove(path);
  return Corrupt("the stored bytes no longer match their digest", path);
}

Result<std::string> Store::GetBytes(const Digest& digest, uint64_t max_bytes) {
  CAIRN_ASSIGN(std::string bytes, disk_->Read(ObjectPath(digest), max_bytes));
  if (Sha256Of(bytes) != digest) return Damaged(digest);
  return bytes;
}

Result<void> Store::CheckObject(const Digest& digest) {
  CAIRN_ASSIGN(Digest actual, disk_->Hash(ObjectPath(digest)));
  if (actual != digest) return Damaged(digest);
  return {};
}

Result<Tree> Store::GetTree(const Digest& digest) {
  CAIRN_ASSIGN(std::string bytes, GetBytes(digest, kMaxRecordBytes));
  CAIRN_ASSIGN(Json json, ParseJson(bytes, ObjectPath(digest)));
  return TreeFromJson(json, ObjectPath(digest));
}

Result<void> Store::VerifyTree(const Digest& digest) {
  Result<Tree> tree = GetTree(digest);
  if (!tree.ok() && tree.error().code == ErrorCode::kIo) return tree.error();
  if (!tree.ok()) return Corrupt("the list of files is damaged or missing", tree.error().where);
  Result<void> first;
  for (const auto& [name, file] : tree->files) {
    Result<void> checked = CheckObject(file.digest);
    if (checked.ok()) continue;
    const bool missing = checked.error().code == ErrorCode::kNotFound;
    if (!missing && checked.error().code != ErrorCode::kCorrupt) return checked;
    if (first.ok()) first = Corrupt("file " + name + (missing ? " is missing" : " is damaged"), checked.error().where);
  }
  return first;
}

Result<void> Store::CopyTree(const Tree& tree, const std::string& directory, bool link) {
  for (const auto& [name, file] : tree.files) {
    std::string path = directory + "/" + name, object = ObjectPath(file.digest);
    CAIRN_TRY(disk_->MakeDirectory(fs::path(path).parent_path().string()));
    if (link) {
      CAIRN_TRY(CheckObject(file.digest));
      Result<void> linked = disk_->Link(object, path);
      if (linked.ok()) continue;
      if (linked.error().code != ErrorCode::kUnsupported) return linked;
    }
    CAIRN_ASSIGN(Digest copied, disk_->CopyNew(object, path));
    if (copied != file.digest) return Damaged(file.digest);
  }
  return {};
}

Result<void> Store::Materialise(const Digest& digest, const std::string& directory) {
  CAIRN_ASSIGN(Tree tree, GetTree(digest));
  CAIRN_TRY(disk_->Remove(directory));
  CAIRN_TRY(disk_->MakeDirectory(directory));
  return CopyTree(tree, directory, true);
}

Result<void> Store::Export(const Digest& digest, const std::string& directory) {
  CAIRN_ASSIGN(Tree tree, GetTree(digest));
  std::string clean = directory;
  while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  const std::string fresh = HiddenBeside(clean, ".partial");
  CAIRN_TRY(disk_->Remove(fresh));
  CAIRN_TRY(disk_->MakeDirectory(fresh));
  Result<void> copied = CopyTree(tree, fresh, false);
  if (copied.ok()) {
    auto swapped = SwapDirectories(fresh, clean, *disk_);
    if (swapped.ok() && !swapped->empty())
      return IoError("what was here before cannot be removed; remove it by hand", *swapped);
    if (swapped.ok()) return {};
    copied = swapped.error();
  }
  (void)disk_->Remove(fresh);
  return copied;
}

Result<Lookup> Store::FindAction(const Digest& key) {
  std::string path = Path("actions/" + key.Hex() + ".json");
  Result<std::string> bytes = disk_->Read(path, kMaxRecordBytes);
  if (!bytes.ok() && bytes.error().code == ErrorCode::kNotFound) return Lookup{};
  if (!bytes.ok()) return bytes.error();
  Result<Json> json = ParseJson(*bytes, path);
  bool readable = json.ok() && json->is_object() && json->value("key", Json()) == key.Hex() &&
                  json->value("output", Json()).is_string() && json->value("seconds", Json()).is_number() &&
                  json->value("step", Json()).is_string();
  Result<Digest> output = readable ? ParseDigest((*json)["output"].get<std::string>()) : BadInput("");
  if (!output.ok()) return Lookup{std::nullopt, "the record " + path + " is damaged"};
  Result<void> whole = VerifyTree(*output);
  if (whole.ok()) return Lookup{Action{*output, (*json)["seconds"], (*json)["step"]}, ""};
  if (whole.error().code != ErrorCode::kCorrupt) return whole.error();
  return Lookup{std::nullopt, whole.error().message + " (" + whole.error().where + ")"};
}

Result<void> Store::PutAction(const Digest& key, const Action& action) {
  Json json = {{"key", key.Hex()}, {"output", action.output.Hex()}, {"seconds", action.seconds}, {"step", action.step}};
  return WriteWhole("actions/" + key.Hex() + ".json", DumpJson(json) + "\n");
}

}  // namespace cairn::dag
