#include "taxonomy/commit_files.h"

namespace cairn::taxonomy {
namespace {

constexpr size_t kMostListings = 16;  // in memory: each leaf may name a commit of its own

template <typename Opened>
Result<CommitFiles::Repository> Remember(CommitFiles::Repository& place, Opened open) {
  if (!place) {
    CAIRN_ASSIGN(GitRepository repository, open());
    place = std::make_shared<const GitRepository>(std::move(repository));
  }
  return place;
}

}  // namespace

Result<CommitFiles::Repository> CommitFiles::Open(const std::string& path) {
  return Remember(repositories_[{false, path}], [&] { return GitRepository::Open(path); });
}

Result<CommitFiles::Repository> CommitFiles::Containing(const std::string& directory) {
  return Remember(repositories_[{true, directory}], [&] { return GitRepository::Containing(directory); });
}

Result<std::shared_ptr<const CommitListing>> CommitFiles::List(const Repository& repository,
                                                               const std::string& revision,
                                                               const std::string& directory) {
  const std::tuple key(repository, revision, directory);
  if (auto found = listings_.find(key); found != listings_.end()) return found->second;
  auto listing = std::make_shared<CommitListing>();
  CAIRN_ASSIGN(listing->commit, repository->ResolveCommit(revision));
  CAIRN_ASSIGN(listing->files, repository->ListCommit(listing->commit, directory));
  const size_t skip = directory.empty() ? 0 : directory.size() + 1;
  for (const GitFile& file : listing->files) listing->paths.push_back(file.path.substr(skip));
  if (listings_.size() >= kMostListings) listings_.clear();
  listings_[key] = listing;
  return std::shared_ptr<const CommitListing>(listing);
}

}  // namespace cairn::taxonomy
