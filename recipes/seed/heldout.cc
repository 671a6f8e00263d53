// Held-out items: the generator's other world of names, words and forms; and the rules that score answers.
#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "corpus.h"
#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

// Held-out items have draws of their own; no training seed in use is near this one.
constexpr uint64_t kHeldOutSeed = 0x68656c646f7574ull;  // "heldout"

// The fact with all wordings that are known: `rich` extends the world that the passage was drawn from.
const Fact& WithAllForms(const World& basic, const World& rich, const Entity& entity, const Fact& fact) {
  size_t at = 0;
  while (at < basic.frames.size() && basic.frames[at].get() != entity.frame) ++at;
  CAIRN_CHECK(at < basic.frames.size());
  return rich.frames[at]->facts[static_cast<size_t>(&fact - entity.frame->facts.data())];
}

Item::FactCheck CheckOf(const World& basic, const World& rich, const Passage& passage, const Probe& probe) {
  Item::FactCheck check;
  check.answer = probe.answer;
  if (probe.entity < 0) {
    check.questions = probe.asks;
    return check;
  }
  const Entity& entity = passage.entities[static_cast<size_t>(probe.entity)];
  const Stated& stated = StatedOf(passage, probe);
  const Fact& fact = WithAllForms(basic, rich, entity, *probe.fact);
  auto add = [&](const std::vector<std::string>& forms) {
    for (const std::string& form : forms) {
      check.questions.push_back(FillQuestion(form, entity, &stated, Mention::kFull));
      if (entity.noun_is_unique) check.questions.push_back(FillQuestion(form, entity, &stated, Mention::kNoun));
    }
  };
  add(AskForms(fact, probe.kind));
  if (probe.kind == Answer::kValue) {
    add(fact.ask_x);
    add(fact.req);
  } else if (probe.kind == Answer::kSecond) {
    add(fact.req_w);
  }
  return check;
}

Item FromTurn(std::string task, const Turn& turn) {
  Item item;
  item.task = std::move(task);
  item.prompt.push_back({"user", turn.user, false});
  item.accepted.push_back(turn.assistant);
  for (const std::string& other : turn.accepted) item.accepted.push_back(other);
  return item;
}

Item AskingItem(Scene& scene, const World& rich) {
  PassageOptions options;
  options.min_facts = 3;
  options.max_facts = 6;
  options.special = false;
  Passage passage = MakePassage(scene, options);
  Item item;
  item.task = "asking";
  int count = scene.draw.Between(1, 3);
  item.prompt = synth::WriteQuestions(passage.text, count);
  for (const Probe& probe : passage.probes) item.facts.push_back(CheckOf(scene.world, rich, passage, probe));
  return item;
}

// Forty names of skills, each wording in turn.
Item SkillItem(Scene& scene, uint64_t index) {
  std::vector<Skill> skills = ListSkills();
  skills.insert(skills.end(), WordSkills().begin(), WordSkills().end());
  skills.insert(skills.end(), SentenceSkills().begin(), SentenceSkills().end());
  Item item;
  if (index % 8 == 7) {
    item = FromTurn("skills", MakePattern(scene, 1).turns.front());
    item.kind = "pattern";
    return item;
  }
  const Skill& skill = skills[(index * 7) % skills.size()];
  SkillCase made = skill.make(scene, scene.draw.Below(24));
  item = FromTurn("skills", {made.question, made.answer, {}});
  item.kind = skill.name;
  return item;
}

}  // namespace

const std::vector<std::string>& Corpus::HeldOutTasks() {
  static const std::vector<std::string> tasks = {"reading", "asking", "judging", "skills", "unknown"};
  return tasks;
}

Item Corpus::HeldOut(std::string_view task, uint64_t index) const {
  Draw draw(kHeldOutSeed + StableHash(task), index);
  Scene scene{WorldOf(Level::kFull), draw, Split::kHeldOut};
  if (task == "asking") return AskingItem(scene, WorldOf(Level::kRich));
  if (task == "skills") {
    // Patterns that only show examples in earlier turns or ask for new ones have no single right answer.
    for (;;) {
      Item item = SkillItem(scene, index);
      bool asks_for_more = Contains(item.prompt[0].content, "new example") || Contains(item.accepted[0], "Q: ");
      bool shows = index % 8 != 7 || Contains(item.prompt[0].content, "\n");
      if (!asks_for_more && shows) return item;
    }
  }
  if (task == "judging") return FromTurn("judging", MakeJudging(scene, 1).turns.front());
  if (task == "unknown") return FromTurn("unknown", MakeUnknown(scene, 1).turns.front());
  CAIRN_CHECK(task == "reading");
  return FromTurn("reading", MakeReading(scene, 1).turns.front());
}

PairCount CountValidPairs(const Item& item, std::string_view reply) {
  PairCount count;
  for (const synth::QuestionAnswer& pair : synth::ParseQuestions(reply)) {
    ++count.total;
    int best = 0;
    bool right = false;
    for (const Item::FactCheck& fact : item.facts) {
      for (const std::string& question : fact.questions) {
        int f1 = TokenF1(question, pair.question);
        bool answer = Normalised(fact.answer) == Normalised(pair.answer);
        // Equal scores count for the fact whose answer fits: two facts may share a form.
        if (f1 > best || (f1 == best && answer)) {
          best = f1;
          right = answer;
        }
      }
    }
    if (best >= 600 && right) ++count.valid;
  }
  return count;
}

bool Score(const Item& item, std::string_view answer) {
  if (item.task == "asking") {
    PairCount count = CountValidPairs(item, answer);
    return count.total > 0 && count.valid == count.total;
  }
  std::string given = Normalised(answer);
  for (const std::string& accepted : item.accepted) {
    if (given == Normalised(accepted)) return true;
  }
  return false;
}

}  // namespace cairn::seed
