// Git repositories through libgit2: the one place that knows it. Only reads, only from the object store and (for
// ChangedSince) the status of the work tree: no checkout, hooks, submodules, filters, credentials or network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace cairn::taxonomy {

struct GitFile {
  std::string path;  // in the repository
  std::string id;    // of the blob, 40 hex digits
};

class GitRepository {
 public:
  // A repository at exactly this path (a clone or a bare repository). A repository that belongs to another user of this
  // machine is refused, as git does.
  static Result<GitRepository> Open(const std::string& path);
  // The repository whose work tree holds the directory; kNotFound with a remedy if there is none.
  static Result<GitRepository> Containing(const std::string& directory);
  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) noexcept;
  ~GitRepository();

  // Path of a directory in the work tree relative to it, "" for the top. REQUIRES Containing.
  const std::string& prefix() const { return prefix_; }

  // The commit that a branch, tag or (short) hash names, as 40 hex digits.
  Result<std::string> ResolveCommit(const std::string& revision) const;
  // The commit of HEAD's history that last changed something below prefix(), as `git log -1 -- PREFIX` gives it; where
  // a shallow clone ends, its oldest commit counts as the one. kNotFound if HEAD has nothing there. REQUIRES
  // Containing.
  Result<std::string> LastChange() const;
  // Regular files of a commit below a directory ("" for all), sorted by path. Symbolic links and submodules are left
  // out, and so are paths that RefusePath refuses. kBadInput beyond 200,000 entries or 32 levels.
  Result<std::vector<GitFile>> ListCommit(const std::string& commit, const std::string& directory) const;
  Result<std::string> ReadBlob(const GitFile& file, uint64_t max_bytes) const;
  // Paths below prefix() that differ between the merge base of HEAD and `base` and the work tree as it is now:
  // added, changed, deleted, untracked; relative to prefix(), sorted. Repositories inside of this one are folders,
  // always named: what lies in them stands in no commit here. `base` "empty" is not handled here.
  Result<std::vector<std::string>> ChangedSince(const std::string& base) const;

 private:
  struct State;
  explicit GitRepository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::string prefix_;
};

}  // namespace cairn::taxonomy
