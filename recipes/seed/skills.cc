// Skills in conversations: one or several exercises, and "write another example of this task".
#include "skills.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "synth/prompts.h"
#include "text.h"

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

// What an instruction calls its data.
std::string_view NounOf(Data data) {
  switch (data) {
    case Data::kWord:
      return "word";
    case Data::kList:
    case Data::kNumbers:
      return "list";
    case Data::kSentence:
      return "sentence";
    default:
      return "text";
  }
}

bool EndsWithMark(std::string_view text) { return text.ends_with('.') || text.ends_with('?') || text.ends_with('!'); }

// A command as people ask for it. Half of the manners change nothing.
std::string Requested(std::string_view form, size_t manner) {
  static constexpr std::string_view kManners[] = {"Please {i}",
                                                  "Can you {i}?",
                                                  "Could you {i}?",
                                                  "Could you please {i}?",
                                                  "Can you please {i}?",
                                                  "I need you to {i}",
                                                  "I would like you to {i}",
                                                  "Would you {i}?",
                                                  "Now {i}",
                                                  "Hello, can you {i}?",
                                                  "Hi! Please {i}",
                                                  "I want you to {i}"};
  // Forms with the data on lines of their own are not commands.
  if (EndsWithMark(form) || Contains(form, "\n") || manner >= std::size(kManners)) return std::string(form);
  return Fill(kManners[manner], {{"i", Uncapitalised(form)}});
}

// As people type: no capital and no mark.
std::string Careless(std::string text) {
  if (EndsWithMark(text)) text.pop_back();
  return Uncapitalised(text);
}

// The instruction and its data in one of many layouts.
std::string LaidOut(const std::string& instruction, Data data, size_t layout) {
  const bool marked = EndsWithMark(instruction);
  const std::string full = marked ? instruction : instruction + ".";
  const std::string lead = marked ? instruction : instruction + ":";
  static constexpr std::string_view kOwnLines[] = {"{lead}\n{x}",   "{lead}\n\n{x}",   "{x}\n{full}",
                                                   "{x}\n\n{full}", "{careless}\n{x}", "{x}\n\n{careless}"};
  // Lists and words have no full stop of their own.
  static constexpr std::string_view kOfItems[] = {"{lead} {x}",
                                                  "{lead} {x}",
                                                  "{lead} {x}",
                                                  "{full} {x}.",
                                                  "{x}. {full}",
                                                  "Here is a {noun}: {x}. {full}",
                                                  "{Noun}: {x}\n{full}",
                                                  "{full}\n{Noun}: {x}",
                                                  "{x} - {full}",
                                                  "\"{x}\" - {full}",
                                                  "{lead} \"{x}\"",
                                                  "{full} Here is the {noun}: {x}",
                                                  "This is the {noun}: {x}\n{full}",
                                                  "{careless}: {x}"};
  static constexpr std::string_view kOfText[] = {"{lead} {x}",
                                                 "{lead} {x}",
                                                 "{lead} {x}",
                                                 "{lead} \"{x}\"",
                                                 "{x} {full}",
                                                 "Here is a {noun}: {x} {full}",
                                                 "{Noun}: {x}\n{full}",
                                                 "{full}\n{Noun}: {x}",
                                                 "{x} - {full}",
                                                 "\"{x}\" - {full}",
                                                 "\"{x}\"\n{full}",
                                                 "{full} Here is the {noun}: {x}",
                                                 "This is the {noun}: {x}\n{full}",
                                                 "{careless}: {x}"};
  const bool phrase = data == Data::kWord || data == Data::kPhrase;
  const bool items = data == Data::kList || data == Data::kNumbers || phrase;
  const size_t other = items ? std::size(kOfItems) : std::size(kOfText);
  const size_t at = layout % (data == Data::kForm ? std::size(kOwnLines) : std::size(kOwnLines) + other);
  std::string_view form = at < std::size(kOwnLines) ? kOwnLines[at]
                          : items                   ? kOfItems[at - std::size(kOwnLines)]
                                                    : kOfText[at - std::size(kOwnLines)];
  // A full stop after a word looks like a part of it.
  if (phrase && Contains(form, "{x}.")) form = "{lead} {x}";
  const std::string noun(NounOf(data));
  return Fill(form, {{"lead", lead},
                     {"full", full},
                     {"careless", Careless(instruction)},
                     {"noun", noun},
                     {"Noun", Capitalised(noun)},
                     {"x", "{x}"}});
}

Dialogue MoreOfSkill(Scene& scene) {
  Draw& draw = scene.draw;
  const Skill& skill = DrawSkill(scene);
  size_t wording = DrawWording(scene);
  bool mixed = draw.Percent(30);
  std::vector<synth::QuestionAnswer> examples;
  int count = draw.Between(3, 5);
  for (int i = 0; i <= count; ++i) {
    SkillCase made = skill.make(scene, mixed ? DrawWording(scene) : wording);
    // Blank lines stand between the examples.
    if (scene.level >= Level::kPlain) made.question = ReplaceAll(made.question, "\n\n", "\n");
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

size_t DrawWording(const Scene& scene) {
  return scene.draw.Below(scene.level >= Level::kPlain ? 1'000'000'000 : kOldWordings);
}

std::string Wording(const Scene& scene, Forms old, Forms further, size_t wording, Data data) {
  std::string old_form(old.begin()[wording % old.size()]);
  // Each choice takes its own digit of the number.
  size_t rest = wording / kOldWordings;
  auto take = [&rest](size_t n) {
    size_t digit = rest % n;
    rest /= n;
    return digit;
  };
  if (scene.level < Level::kPlain || take(4) == 0) return old_form;
  std::string form = Requested(further.begin()[take(further.size())], take(24));
  const bool has_data = data == Data::kInside || Contains(form, "{x}");
  if (!has_data) return LaidOut(form, data, rest);
  if ((data == Data::kWord || data == Data::kPhrase) && take(4) == 0 && !Contains(form, "\""))
    form = ReplaceAll(form, "{x}", "\"{x}\"");
  if (Contains(form, "\n")) return form;
  if (take(8) == 0) return Careless(form);
  return EndsWithMark(form) ? form : form + ".";
}

Dialogue MakeSkill(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  if (max_turns > 1 && draw.Percent(14)) return MoreOfSkill(scene);
  Dialogue out;
  out.task = "skills";
  const Skill* skill = &DrawSkill(scene);
  size_t wording = DrawWording(scene);
  int turns = draw.Between(1, max_turns);
  for (int i = 0; i < turns; ++i) {
    SkillCase made = skill->make(scene, wording);
    out.turns.push_back({made.question, made.answer, {}});
    if (draw.Percent(60)) {
      skill = &DrawSkill(scene);
      wording = DrawWording(scene);
    }
  }
  return out;
}

}  // namespace cairn::seed
