// A leaf of the taxonomy: one contribution of knowledge or of a skill, read and checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "formats/yaml.h"
#include "taxonomy/path.h"
#include "taxonomy/problem.h"

namespace cairn::taxonomy {

enum class LeafKind { kKnowledge, kSkill };
const char* LeafKindName(LeafKind kind);  // "knowledge", "skill"

// Texts are as written, less blank lines before and white space behind; well-formed UTF-8, not blank.
struct QuestionAnswer {
  std::string question, answer;
  formats::YamlPosition at;  // of the question, in qna.yaml
};

struct SeedExample {
  std::string context;  // knowledge: a passage of the document; skills: what the question is about, may be empty
  std::vector<QuestionAnswer> questions_and_answers;  // knowledge: at least 3; skills: 1
  formats::YamlPosition at;                           // of the context, or of the example
};

// How a skill's example is asked: its context, if it has one, an empty line, the question.
std::string QuestionWithContext(const SeedExample& example, const QuestionAnswer& pair);

struct EvalQuestion {
  std::string question, answer;
  std::vector<std::string> accept;  // other answers that count as right
  formats::YamlPosition at;         // of the question, in eval.yaml
};

struct DocumentRef {
  std::string repo = ".";             // "." (the taxonomy itself), a local clone's path or file:// URL, or a remote URL
  std::string commit;                 // empty or HEAD: for ".", the files as they are on disk
  std::vector<std::string> patterns;  // globs; for "." relative to the taxonomy's root or the leaf's folder
  formats::YamlPosition at;

  bool AsOnDisk() const { return commit.empty() || commit == "HEAD"; }
};

struct Document {
  std::string path;        // in its repository or below the taxonomy's root
  std::string text;        // line ends are "\n", no byte order mark
  Digest digest;           // of the bytes in the file
  std::string where = {};  // what messages call it
};

// kAttribution is for the credits only. kEval is never shown to a teacher and never trained on.
enum class FileRole { kQna, kDocument, kEval, kAttribution };
struct LeafFile {
  std::string path;  // below the taxonomy's root; "commit:path" for a document of another repository
  FileRole role = FileRole::kQna;
  Digest digest;
};

struct Leaf {
  std::string path;  // folder below the root, e.g. "knowledge/harbour/tolman"; the leaf's name everywhere
  LeafKind kind = LeafKind::kKnowledge;
  int version = 3;
  std::string created_by;
  std::string domain, document_outline;  // knowledge
  std::string task_description;          // skill; may be empty in version 1
  std::vector<SeedExample> seed_examples;
  std::optional<DocumentRef> document;
  std::vector<Document> documents;  // knowledge; empty if LeafOptions says so
  std::vector<EvalQuestion> eval_questions;
  std::string attribution;      // text of attribution.txt, may be empty
  std::vector<LeafFile> files;  // sorted by (role, path)

  std::string QnaPath() const { return path + "/qna.yaml"; }
  std::string EvalPath() const { return path + "/eval.yaml"; }
  // What the data of this leaf is made from: path, qna.yaml and documents. A change of eval.yaml leaves it as it is.
  Digest DataDigest() const;
  // What the leaf's measurement is made from: path and eval.yaml.
  Digest EvalDigest() const;
};

struct LeafOptions {
  bool read_documents = true;
  // Documents from git repositories elsewhere on this machine. A leaf of a stranger could name a private one, whose
  // text would then stand in a release.
  bool allow_local_repositories = false;
};

// Reads the leaf in folder `path` of a listed taxonomy into *leaf. Every problem found goes to `problems`, with paths
// as the user wrote the root. True if none of them is an error; otherwise *leaf holds what could be read.
bool ReadLeaf(const Listing& tree, const std::string& path, const LeafOptions& options, Leaf* leaf, Problems* problems);

// The parts of a path that say what lies below: "knowledge", "compositional_skills", "foundational_skills". The last
// one in the path counts; nullopt if there is none.
std::optional<LeafKind> KindOfPath(std::string_view path);

}  // namespace cairn::taxonomy
