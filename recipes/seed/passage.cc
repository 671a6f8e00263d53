// Composing a passage: which facts, in which order, in which constructions, in which kind of text.
#include "passage.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "text.h"

namespace cairn::seed {
namespace {

// One sentence to be: some facts of one thing, or an introduction.
struct Unit {
  size_t entity = 0;
  std::vector<size_t> facts;  // indices into Entity::facts
  bool intro = false;
};

enum class Register { kPlain, kHeading, kNotes, kDialogue, kLetter, kNotice, kBullets, kFirstPerson };

bool Joinable(const std::string& form) {
  for (std::string_view part : {" because ", " that ", " if ", " when ", " who ", " which ", " and ", " so ", ",",
                                " but ", " while ", " as ", ":", " or "}) {
    if (Contains(form, part)) return false;
  }
  return true;
}

// Two values of one passage must not be taken for each other.
bool Clashes(const std::string& a, const std::string& b) { return ContainEachOther(AsciiLower(a), AsciiLower(b)); }

class Composer {
 public:
  Composer(Scene& scene, const PassageOptions& options) : scene_(scene), draw_(scene.draw), options_(options) {}

  Passage Make() {
    Choose();
    switch (register_) {
      case Register::kNotes:
        Notes();
        break;
      case Register::kDialogue:
        Dialogue();
        break;
      case Register::kFirstPerson:
        SelfPortrait();
        break;
      default:
        Prose();
        Layout();
    }
    if (draw_.Percent(14)) Contract();
    return std::move(passage_);
  }

 private:
  // --- what the passage is about ---------------------------------------------------------------------------------

  void Choose() {
    int facts = draw_.Between(options_.min_facts, options_.max_facts);
    uint32_t roll = draw_.Below(100);
    size_t count = roll < (HasWordings(scene_.level) ? 50u : 72u) || facts < 2 || options_.max_entities < 2 ? 1
                   : roll < 94 || facts < 4                                                                 ? 2
                                                                                                            : 3;
    count = std::min(count, static_cast<size_t>(options_.max_entities));
    bool same_frame = draw_.Percent(50);
    for (size_t i = 0; i < count; ++i)
      AddEntity(same_frame && i > 0 && !passage_.entities[0].nameless ? passage_.entities[0].frame : nullptr);
    count = passage_.entities.size();
    for (size_t i = 0; i < count; ++i) {
      size_t share = static_cast<size_t>(facts) / count + (i < static_cast<size_t>(facts) % count ? 1 : 0);
      KeepFacts(passage_.entities[i], std::max<size_t>(share, 1));
    }
    for (Entity& entity : passage_.entities) {
      for (const Entity& other : passage_.entities) {
        if (&other == &entity) continue;
        if (other.noun == entity.noun || other.frame == entity.frame) entity.noun_is_unique = false;
        if (other.short_name == entity.short_name) entity.short_name.clear();
      }
    }
    PickRegister();
  }

  void AddEntity(const Frame* frame) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      const auto& frames = scene_.world.frames;
      Entity entity = MakeEntity(scene_, frame != nullptr ? *frame : *draw_.Pick(frames));
      // "the ferry" beside another ferry would leave it open which one is meant.
      bool clash = entity.nameless && frame != nullptr;
      for (const Entity& other : passage_.entities) {
        clash = clash || ((other.nameless || entity.nameless) && other.frame == entity.frame);
        clash = clash || Clashes(other.name, entity.name) ||
                (!other.short_name.empty() && Contains(" " + entity.name + " ", " " + other.short_name + " "));
      }
      if (clash) continue;
      passage_.entities.push_back(std::move(entity));
      return;
    }
  }

  // Keeps the first facts whose values cannot be mixed up with others of the passage.
  void KeepFacts(Entity& entity, size_t count) {
    std::vector<Stated> kept;
    for (Stated& stated : entity.facts) {
      if (kept.size() == count) break;
      if (!stated.fact->yesno) {
        bool clash = false;
        for (int attempt = 0; attempt < 6; ++attempt) {
          clash = Taken(stated.v) || (stated.fact->w != nullptr && (Taken(stated.w) || Clashes(stated.v, stated.w)));
          if (!clash) break;
          stated.v = stated.fact->v->Value(draw_, scene_.split);
          if (stated.fact->w != nullptr) stated.w = stated.fact->w->Value(draw_, scene_.split);
        }
        if (clash) continue;
        values_.push_back(stated.v);
        if (stated.fact->w != nullptr) values_.push_back(stated.w);
      }
      ChooseForm(scene_, stated);
      kept.push_back(std::move(stated));
    }
    entity.facts = std::move(kept);
  }

  bool Taken(const std::string& value) const {
    for (const std::string& other : values_) {
      if (Clashes(value, other)) return true;
    }
    for (const Entity& entity : passage_.entities) {
      if (Clashes(value, entity.name)) return true;
    }
    return false;
  }

  void PickRegister() {
    const Entity& first = passage_.entities[0];
    uint32_t roll = draw_.Below(100);
    bool single = passage_.entities.size() == 1;
    if (roll < 58) {
      register_ = Register::kPlain;
    } else if (roll < 68) {
      register_ = Register::kHeading;
    } else if (roll < 75) {
      register_ = Register::kNotes;
    } else if (roll < 80) {
      register_ = single ? Register::kDialogue : Register::kPlain;
    } else if (roll < 86) {
      register_ = Register::kLetter;
    } else if (roll < 90) {
      register_ = Register::kNotice;
    } else if (roll < 95) {
      register_ = Register::kBullets;
    } else {
      register_ = single && first.frame->pronoun == Pronoun::kPerson ? Register::kFirstPerson : Register::kPlain;
    }
  }

  // --- prose -----------------------------------------------------------------------------------------------------

  void Prose() {
    std::vector<Unit> units;
    std::vector<std::vector<Unit>> blocks;
    for (size_t e = 0; e < passage_.entities.size(); ++e) blocks.push_back(UnitsOf(e));
    bool interleave = blocks.size() > 1 && draw_.Percent(35);
    interleaved_ = interleave;
    if (!interleave) {
      for (auto& block : blocks) {
        for (Unit& unit : block) units.push_back(std::move(unit));
      }
    } else {
      for (size_t i = 0, left = 1; left > 0; ++i) {
        left = 0;
        for (auto& block : blocks) {
          if (i < block.size()) units.push_back(block[i]);
          left += i + 1 < block.size() ? 1 : 0;
        }
      }
    }
    for (const Unit& unit : units) {
      if (unit.entity != last_entity_) last_entity_changed_ = true;
      AddUnit(unit);
      if (draw_.Percent(7)) {
        passage_.sentences.push_back(draw_.Pick(scene_.world.pools.Get("filler").words));
        last_entity_changed_ = true;
      }
    }
  }

  std::vector<Unit> UnitsOf(size_t e) {
    const Entity& entity = passage_.entities[e];
    std::vector<Unit> units;
    if (draw_.Percent(30)) units.push_back({e, {}, true});
    for (size_t i = 0; i < entity.facts.size();) {
      Unit unit{e, {i}, false};
      auto verb = [&](size_t at) { return at < entity.facts.size() && entity.facts[at].verb_phrase; };
      bool pair = verb(i) && verb(i + 1) && Joinable(entity.facts[i].form);
      if (pair && draw_.Percent(38)) {
        unit.facts.push_back(i + 1);
        if (verb(i + 2) && Joinable(entity.facts[i + 1].form) && draw_.Percent(15)) unit.facts.push_back(i + 2);
      }
      i += unit.facts.size();
      units.push_back(std::move(unit));
    }
    return units;
  }

  Mention PickMention(const Unit& unit) {
    const Entity& entity = passage_.entities[unit.entity];
    bool first = std::find(mentioned_.begin(), mentioned_.end(), unit.entity) == mentioned_.end();
    if (first) {
      mentioned_.push_back(unit.entity);
      return Mention::kFull;
    }
    bool person = entity.frame->pronoun == Pronoun::kPerson;
    bool follows = !last_entity_changed_ && last_entity_ == unit.entity && !(person && last_value_is_name_);
    uint32_t roll = draw_.Below(100);
    if (follows && roll < 50) return Mention::kPronoun;
    if (person) {
      if (roll < 70 && !entity.short_name.empty()) return Mention::kShort;
      return roll < 78 && entity.noun_is_unique ? Mention::kNoun : Mention::kFull;
    }
    return roll < 75 && entity.noun_is_unique ? Mention::kNoun : Mention::kFull;
  }

  void AddUnit(const Unit& unit) {
    const Entity& entity = passage_.entities[unit.entity];
    Mention mention = PickMention(unit);
    std::string text = unit.intro              ? Intro(entity)
                       : unit.facts.size() > 1 ? Joined(entity, unit, mention)
                                               : Single(entity, unit, mention);
    bool join = !raw_.empty() && !passage_.sentences.empty() && can_join_ && draw_.Percent(8) &&
                passage_.sentences.back().size() < 70 && text.size() < 70;
    if (join) {
      std::string& previous = passage_.sentences.back();
      previous.pop_back();
      previous += std::string(draw_.Pick({", and ", "; ", ", and ", ", while "})) + raw_ + ".";
    } else {
      passage_.sentences.push_back(std::move(text));
    }
    can_join_ = !join && unit.facts.size() == 1 && !raw_.empty();
    for (size_t i : unit.facts) AddProbes(unit.entity, entity.facts[i]);
    last_entity_ = unit.entity;
    last_entity_changed_ = false;
  }

  std::string Intro(const Entity& entity) {
    raw_.clear();
    last_value_is_name_ = false;
    std::string noun = entity.noun;
    // "The washing machine is a washing machine" tells nobody anything.
    if (Contains(AsciiLower(entity.name), noun)) {
      return Fill(draw_.Pick({"Here are some facts about {S}.", "Have you heard of {S}?", "This text is about {S}.",
                              "A few words about {S}.", "What is there to know about {S}?", "You asked about {S}."}),
                  {{"S", entity.name}});
    }
    if (entity.frame->pronoun == Pronoun::kPerson) {
      switch (draw_.Below(6)) {
        case 0:
          return "This is about " + entity.name + ", " + WithArticle(noun) + ".";
        case 1:
          return "Let me tell you about " + entity.name + ".";
        case 2:
          return "Have you met " + entity.name + ", the " + noun + "?";
        case 3:
          return "One of the people we met is " + entity.name + ", " + WithArticle(noun) + ".";
        default:
          return Capitalised(entity.name) + " is " + WithArticle(noun) + ".";
      }
    }
    switch (draw_.Below(6)) {
      case 0:
        return "There is " + WithArticle(noun) + " called " + entity.name + ".";
      case 1:
        return "This text is about " + entity.name + ", " + WithArticle(noun) + ".";
      case 2:
        return "Here are some facts about " + entity.name + ".";
      case 3:
        return "Have you heard of " + entity.name + "?";
      default:
        return Capitalised(entity.name) + " is " + WithArticle(noun) + ".";
    }
  }

  void NoteValue(const Stated& stated) {
    last_value_is_name_ = StartsUpper(stated.v) || StartsUpper(stated.w) || Contains(stated.form, " mother") ||
                          Contains(stated.form, "brother") || Contains(stated.form, "sister") ||
                          Contains(stated.form, "father") || Contains(stated.form, "friend");
  }

  std::string Single(const Entity& entity, const Unit& unit, Mention mention) {
    const Stated& stated = entity.facts[unit.facts[0]];
    NoteValue(stated);
    raw_ = RawStatement(entity, stated, mention);
    std::string_view form = stated.form;
    bool free_front = stated.verb_phrase || form.starts_with('{');
    for (std::string_view word : {"The ", "In ", "At ", "If ", "On ", "For ", "When ", "You ", "People ", "Every ",
                                  "To ", "From ", "Each ", "By ", "With ", "Under ", "Many ", "Most ", "Visitors "}) {
      if (form.starts_with(word)) {
        free_front = true;
        raw_ = Uncapitalised(raw_);
      }
    }
    if (!free_front || Contains(raw_, ":") || Contains(raw_, "?")) {
      std::string text = Capitalised(raw_);
      raw_.clear();
      return text + (text.ends_with('?') ? "" : ".");
    }
    std::string text = raw_;
    uint32_t roll = draw_.Below(100);
    if (roll < 5) {
      text = "according to " + draw_.Pick(scene_.world.pools.Get("source").words) + ", " + text;
    } else if (roll < 11) {
      const std::string& opener = draw_.Pick(scene_.world.pools.Get("opener").words);
      text = opener + (opener.ends_with(" that") ? " " : ", ") + text;
    } else if (roll < 18 && stated.verb_phrase && mention != Mention::kFull) {
      text = WithAlso(text, entity, stated, mention);
    }
    return Capitalised(text) + ".";
  }

  std::string WithAlso(const std::string& text, const Entity& entity, const Stated& stated, Mention mention) {
    std::string subject = NameOf(entity, mention) + " ";
    if (!text.starts_with(subject)) return text;
    std::string rest = text.substr(subject.size());
    for (std::string_view verb : {"is ", "was ", "can ", "must ", "will "}) {
      if (rest.starts_with(verb)) return subject + std::string(verb) + "also " + rest.substr(verb.size());
    }
    (void)stated;
    return subject + "also " + rest;
  }

  std::string Joined(const Entity& entity, const Unit& unit, Mention mention) {
    raw_.clear();
    std::string subject = NameOf(entity, mention);
    std::vector<std::string> phrases;
    for (size_t i : unit.facts) {
      phrases.push_back(RawStatement(entity, entity.facts[i], mention).substr(subject.size() + 1));
      NoteValue(entity.facts[i]);
    }
    if (phrases.size() == 2 && mention == Mention::kFull && draw_.Percent(30)) {
      const char* which = entity.frame->pronoun == Pronoun::kPerson ? ", who " : ", which ";
      return Capitalised(subject) + which + phrases[0] + ", " + phrases[1] + ".";
    }
    std::string_view last = phrases.size() == 2 && draw_.Percent(15) ? ", and " : " and ";
    return Capitalised(subject) + " " + JoinList(phrases, last) + ".";
  }

  void AddProbes(size_t e, const Stated& stated) {
    const Entity& entity = passage_.entities[e];
    size_t sentence = passage_.sentences.empty() ? 0 : passage_.sentences.size() - 1;
    Probe probe;
    probe.entity = static_cast<int>(e);
    probe.fact = stated.fact;
    probe.answer = stated.v;
    probe.sentence = sentence;
    passage_.probes.push_back(probe);
    if (stated.fact->w != nullptr && !stated.fact->ask_w.empty()) {
      probe.kind = Answer::kSecond;
      probe.answer = stated.w;
      passage_.probes.push_back(probe);
    }
    if (!stated.fact->back.empty()) {
      probe.kind = Answer::kThing;
      probe.answer = entity.name;
      passage_.probes.push_back(probe);
    }
  }

  // "it's", "doesn't": as people write when they are not careful. Answers must still stand in the text.
  void Contract() {
    static constexpr std::array<std::array<std::string_view, 2>, 16> kShort = {{{" is not ", " isn't "},
                                                                                {" does not ", " doesn't "},
                                                                                {" do not ", " don't "},
                                                                                {" cannot ", " can't "},
                                                                                {" was not ", " wasn't "},
                                                                                {" did not ", " didn't "},
                                                                                {" are not ", " aren't "},
                                                                                {" will not ", " won't "},
                                                                                {"It is ", "It's "},
                                                                                {" it is ", " it's "},
                                                                                {"He is ", "He's "},
                                                                                {"She is ", "She's "},
                                                                                {"There is ", "There's "},
                                                                                {"That is ", "That's "},
                                                                                {"I am ", "I'm "},
                                                                                {"You will ", "You'll "}}};
    auto contracted = [&](std::string text) {
      for (const auto& pair : kShort) text = ReplaceAll(text, pair[0], pair[1]);
      return text;
    };
    std::string text = contracted(passage_.text);
    for (const Probe& probe : passage_.probes) {
      if (contracted(" " + probe.answer + " ") != " " + probe.answer + " ") return;
    }
    passage_.text = std::move(text);
    for (std::string& sentence : passage_.sentences) sentence = contracted(std::move(sentence));
  }

  // --- kinds of text ---------------------------------------------------------------------------------------------

  std::string Title() {
    const Entity& entity = passage_.entities[0];
    if (draw_.Percent(70)) return Capitalised(entity.name);
    return std::string(draw_.Pick({"About ", "Facts about ", "All about ", "News of ", "A page about "})) + entity.name;
  }

  std::string Paragraphs() {
    std::string text;
    size_t count = passage_.sentences.size();
    size_t cut = count > 4 && draw_.Percent(35) ? draw_.Below(count - 3) + 2 : count;
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) text += i == cut ? "\n\n" : " ";
      text += passage_.sentences[i];
    }
    return text;
  }

  void Layout() {
    switch (register_) {
      case Register::kHeading:
        passage_.text = Cat({draw_.Pick({"", "", "# ", "## "}), Title(), "\n\n", Paragraphs()});
        return;
      case Register::kLetter:
        passage_.text =
            Cat({draw_.Pick({"Dear ", "Hello ", "Hi ", "My dear "}), DrawFirstName(draw_, scene_.split, nullptr), ",\n",
                 draw_.Pick({"", "", "I hope you are well. ", "Thank you for your letter. ", "You asked me for news. ",
                             "Here is what you wanted to know. "}),
                 Paragraphs(), "\n",
                 draw_.Pick({"Yours, ", "Best wishes, ", "Love, ", "Kind regards,\n", "See you soon, "}),
                 DrawFirstName(draw_, scene_.split, nullptr)});
        return;
      case Register::kNotice:
        passage_.text = Cat({draw_.Pick({"NOTICE", "Please note", "Information for visitors", "Announcement",
                                         "For your information", "Attention", "News"}),
                             draw_.Pick({"\n", ": ", "\n\n", "\n"}), Paragraphs()});
        return;
      case Register::kBullets: {
        std::string bullet(draw_.Pick({"- ", "* ", "", "1"}));
        passage_.text = draw_.Percent(40) ? Title() + "\n" : "";
        for (size_t i = 0; i < passage_.sentences.size(); ++i) {
          if (i > 0) passage_.text += "\n";
          passage_.text += (bullet == "1" ? std::to_string(i + 1) + ". " : bullet) + passage_.sentences[i];
        }
        return;
      }
      default:
        passage_.text = Paragraphs();
    }
  }

  // "the name of the keeper of {S}" -> "Name of the keeper"; else the fact's id.
  std::string Label(const Fact& fact) {
    for (const std::string& req : fact.req) {
      for (std::string_view tail : {" of {S}", " for {S}", " at {S}", " in {S}", " on {S}"}) {
        if (!req.ends_with(tail) || !req.starts_with("the ") || draw_.Percent(35)) continue;
        return Capitalised(req.substr(4, req.size() - 4 - tail.size()));
      }
    }
    return {};
  }

  void Notes() {
    std::string_view mark = draw_.Pick({": ", ": ", " - ", " = ", " | "});
    std::string_view front = draw_.Pick({"", "", "- ", "* "});
    for (size_t e = 0; e < passage_.entities.size(); ++e) {
      const Entity& entity = passage_.entities[e];
      passage_.text += (e > 0 ? "\n\n" : "") + Capitalised(entity.name);
      if (draw_.Percent(40)) passage_.text += std::string(draw_.Pick({" (", ", "})) + entity.noun;
      if (passage_.text.find('(') != std::string::npos && !passage_.text.ends_with(')') &&
          passage_.text.ends_with("(" + entity.noun)) {
        passage_.text += ")";
      }
      for (const Stated& stated : entity.facts) {
        std::string label = stated.fact->yesno || stated.fact->w != nullptr ? "" : Label(*stated.fact);
        passage_.sentences.push_back(label.empty() ? StatementOf(entity, stated, Mention::kFull)
                                                   : label + std::string(mark) + stated.v);
        passage_.text += "\n" + std::string(front) + passage_.sentences.back();
        AddProbes(e, stated);
      }
    }
  }

  void Dialogue() {
    const Entity& entity = passage_.entities[0];
    std::string a = DrawFirstName(draw_, scene_.split, nullptr);
    std::string b = DrawFirstName(draw_, scene_.split, nullptr);
    bool dashes = draw_.Percent(25) || a == b;
    auto line = [&](bool first, const std::string& text) {
      if (!passage_.text.empty()) passage_.text += "\n";
      passage_.text += (dashes ? "- " : (first ? a : b) + ": ") + text;
    };
    line(true, std::string(draw_.Pick(
                   {"Do you know ", "What do you know about ", "Can you tell me about ", "Have you heard of "})) +
                   entity.name + "?");
    bool opened = false;
    for (const Stated& stated : entity.facts) {
      bool short_answer = opened && !stated.fact->yesno && stated.fact->w == nullptr && draw_.Percent(40);
      std::string text = StatementOf(entity, stated, Mention::kPronoun);
      if (!opened) {
        line(false, std::string(draw_.Pick({"Yes. ", "Yes, I do. ", "A little. ", "Of course. ", ""})) +
                        StatementOf(entity, stated, Mention::kFull));
      } else {
        line(true, short_answer || draw_.Percent(50)
                       ? FillQuestion(draw_.Pick(stated.fact->ask), entity, &stated, Mention::kPronoun)
                       : std::string(draw_.Pick({"What else?", "I see.", "Really?", "Anything else?",
                                                 "That is interesting.", "I didn't know that.", "Go on."})));
        line(false, short_answer ? Capitalised(stated.v) + "." : text);
      }
      passage_.sentences.push_back(StatementOf(entity, stated, Mention::kFull));
      AddProbes(0, stated);
      opened = true;
    }
  }

  void SelfPortrait() {
    Entity& entity = passage_.entities[0];
    std::string noun = WithArticle(entity.noun);
    passage_.sentences.push_back(draw_.Percent(50) ? "My name is " + entity.name + "."
                                                   : "I am " + entity.name + ", " + noun + ".");
    std::vector<Stated> kept;
    for (Stated& stated : entity.facts) {
      std::string text;
      for (int attempt = 0; attempt < 6 && text.empty(); ++attempt) {
        text = FirstPerson(entity, stated);
        if (text.empty()) ChooseForm(scene_, stated);
      }
      if (text.empty()) continue;
      passage_.sentences.push_back(std::move(text));
      AddProbes(0, stated);
      kept.push_back(std::move(stated));
    }
    entity.facts = std::move(kept);
    passage_.text = Paragraphs();
  }

  Scene& scene_;
  Draw& draw_;
  const PassageOptions& options_;
  Passage passage_;
  Register register_ = Register::kPlain;
  std::vector<std::string> values_;
  std::vector<size_t> mentioned_;
  size_t last_entity_ = 0;
  bool last_entity_changed_ = true;
  bool last_value_is_name_ = false;
  bool interleaved_ = false;
  bool can_join_ = false;
  std::string raw_;  // the last single statement without capital and full stop; empty if it cannot be joined to another
};

}  // namespace

Probe MakeProbe(std::string answer, std::vector<std::string> asks, std::string statement,
                std::vector<std::string> wrong, size_t sentence) {
  std::erase_if(wrong, [&](const std::string& w) { return w.empty() || w == answer; });
  Probe probe;
  probe.answer = std::move(answer);
  probe.asks = std::move(asks);
  probe.statement = std::move(statement);
  probe.wrong = std::move(wrong);
  probe.sentence = sentence;
  return probe;
}

namespace {

// Percent of passages that are stories; of the others, that are open; of the others, that tell events; of the others,
// that are special. The rest are made from frames.
struct Shares {
  uint32_t stories, open, events, special;
};
Shares SharesOf(Level level) {
  if (level >= Level::kProse) return {35, 25, 27, 22};
  if (level == Level::kPlain) return {0, 20, 20, 20};
  if (level >= Level::kOpen) return {0, 25, 27, 22};
  if (level == Level::kRich) return {0, 0, 35, 35};
  return {0, 0, HasEvents(level) ? 45u : 0u, 16};
}

// `more` stands behind the text of `passage`.
void Append(Passage& passage, Passage more) {
  passage.text += "\n\n" + more.text;
  for (Probe& probe : more.probes) {
    probe.sentence += passage.sentences.size();
    if (probe.entity >= 0) probe.entity += static_cast<int>(passage.entities.size());
    passage.probes.push_back(std::move(probe));
  }
  std::move(more.sentences.begin(), more.sentences.end(), std::back_inserter(passage.sentences));
  std::move(more.entities.begin(), more.entities.end(), std::back_inserter(passage.entities));
  std::move(more.unknowns.begin(), more.unknowns.end(), std::back_inserter(passage.unknowns));
  passage.story = passage.story || more.story;
}

// A story, whole or its first sentences; now and then with facts of something else before or behind it.
Passage StoryWithOthers(Scene& scene, const PassageOptions& options) {
  Draw& draw = scene.draw;
  const bool is_short = options.max_facts <= 2 || draw.Percent(20);
  Passage story = MakeStoryPassage(scene, is_short ? static_cast<size_t>(draw.Between(1, 3)) : SIZE_MAX);
  if (is_short || !draw.Percent(20)) return story;
  PassageOptions few{.min_facts = 1, .max_facts = 3, .max_entities = 1, .special = false};
  Passage other = MakePassage(scene, few);
  if (draw.Percent(50)) std::swap(story, other);
  Append(story, std::move(other));
  return story;
}

}  // namespace

Passage MakePassage(Scene& scene, const PassageOptions& wanted) {
  PassageOptions options = wanted;
  if (scene.level == Level::kEasy) options = {.min_facts = 1, .max_facts = 2, .max_entities = 1, .special = false};
  if (options.special) {
    const Shares shares = SharesOf(scene.level);
    if (shares.stories > 0 && scene.draw.Percent(shares.stories)) return StoryWithOthers(scene, options);
    if (shares.open > 0 && scene.draw.Percent(shares.open)) return MakeOpenPassage(scene);
    if (shares.events > 0 && scene.draw.Percent(shares.events))
      return scene.draw.Percent(25) ? MakeGuidePassage(scene) : MakeEventPassage(scene);
    if (scene.draw.Percent(shares.special)) return MakeSpecialPassage(scene);
  }
  for (;;) {
    Passage passage = Composer(scene, options).Make();
    if (!passage.probes.empty()) return passage;
  }
}

std::string UnknownQuestion(Scene& scene, const Passage& passage) {
  Draw& draw = scene.draw;
  if (passage.entities.empty()) return passage.unknowns.empty() ? "" : draw.Pick(passage.unknowns);
  if (!passage.unknowns.empty() && draw.Percent(60)) return draw.Pick(passage.unknowns);
  const Entity& entity = draw.Pick(passage.entities);
  // The same question about a thing of the same kind that the passage does not name.
  if (draw.Percent(35) && !entity.facts.empty()) {
    Entity other = MakeEntity(scene, *entity.frame);
    const Stated& stated = draw.Pick(entity.facts);
    bool clash = other.name == entity.name;
    for (const Entity& named : passage.entities) clash = clash || Clashes(named.name, other.name);
    if (!clash) return FillQuestion(draw.Pick(stated.fact->ask), other, &stated, Mention::kFull);
  }
  std::vector<const Fact*> missing;
  for (const Fact& fact : entity.frame->facts) {
    bool given = false;
    for (const Stated& stated : entity.facts) given = given || stated.fact == &fact;
    if (!given) missing.push_back(&fact);
  }
  if (missing.empty()) return {};
  const Fact& fact = *draw.Pick(missing);
  const auto& forms = scene.held_out() && !fact.ask_x.empty() ? fact.ask_x : fact.ask;
  return FillQuestion(draw.Pick(forms), entity, nullptr, Mention::kFull);
}

std::string WrongAnswer(Scene& scene, const Passage& passage, const Probe& probe) {
  Draw& draw = scene.draw;
  if (probe.entity < 0) return probe.wrong.empty() ? "" : draw.Pick(probe.wrong);
  if (probe.fact->yesno) return probe.answer == "yes" ? "no" : "yes";
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::string wrong;
    if (probe.kind == Answer::kThing || (draw.Percent(30) && passage.probes.size() > 1)) {
      const Probe& other = draw.Pick(passage.probes);
      if (other.fact != nullptr && !other.fact->yesno) wrong = other.answer;
    } else {
      wrong = (probe.kind == Answer::kSecond ? probe.fact->w : probe.fact->v)->Value(draw, scene.split);
    }
    if (!wrong.empty() && !Clashes(wrong, probe.answer)) return wrong;
  }
  return {};
}

}  // namespace cairn::seed
