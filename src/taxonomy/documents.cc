#include "taxonomy/documents.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/controls.h"
#include "taxonomy/commit_files.h"
#include "taxonomy/qna.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{4} << 20, kMaxTotalBytes = uint64_t{64} << 20;
constexpr size_t kMaxDocuments = 1000;
constexpr std::string_view kReadable = ".md, .markdown and .txt files are read";

bool HasTextEnding(std::string_view path) {
  std::string name = FoldText(FileName(path));
  return name.ends_with(".md") || name.ends_with(".markdown") || name.ends_with(".txt");
}

// Files of the leaf itself, which no pattern turns into documents.
bool IsLeafFile(std::string_view path) {
  std::string_view name = FileName(path);
  return name == "qna.yaml" || name == "eval.yaml" || name == "attribution.txt";
}

enum class RepoKind { kOwn, kLocal, kRemote, kRefused };

// git@host:path, as scp writes it: a ':' before any '/'.
bool LooksLikeScp(std::string_view repo) {
  size_t colon = repo.find(':');
  return colon != std::string_view::npos && repo.find('/') > colon;
}

RepoKind KindOfRepo(std::string_view repo, std::string* reason) {
  if (repo == ".") return RepoKind::kOwn;
  if (FindControl(repo) != repo.npos) *reason = "it holds a control character";
  if (repo.starts_with('-')) *reason = "it starts with '-'";
  size_t scheme = repo.find("://");
  if (scheme != std::string_view::npos) {
    std::string_view host = repo.substr(scheme + 3);
    host = host.substr(0, host.find('/'));
    bool http = repo.starts_with("http://") || repo.starts_with("https://");
    if (host.find('@') != std::string_view::npos && (http || host.find(':') < host.find('@')))
      *reason = "it holds a user name or a password, which would become public";
  }
  if (!reason->empty()) return RepoKind::kRefused;
  if (repo.starts_with("file:///")) return RepoKind::kLocal;
  if (scheme != std::string_view::npos || LooksLikeScp(repo)) return RepoKind::kRemote;
  return RepoKind::kLocal;
}

// Text of a document, as it is cut into chunks later.
Result<std::string> CleanText(std::string_view bytes, const std::string& where) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  CAIRN_TRY(CheckReadable(bytes, "the document", where));
  std::string text;
  text.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] != '\r')
      text.push_back(bytes[at]);
    else if (at + 1 >= bytes.size() || bytes[at + 1] != '\n')
      text.push_back('\n');
  }
  if (Trim(text).empty()) return BadInput("the document is empty; write its text, or remove the file", where);
  return text;
}

// An error for each line that the template left open. True if there is none.
bool CheckTodos(std::string_view text, const std::string& where, Problems* problems) {
  bool good = true;
  formats::YamlPosition at;
  for (size_t begin = 0; begin < text.size(); ++at.line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const size_t first = std::min(line.find_first_not_of("# \t"), line.size());
    if (line.substr(first).starts_with(kTodo)) {
      good = false;
      at.column = static_cast<int>(first) + 1;
      problems->AddError(formats::YamlWhere(where, at), "the document still says TODO",
                         "replace the text of the template");
    }
    begin = end + 1;
  }
  return good;
}

// Collects the documents of one leaf and watches the limits.
class Collector {
 public:
  Collector(Leaf* leaf, Problems* problems) : leaf_(leaf), problems_(problems) {}

  // recorded: path in LeafFile; where: what problems name.
  void Add(const std::string& path, const std::string& recorded, const std::string& where,
           const std::function<Result<std::string>()>& read) {
    if (full_) return;
    Result<std::string> bytes = read();
    if (!bytes.ok()) return problems_->Add(bytes.error());
    total_ += bytes->size();
    if (leaf_->documents.size() >= kMaxDocuments || total_ > kMaxTotalBytes) {
      full_ = true;
      return problems_->AddError(where, "the leaf has more than 1000 documents or 64 MiB of them", "split the leaf");
    }
    Result<std::string> text = CleanText(*bytes, where);
    if (!text.ok()) return problems_->Add(text.error());
    if (!CheckTodos(*text, where, problems_)) return;
    Digest digest = Sha256Of(*bytes);
    leaf_->documents.push_back({path, std::move(*text), digest, where});
    leaf_->files.push_back({recorded, FileRole::kDocument, digest});
  }

 private:
  Leaf* leaf_;
  Problems* problems_;
  uint64_t total_ = 0;
  bool full_ = false;
};

// A pattern counts from the root; where the leaf lies in the same tree, also from its folder ("" elsewhere).
bool Matches(std::string_view pattern, std::string_view path, const std::string& folder) {
  if (MatchGlob(pattern, path)) return true;
  return !folder.empty() && path.starts_with(folder) && MatchGlob(pattern, path.substr(folder.size()));
}

// Which of the sorted `paths` the pattern may match, in their order: those with its beginning.
std::vector<size_t> Candidates(std::string_view pattern, const std::vector<std::string>& paths,
                               const std::string& folder) {
  const std::string prefix(LiteralPrefix(pattern));
  std::set<size_t> places;
  auto add = [&](const std::string& beginning) {
    auto [begin, end] = PathsBelow(paths, beginning);
    for (size_t i = begin; i < end; ++i) places.insert(places.end(), i);
  };
  add(prefix);
  if (!folder.empty()) add(folder + prefix);
  return {places.begin(), places.end()};
}

// Which of the sorted `paths` each pattern names; says so of patterns that name nothing.
std::vector<std::string> Select(const std::vector<std::string>& patterns, const std::vector<std::string>& paths,
                                const std::string& folder, const std::string& where, Problems* problems) {
  std::set<std::string> chosen;
  bool failed = false;
  for (const std::string& pattern : patterns) {
    size_t found = 0;
    for (size_t i : Candidates(pattern, paths, folder)) {
      const std::string& path = paths[i];
      if (IsLeafFile(path) || !Matches(pattern, path, folder)) continue;
      if (HasTextEnding(path)) {
        ++found;
        chosen.insert(path);
      } else {
        problems->AddWarning(where, "\"" + Excerpt(path) + "\" is left out: only " + std::string(kReadable),
                             "convert it to Markdown");
      }
    }
    if (found > 0) continue;
    failed = true;
    problems->AddError(where, "the pattern \"" + Excerpt(pattern) + "\" names no document",
                       "paths count from the taxonomy's root or the leaf's folder; " + std::string(kReadable));
  }
  if (failed) return {};
  return {chosen.begin(), chosen.end()};
}

void ReadBeside(const Listing& tree, const std::string& where, Leaf* leaf, Problems* problems) {
  Collector collector(leaf, problems);
  auto [begin, end] = tree.Below(leaf->path + "/");
  size_t found = 0;
  std::string other;  // a file that may be meant as the document
  for (size_t i = begin; i < end; ++i) {
    const std::string& path = tree.files[i];
    if (ParentPath(path) != leaf->path) continue;
    if (!NamesDocument(*leaf, path)) {
      if (!IsLeafFile(path)) other = FileName(path);
      continue;
    }
    ++found;
    collector.Add(path, path, JoinPath(tree.root, path), [&] { return ReadBeneath(tree.root, path, kMaxBytes); });
  }
  if (found == 0)
    problems->AddError(where,
                       other.empty() ? "the leaf has no document"
                                     : "the leaf has no document: beside qna.yaml lies \"" + Excerpt(other) +
                                           "\", but only .md files are read there",
                       "put a .md file beside qna.yaml, or name files with document: {repo: ., patterns: [...]}");
}

void ReadOwn(const Listing& tree, const std::string& where, Leaf* leaf, Problems* problems) {
  Collector collector(leaf, problems);
  const std::string folder = leaf->path + "/";
  for (const std::string& link : tree.symlinks) {
    if (link.starts_with(folder)) continue;  // CheckTaxonomy warns of those
    for (const std::string& pattern : leaf->document->patterns) {
      if (Matches(pattern, link, folder))
        problems->AddWarning(where, "\"" + Excerpt(link) + "\" is a symbolic link and is not followed",
                             "put the file itself there");
    }
  }
  for (const std::string& path : Select(leaf->document->patterns, tree.files, folder, where, problems))
    collector.Add(path, path, JoinPath(tree.root, path), [&] { return ReadBeneath(tree.root, path, kMaxBytes); });
}

// The commit's files below `directory`; patterns see them without it. folder: as Matches takes it.
void ReadCommit(CommitFiles& commits, const CommitFiles::Repository& repository, const std::string& directory,
                const std::string& folder, const std::string& where, Leaf* leaf, Problems* problems) {
  auto listing = commits.List(repository, leaf->document->commit, directory);
  if (!listing.ok()) {
    Error error = listing.error();
    error.where = where;
    return problems->Add(error);
  }
  const CommitListing& list = **listing;
  Collector collector(leaf, problems);
  for (const std::string& path : Select(leaf->document->patterns, list.paths, folder, where, problems)) {
    const auto i = static_cast<size_t>(std::ranges::lower_bound(list.paths, path) - list.paths.begin());
    std::string recorded = list.commit + ":" + list.files[i].path;
    collector.Add(path, recorded, recorded, [&] { return repository->ReadBlob(list.files[i], kMaxBytes); });
  }
}

bool IsFullHash(const std::string& commit) {
  return commit.size() == 40 && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void ReadOwnCommit(const Listing& tree, const std::string& where, Leaf* leaf, Problems* problems) {
  // Any other name could be that of a branch which its owner has not published.
  if (!IsFullHash(leaf->document->commit))
    return problems->AddError(where, "document.commit is no full commit hash",
                              "write the 40 digits that git rev-parse gives, or HEAD for the files as they are");
  auto repository = tree.commits->Containing(tree.root);
  if (!repository.ok()) return problems->AddError(where, repository.error().message, "remove document.commit");
  ReadCommit(*tree.commits, *repository, (*repository)->prefix(), leaf->path + "/", where, leaf, problems);
}

void ReadClone(const Listing& tree, const LeafOptions& options, const std::string& where, Leaf* leaf,
               Problems* problems) {
  std::string path = leaf->document->repo;
  if (!options.allow_local_repositories)
    return problems->AddError(where,
                              "document.repo is a repository elsewhere on this machine, which may be a private one",
                              "put the documents into the taxonomy; or, if you trust every leaf, allow it with "
                              "localRepositories: allow below spec.taxonomy in cairn.yaml");
  if (path.starts_with("file://")) path = path.substr(7);
  if (!path.starts_with('/')) path = JoinPath(tree.root, path);
  auto repository = tree.commits->Open(path);
  if (!repository.ok())
    return problems->AddError(where, "document.repo: " + repository.error().message,
                              "give the path of a clone on this machine, or \".\" for the taxonomy itself");
  if (!IsFullHash(leaf->document->commit))
    problems->AddWarning(where, "document.commit is no full commit hash, so the documents may change under it",
                         "write the 40 digits that git rev-parse gives");
  ReadCommit(*tree.commits, *repository, "", "", where, leaf, problems);
}

}  // namespace

bool NamesDocument(const Leaf& leaf, std::string_view path) {
  if (leaf.kind != LeafKind::kKnowledge || IsLeafFile(path)) return false;
  if (!leaf.document || (leaf.document->repo == "." && leaf.document->patterns.empty()))
    return ParentPath(path) == leaf.path && FoldText(path).ends_with(".md");
  if (leaf.document->repo != "." || !HasTextEnding(path)) return false;
  for (const std::string& pattern : leaf.document->patterns) {
    if (Matches(pattern, path, leaf.path + "/")) return true;
  }
  return false;
}

void ReadDocuments(const Listing& tree, const LeafOptions& options, const std::string& file, Leaf* leaf,
                   Problems* problems) {
  std::string where = leaf->document ? formats::YamlWhere(file, leaf->document->at) : file;
  if (!leaf->document || (leaf->document->repo == "." && leaf->document->patterns.empty()))
    return ReadBeside(tree, where, leaf, problems);
  std::string reason;
  switch (KindOfRepo(leaf->document->repo, &reason)) {
    case RepoKind::kOwn:
      if (leaf->document->AsOnDisk()) return ReadOwn(tree, where, leaf, problems);
      return ReadOwnCommit(tree, where, leaf, problems);
    case RepoKind::kLocal:
      return ReadClone(tree, options, where, leaf, problems);
    case RepoKind::kRemote:
      return problems->AddError(where, "document.repo is on another machine, from which cairn does not fetch",
                                "put the documents beside qna.yaml and remove the document field, or clone it and give "
                                "the clone's path");
    case RepoKind::kRefused:
      return problems->AddError(where, "document.repo is not allowed: " + reason, "write the address without it");
  }
}

}  // namespace cairn::taxonomy
