#include "taxonomy/git.h"

#include <git2.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "formats/unicode.h"
#include "taxonomy/path.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

constexpr size_t kMaxEntries = 200'000;
constexpr int kMaxDepth = 32;

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* p) const { Free(p); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Deleter<T, Free>>;
using Object = Owned<git_object, git_object_free>;
using Tree = Owned<git_tree, git_tree_free>;
using Blob = Owned<git_blob, git_blob_free>;
using Diff = Owned<git_diff, git_diff_free>;
using Index = Owned<git_index, git_index_free>;
using TreeEntry = Owned<git_tree_entry, git_tree_entry_free>;

std::string LastMessage() {
  const git_error* error = git_error_last();
  return error && error->message ? ReplaceInvalidUtf8(error->message) : "unknown reason";
}

Error GitError(int code, const std::string& what, const std::string& where) {
  ErrorCode kind = code == GIT_ENOTFOUND ? ErrorCode::kNotFound : ErrorCode::kBadInput;
  std::string remedy = code == GIT_EOWNER
                           ? "; it belongs to another user: change its owner, or run git config --global "
                             "--add safe.directory with its path"
                           : "";
  return {kind, what + ": " + LastMessage() + remedy, where};
}

std::string HexOf(const git_oid* id) {
  char hex[GIT_OID_HEXSZ + 1];
  git_oid_tostr(hex, sizeof hex, id);
  return hex;
}

struct TreeWalk {
  git_repository* repository;
  std::vector<GitFile>* files;
  size_t entries = 0;
};

Result<void> ListInto(TreeWalk* walk, const git_tree* tree, const std::string& prefix, int depth) {
  if (depth > kMaxDepth)
    return BadInput("directories nested deeper than 32 in this commit; name a subdirectory", prefix);
  size_t count = git_tree_entrycount(tree);
  for (size_t i = 0; i < count; ++i) {
    if (++walk->entries > kMaxEntries)
      return BadInput("more than 200,000 files in this commit; name a subdirectory", prefix);
    const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
    std::string path = JoinPath(prefix, git_tree_entry_name(entry));
    git_filemode_t mode = git_tree_entry_filemode(entry);
    if (!RefusePath(path).empty()) continue;
    if (mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE) {
      walk->files->push_back({path, HexOf(git_tree_entry_id(entry))});
    } else if (mode == GIT_FILEMODE_TREE) {
      git_tree* raw = nullptr;
      if (int code = git_tree_lookup(&raw, walk->repository, git_tree_entry_id(entry)); code != 0)
        return GitError(code, "cannot read a directory of the commit", path);
      Tree below(raw);
      CAIRN_TRY(ListInto(walk, below.get(), path, depth + 1));
    }
  }
  return {};
}

}  // namespace

struct GitRepository::State {
  State() { git_libgit2_init(); }
  ~State() {
    git_repository_free(repository);
    git_libgit2_shutdown();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<Object> Commit(const std::string& revision) const {
    if (revision.empty() || revision.size() > 256 || revision.find('\n') != std::string::npos)
      return BadInput("this is no name of a commit; give a branch, a tag or a hash", Excerpt(revision));
    git_object* raw = nullptr;
    int code = git_revparse_single(&raw, repository, revision.c_str());
    if (code != 0) return GitError(code, "there is no commit \"" + Excerpt(revision) + "\"", path);
    Object named(raw);
    code = git_object_peel(&raw, named.get(), GIT_OBJECT_COMMIT);
    if (code != 0) return GitError(code, "\"" + Excerpt(revision) + "\" is not a commit", path);
    return Object(raw);
  }
  Result<Tree> TreeOf(const Object& commit) const {
    git_object* raw = nullptr;
    if (int code = git_object_peel(&raw, commit.get(), GIT_OBJECT_TREE); code != 0)
      return GitError(code, "cannot read the tree of the commit", path);
    return Tree(reinterpret_cast<git_tree*>(raw));
  }

  // The id of the directory's tree in the commit ("" for the top), all zero if it has none.
  Result<git_oid> TreeIdOf(const Object& commit, const std::string& directory) const {
    CAIRN_ASSIGN(Tree tree, TreeOf(commit));
    if (directory.empty()) return *git_tree_id(tree.get());
    git_tree_entry* raw = nullptr;
    int code = git_tree_entry_bypath(&raw, tree.get(), directory.c_str());
    if (code == GIT_ENOTFOUND) return git_oid{};
    if (code != 0) return GitError(code, "cannot read a directory of the commit", path);
    TreeEntry entry(raw);
    return *git_tree_entry_id(entry.get());
  }

  Result<std::vector<std::string>> Submodules() const;  // folders in the work tree

  git_repository* repository = nullptr;
  std::string path;
};

GitRepository::GitRepository(std::unique_ptr<State> state) : state_(std::move(state)) {}
GitRepository::GitRepository(GitRepository&&) noexcept = default;
GitRepository& GitRepository::operator=(GitRepository&&) noexcept = default;
GitRepository::~GitRepository() = default;

Result<GitRepository> GitRepository::Open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  int code = git_repository_open_ext(&state->repository, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (code != 0) return GitError(code, "cannot open this git repository", path);
  return GitRepository(std::move(state));
}

Result<GitRepository> GitRepository::Containing(const std::string& directory) {
  auto state = std::make_unique<State>();
  state->path = directory;
  int code = git_repository_open_ext(&state->repository, directory.c_str(), 0, nullptr);
  if (code == GIT_ENOTFOUND)
    return NotFound("this directory is in no git repository; run git init there, or leave the base revision out",
                    directory);
  if (code != 0) return GitError(code, "cannot open the git repository", directory);
  const char* top = git_repository_workdir(state->repository);
  if (!top) return BadInput("this git repository has no work tree; use a clone", directory);
  std::error_code failed;
  std::string prefix =
      std::filesystem::canonical(directory, failed).lexically_relative(std::filesystem::canonical(top, failed));
  if (failed || prefix.starts_with("..")) return IoError("cannot place the directory in its work tree", directory);
  GitRepository repository(std::move(state));
  repository.prefix_ = prefix == "." ? "" : prefix;
  return repository;
}

Result<std::string> GitRepository::ResolveCommit(const std::string& revision) const {
  CAIRN_ASSIGN(Object commit, state_->Commit(revision));
  return HexOf(git_object_id(commit.get()));
}

Result<std::string> GitRepository::LastChange() const {
  CAIRN_ASSIGN(Object commit, state_->Commit("HEAD"));
  CAIRN_ASSIGN(git_oid wanted, state_->TreeIdOf(commit, prefix_));
  if (git_oid_is_zero(&wanted)) return NotFound("HEAD has nothing in this directory", state_->path);
  // The first parent with the same content has it from where this commit has it.
  for (bool moved = true; moved;) {
    moved = false;
    auto* here = reinterpret_cast<git_commit*>(commit.get());
    for (unsigned i = 0; i < git_commit_parentcount(here) && !moved; ++i) {
      git_commit* raw = nullptr;
      if (git_commit_parent(&raw, here, i) != 0) continue;
      Object parent(reinterpret_cast<git_object*>(raw));
      CAIRN_ASSIGN(git_oid id, state_->TreeIdOf(parent, prefix_));
      moved = git_oid_equal(&id, &wanted) != 0;
      if (moved) commit = std::move(parent);
    }
  }
  return HexOf(git_object_id(commit.get()));
}

Result<std::vector<GitFile>> GitRepository::ListCommit(const std::string& commit, const std::string& directory) const {
  CAIRN_ASSIGN(Object object, state_->Commit(commit));
  CAIRN_ASSIGN(Tree tree, state_->TreeOf(object));
  if (!directory.empty()) {
    git_tree_entry* raw_entry = nullptr;
    int code = git_tree_entry_bypath(&raw_entry, tree.get(), directory.c_str());
    if (code != 0) return GitError(code, "the commit has no directory \"" + Excerpt(directory) + "\"", state_->path);
    TreeEntry entry(raw_entry);
    if (git_tree_entry_type(entry.get()) != GIT_OBJECT_TREE)
      return BadInput("\"" + Excerpt(directory) + "\" is no directory in the commit", state_->path);
    git_tree* raw = nullptr;
    code = git_tree_lookup(&raw, state_->repository, git_tree_entry_id(entry.get()));
    if (code != 0) return GitError(code, "cannot read a directory of the commit", state_->path);
    tree.reset(raw);
  }
  std::vector<GitFile> files;
  TreeWalk walk{state_->repository, &files};
  CAIRN_TRY(ListInto(&walk, tree.get(), directory, 1));
  std::sort(files.begin(), files.end(), [](const GitFile& a, const GitFile& b) { return a.path < b.path; });
  return files;
}

Result<std::string> GitRepository::ReadBlob(const GitFile& file, uint64_t max_bytes) const {
  git_oid id;
  if (git_oid_fromstr(&id, file.id.c_str()) != 0) return BadInput("this is no blob id", file.id);
  git_odb* database = nullptr;
  if (int code = git_repository_odb(&database, state_->repository); code != 0)
    return GitError(code, "cannot read the object store", state_->path);
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  int code = git_odb_read_header(&size, &type, database, &id);  // the size first: nothing large is inflated
  git_odb_free(database);
  if (code != 0) return GitError(code, "the object store lacks this file", file.path);
  if (size > max_bytes)
    return BadInput("the file has " + std::to_string(size) + " bytes, more than the " + std::to_string(max_bytes) +
                        " allowed; split it",
                    file.path);
  git_blob* raw = nullptr;
  code = git_blob_lookup(&raw, state_->repository, &id);
  if (code != 0) return GitError(code, "cannot read this file", file.path);
  Blob blob(raw);
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                     static_cast<size_t>(git_blob_rawsize(blob.get())));
}

Result<std::vector<std::string>> GitRepository::State::Submodules() const {
  git_index* raw = nullptr;
  if (int code = git_repository_index(&raw, repository); code != 0)
    return GitError(code, "cannot read the index", path);
  Index index(raw);
  std::vector<std::string> paths;
  for (size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    if (entry->mode == GIT_FILEMODE_COMMIT) paths.emplace_back(entry->path);
  }
  return paths;
}

Result<std::vector<std::string>> GitRepository::ChangedSince(const std::string& base) const {
  CAIRN_ASSIGN(Object commit, state_->Commit(base));
  CAIRN_ASSIGN(Object head, state_->Commit("HEAD"));
  git_oid meeting;
  if (git_merge_base(&meeting, state_->repository, git_object_id(commit.get()), git_object_id(head.get())) == 0) {
    CAIRN_ASSIGN(commit, state_->Commit(HexOf(&meeting)));
  }
  CAIRN_ASSIGN(Tree tree, state_->TreeOf(commit));
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS | GIT_DIFF_IGNORE_SUBMODULES |
                  GIT_DIFF_DISABLE_PATHSPEC_MATCH;
  std::string pathspec = prefix_;
  char* specs[] = {pathspec.data()};
  if (!prefix_.empty()) options.pathspec = {specs, 1};
  git_diff* raw = nullptr;
  if (int code = git_diff_tree_to_workdir_with_index(&raw, state_->repository, tree.get(), &options); code != 0)
    return GitError(code, "cannot compare with \"" + Excerpt(base) + "\"", state_->path);
  Diff diff(raw);
  std::set<std::string> paths;
  std::string below = prefix_.empty() ? "" : prefix_ + "/";
  for (size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    for (const char* path : {delta->old_file.path, delta->new_file.path}) {
      if (path && std::string_view(path).starts_with(below)) paths.insert(std::string(path).substr(below.size()));
    }
  }
  CAIRN_ASSIGN(const std::vector<std::string> submodules, state_->Submodules());
  for (const std::string& path : submodules)
    if (path.starts_with(below)) paths.insert(path.substr(below.size()));
  return std::vector<std::string>(paths.begin(), paths.end());
}

}  // namespace cairn::taxonomy
