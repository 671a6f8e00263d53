#include "taxonomy/rules.h"

#include <map>
#include <set>
#include <utility>

#include "taxonomy/phrases.h"
#include "taxonomy/qna.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

bool FoldsCase(const Leaf& leaf) { return leaf.kind == LeafKind::kKnowledge; }

}  // namespace

void CheckContexts(const Leaf& leaf, const std::string& qna_file, Problems* problems) {
  if (leaf.documents.empty()) return;
  PhraseFinder finder;
  std::vector<uint32_t> contexts;
  for (const SeedExample& example : leaf.seed_examples) contexts.push_back(finder.Add(WordsOnly(example.context)));
  for (const Document& document : leaf.documents) finder.Read(WordsOnly(document.text));
  for (size_t i = 0; i < contexts.size(); ++i) {
    const SeedExample& example = leaf.seed_examples[i];
    if (finder.Found(contexts[i])) continue;
    problems->AddWarning(formats::YamlWhere(qna_file, example.at),
                         "the context \"" + Excerpt(example.context) + "\" stands in no document of the leaf",
                         "quote the document word for word, or add the document it comes from");
  }
}

void CheckDuplicates(const Leaf& leaf, const std::string& qna_file, const std::string& eval_file, Problems* problems) {
  std::map<std::pair<std::string, std::string>, int> seeds;  // (context of a skill, question) -> line
  for (const SeedExample& example : leaf.seed_examples) {
    std::string context = leaf.kind == LeafKind::kSkill ? example.context : "";
    for (const QuestionAnswer& pair : example.questions_and_answers) {
      if (pair.question.empty()) continue;
      auto [seen, added] = seeds.insert({{context, NormalizeQuestion(pair.question, FoldsCase(leaf))}, pair.at.line});
      if (!added)
        problems->AddWarning(formats::YamlWhere(qna_file, pair.at),
                             "this question was asked before, in line " + std::to_string(seen->second),
                             "ask something else: a second copy teaches nothing");
    }
  }
  std::map<std::string, int> asked;
  for (const EvalQuestion& question : leaf.eval_questions) {
    if (question.question.empty()) continue;
    auto [seen, added] = asked.insert({NormalizeQuestion(question.question, FoldsCase(leaf)), question.at.line});
    if (!added)
      problems->AddError(formats::YamlWhere(eval_file, question.at),
                         "this question was asked before, in line " + std::to_string(seen->second),
                         "remove one: it would count twice");
  }
}

std::set<std::string> CheckLeaks(const std::vector<Leaf>& leaves, const std::set<std::string>& chosen,
                                 const std::string& root, Problems* problems) {
  std::set<std::string> leaking;
  struct Seed {
    std::string where;
    bool chosen = false;
  };
  std::map<std::string, Seed> exact, folded;  // by question; of equal ones the first, or the first of a chosen leaf
  auto remember = [](std::map<std::string, Seed>& seeds, const std::string& question, const Seed& seed) {
    auto [at, is_new] = seeds.insert({question, seed});
    if (!is_new && seed.chosen && !at->second.chosen) at->second = seed;
  };
  for (const Leaf& leaf : leaves) {
    for (const SeedExample& example : leaf.seed_examples) {
      for (const QuestionAnswer& pair : example.questions_and_answers) {
        std::string where = formats::YamlWhere(JoinPath(root, leaf.QnaPath()), pair.at);
        // A skill with a context is trained on both together; alone its question is no task.
        bool grounded = leaf.kind == LeafKind::kSkill && !example.context.empty();
        std::string asked = grounded ? example.context + "\n" + pair.question : pair.question;
        const Seed seed{where, chosen.contains(leaf.path)};
        remember(exact, NormalizeQuestion(asked, false), seed);
        remember(folded, NormalizeQuestion(asked, true), seed);
      }
    }
  }
  for (const Leaf& leaf : leaves) {
    const auto& seeds = FoldsCase(leaf) ? folded : exact;
    for (const EvalQuestion& question : leaf.eval_questions) {
      auto seed = seeds.find(NormalizeQuestion(question.question, FoldsCase(leaf)));
      if (question.question.empty() || seed == seeds.end()) continue;
      if (!seed->second.chosen && !chosen.contains(leaf.path)) continue;
      problems->AddError(
          formats::YamlWhere(JoinPath(root, leaf.EvalPath()), question.at),
          "this question is also a seed question (" + seed->second.where + "), so it would be trained on",
          "ask something that no qna.yaml asks");
      leaking.insert(leaf.path);
    }
  }
  return leaking;
}

}  // namespace cairn::taxonomy
