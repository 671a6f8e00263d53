#include "project/model_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/report.h"

namespace cairn::project {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Markdown that would show as markup wherever it stood.
constexpr const char* kHostile = "a|b `c` <img src=x> [d](http://e)\n# *f*";
constexpr const char* kEscaped = "a\\|b \\`c\\` \\<img src=x\\> \\[d\\]\\(http://e\\) \\# \\*f\\*";

TEST(ModelCard, EscapesWhateverOthersWrote) {
  Project project;
  project.config.metadata.name = "small";
  project.config.spec.base.model = project.config.spec.teacher.model = kHostile;
  project.config.spec.teacher.endpoint = "http://x";  // there a model's name may hold slashes
  taxonomy::Leaf leaf;
  leaf.path = leaf.created_by = kHostile;
  project.leaves.push_back(leaf);
  eval::Evaluation evaluation{{}, {{kHostile, "skill", eval::Accuracy::Of(1, 2), 0.5, {}}}, {}, {}, {}};
  evaluation.gates = eval::JudgeGates({{eval::kLeafQuestions, 0.8, false}}, eval::FiguresOf(evaluation));
  const std::string card =
      ModelCard(project, eval::EvaluationToJson(evaluation), {{{"funnel", {{"made", 3}, {"kept", 2}}}}});
  EXPECT_THAT(card, HasSubstr(std::string("- FAILED: ") + kEscaped + ": 50.0 %, required 80.0 %\n"));
  EXPECT_THAT(card, HasSubstr(std::string("| ") + kEscaped + " | 2 | - | 50 % (9-91) |\n"));
  EXPECT_THAT(card, HasSubstr(std::string("| ") + kEscaped + " | " + kEscaped + " | 3 | 2 |\n"));
  EXPECT_THAT(card, HasSubstr(std::string("by the teacher ") + kEscaped + " and by rule"));
  EXPECT_THAT(card, HasSubstr("The base model e\\) \\# \\*f\\* with"));
  for (const char* raw : {" <img", "[d](", " `c`", "a|b", "\n# *"}) EXPECT_THAT(card, Not(HasSubstr(raw)));
}

}  // namespace
}  // namespace cairn::project
