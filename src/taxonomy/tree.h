// A whole taxonomy: finding its leaves, checking them, and what changed since a git revision.
#pragma once

#include <string>
#include <vector>

#include "taxonomy/leaf.h"

namespace cairn::taxonomy {

struct TaxonomyReport {
  std::vector<Leaf> leaves;       // those without errors, sorted by path
  std::vector<std::string> seen;  // paths of all leaves looked at, sorted
  std::vector<Problem> problems;  // by file, line and column
  size_t error_count = 0;
};

// Checks every leaf, or those that `paths` name: a leaf's folder, a folder above leaves, or a file of a leaf, given
// from the working directory or from the root. Collects all problems; an Error only if the root itself cannot be read.
// Symbolic links and hidden directories are not entered; links below knowledge/ and the like, and a tree without a
// leaf, are problems.
Result<TaxonomyReport> CheckTaxonomy(const std::string& root, const std::vector<std::string>& paths = {},
                                     const LeafOptions& options = {});

// A path that somebody named, below the root: it may count from there or from the working directory, or begin with the
// root's own name; then knowledge/ or the like follows. What exists from the working directory below the root is that,
// and so is what is absolute or begins with '.'.
std::string BelowRoot(const std::string& root, const std::string& path);

// All leaves for a build, sorted by path; the first problem as an Error if there is any error, or if there is no leaf.
Result<std::vector<Leaf>> LoadTaxonomy(const std::string& root, const LeafOptions& options = {});

// Leaves with a file (documents elsewhere in the taxonomy included) that differs from the merge base of HEAD and
// `base`, and leaves that were removed since; both sorted. base "empty": every leaf. kNotFound if the root is in no git
// repository, kBadInput if it has no leaf. Leaves with errors count, too.
struct LeafChanges {
  std::vector<std::string> changed, removed;
};
Result<LeafChanges> ChangedLeaves(const std::string& root, const std::string& base);

// The commit that last changed the taxonomy, as 40 hex digits, if it holds the leaves as they are on disk; else empty:
// a commit without the data says nothing. Commits that change other things do not move it.
std::string CommitHolding(const std::string& root, const std::vector<Leaf>& leaves);

}  // namespace cairn::taxonomy
