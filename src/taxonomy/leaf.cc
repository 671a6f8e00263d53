#include "taxonomy/leaf.h"

#include <algorithm>
#include <tuple>

#include "taxonomy/documents.h"
#include "taxonomy/qna.h"
#include "taxonomy/rules.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

constexpr uint64_t kMaxYamlBytes = uint64_t{1} << 20;
constexpr uint64_t kMaxAttributionBytes = uint64_t{1} << 16;

Digest DigestOf(const Leaf& leaf, std::initializer_list<FileRole> roles) {
  Sha256 hash;
  hash.Update(leaf.path + "\n");
  for (const LeafFile& file : leaf.files) {
    if (std::find(roles.begin(), roles.end(), file.role) == roles.end()) continue;
    hash.Update(std::to_string(static_cast<int>(file.role)) + " " + file.digest.Hex() + " " + file.path + "\n");
  }
  return hash.Finish();
}

// Links count: they are refused where they are read, and whoever put one there takes its file for a part of the leaf.
bool Has(const Listing& tree, const std::string& path) {
  return std::binary_search(tree.files.begin(), tree.files.end(), path) ||
         std::binary_search(tree.symlinks.begin(), tree.symlinks.end(), path);
}

// Text of a file of the leaf, noted in leaf->files; empty, with a problem, if it cannot be read.
std::optional<std::string> ReadPart(const Listing& tree, const std::string& path, FileRole role, uint64_t max_bytes,
                                    Leaf* leaf, Problems* problems) {
  Result<std::string> text = ReadBeneath(tree.root, path, max_bytes);
  if (!text.ok()) {
    problems->Add(text.error());
    return std::nullopt;
  }
  leaf->files.push_back({path, role, Sha256Of(*text)});
  return std::move(*text);
}

void ReadEvalFile(const Listing& tree, Leaf* leaf, Problems* problems) {
  std::string path = leaf->EvalPath(), shown = JoinPath(tree.root, path);
  if (!Has(tree, path))
    return problems->AddWarning(JoinPath(tree.root, leaf->QnaPath()),
                                "there is no eval.yaml beside it, so what the model learns here is not measured",
                                "write 15 or more questions that qna.yaml does not ask");
  std::optional<std::string> text = ReadPart(tree, path, FileRole::kEval, kMaxYamlBytes, leaf, problems);
  if (text) leaf->eval_questions = ParseEval(*text, shown, problems);
}

void ReadAttribution(const Listing& tree, Leaf* leaf, Problems* problems) {
  const std::string path = leaf->path + "/attribution.txt";
  if (!Has(tree, path)) return;
  std::optional<std::string> text = ReadPart(tree, path, FileRole::kAttribution, kMaxAttributionBytes, leaf, problems);
  if (!text) return;
  if (auto readable = CheckReadable(*text, "the attribution", JoinPath(tree.root, path)); !readable.ok())
    return problems->Add(readable.error());
  leaf->attribution = std::move(*text);
}

}  // namespace

std::string QuestionWithContext(const SeedExample& example, const QuestionAnswer& pair) {
  return example.context.empty() ? pair.question : example.context + "\n\n" + pair.question;
}

const char* LeafKindName(LeafKind kind) { return kind == LeafKind::kKnowledge ? "knowledge" : "skill"; }

Digest Leaf::DataDigest() const { return DigestOf(*this, {FileRole::kQna, FileRole::kDocument}); }
Digest Leaf::EvalDigest() const { return DigestOf(*this, {FileRole::kEval}); }

std::optional<LeafKind> KindOfPath(std::string_view path) {
  while (!path.empty()) {
    std::string_view part = FileName(path);
    if (part == "knowledge") return LeafKind::kKnowledge;
    if (part == "compositional_skills" || part == "foundational_skills") return LeafKind::kSkill;
    path = ParentPath(path);
  }
  return std::nullopt;
}

bool ReadLeaf(const Listing& tree, const std::string& path, const LeafOptions& options, Leaf* leaf,
              Problems* problems) {
  Problems found;
  std::string shown = JoinPath(tree.root, path + "/qna.yaml");
  *leaf = {};
  leaf->path = path;
  if (std::optional<std::string> text = ReadPart(tree, leaf->QnaPath(), FileRole::kQna, kMaxYamlBytes, leaf, &found)) {
    Leaf parsed = ParseQna(*text, shown, KindOfPath(path), &found);
    parsed.path = path;
    parsed.files = std::move(leaf->files);
    *leaf = std::move(parsed);
    ReadEvalFile(tree, leaf, &found);
    ReadAttribution(tree, leaf, &found);
    // A file without examples could not be read at all; that its documents are missing says nothing then.
    if (leaf->kind == LeafKind::kKnowledge && options.read_documents && !leaf->seed_examples.empty())
      ReadDocuments(tree, options, shown, leaf, &found);
    CheckContexts(*leaf, shown, &found);
    CheckDuplicates(*leaf, shown, JoinPath(tree.root, leaf->EvalPath()), &found);
  }
  std::sort(leaf->files.begin(), leaf->files.end(),
            [](const LeafFile& a, const LeafFile& b) { return std::tie(a.role, a.path) < std::tie(b.role, b.path); });
  bool good = !found.has_errors();
  problems->Append(std::move(found));
  return good;
}

}  // namespace cairn::taxonomy
