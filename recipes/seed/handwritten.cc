#include "handwritten.h"

#include <string_view>

#include "base/file.h"
#include "formats/yaml.h"
#include "yaml_reader.h"

namespace cairn::seed {
namespace {

using formats::YamlNode;

constexpr uint64_t kMaxFile = uint64_t{1} << 20;

struct Reader : YamlReader {
  Result<eval::Question> QuestionOf(const YamlNode& map, bool has_wrong) const {
    std::vector<std::string> known = {"question", "answer", "accept"};
    if (has_wrong) known.push_back("wrong");
    if (!map.is_map()) return Wrong(map, "expected question, answer and accept; write {question: ..., answer: ...}");
    CAIRN_TRY(formats::CheckYamlKeys(map, known, file));
    eval::Question question;
    CAIRN_ASSIGN(question.question, Text(map, "question"));
    CAIRN_ASSIGN(question.answer, Text(map, "answer"));
    const YamlNode* accept = map.Find("accept");
    if (accept == nullptr) return question;
    CAIRN_ASSIGN(question.accept, List(*accept, "accept"));
    return question;
  }

  Result<HandwrittenPassage> PassageOf(const YamlNode& map) const {
    if (!map.is_map()) return Wrong(map, "expected a passage; write id, text, questions, unanswerable");
    CAIRN_TRY(formats::CheckYamlKeys(map, {"id", "text", "questions", "unanswerable"}, file));
    HandwrittenPassage passage;
    CAIRN_ASSIGN(passage.id, Text(map, "id"));
    CAIRN_ASSIGN(passage.text, Text(map, "text"));
    CAIRN_ASSIGN(passage.unanswerable, Text(map, "unanswerable"));
    while (!passage.text.empty() && passage.text.back() == '\n') passage.text.pop_back();  // of the folded block
    const YamlNode* questions = map.Find("questions");
    if (questions == nullptr || !questions->is_sequence())
      return Wrong(map, "\"questions\" must be a list; add questions");
    for (const YamlNode& node : questions->items) {
      HandwrittenQuestion question;
      CAIRN_ASSIGN(question.question, QuestionOf(node, true));
      CAIRN_ASSIGN(question.wrong, Text(node, "wrong"));
      passage.questions.push_back(std::move(question));
    }
    return passage;
  }
};

// The documents between lines of "---". Each begins with as many empty lines as stand before it in the file, so that
// errors name the file's lines.
std::vector<std::string> SplitDocuments(std::string_view text) {
  std::vector<std::string> documents(1);
  size_t line = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string_view whole = text.substr(0, end);
    text.remove_prefix(end);
    ++line;
    if (whole == "---\n" || whole == "---") {
      documents.emplace_back(line, '\n');
    } else {
      documents.back() += whole;
    }
  }
  return documents;
}

}  // namespace

Result<Handwritten> LoadHandwritten(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxFile));
  std::vector<std::string> documents = SplitDocuments(text);
  if (documents.size() != 3) return BadInput("expected three documents: passages, skills, unknown questions", path);
  std::vector<YamlNode> roots;
  for (const std::string& document : documents) {
    CAIRN_ASSIGN(YamlNode root, formats::ParseYaml(document, path));
    if (!root.is_sequence()) return BadInput("every document must be a list", formats::YamlWhere(path, root.at));
    roots.push_back(std::move(root));
  }
  const Reader reader{{path}};
  Handwritten out;
  for (const YamlNode& node : roots[0].items) {
    CAIRN_ASSIGN(HandwrittenPassage passage, reader.PassageOf(node));
    out.passages.push_back(std::move(passage));
  }
  for (const YamlNode& node : roots[1].items) {
    CAIRN_ASSIGN(eval::Question question, reader.QuestionOf(node, false));
    out.skills.push_back(std::move(question));
  }
  for (const YamlNode& node : roots[2].items) {
    CAIRN_ASSIGN(std::string question, formats::YamlText(node, path, "a question"));
    out.unknown.push_back(std::move(question));
  }
  return out;
}

}  // namespace cairn::seed
