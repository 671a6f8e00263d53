// Guide passages: what one must do and must not do with things, where, when, with what and why.
#include <algorithm>
#include <utility>

#include "event_words.h"
#include "passage.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

struct Rule {
  const EventVerb* verb = nullptr;
  std::string the;  // "the fence"
  std::string instrument, place, time, condition, reason, purpose;
  bool never = false;
};

class Guide {
 public:
  explicit Guide(Scene& scene) : draw_(scene.draw) {}

  Passage Make() {
    size_t count = static_cast<size_t>(draw_.Between(2, 5));
    for (size_t i = 0; i < count; ++i) MakeRule();
    for (const Rule& rule : rules_) {
      bool as_order = Tell(rule);
      Ask(rule, as_order);
      if (draw_.Percent(15)) passage_.sentences.push_back(draw_.Pick(Asides()));
    }
    passage_.text = Join(passage_.sentences, draw_.Percent(15) ? "\n" : " ");
    if (draw_.Percent(15))
      passage_.text =
          Cat({draw_.Pick({"House rules", "For new staff", "Please note", "# How to do it", "Safety rules"}), "\n\n",
               passage_.text});
    return std::move(passage_);
  }

 private:
  std::string NewOf(const Strings& from) {
    for (int i = 0; i < 20; ++i) {
      const std::string& value = draw_.Pick(from);
      if (std::find(used_.begin(), used_.end(), value) != used_.end()) continue;
      used_.push_back(value);
      return value;
    }
    return {};
  }

  void MakeRule() {
    // What people are told to do with things; nobody is told to lose them.
    static const Strings kBases = CutList(
        "repair|replace|paint|hide|carry|bring|send|water|feed|clean|wash|polish|lock|open|close|check|measure|weigh|"
        "read|"
        "burn|cut|collect|store|park|hang|deliver|load|count|move|pack|test|sharpen|return|empty|cover|throw|drop|"
        "mend");
    std::string base = NewOf(kBases);
    Rule rule;
    for (const EventVerb& verb : EventVerbs())
      if (base == verb.base) rule.verb = &verb;
    if (rule.verb == nullptr) return;
    std::string object = NewOf(CutList(rule.verb->objects));
    if (object.empty()) return;
    rule.the = "the " + HeadOf(object);
    rule.never = draw_.Percent(22);
    if (rule.verb->instruments[0] != 0 && draw_.Percent(45)) rule.instrument = NewOf(CutList(rule.verb->instruments));
    if (draw_.Percent(55)) rule.place = NewOf(EventPlaces());
    if (draw_.Percent(30)) {
      rule.condition = NewOf(Conditions());
    } else if (!rule.never && draw_.Percent(50)) {
      rule.time = NewOf(HabitTimes());
    }
    if (draw_.Percent(25)) rule.reason = Reason();
    if (rule.reason.empty() && !rule.never && draw_.Percent(15)) rule.purpose = NewOf(EventPurposes());
    if (rule.instrument.empty() && rule.place.empty() && rule.time.empty() && rule.condition.empty())
      rule.place = NewOf(EventPlaces());
    rules_.push_back(std::move(rule));
  }

  std::string Reason() {
    static const Strings kReasons = CutList(
        "it can catch fire|children might get hurt|it breaks easily|the neighbours need their sleep|water would get "
        "in|it gets "
        "very hot|the floor is slippery|we have only one|dust is bad for it|somebody may fall over it|it is still "
        "under "
        "guarantee|the smell is hard to get rid of|mice like it|the inspector looks at it first|it may fall down|the "
        "paint comes "
        "off|it is older than it looks|the others need it too|it is locked at night|wet wood swells");
    return NewOf(kReasons);
  }

  // "the gate with wax behind the barn": what is done, without the verb.
  static std::string Tail(const Rule& rule) {
    std::string tail = rule.the;
    if (!rule.instrument.empty()) tail += " with " + rule.instrument;
    if (!rule.place.empty()) tail += " " + rule.place;
    if (!rule.time.empty()) tail += " " + rule.time;
    if (!rule.purpose.empty()) tail += " " + rule.purpose;
    return tail;
  }

  // Whether it is told as an order ("store the apples"), not as a state ("the apples must be stored").
  bool Tell(const Rule& rule) {
    const std::string base = rule.verb->base, participle = rule.verb->participle;
    std::string tail = Tail(rule), order;
    bool as_order = draw_.Percent(67);
    if (rule.never) {
      order = as_order ? Cat({draw_.Pick({"never ", "do not ", "you must not ", "please do not "}), base, " ", tail})
                       : Cat({rule.the, " must ", draw_.Pick({"never", "not"}), " be ", participle,
                              tail.substr(rule.the.size())});
    } else {
      order = as_order
                  ? Cat({draw_.Pick({"", "", "please ", "you should ", "always ", "remember to ", "you must "}), base,
                         " ", tail})
                  : Cat({rule.the, draw_.Pick({" must be ", " should be "}), participle, tail.substr(rule.the.size())});
    }
    if (!rule.reason.empty()) order += Cat({draw_.Pick({", because ", ", since ", ", as ", " because "}), rule.reason});
    if (!rule.condition.empty()) {
      std::string_view word = draw_.Pick({"if ", "when "});
      order = rule.reason.empty() && draw_.Percent(35) ? Cat({order, " ", word, rule.condition})
                                                       : Cat({word, rule.condition, ", ", order});
    }
    passage_.sentences.push_back(Capitalised(order) + ".");
    return as_order;
  }

  void Add(const std::string& answer, Strings asks, const std::string& statement, Strings wrong) {
    passage_.probes.push_back(
        MakeProbe(answer, std::move(asks), statement, std::move(wrong), passage_.sentences.size() - 1));
  }

  void Ask(const Rule& rule, bool as_order) {
    const std::string base = rule.verb->base, done = std::string("be ") + rule.verb->participle, the = rule.the;
    const std::string must = rule.never ? "must never " : "must ";
    const std::string statement =
        Capitalised(Cat({rule.condition.empty() ? "" : "if ", rule.condition, rule.condition.empty() ? "" : ", ", the,
                         " ", must, done, Tail(rule).substr(the.size()), "."}));
    std::string near = !rule.place.empty()        ? " " + rule.place
                       : !rule.instrument.empty() ? " with " + rule.instrument
                       : !rule.condition.empty()  ? " if " + rule.condition
                                                  : " " + rule.time;
    const std::string not_ = rule.never ? " not" : "";
    auto ask = [&](const char* wh) {
      return Strings{
          Cat({wh, " must", not_, " ", the, " ", done, "?"}), Cat({wh, " should one", not_, " ", base, " ", the, "?"}),
          rule.never ? Cat({wh, " must you not ", base, " ", the, "?"}) : Cat({wh, " do I ", base, " ", the, "?"})};
    };
    Add(the,
        {Cat({"What ", must, done, near, "?"}), Cat({"What must you ", rule.never ? "not " : "", base, near, "?"}),
         Cat({"What ", rule.never ? "should never " : "has to ", done, near, "?"})},
        statement, {"the " + HeadOf(draw_.Pick(CutList(draw_.Pick(EventVerbs()).objects)))});
    if (!rule.place.empty())
      Add(PlaceAnswer(rule.place), ask("Where"), statement, {PlaceAnswer(draw_.Pick(EventPlaces()))});
    if (!rule.time.empty()) {
      Add(rule.time, ask("When"), statement, {draw_.Pick(HabitTimes())});
    } else if (!rule.condition.empty() && !rule.never) {
      Add(rule.condition, ask("When"), statement, {draw_.Pick(Conditions())});
      if (as_order && rule.reason.empty() && rule.purpose.empty())
        Add(base + " " + Tail(rule),
            {Cat({"What should you do if ", rule.condition, "?"}),
             Cat({"What must be done when ", rule.condition, "?"}), Cat({"What do I do if ", rule.condition, "?"})},
            statement, {"close the window", "call the office"});
    }
    if (!rule.instrument.empty())
      Add(rule.instrument,
          {Cat({"What should you", not_, " ", base, " ", the, " with?"}),
           Cat({"With what must", not_, " ", the, " ", done, "?"}),
           Cat({"What should", not_, " be used to ", base, " ", the, "?"})},
          statement, {draw_.Pick(CutList("a wet cloth|an old spoon|a long rope|warm water"))});
    if (!rule.reason.empty())
      Add(rule.reason, ask("Why"), statement.substr(0, statement.size() - 1) + " because " + rule.reason + ".",
          {Reason()});
    if (!rule.purpose.empty()) Add(rule.purpose, ask("Why"), statement, {draw_.Pick(EventPurposes())});
    if (rule.reason.empty() && rule.purpose.empty()) passage_.unknowns.push_back(ask("Why")[0]);
    if (rule.place.empty()) passage_.unknowns.push_back(ask("Where")[0]);
    if (rule.instrument.empty() && rule.verb->instruments[0] != 0)
      passage_.unknowns.push_back(Cat({"With what must ", the, " ", done, "?"}));
    passage_.unknowns.push_back(Cat({"Who ", must, base, " ", the, "?"}));
  }

  Draw& draw_;
  Passage passage_;
  std::vector<Rule> rules_;
  Strings used_;
};

}  // namespace

Passage MakeGuidePassage(Scene& scene) {
  for (;;) {
    Passage passage = Guide(scene).Make();
    if (!passage.probes.empty()) return passage;
  }
}

}  // namespace cairn::seed
