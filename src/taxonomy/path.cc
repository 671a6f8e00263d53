#include "taxonomy/path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/controls.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "base/local_place.h"
#include "base/text.h"
#include "formats/unicode.h"
#include "taxonomy/commit_files.h"

namespace cairn::taxonomy {
namespace fs = std::filesystem;
namespace {

constexpr size_t kLongestPath = 1024, kLongestPart = 255;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxEntries = 200'000;

bool IsReservedName(std::string_view part) {
  const std::string stem = AsciiLower(part.substr(0, part.find('.')));
  for (const char* name : {"con", "prn", "aux", "nul"}) {
    if (stem == name) return true;
  }
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '1' && stem[3] <= '9';
}

std::string RefusePart(std::string_view part) {
  if (part.empty()) return "it has an empty part";
  if (part == "." || part == "..") return "it has a part \"" + std::string(part) + "\"";
  if (part.size() > kLongestPart) return "one of its parts is longer than 255 bytes";
  if (part.front() == '-') return "a part starts with '-'";
  if (part.back() == ' ' || part.back() == '.') return "a part ends with a space or a dot";
  if (IsReservedName(part)) return "\"" + std::string(part) + "\" is a reserved name on Windows";
  return {};
}

// [abc], [a-z], [!a-z] at pattern[at]; moves `at` behind it. An unclosed '[' matches itself.
bool MatchSet(std::string_view pattern, size_t* at, char c) {
  size_t i = *at + 1;
  bool negate = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negate) ++i;
  size_t close = pattern.find(']', i + 1);
  if (close == std::string_view::npos || pattern.substr(i, close - i).find('/') != std::string_view::npos) {
    ++*at;
    return c == '[';
  }
  bool found = false;
  const auto byte = [](char of) { return static_cast<unsigned char>(of); };  // char has a sign on some machines only
  for (; i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == '-') {
      found = found || (byte(pattern[i]) <= byte(c) && byte(c) <= byte(pattern[i + 2]));
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  *at = close + 1;
  return found != negate;
}

// How far pattern and text go on together; {0, 0}: they do not match here.
struct Advance {
  size_t pattern = 0, text = 0;
};

// Wildcards with one place to go back to: the last star, which takes one more unit of the text each time.
template <typename IsStar, typename MatchOne>
bool MatchStars(size_t pattern_size, size_t text_size, IsStar is_star, MatchOne match_one) {
  size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < text_size) {
    if (p < pattern_size && is_star(p)) {
      star = p++;
      mark = n;
      continue;
    }
    Advance both = p < pattern_size ? match_one(p, n) : Advance{};
    if (both.pattern > 0) {
      p += both.pattern;
      n += both.text;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern_size && is_star(p)) ++p;
  return p == pattern_size;
}

bool MatchPart(std::string_view pattern, std::string_view name) {
  auto match_one = [&](size_t p, size_t n) -> Advance {
    size_t next = p;
    if (pattern[p] == '?') return {1, Utf8At(name, n).length};
    if (pattern[p] == '[') return MatchSet(pattern, &next, name[n]) ? Advance{next - p, 1} : Advance{};
    return pattern[p] == name[n] ? Advance{1, 1} : Advance{};
  };
  return MatchStars(
      pattern.size(), name.size(), [&](size_t p) { return pattern[p] == '*'; }, match_one);
}

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Error OsError(const std::string& path) {
  if (errno == ELOOP) return BadInput("this is a symbolic link and is not followed; put the file itself there", path);
  if (errno == ENOTDIR)
    return BadInput(
        "a part of this path is a file, or a symbolic link, which is not followed; put the folder itself there", path);
  return cairn::OsError(errno, path);
}

Result<void> Walk(const std::string& root, Listing* listing) {
  std::error_code code;
  fs::recursive_directory_iterator it(root, code), end;
  if (code) return Error{code.value() == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, code.message(), root};
  size_t entries = 0;
  while (it != end) {
    if (++entries > kMaxEntries) return BadInput("more than 200,000 files; name a smaller directory", root);
    if (it.depth() >= kMaxDepth)
      return BadInput("directories nested deeper than 32; use fewer levels", it->path().string());
    std::string name = it->path().filename().string();
    fs::file_status status = it->symlink_status(code);
    if (code) return IoError(code.message(), it->path().string());
    std::string relative = it->path().lexically_relative(root).generic_string();
    if (name.starts_with('.')) {
      if (fs::is_directory(status)) it.disable_recursion_pending();
    } else if (fs::is_symlink(status)) {
      listing->symlinks.push_back(std::move(relative));
    } else if (fs::is_regular_file(status)) {
      listing->files.push_back(std::move(relative));
    }
    it.increment(code);
    if (code) return IoError(code.message(), root);
  }
  return {};
}

}  // namespace

std::string RefusePath(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.size() > kLongestPath) return "it is longer than 1024 bytes";
  if (!IsValidUtf8(path)) return "it is not UTF-8";
  if (path.front() == '/') return "it starts with '/'";
  if (NamesLocalPlace(path)) return "it looks like a place on somebody's machine";
  if (path.find('\\') != path.npos) return "it holds a backslash";
  if (size_t at = FindControl(path); at != path.npos)
    return "it holds a control character (" + ControlName(path, at) + ")";
  for (std::string_view part : Split(path)) {
    if (std::string reason = RefusePart(part); !reason.empty()) return reason;
  }
  return {};
}

std::string_view LiteralPrefix(std::string_view pattern) { return pattern.substr(0, pattern.find_first_of("*?[")); }

bool MatchGlob(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> patterns = Split(pattern), parts = Split(path);
  return MatchStars(
      patterns.size(), parts.size(), [&](size_t p) { return patterns[p] == "**"; },
      [&](size_t p, size_t n) {
        return MatchPart(patterns[p], parts[n]) ? Advance{1, 1} : Advance{};
      });
}

std::pair<size_t, size_t> PathsBelow(const std::vector<std::string>& paths, std::string_view prefix) {
  auto begin = std::lower_bound(paths.begin(), paths.end(), prefix);
  auto end =
      std::partition_point(begin, paths.end(), [&](const std::string& path) { return path.starts_with(prefix); });
  return {static_cast<size_t>(begin - paths.begin()), static_cast<size_t>(end - paths.begin())};
}

Result<Listing> ListTree(const std::string& root) {
  Listing listing;
  listing.root = root;
  listing.commits = std::make_shared<CommitFiles>();
  CAIRN_TRY(Walk(root, &listing));
  std::sort(listing.files.begin(), listing.files.end());
  std::sort(listing.symlinks.begin(), listing.symlinks.end());
  return listing;
}

Result<std::string> ReadBeneath(const std::string& root, const std::string& path, uint64_t max_bytes) {
  std::string shown = JoinPath(root, path);
  if (std::string reason = RefusePath(path); !reason.empty())
    return BadInput("this path is not allowed: " + reason + "; rename it", shown);
  Descriptor directory(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd < 0) return OsError(root);
  std::vector<std::string_view> parts = Split(path);
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    Descriptor next(
        ::openat(directory.fd, std::string(parts[i]).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next.fd < 0) return OsError(shown);
    directory = std::move(next);
  }
  Descriptor file(
      ::openat(directory.fd, std::string(parts.back()).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0) return OsError(shown);
  if (!S_ISREG(info.st_mode)) return BadInput("not a regular file", shown);
  std::string bytes;
  char buffer[1 << 16];
  while (true) {
    CAIRN_ASSIGN(size_t n, ReadSome(file.fd, buffer, shown));
    if (n == 0) return bytes;
    bytes.append(buffer, n);
    if (bytes.size() > max_bytes)
      return BadInput("the file has more than " + std::to_string(max_bytes) + " bytes; split it", shown);
  }
}

std::string JoinPath(const std::string& root, const std::string& path) {
  if (root.empty() || root == ".") return path;
  if (path.empty()) return root;
  return root.back() == '/' ? root + path : root + "/" + path;
}

std::string_view ParentPath(std::string_view path) {
  size_t cut = path.rfind('/');
  return cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
}

std::string_view FileName(std::string_view path) {
  size_t cut = path.rfind('/');
  return cut == std::string_view::npos ? path : path.substr(cut + 1);
}

}  // namespace cairn::taxonomy
