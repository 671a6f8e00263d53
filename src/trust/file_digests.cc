#include "trust/file_digests.h"

#include <filesystem>

#include "base/file.h"

namespace cairn::trust {

FileDigests::FileDigests(const std::string& directory, bool quiet) {
  constexpr uint64_t kLarge = uint64_t{256} << 20;  // less takes no second
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator it(directory, code), end; !code && it != end; it.increment(code))
    if (it->is_regular_file(code) && !it->is_symlink(code)) total_ += it->file_size(code);
  if (!quiet && total_ >= kLarge) progress_ = std::make_unique<Progress>("reading files (MB)", total_ >> 20);
}

void FileDigests::HideProgress() const {
  if (progress_) progress_->Clear();
  if (progress_ && read_ >= total_) progress_.reset();
}

Result<Digest> FileDigests::Of(const std::string& path) const {
  if (auto found = known_.find(path); found != known_.end()) return found->second;
  CAIRN_ASSIGN(const Digest digest, Sha256OfFile(path, [&](uint64_t bytes) {
                 read_ += bytes;
                 if (progress_) progress_->Update(read_ >> 20);
               }));
  known_.emplace(path, digest);
  return digest;
}

}  // namespace cairn::trust
