#include "taxonomy/new_leaf.h"

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "taxonomy/tree.h"

namespace cairn::taxonomy {
namespace {

constexpr const char* kKnowledgeHead =
    R"(# A contribution of knowledge: a document beside this file, and examples of questions about it.
# Replace every text that begins with TODO: and then run: cairn taxonomy check
version: 3
created_by: "TODO: your name or account, for the credits"
domain: "TODO: the field of knowledge, for example: harbours"
document_outline: "TODO: one sentence that says what the document is about"

# At least five passages, copied word for word from the document, and at least three questions on each. A question must
# make sense to someone who does not see the passage: write "When was the old bridge built?", not "When was it built?".
seed_examples:
)";

constexpr const char* kKnowledgeTail = R"(
# Without this field every .md file beside qna.yaml is a document. To use files elsewhere in the taxonomy:
# document:
#   repo: .
#   patterns:
#     - documents/harbour/*.md
# or files of another git repository, at a commit (InstructLab requires these three):
# document:
#   repo: /path/to/a/clone
#   commit: 0123456789abcdef0123456789abcdef01234567
#   patterns:
#     - "*.md"
)";

constexpr const char* kSkillHead = R"(# A contribution of a skill: something to do with a text, shown by examples.
# Replace every text that begins with TODO: and then run: cairn taxonomy check
version: 3
created_by: "TODO: your name or account, for the credits"
task_description: "TODO: one sentence that says what the skill does"

# At least five examples. Best is the same sentence in each, with other words in it: from those cairn makes further rows
# by itself. Examples of different sentences need a teacher that can write more of them; give ten or more then. If the
# task is about a given text, put that text under "context:", before the question.
seed_examples:
)";

constexpr const char* kEvalHead =
    R"(# Questions that measure what the model has learned here, before and after training. They are never trained on and
# never shown to the teacher, and they must not repeat a question of qna.yaml. Fifteen or more make a fair measure.
questions:
)";

constexpr const char* kDocument = R"(# TODO: title of the document

TODO: Write or paste the text here, 300 words or more. Short paragraphs of plain sentences work best: name things by
their names instead of "it" and "this", because the text is cut into pieces that are read alone.
)";

std::string Todo(const std::string& what) { return "\"TODO: " + what + "\"\n"; }

std::string KnowledgeQna() {
  std::string text = kKnowledgeHead;
  for (int i = 1; i <= 5; ++i) {
    std::string n = std::to_string(i);
    text += "  - context: |\n      TODO: passage " + n + " of the document\n    questions_and_answers:\n";
    for (int k = 1; k <= 3; ++k) {
      std::string at = std::to_string(k) + " on passage " + n;
      text += "      - question: " + Todo("question " + at) + "        answer: " + Todo("answer " + at);
    }
  }
  return text + kKnowledgeTail;
}

std::string SkillQna() {
  std::string text = kSkillHead;
  for (int i = 1; i <= 5; ++i) {
    std::string n = std::to_string(i);
    text += "  - question: " + Todo("task " + n) + "    answer: " + Todo("what the model should answer to task " + n);
  }
  return text;
}

std::string Eval() {
  std::string text = kEvalHead;
  for (int i = 1; i <= 3; ++i) {
    std::string n = std::to_string(i);
    text += "  - question: " + Todo("new question " + n) + "    answer: " + Todo("its short answer, " + n);
    if (i == 1) text += "    accept: [\"TODO: another wording that counts as right; or remove this line\"]\n";
  }
  return text;
}

// The folder of a leaf of this kind below the root, for a path as somebody wrote it.
Result<std::string> LeafFolder(const std::string& root, bool knowledge, const std::string& path) {
  const std::string top = knowledge ? "knowledge/" : "compositional_skills/";
  const std::string remedy = "; write one such as " + top + "harbour/tides";
  std::string folder = BelowRoot(root, path);
  if (std::string reason = RefusePath(folder); !reason.empty())
    return BadInput("this path is not allowed: " + reason + remedy, path);
  const size_t cut = std::min(folder.find('/'), folder.size());
  const std::optional<LeafKind> first = KindOfPath(folder.substr(0, cut));
  if (first && (*first == LeafKind::kKnowledge) != knowledge)
    return BadInput(std::string("this path is for ") + (knowledge ? "skills" : "knowledge") + "; use " + top + "...",
                    path);
  if (!first) folder = top + folder;
  if (first && cut == folder.size()) return BadInput("the leaf needs a folder of its own" + remedy, path);
  if (KindOfPath(folder.substr(folder.find('/') + 1)))
    return BadInput(
        "knowledge, compositional_skills and foundational_skills stand only at the beginning of a path" + remedy, path);
  return folder;
}

}  // namespace

Result<std::vector<std::string>> NewLeaf(const std::string& root, LeafKind kind, const std::string& path) {
  const bool knowledge = kind == LeafKind::kKnowledge;
  CAIRN_ASSIGN(const std::string folder, LeafFolder(root, knowledge, path));
  std::vector<std::pair<std::string, std::string>> files = {{"qna.yaml", knowledge ? KnowledgeQna() : SkillQna()},
                                                            {"eval.yaml", Eval()}};
  if (knowledge) files.emplace_back("document.md", kDocument);
  std::vector<std::string> written;
  for (auto& [name, text] : files) {
    written.push_back(JoinPath(root, folder + "/" + name));
    if (PathExists(written.back()))
      return BadInput("this file exists; choose another path, or remove it first", written.back());
  }
  for (size_t i = 0; i < files.size(); ++i) CAIRN_TRY(WriteFileAtomic(written[i], files[i].second));
  return written;
}

}  // namespace cairn::taxonomy
