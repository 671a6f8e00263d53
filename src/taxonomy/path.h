// Paths inside a taxonomy: which are allowed, glob patterns over them, and reading without leaving the root.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cairn::taxonomy {

// Why a '/'-separated relative path is refused, empty if it is fine. Refused: empty, absolute, empty parts, "." and
// "..", backslash, controls (base/controls.h), what a release must not name (base/local_place.h), parts that start with
// '-' or end with ' ' or '.', names that Windows reserves, parts over 255 or paths over 1024 bytes, bytes that are not
// UTF-8.
std::string RefusePath(std::string_view path);

// Shell patterns as git and InstructLab use them: '*' and '?' within a part, [a-z] and [!a-z], and "**" for any number
// of parts (none included). Time O(path * pattern).
bool MatchGlob(std::string_view pattern, std::string_view path);
// The beginning of a pattern that every path it matches has.
std::string_view LiteralPrefix(std::string_view pattern);

// The range of those of sorted `paths` that start with prefix.
std::pair<size_t, size_t> PathsBelow(const std::vector<std::string>& paths, std::string_view prefix);

class CommitFiles;

// Everything below a directory that the taxonomy room may look at. Hidden files and directories are left out.
struct Listing {
  std::string root;                      // as the user wrote it
  std::vector<std::string> files;        // regular files, relative, sorted by bytes
  std::vector<std::string> symlinks;     // neither followed nor read
  std::shared_ptr<CommitFiles> commits;  // of git repositories that leaves name, each listed once; made by ListTree
  // Files whose path starts with prefix: a range of `files`.
  std::pair<size_t, size_t> Below(std::string_view prefix) const { return PathsBelow(files, prefix); }
};
// kNotFound or kIo for the root; kBadInput if deeper than 32 or more than 200,000 entries.
Result<Listing> ListTree(const std::string& root);

// Reads root/path where path is relative: every part is opened without following symbolic links, so a swap of a
// directory between check and use cannot lead outside.
Result<std::string> ReadBeneath(const std::string& root, const std::string& path, uint64_t max_bytes);

std::string JoinPath(const std::string& root, const std::string& path);
std::string_view ParentPath(std::string_view path);  // "" at the top
std::string_view FileName(std::string_view path);

}  // namespace cairn::taxonomy
