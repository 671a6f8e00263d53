// One digest that names a release: equal for two builds exactly if all reproducible files are equal.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "trust/file_digests.h"

namespace cairn::trust {

// SHA-256 over one line "<sha256 in hex> <name>\n" for each file below dir, sorted by the bytes of the names. In shell,
// from inside the release:
//   find . -type f | sed 's|^\./||' |
//     grep -vxE 'cost\.json|cairn\.pub|(model\.sig|\.git(attributes|hub|ignore)?)(/.*)?' |
//     LC_ALL=C sort | while IFS= read -r f; do echo "$(sha256sum < "$f" | cut -c1-64) $f"; done | sha256sum
// Left out, at the top level only: model.sig (a signature has random bits), cairn.pub (depends on who signs) and
// cost.json (measured time), and what no signature covers (.git, .gitattributes, .github, .gitignore).
// digests: shared with other checks of the same files.
Result<Digest> ReleaseDigest(const std::string& dir, const FileDigests& digests = {});

// Whether the release digest leaves this file out.
bool IsOutsideReleaseDigest(std::string_view name);

}  // namespace cairn::trust
