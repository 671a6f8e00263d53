#include <fmt/format.h>

#include "formats/yaml.h"
#include "infer/decoder.h"
#include "project/steps.h"

namespace cairn::project {
namespace {

// Encoded as the base model reads it, a conversation must not be longer than what the model can tell apart.
Result<void> Fits(const model::ChatModel& base, const std::vector<formats::Message>& messages, const std::string& what,
                  const std::string& where) {
  const size_t most = infer::MaxPositions(base.model);
  CAIRN_ASSIGN(formats::EncodedChat chat, formats::EncodeChat(base.format, base.tokenizer, messages));
  if (chat.ids.size() <= most) return {};
  return BadInput(fmt::format("{} has {} tokens, but the base model reads {}; shorten it", what, chat.ids.size(), most),
                  where);
}

}  // namespace

Result<void> CheckFits(BuildContext& context) {
  const Project& project = context.project;
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  for (const taxonomy::Leaf& leaf : project.leaves) {
    const std::string root = project.Path(project.config.spec.taxonomy.path) + "/";
    const bool skill = leaf.kind == taxonomy::LeafKind::kSkill;
    for (const taxonomy::SeedExample& example : leaf.seed_examples)
      for (const taxonomy::QuestionAnswer& pair : example.questions_and_answers) {
        // Of knowledge, question and answer alone become a row; of a skill, the text that it is about, too.
        const std::string front = skill && !example.context.empty() ? example.context + "\n\n" : "";
        CAIRN_TRY(Fits(*base, {{"user", front + pair.question, false}, {"assistant", pair.answer, true}},
                       "this seed example", formats::YamlWhere(root + leaf.QnaPath(), pair.at)));
      }
    for (const taxonomy::EvalQuestion& question : leaf.eval_questions)
      CAIRN_TRY(Fits(*base, {{"user", question.question, false}}, "this question",
                     formats::YamlWhere(root + leaf.EvalPath(), question.at)));
  }
  return {};
}

}  // namespace cairn::project
