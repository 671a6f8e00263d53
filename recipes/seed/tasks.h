// The tasks that the seed model learns, one function each. Every function draws one conversation.
#pragma once

#include <string>
#include <vector>

#include "passage.h"

namespace cairn::seed {

struct Turn {
  std::string user, assistant;
  std::vector<std::string> accepted;  // further right answers
  bool train = true;                  // false: an example that cannot be foreseen
};

struct Dialogue {
  std::string task;
  std::vector<Turn> turns;
  Passage passage;  // what it is about, if the task has one
};

inline constexpr const char* kDontKnow = "I don't know.";

Dialogue MakeReading(Scene& scene, int max_turns);
Dialogue MakeUnknown(Scene& scene, int max_turns);
Dialogue MakeAsking(Scene& scene, int max_turns);
Dialogue MakeJudging(Scene& scene, int max_turns);
Dialogue MakeRephrase(Scene& scene, int max_turns);
Dialogue MakeConversation(Scene& scene);
Dialogue MakeSkill(Scene& scene, int max_turns);
Dialogue MakeCopy(Scene& scene);     // copy scenes only: repeat lists of random things
Dialogue MakeLookup(Scene& scene);   // copy, easy and novel scenes: go on, find in a list
Dialogue MakeBinding(Scene& scene);  // rich and open scenes: who goes with what
Dialogue MakeRecall(Scene& scene);   // plain scenes: bare questions about the facts of an era
Dialogue MakePattern(Scene& scene, int max_turns);

// One exercise of a skill. wording chooses the instruction, so that several cases can share it.
struct SkillCase {
  std::string question, answer;
};
struct Skill {
  const char* name;
  SkillCase (*make)(Scene& scene, size_t wording);
};
const std::vector<Skill>& ListSkills();
const std::vector<Skill>& WordSkills();
const std::vector<Skill>& SentenceSkills();

// The passage and the question in one of many layouts.
std::string AskFromText(Draw& draw, const std::string& passage, const std::string& question);
// As people type: now and then without capital or question mark.
std::string Typed(Draw& draw, const std::string& question);
// A question that stands for itself, in one of several layouts.
std::string AskedBare(Draw& draw, const std::string& question);
// The passage and an instruction about it, in one of several layouts.
std::string WithText(Draw& draw, const std::string& passage, const std::string& instruction);

}  // namespace cairn::seed
