#include "trust/release_digest.h"

#include "base/file.h"
#include "trust/model_signing.h"

namespace cairn::trust {

bool IsOutsideReleaseDigest(std::string_view name) {
  return name == kReleaseKeyFile || name == "cost.json" || IsBelowAny(name, AlwaysIgnoredPaths());
}

Result<Digest> ReleaseDigest(const std::string& dir, const FileDigests& digests) {
  CAIRN_ASSIGN(std::vector<std::string> names, ListFiles(dir));
  Sha256 sha;
  for (const std::string& name : names) {
    if (IsOutsideReleaseDigest(name)) continue;
    // A line break in a name would make two releases look alike.
    if (!IsSafeName(name))
      return BadInput("a release file needs a name in UTF-8 without backslash or control characters", dir + "/" + name);
    CAIRN_ASSIGN(Digest digest, digests.Of(dir + "/" + name));
    sha.Update(digest.Hex() + " " + name + "\n");
  }
  return sha.Finish();
}

}  // namespace cairn::trust
