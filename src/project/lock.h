// cairn.lock: what the names in cairn.yaml meant when the project was last built, by digest. Kept under version
// control, so that a base model or teacher that moved under its name is noticed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"

namespace cairn::project {

inline constexpr const char* kLockFileName = "cairn.lock";

struct Pin {
  std::string name;  // as cairn.yaml says it: "seed", a directory, an endpoint's model
  Digest digest;     // of the files; for an endpoint: of what identifies the model there
  bool operator==(const Pin&) const = default;
};

struct Lock {
  Pin base, teacher;
  std::map<std::string, Digest> leaves;  // taxonomy path of a leaf -> digest of its files
  bool operator==(const Lock&) const = default;
};

Json LockToJson(const Lock& lock);
// kBadInput: unknown or missing field, not a digest. The message says to remove the file.
Result<Lock> LockFromJson(const Json& json, const std::string& where);

// kNotFound if the project was never built.
Result<Lock> ReadLock(const std::string& path);
// Whole or not at all; an equal file is left alone.
Result<void> WriteLock(const std::string& path, const Lock& lock);

// One line for each thing that moved, e.g. "base model seed changed: 1f0c22ab -> 90d1e3f7",
// "leaf knowledge/harbour/tolman added". Empty if nothing did.
std::vector<std::string> CompareLocks(const Lock& before, const Lock& now);

}  // namespace cairn::project
