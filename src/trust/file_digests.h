// SHA-256 of a release's files, each read once however many checks ask for it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/progress.h"
#include "base/result.h"

namespace cairn::trust {

// What is remembered changes no answer, so the methods are const, and a new one is the default of whoever takes one.
// One thread at a time.
class FileDigests {
 public:
  FileDigests() = default;
  // Shows how far it is with all files below `directory`, where they are large.
  FileDigests(const std::string& directory, bool quiet);
  Result<Digest> Of(const std::string& path) const;
  void HideProgress() const;  // before something else is printed

 private:
  mutable std::map<std::string, Digest> known_;
  mutable std::unique_ptr<Progress> progress_;
  mutable uint64_t read_ = 0;
  uint64_t total_ = 0;
};

}  // namespace cairn::trust
