// Event passages: who did what to which thing, where, when, how and why, as people tell it. Unlike frames they share no
// facts, so that reading them means to find roles, not known questions.
#include <algorithm>
#include <utility>

#include "event_words.h"
#include "passage.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

enum class Tense { kPast, kHabit, kFuture };

struct Agent {
  std::string intro;  // how the text names it first
  std::string name;   // the answer to "who"
  std::string later;  // how the text names it again
  std::string role;   // "carpenter", if the text says so
  std::string he;     // pronoun, or empty where none is safe
  bool plural = false, mentioned = false;
};

struct Thing {
  std::string head, text, the;  // "fence", "a red fence", "the fence"
  std::string colour, material, called, owner, number;
  bool plural = false;
};

struct Event {
  const EventVerb* verb = nullptr;
  size_t agent = 0;
  Thing thing;
  std::string partner, instrument, place, time, reason, purpose, price, duration;
  Tense tense = Tense::kPast;
};

std::string TimeAnswer(const std::string& time) {
  for (std::string_view plain :
       {"on Mon", "on Tues", "on Wed", "on Thurs", "on Fri", "on Sat", "on Sun", "in 1", "in 2"})
    if (time.starts_with(plain)) return time.substr(3);
  return time;
}

class EventText {
 public:
  explicit EventText(Scene& scene) : scene_(scene), draw_(scene.draw) {}

  Passage Make() {
    static constexpr Tense kTenses[] = {Tense::kPast, Tense::kPast,  Tense::kPast,  Tense::kPast,
                                        Tense::kPast, Tense::kHabit, Tense::kHabit, Tense::kFuture};
    tense_ = kTenses[draw_.Below(std::size(kTenses))];
    MakeAgents();
    size_t count = static_cast<size_t>(draw_.Between(2, 5));
    for (size_t i = 0; i < count; ++i) MakeEvent();
    if (draw_.Percent(25)) Introduce();
    for (size_t i = 0; i < events_.size(); ++i) {
      Tell(i);
      if (draw_.Percent(22)) {
        passage_.sentences.push_back(draw_.Pick(Asides()));
        last_was_event_ = false;
      }
    }
    AskAll();
    Unknowns();
    Layout();
    return std::move(passage_);
  }

 private:
  // ---- who ----
  bool NameIsNew(const std::string& name) {
    for (const std::string& word : Words(name))
      if (std::find(names_.begin(), names_.end(), word) != names_.end()) return false;
    for (const std::string& word : Words(name)) names_.push_back(word);
    return true;
  }

  void MakeAgents() {
    size_t count = static_cast<size_t>(draw_.Between(1, 3));
    while (agents_.size() < count) {
      Agent agent = MakeAgent();
      bool known = false;
      for (const Agent& other : agents_) known = known || (!agent.role.empty() && other.role == agent.role);
      if (!known && NameIsNew(agent.name)) agents_.push_back(std::move(agent));
    }
  }

  Agent MakeAgent() {
    Agent agent;
    uint32_t roll = draw_.Below(100);
    std::string job = scene_.world.pools.Get("job").Value(draw_, scene_.split);
    if (roll < 50) {
      Person person = DrawPerson(draw_, scene_.split);
      agent.he = person.gender == Gender::kHe ? "he" : "she";
      agent.name = agent.intro = person.full();
      std::string title = person.gender == Gender::kHe ? "Mr " : "Ms ";
      agent.later = draw_.Percent(50) ? person.first : draw_.Percent(50) ? person.last : title + person.last;
      if (draw_.Percent(45)) {
        agent.role = job;
        agent.intro = Fill(draw_.Pick({"the {j} {n}", "{n}, the {j},", "our {j}, {n},", "{a j} called {n}",
                                       "the {j}, {n},", "{n}, who is {a j},"}),
                           {{"j", job}, {"n", person.full()}});
        for (std::string_view small : {"The ", "Our ", "A ", "An "})
          if (agent.intro.starts_with(small)) agent.intro = Uncapitalised(agent.intro);
        if (draw_.Percent(30)) agent.later = "the " + job;
      }
    } else if (roll < 65) {
      agent.role = job;
      agent.name = agent.intro = agent.later = "the " + job;
    } else if (roll < 85) {
      Gender gender = Gender::kHe;
      agent.name = agent.intro = agent.later = DrawFirstName(draw_, scene_.split, &gender);
      agent.he = gender == Gender::kHe ? "he" : "she";
      if (draw_.Percent(55)) {
        std::string_view relation =
            gender == Gender::kHe
                ? draw_.Pick({"uncle", "brother", "grandfather", "cousin", "neighbour", "son", "friend", "nephew"})
                : draw_.Pick({"aunt", "sister", "grandmother", "cousin", "neighbour", "daughter", "friend", "niece"});
        agent.intro = Cat({draw_.Pick({"my ", "our "}), relation, " ", agent.name});
      }
    } else {
      agent.name = agent.intro = agent.later = draw_.Pick(GroupAgents());
      agent.plural = true;
      agent.he = "they";
    }
    return agent;
  }

  void Introduce() {
    Agent& agent = agents_[0];
    if (agent.plural || agent.name.starts_with("the ") || !agent.role.empty()) return;
    std::string place = DrawPlace(draw_, scene_.split);
    std::string job = scene_.world.pools.Get("job").Value(draw_, scene_.split);
    agent.mentioned = true;
    passage_.sentences.push_back(
        Fill(draw_.Pick({"{n}, who comes from {p}, works as {a j}.", "{n} is {a j} from {p}.",
                         "{n} grew up in {p} and became {a j}.", "{n} was born in {p} and is now {a j}."}),
             {{"n", Capitalised(agent.intro)}, {"p", place}, {"j", job}}));
    Add(place, {"Where does " + agent.name + " come from?", "From which place does " + agent.name + " come?"},
        agent.name + " comes from " + place + ".", {DrawPlace(draw_, scene_.split)});
    Add(job, {"What is " + Possessive(agent.name) + " job?", "What does " + agent.name + " work as?"},
        agent.name + " works as " + WithArticle(job) + ".", {scene_.world.pools.Get("job").Value(draw_, scene_.split)});
  }

  // ---- what happens ----
  bool IsNew(const std::string& value) {
    if (std::find(used_.begin(), used_.end(), value) != used_.end()) return false;
    used_.push_back(value);
    return true;
  }
  std::string NewOf(const Strings& from) {
    for (int i = 0; i < 20; ++i) {
      const std::string& value = draw_.Pick(from);
      if (IsNew(value)) return value;
    }
    return {};
  }

  Thing MakeThing(const EventVerb& verb) {
    Thing thing;
    std::string object = NewOf(CutList(verb.objects));
    if (object.empty()) return thing;
    thing.plural = object[0] == '+';
    const bool mass = object[0] == '~';
    thing.head = thing.plural || mass ? object.substr(1) : object;
    thing.the = "the " + thing.head;
    if (mass) {
      thing.text = Cat({draw_.Pick({"some ", "the ", "a lot of "}), thing.head});
      return thing;
    }
    if (thing.plural) {
      bool counted = draw_.Percent(55);
      int n = draw_.Between(2, 40);
      thing.number = counted ? (draw_.Percent(60) ? NumberWord(n) : std::to_string(n)) : "";
      thing.text =
          (counted ? thing.number : std::string(draw_.Pick({"some", "the", "a lot of", "all the"}))) + " " + thing.head;
      return thing;
    }
    uint32_t roll = draw_.Below(100);
    std::string described = thing.head;
    if (roll < 14) {
      thing.colour = scene_.world.pools.Get("colour").Value(draw_, scene_.split);
      described = thing.colour + " " + thing.head;
    } else if (roll < 22) {
      thing.material = scene_.world.pools.Get("material").Value(draw_, scene_.split);
      described = thing.head + " made of " + thing.material;
    } else if (roll < 36) {
      described = Cat({draw_.Pick({"old", "heavy", "broken", "small", "new", "tiny", "huge", "second-hand", "rusty"}),
                       " ", thing.head});
    } else if (roll < 50) {
      std::string owner = DrawFirstName(draw_, scene_.split, nullptr);
      if (NameIsNew(owner)) thing.owner = owner;
    } else if (roll < 56 && Contains("|donkey|cat|dog|calf|parrot|lamb|goat|cow|horse|puppy|kitten|boat|goose|swan|",
                                     "|" + thing.head + "|")) {
      thing.called = DrawPetName(draw_, scene_.split);
      described = thing.head + " called " + thing.called;
    }
    if (!thing.owner.empty()) {
      thing.text = Possessive(thing.owner) + " " + thing.head;
    } else {
      thing.text = draw_.Percent(62) ? WithArticle(described) : "the " + described;
    }
    return thing;
  }

  void MakeEvent() {
    Event event;
    for (int i = 0; i < 20 && event.thing.head.empty(); ++i) {
      event.verb = &draw_.Pick(EventVerbs());
      if (IsNew(event.verb->base)) event.thing = MakeThing(*event.verb);
    }
    if (event.thing.head.empty()) return;
    event.agent = draw_.Below(agents_.size());
    event.tense = tense_;
    std::string_view partner = event.verb->partner;
    if (!partner.empty() && draw_.Percent(65)) {
      std::string name =
          draw_.Percent(50) ? DrawPerson(draw_, scene_.split).full() : DrawFirstName(draw_, scene_.split, nullptr);
      if (NameIsNew(name)) event.partner = name;
    }
    if (event.verb->instruments[0] != 0 && draw_.Percent(30))
      event.instrument = NewOf(CutList(event.verb->instruments));
    if (draw_.Percent(45)) event.place = NewOf(EventPlaces());
    if (draw_.Percent(50)) event.time = MakeTime();
    if (draw_.Percent(28)) {
      event.reason = NewOf(EventReasons());
      if (tense_ == Tense::kFuture || tense_ == Tense::kHabit) event.reason.clear();
    }
    if (event.reason.empty() && draw_.Percent(14)) event.purpose = NewOf(EventPurposes());
    std::string_view base = event.verb->base;
    if ((base == "buy" || base == "sell") && draw_.Percent(60))
      event.price = scene_.world.pools.Get("price").Value(draw_, scene_.split);
    bool work = base == "repair" || base == "mend" || base == "paint" || base == "build" || base == "clean" ||
                base == "dig" || base == "write" || base == "move" || base == "make" || base == "count";
    if (work && tense_ == Tense::kPast && draw_.Percent(35))
      event.duration = scene_.world.pools.Get("duration").Value(draw_, scene_.split);
    events_.push_back(std::move(event));
  }

  std::string MakeTime() {
    if (tense_ == Tense::kHabit) return NewOf(HabitTimes());
    if (tense_ == Tense::kFuture) {
      std::string day = scene_.world.pools.Get("day").Value(draw_, scene_.split);
      std::string time =
          draw_.Percent(50) ? Cat({draw_.Pick({"on ", "next ", "on "}), day})
          : draw_.Percent(50)
              ? "on " + scene_.world.pools.Get("date").Value(draw_, scene_.split)
              : std::string(draw_.Pick({"tomorrow morning", "in two weeks", "next summer", "tonight", "in the autumn",
                                        "at the end of the month", "before Christmas"}));
      return IsNew(time) ? time : "";
    }
    uint32_t roll = draw_.Below(100);
    std::string time;
    if (roll < 55) return NewOf(PastTimes());
    if (roll < 70) time = "on " + scene_.world.pools.Get("day").Value(draw_, scene_.split);
    if (roll >= 70 && roll < 85) time = "in " + scene_.world.pools.Get("year").Value(draw_, scene_.split);
    if (roll >= 85) time = "in " + scene_.world.pools.Get("month").Value(draw_, scene_.split);
    return IsNew(time) ? time : "";
  }

  // ---- telling ----
  std::string VerbOf(const Event& e, bool plural) const {
    if (e.tense == Tense::kPast) return e.verb->past;
    if (e.tense == Tense::kFuture) return std::string("will ") + e.verb->base;
    return plural ? e.verb->base : ThirdPerson(e.verb->base);
  }
  std::string PassiveOf(const Event& e) const { return BeOf(e) + " " + e.verb->participle; }
  std::string BeOf(const Event& e) const {
    if (e.tense == Tense::kFuture) return "will be";
    if (e.tense == Tense::kPast) return e.thing.plural ? "were" : "was";
    return e.thing.plural ? "are" : "is";
  }
  static std::string AuxOf(const Event& e, bool plural) {
    if (e.tense == Tense::kPast) return "did";
    if (e.tense == Tense::kFuture) return "will";
    return plural ? "do" : "does";
  }

  std::string Subject(size_t agent) {
    Agent& who = agents_[agent];
    bool same = last_subject_ == static_cast<int>(agent);
    last_subject_ = static_cast<int>(agent);
    if (!who.mentioned) {
      who.mentioned = true;
      return who.intro;
    }
    if (same && !who.he.empty() && draw_.Percent(60)) return who.he;
    return draw_.Percent(65) ? who.later : who.name;
  }

  // What comes after verb and object; time and reason may stand in front instead.
  std::string Tail(const Event& e, bool with_time, bool with_reason) {
    std::string tail;
    if (!e.partner.empty()) tail += std::string(" ") + e.verb->partner + " " + e.partner;
    if (!e.price.empty()) tail += " for " + e.price;
    if (!e.instrument.empty()) tail += " with " + e.instrument;
    std::string place = e.place.empty() ? "" : " " + e.place;
    std::string time = with_time && !e.time.empty() ? " " + e.time : "";
    tail += draw_.Percent(80) ? place + time : time + place;
    if (!e.purpose.empty()) tail += " " + e.purpose;
    if (with_reason && !e.reason.empty())
      tail += Cat({draw_.Pick({" because ", " because ", ", since ", ", as "}), e.reason});
    return tail;
  }

  void Tell(size_t index) {
    Event& e = events_[index];
    uint32_t roll = draw_.Below(100);
    std::string text;
    bool unseen = !agents_[e.agent].mentioned;
    if (roll < 14) {  // passive
      agents_[e.agent].mentioned = true;
      last_subject_ = -1;
      std::string by = unseen ? agents_[e.agent].intro : agents_[e.agent].later;
      while (by.ends_with(",")) by.pop_back();
      text = e.thing.text + " " + PassiveOf(e) + " by " + by + Tail(e, true, true);
    } else if (roll < 24 && e.tense == Tense::kPast) {  // cleft
      agents_[e.agent].mentioned = true;
      last_subject_ = -1;
      std::string who = unseen ? agents_[e.agent].intro : agents_[e.agent].name;
      while (who.ends_with(",")) who.pop_back();
      text = "it was " + who + " who " + VerbOf(e, agents_[e.agent].plural) + " " + e.thing.text + Tail(e, true, true);
    } else {
      bool plural = agents_[e.agent].plural;
      bool time_first = !e.time.empty() && draw_.Percent(35);
      bool reason_first = !time_first && !e.reason.empty() && draw_.Percent(30);
      std::string front;
      if (time_first) front = e.time + std::string(draw_.Pick({", ", " "}));
      if (reason_first) front = Cat({draw_.Pick({"because ", "since ", "as "}), e.reason, ", "});
      std::string subject = Subject(e.agent);
      text = front + subject + " " + VerbOf(e, plural) + " " + e.thing.text + Tail(e, !time_first, !reason_first);
    }
    if (!e.duration.empty()) {
      text += Cat({draw_.Pick({", which took ", ", and it took ", " and needed "}), e.duration,
                   draw_.Pick({"", "", " in all"})});
    }
    // Two things that happen after each other may share a sentence.
    bool join = index > 0 && !passage_.sentences.empty() && draw_.Percent(18) && last_was_event_ &&
                passage_.sentences.back().size() < 90;
    if (join) {
      std::string& before = passage_.sentences.back();
      before.pop_back();
      before += Cat({draw_.Pick({", and ", ", but ", ", while ", "; ", ", and then "}), text, "."});
      where_.push_back(passage_.sentences.size() - 1);
      return;
    }
    where_.push_back(passage_.sentences.size());
    passage_.sentences.push_back(Capitalised(text) + ".");
    last_was_event_ = true;
  }

  // ---- asking ----
  void Add(const std::string& answer, Strings asks, std::string statement, Strings wrong) {
    passage_.probes.push_back(MakeProbe(answer, std::move(asks), std::move(statement), std::move(wrong), sentence_));
  }

  // The other events' values of one kind, else one drawn.
  template <typename Of>
  Strings Others(const Event& event, Of of, std::string drawn) const {
    Strings out;
    for (const Event& other : events_)
      if (&other != &event && !of(other).empty()) out.push_back(of(other));
    if (out.empty()) out.push_back(std::move(drawn));
    return out;
  }

  void AskAll() {
    for (size_t i = 0; i < events_.size(); ++i) {
      sentence_ = where_[i];
      AskEvent(events_[i]);
    }
    for (const Agent& agent : agents_) {
      if (agent.role.empty() || agent.name.starts_with("the ")) continue;
      for (size_t i = 0; i < events_.size(); ++i) {
        if (&agents_[events_[i].agent] != &agent) continue;
        sentence_ = where_[i];
        Add(agent.role,
            {"What is " + Possessive(agent.name) + " job?", "What does " + agent.name + " do for a living?"},
            agent.name + " is the " + agent.role + ".", {scene_.world.pools.Get("job").Value(draw_, scene_.split)});
        Add(agent.name, {"Who is the " + agent.role + "?", "What is the name of the " + agent.role + "?"},
            "The " + agent.role + " is " + agent.name + ".", {DrawPerson(draw_, scene_.split).full()});
        break;
      }
    }
  }

  void AskEvent(const Event& e) {
    const Agent& who = agents_[e.agent];
    const std::string& s = who.name;
    const std::string the = e.thing.the, base = e.verb->base, part = e.verb->participle;
    const std::string verb1 = VerbOf(e, false), aux = AuxOf(e, who.plural), be = BeOf(e);
    const bool split_be = be.find(' ') != std::string::npos;  // "will be": "will the fence be painted"
    const std::string be1 = split_be ? be.substr(0, be.find(' ')) : be;
    const std::string passive = the + (split_be ? " be " : " ") + part;
    const std::string said = Capitalised(s + " " + VerbOf(e, who.plural) + " " + e.thing.text);
    auto ask = [&](const char* wh) { return Cat({wh, " ", aux, " ", s, " ", base, " ", the, "?"}); };
    auto ask_passive = [&](const char* wh) { return Cat({wh, " ", be1, " ", passive, "?"}); };
    std::string where_or_when = !e.place.empty() ? " " + e.place : !e.time.empty() ? " " + e.time : "";

    Add(s,
        {Cat({"Who ", verb1, " ", the, "?"}), Cat({"Who ", verb1, " ", the, "?"}),
         Cat({"By whom ", be1, " ", passive, "?"}), Cat({"Which person ", verb1, " ", the, "?"}),
         Cat({"What is the name of the person who ", verb1, " ", the, "?"})},
        said + ".",
        Others(
            e, [&](const Event& o) { return agents_[o.agent].name; }, DrawPerson(draw_, scene_.split).full()));
    if (who.plural || s.starts_with("the ")) passage_.probes.back().asks.pop_back();
    Add(e.thing.text,
        {Cat({"What ", aux, " ", s, " ", base, where_or_when, "?"}),
         Cat({"What ", be1, split_be ? " be " : " ", part, " by ", s, "?"}),
         Cat({"Which thing ", aux, " ", s, " ", base, where_or_when, "?"})},
        said + ".",
        Others(
            e, [](const Event& o) { return o.thing.text; }, "the " + AnyHead()));
    if (!e.place.empty())
      Add(PlaceAnswer(e.place), {ask("Where"), ask("Where"), ask_passive("Where"), ask("In what place")},
          said + " " + e.place + ".",
          Others(
              e, [](const Event& o) { return PlaceAnswer(o.place); }, PlaceAnswer(draw_.Pick(EventPlaces()))));
    if (!e.time.empty()) AskTime(e, said, ask, ask_passive);
    if (!e.reason.empty())
      Add(e.reason,
          {ask("Why"), ask_passive("Why"), ask("For what reason"),
           Cat({"What was the reason why ", s, " ", verb1, " ", the, "?"})},
          said + " because " + e.reason + ".",
          Others(
              e, [](const Event& o) { return o.reason; }, draw_.Pick(EventReasons())));
    if (!e.purpose.empty())
      Add(e.purpose, {ask("Why"), ask("For what purpose"), ask_passive("Why")}, said + " " + e.purpose + ".",
          Others(
              e, [](const Event& o) { return o.purpose; }, draw_.Pick(EventPurposes())));
    if (!e.instrument.empty())
      Add(e.instrument,
          {ask("With what"), Cat({"What ", aux, " ", s, " ", base, " ", the, " with?"}),
           Cat({"What ", aux, " ", s, " use to ", base, " ", the, "?"})},
          said + " with " + e.instrument + ".",
          Others(
              e, [](const Event& o) { return o.instrument; },
              draw_.Pick(CutList("a wet cloth|an old spoon|a long rope|warm water"))));
    if (!e.partner.empty()) {
      const std::string prep = e.verb->partner;
      Add(e.partner,
          {Cat({Capitalised(prep), " whom ", aux, " ", s, " ", base, " ", the, "?"}),
           Cat({"Who ", aux, " ", s, " ", base, " ", the, " ", prep, "?"})},
          said + " " + prep + " " + e.partner + ".",
          Others(
              e, [](const Event& o) { return o.partner; }, s));
    }
    AskThing(e, said);
  }

  template <typename Ask, typename AskPassive>
  void AskTime(const Event& e, const std::string& said, Ask ask, AskPassive ask_passive) {
    Strings asks = {ask("When"), ask("When"), ask_passive("When")};
    if (e.time.starts_with("on ") && TimeAnswer(e.time) != e.time)
      asks.push_back(ask(e.tense == Tense::kHabit ? "On which days" : "On which day"));
    if (e.time.starts_with("in 1") || e.time.starts_with("in 2")) asks.push_back(ask("In which year"));
    if (e.tense == Tense::kHabit &&
        (e.time.starts_with("every") || e.time.starts_with("once") || e.time.starts_with("twice")))
      asks.push_back(ask("How often"));
    Add(TimeAnswer(e.time), std::move(asks), said + " " + e.time + ".",
        Others(
            e, [](const Event& o) { return TimeAnswer(o.time); }, draw_.Pick(PastTimes())));
  }

  void AskThing(const Event& e, const std::string& said) {
    const Thing& t = e.thing;
    const std::string& s = agents_[e.agent].name;
    const bool plural = agents_[e.agent].plural;
    const std::string is = e.tense == Tense::kPast ? "was" : "is", verb = VerbOf(e, plural), aux = AuxOf(e, plural);
    if (!t.colour.empty())
      Add(t.colour,
          {Cat({"What colour ", is, " ", t.the, "?"}), Cat({"Which colour ", is, " ", t.the, "?"}),
           Cat({"What ", is, " the colour of ", t.the, "?"})},
          Cat({Capitalised(t.the), " ", is, " ", t.colour, "."}),
          {scene_.world.pools.Get("colour").Value(draw_, scene_.split)});
    if (!t.material.empty())
      Add(t.material, {Cat({"What ", is, " ", t.the, " made of?"}), Cat({"Of what ", is, " ", t.the, " made?"})},
          Cat({Capitalised(t.the), " ", is, " made of ", t.material, "."}),
          {scene_.world.pools.Get("material").Value(draw_, scene_.split)});
    if (!t.called.empty())
      Add(t.called, {Cat({"What ", is, " ", t.the, " called?"}), Cat({"What ", is, " the name of ", t.the, "?"})},
          Cat({Capitalised(t.the), " ", is, " called ", t.called, "."}), {DrawPetName(draw_, scene_.split)});
    if (!t.owner.empty())
      Add(t.owner,
          {Cat({"Whose ", t.head, " ", aux, " ", s, " ", e.verb->base, "?"}), Cat({"To whom does ", t.the, " belong?"}),
           Cat({"Who owns ", t.the, "?"})},
          Cat({Capitalised(t.the), " belongs to ", t.owner, "."}), {s, DrawFirstName(draw_, scene_.split, nullptr)});
    if (!t.number.empty())
      Add(t.number,
          {Cat({"How many ", t.head, " ", aux, " ", s, " ", e.verb->base, "?"}),
           Cat({"What is the number of ", t.head, " that ", s, " ", verb, "?"})},
          said + ".", {NumberWord(draw_.Between(2, 40))});
    if (!e.price.empty()) {
      bool buys = std::string_view(e.verb->base) == "buy";
      Add(e.price,
          {Cat({"How much ", aux, " ", s, buys ? " pay" : " get", " for ", t.the, "?"}),
           Cat({"For how much ", aux, " ", s, " ", e.verb->base, " ", t.the, "?"}),
           Cat({"What ", is, " the price of ", t.the, "?"})},
          said + " for " + e.price + ".", {scene_.world.pools.Get("price").Value(draw_, scene_.split)});
    }
    if (!e.duration.empty())
      Add(e.duration,
          {Cat({"How long did it take ", s, " to ", e.verb->base, " ", t.the, "?"}),
           Cat({"How much time did ", s, " need to ", e.verb->base, " ", t.the, "?"})},
          Cat({"It took ", s, " ", e.duration, " to ", e.verb->base, " ", t.the, "."}),
          {scene_.world.pools.Get("duration").Value(draw_, scene_.split)});
  }

  void Unknowns() {
    for (const Event& e : events_) {
      const Agent& who = agents_[e.agent];
      auto ask = [&](const char* wh) {
        passage_.unknowns.push_back(
            Cat({wh, " ", AuxOf(e, who.plural), " ", who.name, " ", e.verb->base, " ", e.thing.the, "?"}));
      };
      if (e.place.empty()) ask("Where");
      if (e.time.empty()) ask("When");
      if (e.reason.empty() && e.purpose.empty()) ask("Why");
      if (e.instrument.empty() && e.verb->instruments[0] != 0) ask("With what");
      if (e.thing.colour.empty()) passage_.unknowns.push_back("What colour is " + e.thing.the + "?");
    }
    const EventVerb& other = draw_.Pick(EventVerbs());
    std::string object = HeadOf(draw_.Pick(CutList(other.objects)));
    if (IsNew(other.base)) passage_.unknowns.push_back(Cat({"Who ", other.past, " the ", object, "?"}));
  }

  std::string AnyHead() { return HeadOf(draw_.Pick(CutList(draw_.Pick(EventVerbs()).objects))); }

  // ---- shape ----
  void Layout() {
    size_t cut = passage_.sentences.size() > 3 && draw_.Percent(18) ? passage_.sentences.size() / 2 : 0;
    std::string text = Paragraphs(passage_.sentences, cut);
    uint32_t roll = draw_.Below(100);
    if (roll < 8) {
      text = Cat({draw_.Pick({"Dear all, ", "Hi all,\n", "Dear members,\n\n", "Hello everyone, "}), text,
                  draw_.Pick({" Best wishes, ", "\nYours, ", " See you soon! ", "\n\nKind regards,\n"}),
                  DrawFirstName(draw_, scene_.split, nullptr)});
    } else if (roll < 16) {
      text = Cat(
          {draw_.Pick({"# News", "From the diary", "Report", "What happened", "Notice", "Village news", "Our week"}),
           "\n\n", text});
    } else if (roll < 20) {
      text = "\"" + text + "\"";
    }
    passage_.text = std::move(text);
  }

  Scene& scene_;
  Draw& draw_;
  Tense tense_ = Tense::kPast;
  Passage passage_;
  std::vector<Agent> agents_;
  std::vector<Event> events_;
  std::vector<size_t> where_;  // the sentence of each event
  Strings names_, used_;
  int last_subject_ = -1;
  bool last_was_event_ = false;
  size_t sentence_ = 0;
};

}  // namespace

Passage MakeEventPassage(Scene& scene) {
  for (;;) {
    Passage passage = EventText(scene).Make();
    if (!passage.probes.empty()) return passage;
  }
}

}  // namespace cairn::seed
