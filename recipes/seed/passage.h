// Passages: a short text about one to three invented things, and the questions that it answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "draw.h"
#include "frame.h"
#include "names.h"
#include "pools.h"

namespace cairn::seed {

struct Story;

// What the generator knows; loaded once, then read only.
struct World {
  Pools pools;
  std::vector<std::shared_ptr<const Frame>> frames;  // a wider world shares those of the one it extends
  std::vector<std::shared_ptr<const Story>> stories;
};

// Copy and easy scenes come early in training. Lists of random things can only be answered by finding and copying; easy
// texts are about one thing with one or two facts and nothing unknown. From long texts alone the model first learns to
// guess.
// kEvents: full scenes in which nearly half of the passages tell events (events.cc). kWide: the same with the frames of
// frames_wide, too. kNovel: wide, with new words in place of many known ones (novel.h), and lists to look things up in.
// kRich: wide, with the further wordings, more things side by side, invented words in lists and skills, and texts
// that only binding answers (binding.cc). kOpen: rich, with sentences of an open vocabulary (open_passage.cc).
// kClear: open, without questions that take for granted what the text does not say (AddForms, binding.cc), and with
// more of the skills that are hard to learn. kPlain: clear, with many more ordinary words in open passages, written
// questions that are always the nearest to the sentence (asking.cc), and facts that are asked for again and again
// without any text (recall.cc). kSure: plain, without recall and with more questions that nothing answers. kProse:
// sure, and a third of the passages are stories (story.cc). A level that a shipped model was trained on never changes:
// its phases could not be replayed any more.
enum class Level { kFull, kEasy, kCopy, kEvents, kWide, kNovel, kRich, kOpen, kClear, kPlain, kSure, kProse };
inline constexpr int kLevels = 12;
const char* LevelName(Level level);
bool HasEvents(Level level);
bool HasWordings(Level level);    // the further forms of wordings/
bool HasNovelWords(Level level);  // invented words in lists and skills, single sentences to ask about

// What one sample is drawn with.
struct Scene {
  const World& world;
  Draw& draw;
  Split split = Split::kTraining;
  Level level = Level::kFull;
  uint64_t era = 0;  // recall: which of the sets of facts that take turns is known at this time
  bool held_out() const { return split == Split::kHeldOut; }
};

// One fact of one thing, with the form that states it in the passage.
struct Stated {
  const Fact* fact = nullptr;
  std::string v, w;
  std::string form;
  bool verb_phrase = false;  // form is a verb phrase, the subject goes before it
};

struct Entity {
  const Frame* frame = nullptr;
  std::string name;        // "the Tolman lighthouse", "Ann Marl"
  std::string short_name;  // a person's first or last name, or empty
  std::string noun;
  Gender gender = Gender::kHe;
  bool nameless = false;       // called "the lighthouse" only
  bool noun_is_unique = true;  // "the lighthouse" can only mean this one
  std::vector<Stated> facts;
};

enum class Mention { kFull, kShort, kNoun, kPronoun };
enum class Answer { kValue, kSecond, kThing };

// A question that the passage answers. Special passages have no entity; they bring their own questions.
struct Probe {
  int entity = -1;
  const Fact* fact = nullptr;
  Answer kind = Answer::kValue;
  std::string answer;
  std::vector<std::string> asks;   // special passages: finished questions
  std::string statement;           // special passages: one sentence that says it
  std::vector<std::string> wrong;  // special passages: plausible wrong answers
  size_t sentence = 0;             // index into Passage::sentences, or npos
};

// A probe of a special passage. wrong: what is empty or the answer itself is left out.
Probe MakeProbe(std::string answer, std::vector<std::string> asks, std::string statement,
                std::vector<std::string> wrong, size_t sentence);

struct Passage {
  std::string text;
  std::vector<Entity> entities;
  std::vector<std::string> sentences;
  std::vector<Probe> probes;          // in the order of the text
  std::vector<std::string> unknowns;  // special passages: questions it does not answer
  bool story = false;                 // holds a story, the first question of whose probes stands for itself
};

struct PassageOptions {
  int min_facts = 2;
  int max_facts = 7;
  int max_entities = 3;
  bool special = true;  // lists of prices, comparisons, instructions, ... may be drawn
};

Passage MakePassage(Scene& scene, const PassageOptions& options);
Passage MakeSpecialPassage(Scene& scene);
Passage MakeEventPassage(Scene& scene);
Passage MakeGuidePassage(Scene& scene);
Passage MakeOpenPassage(Scene& scene);
// lines: at most so many sentences from the front of a story.
Passage MakeStoryPassage(Scene& scene, size_t lines);
// A new thing of the frame with all its facts; forms not chosen yet.
Entity MakeEntity(Scene& scene, const Frame& frame);
void ChooseForm(Scene& scene, Stated& stated);

// The fact as one sentence; raw: without the capital at its front and the full stop.
std::string RawStatement(const Entity& entity, const Stated& stated, Mention mention);
std::string StatementOf(const Entity& entity, const Stated& stated, Mention mention);
// A sentence for the probe with full names: the one of the passage, or for special passages theirs.
std::string StatementOf(const Passage& passage, const Probe& probe);
// The stated fact that the probe asks for.
const Stated& StatedOf(const Passage& passage, const Probe& probe);

// The thing under another name: "she", "the lighthouse", "Ann", "Ann Marl's".
std::string NameOf(const Entity& entity, Mention mention);
// Verb phrase and statement as the person itself would say it ("I keep bees"); empty if the rules cannot.
std::string FirstPerson(const Entity& entity, const Stated& stated);

// A question for the probe; with requests also "Tell me ...". Held-out scenes prefer the held-out forms.
std::string AskFor(Scene& scene, const Passage& passage, const Probe& probe, Mention mention, bool requests = true);
// The question forms that exist for a fact and kind of answer.
const std::vector<std::string>& AskForms(const Fact& fact, Answer kind);
std::string FillQuestion(const std::string& form, const Entity& entity, const Stated* stated, Mention mention);

// A question about the passage's things that the passage does not answer; empty if there is none.
std::string UnknownQuestion(Scene& scene, const Passage& passage);
// The same, of the kind that goes with any text: "How heavy is the bell?" (near_miss.cc).
std::string NearMissQuestion(Scene& scene, const Passage& passage);
// A wrong answer to the probe that looks right, or empty.
std::string WrongAnswer(Scene& scene, const Passage& passage, const Probe& probe);

}  // namespace cairn::seed
