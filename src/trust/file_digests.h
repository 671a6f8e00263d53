// SHA-256 of a release's files, each read once however many checks ask for it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/progress.h"
#include "base/result.h"

namespace cairn::trust {

// One thread at a time.
class FileDigests {
 public:
  FileDigests() = default;
  // Shows how far it is with all files below `directory`, where they are large.
  FileDigests(const std::string& directory, bool quiet);
  Result<Digest> Of(const std::string& path);
  void HideProgress();  // before something else is printed

 private:
  std::map<std::string, Digest> known_;
  std::unique_ptr<Progress> progress_;
  uint64_t read_ = 0, total_ = 0;
};

}  // namespace cairn::trust
