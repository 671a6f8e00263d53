#include "taxonomy/tree.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "taxonomy/documents.h"
#include "taxonomy/git.h"
#include "taxonomy/path.h"
#include "taxonomy/qna.h"
#include "taxonomy/rules.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoLeaf = "the taxonomy has no leaf";
constexpr const char* kNoLeafRemedy =
    "write one with \"cairn taxonomy new\", or name the folder that holds knowledge/ or compositional_skills/";

// A qna.yaml that is a link counts: reading the leaf refuses it, instead of nobody missing the leaf.
std::vector<std::string> LeafPaths(const Listing& tree) {
  std::vector<std::string> leaves;
  for (const auto* files : {&tree.files, &tree.symlinks}) {
    for (const std::string& file : *files) {
      if (FileName(file) == "qna.yaml" && !ParentPath(file).empty()) leaves.emplace_back(ParentPath(file));
    }
  }
  std::sort(leaves.begin(), leaves.end());
  return leaves;
}

bool Contains(const std::vector<std::string>& sorted, std::string_view path) {
  return std::binary_search(sorted.begin(), sorted.end(), path, std::less<>());
}

// The leaf whose folder holds the path, the deepest one; empty if none does.
std::string LeafAbove(const std::vector<std::string>& leaves, std::string_view path) {
  while (!path.empty() && !Contains(leaves, path)) path = ParentPath(path);
  return std::string(path);
}

bool IsYamlName(std::string_view path) {
  std::string name = FoldText(FileName(path));
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

// Files that look like parts of a leaf and are not read: a contributor would wait for an effect in vain.
void CheckNames(const Listing& tree, const std::vector<std::string>& leaves, Problems* problems) {
  for (const std::string& file : tree.files) {
    std::string_view name = FileName(file);
    if (!IsYamlName(file) || !KindOfPath(file)) continue;
    std::string stem = FoldText(name.substr(0, name.rfind('.')));
    if (name == "qna.yaml" || (name == "eval.yaml" && Contains(leaves, ParentPath(file)))) continue;
    if (name == "eval.yaml") {
      problems->AddWarning(JoinPath(tree.root, file), "there is no qna.yaml beside this eval.yaml", "add or move it");
    } else if (stem == "qna" || stem == "eval" || !Contains(leaves, ParentPath(file))) {
      problems->AddWarning(JoinPath(tree.root, file),
                           "this file is not read: a leaf's files are qna.yaml and eval.yaml", "rename it");
    }
  }
}

// Links that no leaf refuses as a file of its own: documents, folders with leaves. chosen: the leaves looked at; whole:
// these are all, so what lies beside them counts, too.
void CheckLinks(const Listing& tree, const std::vector<std::string>& chosen, bool whole, Problems* problems) {
  for (const std::string& link : tree.symlinks) {
    const std::string leaf = LeafAbove(chosen, ParentPath(link));
    if (leaf.empty() && !(whole && KindOfPath(link))) continue;
    const std::string_view name = FileName(link);
    if (!leaf.empty() && leaf == ParentPath(link) &&
        (name == "qna.yaml" || name == "eval.yaml" || name == "attribution.txt"))
      continue;
    problems->AddWarning(JoinPath(tree.root, link), "this is a symbolic link and is not followed",
                         "put the file or folder itself there");
  }
}

void CheckLeafPath(const Listing& tree, const std::string& path, Problems* problems) {
  std::string shown = JoinPath(tree.root, path);
  if (std::string reason = RefusePath(path); !reason.empty())
    problems->AddError(shown, "the folder's name is not allowed: " + reason, "rename it");
  else if (!KindOfPath(path))
    problems->AddWarning(shown, "this leaf is neither below knowledge/ nor below compositional_skills/",
                         "move it, so that InstructLab finds it, too");
}

// Without documents.
LeafOptions Quick() {
  LeafOptions options;
  options.read_documents = false;
  return options;
}

// On file systems that ignore case or normal form these would be one folder.
// Of the chosen leaves with each other and with all others.
void CheckCollisions(const Listing& tree, const std::vector<std::string>& leaves, const std::set<std::string>& chosen,
                     Problems* problems) {
  std::map<std::string, std::string> folded;
  for (const std::string& path : leaves) {
    if (!RefusePath(path).empty()) continue;
    auto [first, added] = folded.insert({FoldText(path), path});
    if (!added && (chosen.contains(path) || chosen.contains(first->second)))
      problems->AddError(JoinPath(tree.root, path), "differs from \"" + first->second + "\" only in case",
                         "rename one of the two folders");
  }
}

std::string Normal(const std::string& path) {
  std::string normal = fs::path(path).lexically_normal().generic_string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

void SelectLeaves(const Listing& tree, const std::vector<std::string>& leaves, const std::string& path,
                  std::set<std::string>* chosen, Problems* problems) {
  std::string below = BelowRoot(tree.root, path);
  size_t before = chosen->size();
  bool file = Contains(tree.files, below) || Contains(tree.symlinks, below);
  if (file && IsYamlName(below) && FileName(below) != "qna.yaml" && FileName(below) != "eval.yaml")
    return problems->AddError(path, "this file is not read: a leaf's files are qna.yaml and eval.yaml", "rename it");
  bool found = false;
  if (file) {
    std::string leaf = LeafAbove(leaves, ParentPath(below));
    if ((found = !leaf.empty())) chosen->insert(leaf);
  }
  for (const std::string& leaf : leaves) {
    if (!below.empty() && leaf != below && !leaf.starts_with(below + "/")) continue;
    chosen->insert(leaf);
    found = true;
  }
  if (!found && chosen->size() == before)
    problems->AddError(path, "there is no leaf here", "name a folder with a qna.yaml, below " + tree.root);
}

}  // namespace

std::string BelowRoot(const std::string& root, const std::string& path) {
  if (path.empty()) return "";
  std::string normal = Normal(path);
  const std::string top = Normal(root);
  if (normal == top) return "";
  if (normal.starts_with(top + "/")) return normal.substr(top.size() + 1);
  std::error_code failed;
  const std::string absolute = Normal(fs::absolute(top, failed).generic_string());
  const std::string named = Normal(fs::absolute(normal, failed).generic_string());
  if (path.starts_with('/') || path.starts_with('.') || fs::exists(named, failed)) {
    if (named == absolute) return "";
    if (named.starts_with(absolute + "/")) return named.substr(absolute.size() + 1);
  }
  const std::string own(FileName(absolute));
  if (!own.empty() && normal.starts_with(own + "/")) {
    std::string rest = normal.substr(own.size() + 1);
    if (KindOfPath(rest.substr(0, rest.find('/')))) return rest;
  }
  return normal;
}

Result<TaxonomyReport> CheckTaxonomy(const std::string& root, const std::vector<std::string>& paths,
                                     const LeafOptions& options) {
  CAIRN_ASSIGN(Listing tree, ListTree(root));
  std::vector<std::string> leaves = LeafPaths(tree);
  TaxonomyReport report;
  Problems problems;
  if (Contains(tree.files, "qna.yaml") || Contains(tree.symlinks, "qna.yaml"))
    problems.AddError(JoinPath(root, "qna.yaml"), "a leaf needs a folder of its own",
                      "move it to knowledge/.../qna.yaml or compositional_skills/.../qna.yaml; if it lies there, name "
                      "the folder above with --root");
  std::set<std::string> chosen(leaves.begin(), leaves.end());
  if (paths.empty()) {
    if (leaves.empty() && !problems.has_errors()) problems.AddError(root, kNoLeaf, kNoLeafRemedy);
    CheckNames(tree, leaves, &problems);
  } else {
    chosen.clear();
    for (const std::string& path : paths) SelectLeaves(tree, leaves, path, &chosen, &problems);
  }
  report.seen.assign(chosen.begin(), chosen.end());
  CheckLinks(tree, report.seen, paths.empty(), &problems);
  CheckCollisions(tree, leaves, chosen, &problems);
  // The others are read, too: what a changed leaf asks may be a question of one that did not change.
  std::vector<Leaf> leaves_read;
  std::set<std::string> bad;
  for (const std::string& path : leaves) {
    const bool checked = chosen.contains(path);
    if (checked) CheckLeafPath(tree, path, &problems);
    if (!RefusePath(path).empty()) continue;
    leaves_read.emplace_back();
    if (checked) {
      if (!ReadLeaf(tree, path, options, &leaves_read.back(), &problems)) bad.insert(path);
    } else {
      Problems ignored;
      ReadLeaf(tree, path, Quick(), &leaves_read.back(), &ignored);
    }
  }
  bad.merge(CheckLeaks(leaves_read, chosen, root, &problems));
  for (Leaf& leaf : leaves_read)
    if (chosen.contains(leaf.path) && !bad.contains(leaf.path)) report.leaves.push_back(std::move(leaf));
  report.error_count = problems.error_count();
  report.problems = std::move(problems).Take();
  std::stable_sort(report.problems.begin(), report.problems.end(),
                   [](const Problem& a, const Problem& b) { return PlaceOf(a.where) < PlaceOf(b.where); });
  return report;
}

Result<std::vector<Leaf>> LoadTaxonomy(const std::string& root, const LeafOptions& options) {
  CAIRN_ASSIGN(TaxonomyReport report, CheckTaxonomy(root, {}, options));
  for (const Problem& problem : report.problems) {
    if (problem.severity != Severity::kError) continue;
    std::string more = report.error_count == 1
                           ? ""
                           : " (and " + std::to_string(report.error_count - 1) + " more: see cairn taxonomy check)";
    return BadInput(problem.message + "; " + problem.remedy + more, problem.where);
  }
  return std::move(report.leaves);
}

// With all that lies below those that are folders: git does not look into a repository inside of another.
std::vector<std::string> WithWhatLiesBelow(const Listing& tree, std::vector<std::string> paths) {
  for (size_t i = 0, count = paths.size(); i < count; ++i) {
    const std::string folder = paths[i] + (paths[i].ends_with('/') ? "" : "/");
    for (const auto* files : {&tree.files, &tree.symlinks}) {
      const auto [begin, end] = PathsBelow(*files, folder);
      for (size_t at = begin; at < end; ++at) paths.push_back((*files)[at]);
    }
  }
  return paths;
}

Result<LeafChanges> ChangedLeaves(const std::string& root, const std::string& base) {
  CAIRN_ASSIGN(Listing tree, ListTree(root));
  std::vector<std::string> leaves = LeafPaths(tree);
  if (leaves.empty()) return BadInput(std::string(kNoLeaf) + "; " + kNoLeafRemedy, root);
  LeafChanges changes;
  if (base == "empty") {
    changes.changed = std::move(leaves);
    return changes;
  }
  CAIRN_ASSIGN(GitRepository repository, GitRepository::Containing(root));
  CAIRN_ASSIGN(std::vector<std::string> paths, repository.ChangedSince(base));
  paths = WithWhatLiesBelow(tree, std::move(paths));
  std::set<std::string> changed;
  for (const std::string& path : paths) {
    std::string_view folder = ParentPath(path);
    if (std::string leaf = LeafAbove(leaves, folder); !leaf.empty()) changed.insert(leaf);
    if (FileName(path) == "qna.yaml" && !folder.empty() && !Contains(leaves, folder))
      changes.removed.emplace_back(folder);
  }
  for (const std::string& path : leaves) {
    if (changed.contains(path)) continue;
    Problems ignored;
    Leaf leaf;
    ReadLeaf(tree, path, Quick(), &leaf, &ignored);
    if (std::ranges::any_of(paths, [&](const std::string& file) { return NamesDocument(leaf, file); }))
      changed.insert(path);
  }
  changes.changed.assign(changed.begin(), changed.end());
  std::sort(changes.removed.begin(), changes.removed.end());
  return changes;
}

std::string CommitHolding(const std::string& root, const std::vector<Leaf>& leaves) {
  auto changes = ChangedLeaves(root, "HEAD");
  if (!changes.ok() || !changes->changed.empty() || !changes->removed.empty()) return {};
  auto repository = GitRepository::Containing(root);
  if (!repository.ok()) return {};
  auto commit = repository->LastChange();
  if (!commit.ok()) return {};
  // What git ignores is no change: a leaf or a document may lie on the disk only.
  auto files = repository->ListCommit(*commit, repository->prefix());
  if (!files.ok()) return {};
  std::set<std::string> committed;
  for (const GitFile& file : *files) committed.insert(file.path);
  for (const Leaf& leaf : leaves) {
    const bool elsewhere = leaf.document && (leaf.document->repo != "." || !leaf.document->AsOnDisk());
    for (const LeafFile& file : leaf.files) {
      if (file.role == FileRole::kDocument && elsewhere) continue;
      if (!committed.contains(JoinPath(repository->prefix(), file.path))) return {};
    }
  }
  return *commit;
}

}  // namespace cairn::taxonomy
