#include "project/lock.h"

#include <initializer_list>
#include <string_view>

#include "base/file.h"

namespace cairn::project {
namespace {

constexpr int kLockVersion = 1;
constexpr uint64_t kMaxLockBytes = uint64_t{1} << 26;

std::string Short(const Digest& digest) { return digest.Hex().substr(0, 8); }

Error Wrong(const std::string& what, const std::string& where) {
  return BadInput(what + "; remove the file, the next build writes it again", where);
}

Result<void> CheckObject(const Json& json, const std::string& name, std::initializer_list<std::string_view> fields,
                         const std::string& where) {
  if (!json.is_object()) return Wrong(name + " is not an object", where);
  for (std::string_view field : fields) {
    if (!json.contains(field)) return Wrong(name + " has no field \"" + std::string(field) + "\"", where);
  }
  for (const auto& [field, value] : json.items()) {
    bool known = false;
    for (std::string_view candidate : fields) known = known || candidate == field;
    if (!known) return Wrong(name + " has an unknown field \"" + field + "\"", where);
  }
  return {};
}

Result<Digest> DigestFrom(const Json& json, const std::string& name, const std::string& where) {
  Result<Digest> digest = json.is_string() ? ParseDigest(json.get<std::string>()) : BadInput("");
  if (!digest.ok()) return Wrong(name + " is not a digest of 64 hexadecimal digits", where);
  return digest;
}

Result<Pin> PinFrom(const Json& json, const std::string& name, const std::string& where) {
  CAIRN_TRY(CheckObject(json, name, {"name", "digest"}, where));
  if (!json["name"].is_string()) return Wrong(name + ".name is not text", where);
  CAIRN_ASSIGN(Digest digest, DigestFrom(json["digest"], name + ".digest", where));
  return Pin{json["name"].get<std::string>(), digest};
}

Json PinToJson(const Pin& pin) { return {{"name", pin.name}, {"digest", pin.digest.Hex()}}; }

void ComparePins(const std::string& what, const Pin& before, const Pin& now, std::vector<std::string>& lines) {
  if (before.name != now.name) {
    lines.push_back(what + " is another: " + before.name + " (" + Short(before.digest) + ") -> " + now.name + " (" +
                    Short(now.digest) + ")");
  } else if (before.digest != now.digest) {
    lines.push_back(what + " " + now.name + " changed: " + Short(before.digest) + " -> " + Short(now.digest));
  }
}

}  // namespace

Json LockToJson(const Lock& lock) {
  Json leaves = Json::object();
  for (const auto& [path, digest] : lock.leaves) leaves[path] = digest.Hex();
  return {{"version", kLockVersion},
          {"base", PinToJson(lock.base)},
          {"teacher", PinToJson(lock.teacher)},
          {"taxonomy", leaves}};
}

Result<Lock> LockFromJson(const Json& json, const std::string& where) {
  CAIRN_TRY(CheckObject(json, "the lock", {"version", "base", "teacher", "taxonomy"}, where));
  if (json["version"] != kLockVersion) return Wrong("version is not 1, which this cairn reads", where);
  Lock lock;
  CAIRN_ASSIGN(lock.base, PinFrom(json["base"], "base", where));
  CAIRN_ASSIGN(lock.teacher, PinFrom(json["teacher"], "teacher", where));
  if (!json["taxonomy"].is_object()) return Wrong("taxonomy is not an object", where);
  for (const auto& [path, value] : json["taxonomy"].items()) {
    CAIRN_ASSIGN(lock.leaves[path], DigestFrom(value, "taxonomy." + path, where));
  }
  return lock;
}

Result<Lock> ReadLock(const std::string& path) {
  CAIRN_ASSIGN(Json json, ReadJsonFile(path, kMaxLockBytes));
  return LockFromJson(json, path);
}

Result<void> WriteLock(const std::string& path, const Lock& lock) {
  std::string text = PrettyJson(LockToJson(lock));
  Result<std::string> old = ReadFile(path, kMaxLockBytes);
  if (old.ok() && *old == text) return {};
  return WriteFileAtomic(path, text);
}

std::vector<std::string> CompareLocks(const Lock& before, const Lock& now) {
  std::vector<std::string> lines;
  ComparePins("base model", before.base, now.base, lines);
  ComparePins("teacher", before.teacher, now.teacher, lines);
  for (const auto& [path, digest] : before.leaves) {
    if (!now.leaves.contains(path)) lines.push_back("leaf " + path + " removed");
  }
  for (const auto& [path, digest] : now.leaves) {
    auto old = before.leaves.find(path);
    if (old == before.leaves.end()) {
      lines.push_back("leaf " + path + " added");
    } else if (old->second != digest) {
      lines.push_back("leaf " + path + " changed: " + Short(old->second) + " -> " + Short(digest));
    }
  }
  return lines;
}

}  // namespace cairn::project
