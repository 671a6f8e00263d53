#include "taxonomy/qna.h"

#include <set>
#include <tuple>

#include "base/local_place.h"
#include "formats/nearest_name.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

using formats::YamlField;
using formats::YamlNode;
using formats::YamlPosition;

constexpr size_t kLongName = 256, kLongLine = 4096, kLongText = 65536;  // bytes
constexpr size_t kMostContextWords = 500, kMostAnswerWords = 250;       // InstructLab's guidance
constexpr size_t kMostUnknown = 20;                                     // fields named one by one
constexpr size_t kFewestExamples = 5, kFewestQuestions = 3;

// Without blank lines before and white space behind: how '|' blocks were meant. Indentation of the first line stays.
std::string Stored(std::string_view text) {
  std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return {};
  size_t begin = static_cast<size_t>(trimmed.data() - text.data());
  size_t line = text.rfind('\n', begin);
  line = line == std::string_view::npos ? 0 : line + 1;
  return std::string(text.substr(line, begin + trimmed.size() - line));
}

std::string Index(const std::string& list, size_t i) { return list + "[" + std::to_string(i) + "]"; }
std::string Member(const std::string& parent, std::string_view key) {
  return parent.empty() ? std::string(key) : parent + "." + std::string(key);
}

// Reads typed values out of one file and reports what is wrong with them.
class Reader {
 public:
  // typed: warn of text that InstructLab's readers would take for a number or truth value.
  Reader(const std::string& file, bool typed, Problems* problems) : file_(file), typed_(typed), problems_(problems) {}

  std::string Where(YamlPosition at) const { return formats::YamlWhere(file_, at); }
  void Error(YamlPosition at, std::string message, std::string remedy) {
    problems_->AddError(Where(at), std::move(message), std::move(remedy));
  }
  void Warn(YamlPosition at, std::string message, std::string remedy) {
    problems_->AddWarning(Where(at), std::move(message), std::move(remedy));
  }

  // name: what the message calls the value.
  std::string Text(const YamlNode& node, const std::string& name, size_t longest) {
    if (node.is_null()) {
      Error(node.at, name + " has no value", "write the text after the colon, in quotes if it begins with '#'");
    } else if (!node.is_scalar()) {
      Error(node.at, name + " is " + formats::YamlKindName(node.kind), "write text here");
    } else if (node.text.size() > longest) {
      Error(node.at, name + " is longer than " + std::to_string(longest) + " bytes", "shorten it");
    } else if (Trim(node.text).empty()) {
      Error(node.at, name + " is empty", "write the text");
    } else if (Trim(node.text).starts_with(kTodo)) {
      Error(node.at, name + " still says TODO", "replace the text of the template");
    } else {
      if (typed_ && formats::LooksTyped(node))
        Warn(node.at, name + " looks like a number, date or truth value and is taken as text",
             "put it in quotes, as InstructLab requires");
      if (node.comment_at)
        Warn(*node.comment_at, name + " ends before this \" #\": what follows is a comment and is not read",
             "put the text in quotes, or the comment on a line of its own");
      return Stored(node.text);
    }
    return {};
  }
  std::string Required(const YamlNode& map, const std::string& parent, std::string_view key, size_t longest) {
    const YamlNode* node = map.Find(key);
    if (node) return Text(*node, Member(parent, key), longest);
    Missing(map, parent, key);
    return {};
  }
  void Missing(const YamlNode& map, const std::string& parent, std::string_view key) {
    Error(map.at, Member(parent, key) + " is missing", "add the field \"" + std::string(key) + ":\"");
  }
  // The list under a key; null, with an error, if it is missing, no list, or too short.
  const YamlNode* List(const YamlNode& map, const std::string& parent, std::string_view key, size_t fewest) {
    const YamlNode* node = map.Find(key);
    std::string name = Member(parent, key);
    if (!node) {
      Missing(map, parent, key);
    } else if (!node->is_sequence()) {
      Error(node->at, name + " " + formats::YamlIs(node->kind), "write a list, each item after '- '");
    } else {
      if (node->items.size() < fewest)
        Error(node->at,
              name + " has " + Plural(node->items.size()) + ", but at least " + std::to_string(fewest) +
                  (fewest == 1 ? " is" : " are") + " needed",
              "add " + std::to_string(fewest - node->items.size()) + " more");
      return node;
    }
    return nullptr;
  }
  bool IsMap(const YamlNode& node, const std::string& name) {
    if (!node.is_map()) Error(node.at, name + " " + formats::YamlIs(node.kind), "write a mapping, key: value");
    return node.is_map();
  }
  void Keys(const YamlNode& map, const std::string& parent, const std::vector<std::string>& known) {
    size_t unknown = 0;
    for (const YamlField& field : map.fields) {
      bool found = false;
      for (const std::string& key : known) found = found || key == field.key;
      if (found) continue;
      if (++unknown > kMostUnknown) return Error(field.key_at, "more unknown fields follow", "mend those above first");
      Error(field.key_at, "unknown field \"" + Excerpt(field.key) + "\"" + (parent.empty() ? "" : " in " + parent),
            formats::NameRemedy(field.key, known).substr(2));
    }
  }
  YamlPosition PositionOf(const YamlNode& map, std::string_view key) const {
    const YamlNode* node = map.Find(key);
    return node ? node->at : map.at;
  }
  void WarnLength(YamlPosition at, const std::string& name, const std::string& text, size_t most) {
    size_t words = CountWords(text);
    if (words > most)
      Warn(at, name + " has " + std::to_string(words) + " words, more than the " + std::to_string(most) + " advised",
           "shorten or split it");
  }

 private:
  static std::string Plural(size_t n) { return n == 1 ? "1 item" : std::to_string(n) + " items"; }
  const std::string& file_;
  bool typed_;
  Problems* problems_;
};

const std::vector<std::string> kKnowledgeKeys = {"version",          "created_by",    "domain",
                                                 "document_outline", "seed_examples", "document"};
const std::vector<std::string> kSkillKeys = {"version", "created_by", "task_description", "seed_examples"};

QuestionAnswer ReadPair(Reader& reader, const YamlNode& map, const std::string& name) {
  QuestionAnswer pair;
  pair.at = reader.PositionOf(map, "question");
  pair.question = reader.Required(map, name, "question", kLongLine);
  pair.answer = reader.Required(map, name, "answer", kLongText);
  reader.WarnLength(reader.PositionOf(map, "answer"), Member(name, "answer"), pair.answer, kMostAnswerWords);
  return pair;
}

void ReadContext(Reader& reader, const YamlNode& map, const std::string& name, SeedExample* example) {
  example->at = reader.PositionOf(map, "context");
  example->context = reader.Required(map, name, "context", kLongText);
  reader.WarnLength(example->at, Member(name, "context"), example->context, kMostContextWords);
}

SeedExample ReadKnowledgeExample(Reader& reader, const YamlNode& map, const std::string& name) {
  SeedExample example;
  reader.Keys(map, name, {"context", "questions_and_answers"});
  ReadContext(reader, map, name, &example);
  const YamlNode* list = reader.List(map, name, "questions_and_answers", kFewestQuestions);
  std::set<std::pair<std::string, std::string>> seen;
  for (size_t i = 0; list && i < list->items.size(); ++i) {
    const YamlNode& item = list->items[i];
    std::string item_name = Index(Member(name, "questions_and_answers"), i);
    if (!reader.IsMap(item, item_name)) continue;
    reader.Keys(item, item_name, {"question", "answer"});
    QuestionAnswer pair = ReadPair(reader, item, item_name);
    if (!pair.question.empty() && !seen.insert({pair.question, pair.answer}).second)
      reader.Error(pair.at, item_name + " repeats an earlier question and answer", "write a different one");
    example.questions_and_answers.push_back(std::move(pair));
  }
  return example;
}

SeedExample ReadSkillExample(Reader& reader, const YamlNode& map, const std::string& name) {
  SeedExample example;
  reader.Keys(map, name, {"context", "question", "answer"});
  example.at = map.at;
  if (map.Find("context")) ReadContext(reader, map, name, &example);
  example.questions_and_answers.push_back(ReadPair(reader, map, name));
  return example;
}

void ReadExamples(Reader& reader, const YamlNode& root, Leaf* leaf) {
  bool old_skill = leaf->kind == LeafKind::kSkill && leaf->version == 1;
  const YamlNode* list = reader.List(root, "", "seed_examples", old_skill ? 1 : kFewestExamples);
  std::set<std::vector<std::string>> seen;
  for (size_t i = 0; list && i < list->items.size(); ++i) {
    const YamlNode& item = list->items[i];
    std::string name = Index("seed_examples", i);
    if (!reader.IsMap(item, name)) continue;
    SeedExample example = leaf->kind == LeafKind::kKnowledge ? ReadKnowledgeExample(reader, item, name)
                                                             : ReadSkillExample(reader, item, name);
    std::vector<std::string> all = {example.context};
    for (const QuestionAnswer& pair : example.questions_and_answers) {
      all.push_back(pair.question);
      all.push_back(pair.answer);
    }
    bool read = all.size() > 2 && !all[1].empty();
    if (read && !seen.insert(all).second) {
      if (old_skill)
        reader.Warn(item.at, name + " repeats an earlier example", "write a different one");
      else
        reader.Error(item.at, name + " repeats an earlier example", "write a different one");
    }
    leaf->seed_examples.push_back(std::move(example));
  }
}

bool IsOwnRepository(const std::string& repo) { return repo == "." || repo == "./"; }

constexpr size_t kMostPatterns = 100;  // each is compared with every file

void ReadDocumentRef(Reader& reader, const YamlNode& root, Leaf* leaf) {
  const YamlNode* map = root.Find("document");
  if (!map || !reader.IsMap(*map, "document")) return;
  reader.Keys(*map, "document", {"repo", "commit", "patterns"});
  DocumentRef ref;
  ref.at = map->at;
  ref.repo = reader.Required(*map, "document", "repo", kLongLine);
  bool own = IsOwnRepository(ref.repo);
  if (own) ref.repo = ".";
  if (map->Find("commit") || !own) ref.commit = reader.Required(*map, "document", "commit", kLongName);
  const YamlNode* list = map->Find("patterns") || !own ? reader.List(*map, "document", "patterns", 1) : nullptr;
  if (list && list->items.size() > kMostPatterns) {
    reader.Error(list->at, "document.patterns has more than 100 items", "use * and ** for many files");
    list = nullptr;
  }
  std::set<std::string> seen;
  for (size_t i = 0; list && i < list->items.size(); ++i) {
    std::string name = Index("document.patterns", i);
    std::string pattern = reader.Text(list->items[i], name, kLongName * 4);
    if (pattern.empty()) continue;
    if (!seen.insert(pattern).second)
      reader.Error(list->items[i].at, name + " repeats an earlier pattern", "remove it");
    else if (std::string reason = RefusePath(pattern); !reason.empty())
      reader.Error(list->items[i].at, name + " is not allowed: " + reason, "write a path such as docs/*.md");
    else
      ref.patterns.push_back(std::move(pattern));
  }
  leaf->document = std::move(ref);
}

void ReadTaskDescription(Reader& reader, const YamlNode& root, Leaf* leaf) {
  const YamlNode* node = root.Find("task_description");
  if (leaf->version == 1 && node && node->is_scalar() && Trim(node->text).empty())
    reader.Warn(node->at, "task_description is empty", "say in one sentence what the skill does");
  else
    leaf->task_description = reader.Required(root, "", "task_description", kLongLine);
}

// False if the rest of the file cannot be judged by any rules that we have.
bool ReadVersion(Reader& reader, const YamlNode& root, Leaf* leaf) {
  bool knowledge = leaf->kind == LeafKind::kKnowledge;
  const YamlNode* node = root.Find("version");
  YamlPosition at = node ? node->at : root.at;
  if (!node && knowledge) {
    reader.Error(at, "version is missing", "add the line \"version: 3\"");
    return false;
  }
  int64_t version = 1;
  if (node) {
    Result<int64_t> number = formats::YamlInteger(*node, "", "version");
    if (!number.ok() || *number < 1 || *number > 3) {
      reader.Error(at, "version is not a number that cairn knows", "write \"version: 3\", without quotes");
      return false;
    }
    version = *number;
  }
  leaf->version = static_cast<int>(version);
  if (knowledge && version < 3) {
    reader.Error(at, "version " + std::to_string(version) + " of knowledge files is no longer read",
                 "write version: 3, with domain, document_outline, document, and questions_and_answers under each "
                 "context");
    return false;
  }
  if (version == 1)
    reader.Warn(at, node ? "version 1 of skill files is old" : "version is missing, so this is read as version 1",
                "write \"version: 3\" and at least 5 seed examples");
  return true;
}

}  // namespace

Leaf ParseQna(std::string_view text, const std::string& file, std::optional<LeafKind> kind, Problems* problems) {
  Leaf leaf;
  Reader reader(file, true, problems);
  Result<YamlNode> root = formats::ParseYaml(text, file);
  if (!root.ok()) {
    problems->Add(root.error());
    return leaf;
  }
  leaf.kind = kind.value_or(root->Find("document") ? LeafKind::kKnowledge : LeafKind::kSkill);
  if (!root->is_map()) {
    reader.Error(root->at, root->is_null() ? "the file is empty" : "the file is no mapping of keys to values",
                 "start from the template that \"cairn taxonomy new\" writes");
    return leaf;
  }
  if (!ReadVersion(reader, *root, &leaf)) return leaf;
  bool knowledge = leaf.kind == LeafKind::kKnowledge;
  reader.Keys(*root, "", knowledge ? kKnowledgeKeys : kSkillKeys);
  leaf.created_by = reader.Required(*root, "", "created_by", kLongName);
  // A release must not name places on somebody's machine, and credits name people.
  const std::string& by = leaf.created_by;
  if (NamesLocalPlace(by) || by.starts_with('/') || by.starts_with("~/") || by.starts_with("file:"))
    reader.Error(root->Find("created_by")->at, "created_by looks like a path", "write a name or an account");
  if (knowledge) {
    leaf.domain = reader.Required(*root, "", "domain", kLongName);
    leaf.document_outline = reader.Required(*root, "", "document_outline", kLongLine);
    ReadDocumentRef(reader, *root, &leaf);
  } else {
    ReadTaskDescription(reader, *root, &leaf);
  }
  ReadExamples(reader, *root, &leaf);
  return leaf;
}

std::vector<EvalQuestion> ParseEval(std::string_view text, const std::string& file, Problems* problems) {
  std::vector<EvalQuestion> questions;
  Reader reader(file, false, problems);
  Result<YamlNode> root = formats::ParseYaml(text, file);
  if (!root.ok()) {
    problems->Add(root.error());
    return questions;
  }
  if (root->is_null()) {
    reader.Error(root->at, "the file is empty", "write \"questions:\" and below it a list of question and answer");
    return questions;
  }
  if (!reader.IsMap(*root, "the file")) return questions;
  reader.Keys(*root, "", {"questions"});
  const YamlNode* list = reader.List(*root, "", "questions", 1);
  for (size_t i = 0; list && i < list->items.size(); ++i) {
    const YamlNode& item = list->items[i];
    std::string name = Index("questions", i);
    if (!reader.IsMap(item, name)) continue;
    reader.Keys(item, name, {"question", "answer", "accept"});
    QuestionAnswer pair = ReadPair(reader, item, name);
    EvalQuestion question{pair.question, pair.answer, {}, pair.at};
    const YamlNode* accept = item.Find("accept") ? reader.List(item, name, "accept", 0) : nullptr;
    for (size_t k = 0; accept && k < accept->items.size(); ++k) {
      std::string other = reader.Text(accept->items[k], Index(Member(name, "accept"), k), kLongText);
      if (!other.empty()) question.accept.push_back(std::move(other));
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

}  // namespace cairn::taxonomy
