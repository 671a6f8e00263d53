// Skills in conversations: one or several exercises, and "write another example of this task".
#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "synth/prompts.h"
#include "tasks.h"

namespace cairn::seed {
namespace {

// What a small model learns last: letters of words, which its tokens hide, and numbers that stand nowhere in the text.
const std::vector<Skill>& HardSkills() {
  static const std::vector<Skill> hard = [] {
    static constexpr std::string_view kNames[] = {"first_letter",
                                                  "last_letter",
                                                  "first_letters",
                                                  "last_letters",
                                                  "upper_case",
                                                  "lower_case",
                                                  "spell",
                                                  "acronym",
                                                  "sum",
                                                  "difference",
                                                  "word_problem",
                                                  "count_letters",
                                                  "sort_words",
                                                  "sort_numbers",
                                                  "next_number",
                                                  "deduplicate",
                                                  "to_pronoun",
                                                  "is_in_list",
                                                  "remove_from_list",
                                                  "extreme_number"};
    std::vector<Skill> out;
    for (const auto* skills : {&ListSkills(), &WordSkills(), &SentenceSkills()})
      for (const Skill& skill : *skills)
        if (std::find(std::begin(kNames), std::end(kNames), skill.name) != std::end(kNames)) out.push_back(skill);
    CAIRN_CHECK(out.size() == std::size(kNames));
    return out;
  }();
  return hard;
}

const Skill& DrawSkill(const Scene& scene) {
  Draw& draw = scene.draw;
  if (scene.level >= Level::kClear && draw.Percent(55)) return draw.Pick(HardSkills());
  uint32_t group = draw.Below(100);
  return group < 35 ? draw.Pick(ListSkills()) : group < 68 ? draw.Pick(WordSkills()) : draw.Pick(SentenceSkills());
}

Dialogue MoreOfSkill(Scene& scene) {
  Draw& draw = scene.draw;
  const Skill& skill = DrawSkill(scene);
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
  const Skill* skill = &DrawSkill(scene);
  size_t wording = draw.Below(24);
  int turns = draw.Between(1, max_turns);
  for (int i = 0; i < turns; ++i) {
    SkillCase made = skill->make(scene, wording);
    out.turns.push_back({made.question, made.answer, {}});
    if (draw.Percent(60)) {
      skill = &DrawSkill(scene);
      wording = draw.Below(24);
    }
  }
  return out;
}

}  // namespace cairn::seed
