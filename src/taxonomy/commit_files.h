// Files of commits that leaves name, listed once however many leaves name them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "taxonomy/git.h"

namespace cairn::taxonomy {

struct CommitListing {
  std::string commit;              // 40 hex digits
  std::vector<GitFile> files;      // sorted by path
  std::vector<std::string> paths;  // theirs, counted from the directory that was asked for
};

// One thread at a time. Errors are those of GitRepository.
class CommitFiles {
 public:
  using Repository = std::shared_ptr<const GitRepository>;
  Result<Repository> Open(const std::string& path);
  Result<Repository> Containing(const std::string& directory);
  // revision: as GitRepository::ResolveCommit takes it. directory: as ListCommit does.
  Result<std::shared_ptr<const CommitListing>> List(const Repository& repository, const std::string& revision,
                                                    const std::string& directory);

 private:
  std::map<std::pair<bool, std::string>, Repository> repositories_;
  std::map<std::tuple<Repository, std::string, std::string>, std::shared_ptr<const CommitListing>> listings_;
};

}  // namespace cairn::taxonomy
