// The template of a new contribution.
#pragma once

#include <string>
#include <vector>

#include "taxonomy/leaf.h"

namespace cairn::taxonomy {

// Writes root/path with qna.yaml, eval.yaml and, for knowledge, document.md: valid files full of comments in which
// every "TODO:" is to be replaced, and which the check refuses only because of those. `path` as BelowRoot takes it; it
// may begin with knowledge/ or compositional_skills/, otherwise that is put in front. Returns the files written, as
// paths from the working directory. kBadInput if the path is not allowed, of the other kind, names a kind behind its
// first part, or if one of the files exists: nothing is overwritten.
Result<std::vector<std::string>> NewLeaf(const std::string& root, LeafKind kind, const std::string& path);

}  // namespace cairn::taxonomy
