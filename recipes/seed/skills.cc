// Skills in conversations: one or several exercises, and "write another example of this task".
#include <utility>

#include "synth/prompts.h"
#include "tasks.h"

namespace cairn::seed {
namespace {

const Skill& DrawSkill(Draw& draw) {
  uint32_t group = draw.Below(100);
  return group < 35 ? draw.Pick(ListSkills()) : group < 68 ? draw.Pick(WordSkills()) : draw.Pick(SentenceSkills());
}

Dialogue MoreOfSkill(Scene& scene) {
  Draw& draw = scene.draw;
  const Skill& skill = DrawSkill(draw);
  size_t wording = draw.Below(24);
  bool mixed = draw.Percent(30);
  std::vector<synth::QuestionAnswer> examples;
  int count = draw.Between(3, 5);
  for (int i = 0; i <= count; ++i) {
    SkillCase made = skill.make(scene, mixed ? draw.Below(24) : wording);
    examples.push_back({made.question, made.answer});
  }
  std::string reply = synth::FormatQuestion(examples.back());
  examples.pop_back();
  Dialogue out;
  out.task = "skills";
  out.turns.push_back({synth::MoreExamples(examples).back().content, reply, {}});
  return out;
}

}  // namespace

Dialogue MakeSkill(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  if (max_turns > 1 && draw.Percent(14)) return MoreOfSkill(scene);
  Dialogue out;
  out.task = "skills";
  const Skill* skill = &DrawSkill(draw);
  size_t wording = draw.Below(24);
  int turns = draw.Between(1, max_turns);
  for (int i = 0; i < turns; ++i) {
    SkillCase made = skill->make(scene, wording);
    out.turns.push_back({made.question, made.answer, {}});
    if (draw.Percent(60)) {
      skill = &DrawSkill(draw);
      wording = draw.Below(24);
    }
  }
  return out;
}

}  // namespace cairn::seed
