// Open passages: sentences of many kinds of building about one place, machine, animal or group, put together from words
// that go with everything. Their questions follow from the grammar alone: who asks for the subject, "did" takes the
// verb back to its base, and so on. A reader cannot guess what belongs to what; a writer of questions has to build
// them.
#include <algorithm>
#include <utility>

#include "event_words.h"
#include "open_phrases.h"
#include "open_words.h"
#include "passage.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

enum class Kind { kPerson, kThing, kPlace, kTime, kNumber, kMeasure, kReason, kDeed, kName, kState, kCount };

// What stands behind the verb and its object, and how one asks for it.
struct Adjunct {
  Kind kind;
  std::string text, answer;
  const char* wh;
  bool may_lead = false;  // may stand at the front of the sentence
};

class OpenText : OpenPhrases {
 public:
  explicit OpenText(Scene& scene) : OpenPhrases(scene) {}

  Passage Make() {
    size_t count = static_cast<size_t>(draw_.Between(2, 7));
    if (draw_.Percent(15)) count = 1;
    for (size_t i = 0; i < count; ++i) {
      AddSentence();
      if (draw_.Percent(6)) {
        passage_.sentences.push_back(draw_.Pick(Asides()));
        last_on_topic_ = false;
      }
    }
    FillWrong();
    Layout();
    return std::move(passage_);
  }

 private:
  // ---- what is asked ----
  void Ask(Kind kind, const std::string& answer, Strings asks, const std::string& statement) {
    for (std::string& ask : asks) ask = Capitalised(ask);
    kinds_.push_back(kind);
    passage_.probes.push_back(
        MakeProbe(answer, std::move(asks), Capitalised(statement) + ".", {}, passage_.sentences.size()));
    said_[static_cast<size_t>(kind)].push_back(answer);
  }

  void Say(std::string text) {
    bool on_topic = text.starts_with(topic_ + " ");
    if (on_topic && last_on_topic_ && draw_.Percent(50)) text = "it" + text.substr(topic_.size());
    last_on_topic_ = on_topic;
    passage_.sentences.push_back(Capitalised(text) + ".");
  }

  // Wrong answers: what else of the kind the text says, else something new.
  void FillWrong() {
    for (size_t i = 0; i < passage_.probes.size(); ++i) {
      Probe& probe = passage_.probes[i];
      for (const std::string& other : said_[static_cast<size_t>(kinds_[i])])
        if (other != probe.answer) probe.wrong.push_back(other);
      if (!probe.wrong.empty()) continue;
      std::string other = Another(kinds_[i]);
      if (other != probe.answer) probe.wrong.push_back(std::move(other));
    }
  }

  std::string Another(Kind kind) {
    switch (kind) {
      case Kind::kPerson:
      case Kind::kName:
        return PersonName();
      case Kind::kPlace:
        return Town();
      case Kind::kTime:
        return scene_.world.pools.Get("year").Value(draw_, scene_.split);
      case Kind::kNumber:
        return NumberWord(draw_.Between(2, 40));
      case Kind::kMeasure:
        return scene_.world.pools.Get("length").Value(draw_, scene_.split);
      case Kind::kReason:
        return draw_.Pick(EventReasons());
      case Kind::kDeed:
        return Cat({draw_.Pick(ObjectVerbs()).base, " the ", Noun()});
      case Kind::kState:
        return draw_.Pick(OpenStates());
      default:
        return WithArticle(Noun());
    }
  }

  // ---- sentences ----
  void AddSentence() {
    switch (draw_.Below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return Action();
      case 4:
      case 5:
        return Happening();
      case 6:
        return Measure();
      case 7:
        return Count();
      case 8:
        return RelatedPerson();
      case 9:
        return RelatedThing();
      case 10:
        return Called();
      case 11:
        return Made();
      case 12:
        return draw_.Percent(50) ? Became() : Condition();
      case 13:
        return draw_.Percent(50) ? Hours() : Distance();
      case 14:
        return draw_.Percent(50) ? Price() : Meaning();
      default:
        return draw_.Percent(50) ? Rule() : Help();
    }
  }

  Adjunct PlaceAdjunct() {
    std::string place;
    switch (draw_.Below(3)) {
      case 0:
        place = New([&] { return draw_.Pick(EventPlaces()); });
        break;
      case 1:
        place = "in " + Town();
        break;
      default:
        place =
            Cat({draw_.Pick({"behind the ", "under the ", "near the ", "next to the ", "in the ", "on the "}), Noun()});
    }
    return {Kind::kPlace, place, place.starts_with("in ") ? place.substr(3) : PlaceAnswer(place), "where", true};
  }

  Adjunct TimeAdjunct(bool past) {
    std::string time;
    if (!past) {
      time = New([&] { return draw_.Pick(HabitTimes()); });
      return {Kind::kTime, time, time, "when", true};
    }
    switch (draw_.Below(3)) {
      case 0:
        time = "in " + PoolWord("year");
        return {Kind::kTime, time, time.substr(3), draw_.Percent(50) ? "when" : "in which year", true};
      case 1:
        time = "on " + PoolWord("day");
        return {Kind::kTime, time, time.substr(3), draw_.Percent(50) ? "when" : "on which day", true};
      default:
        time = New([&] { return draw_.Pick(PastTimes()); });
        return {Kind::kTime, time, time, "when", true};
    }
  }

  // Up to two things that are said about how, where, when or why.
  std::vector<Adjunct> Adjuncts(bool past, bool has_object) {
    std::vector<Adjunct> out;
    bool deed = has_object && draw_.Percent(22);
    if (deed) {
      std::string tool = Cat({draw_.Percent(50) ? Adjective() + " " : std::string(), Noun()});
      out.push_back({Kind::kThing, "with " + WithArticle(tool), WithArticle(tool), "with what"});
    } else if (has_object && draw_.Percent(15)) {
      std::string name = PersonName();
      out.push_back({Kind::kPerson, "for " + name, name, "for whom"});
    }
    if (draw_.Percent(40)) out.push_back(PlaceAdjunct());
    if (draw_.Percent(45)) out.push_back(TimeAdjunct(past));
    if (out.size() < 2 && draw_.Percent(25)) {
      std::string reason = New([&] { return draw_.Pick(EventReasons()); });
      out.push_back({Kind::kReason, (draw_.Percent(70) ? "because " : "as ") + reason, reason, "why"});
    } else if (out.size() < 2 && draw_.Percent(12)) {
      std::string duration = PoolWord("duration");
      out.push_back({Kind::kMeasure, "for " + duration, duration, "for how long"});
    }
    if (out.size() > 2) out.resize(2);
    return out;
  }

  std::string Finite(const VerbForms& verb, bool past, bool plural) const {
    return past ? verb.past : plural ? verb.base : ThirdPerson(verb.base);
  }
  static std::string Aux(bool past, bool plural) { return past ? "did" : plural ? "do" : "does"; }

  // The sentence with its adjuncts, one of them perhaps in front.
  std::string Arrange(const std::string& core, const std::vector<Adjunct>& adjuncts) {
    std::string front, tail;
    for (const Adjunct& adjunct : adjuncts) {
      if (front.empty() && adjunct.may_lead && draw_.Percent(30)) {
        front = adjunct.text + (draw_.Percent(60) ? ", " : " ");
      } else {
        tail += " " + adjunct.text;
      }
    }
    return front + core + tail;
  }

  static std::string OneMore(const std::vector<Adjunct>& adjuncts, const Adjunct* asked) {
    for (const Adjunct& other : adjuncts)
      if (&other != asked && (other.kind == Kind::kPlace || other.kind == Kind::kTime)) return " " + other.text;
    return "";
  }

  void Action() {
    bool past = draw_.Percent(70);
    const VerbForms& verb = NewObjectVerb();
    Phrase who = draw_.Percent(70) ? Person() : Subject(verb.base), what = Thing();
    std::vector<Adjunct> adjuncts = Adjuncts(past, true);
    bool passive = verb.base.find(' ') == std::string::npos && draw_.Percent(25);
    std::string be = past ? (what.plural ? "were" : "was") : (what.plural ? "are" : "is");
    std::string core = passive ? what.first + " " + be + " " + verb.participle + " by " + who.first
                               : who.first + " " + Finite(verb, past, who.plural) + " " + what.first;
    std::string plain = who.first + " " + Finite(verb, past, who.plural) + " " + what.first;
    std::string text = Arrange(core, adjuncts);
    std::string aux = Aux(past, who.plural), more = OneMore(adjuncts, nullptr);
    std::string wh = who.person ? "who" : "what";
    Ask(who.person ? Kind::kPerson : Kind::kThing, who.first,
        {Cat({wh, " ", Finite(verb, past, false), " ", what.again, "?"}),
         Cat({wh, " ", Finite(verb, past, false), " ", what.again, more, "?"}),
         Cat({who.person ? "which person " : "which thing ", Finite(verb, past, false), " ", what.again, "?"}),
         Cat({who.person ? "by whom " : "by what ", be, " ", what.again, " ", verb.participle, "?"})},
        plain);
    Ask(Kind::kThing, what.first,
        {Cat({"what ", aux, " ", who.again, " ", verb.base, more, "?"}),
         Cat({"what ", aux, " ", who.again, " ", verb.base, "?"}),
         Cat({"what ", past ? "was" : "is", " ", verb.participle, " by ", who.again, "?"}),
         Cat({"which thing ", aux, " ", who.again, " ", verb.base, "?"})},
        plain);
    for (const Adjunct& adjunct : adjuncts) {
      std::string other = draw_.Percent(30) ? OneMore(adjuncts, &adjunct) : "";
      Strings asks = {Cat({adjunct.wh, " ", aux, " ", who.again, " ", verb.base, " ", what.again, other, "?"}),
                      Cat({adjunct.wh, " ", aux, " ", who.again, " ", verb.base, " ", what.again, "?"}),
                      Cat({adjunct.wh, " ", be, " ", what.again, " ", verb.participle, "?"})};
      if (adjunct.kind == Kind::kThing)
        asks.push_back(Cat({"what ", aux, " ", who.again, " use to ", verb.base, " ", what.again, "?"}));
      if (adjunct.kind == Kind::kReason)
        asks.push_back(
            Cat({"what was the reason why ", who.again, " ", Finite(verb, past, who.plural), " ", what.again, "?"}));
      Ask(adjunct.kind, adjunct.answer, std::move(asks), plain + " " + adjunct.text);
    }
    if (std::none_of(adjuncts.begin(), adjuncts.end(), [](const Adjunct& a) { return a.kind == Kind::kReason; }))
      Unknown(Cat({"why ", aux, " ", who.again, " ", verb.base, " ", what.again, "?"}));
    Say(text);
  }

  void Unknown(const std::string& question) { passage_.unknowns.push_back(Capitalised(question)); }

  void Happening() {
    bool past = draw_.Percent(55);
    const VerbForms& verb = NewVerb(PlainVerbs());
    Phrase who = draw_.Percent(35) ? Person() : Subject(verb.base);
    std::vector<Adjunct> adjuncts = Adjuncts(past, false);
    if (adjuncts.empty()) adjuncts.push_back(draw_.Percent(60) ? PlaceAdjunct() : TimeAdjunct(past));
    std::string core = who.first + " " + Finite(verb, past, who.plural);
    std::string wh = who.person ? "who" : "what", aux = Aux(past, who.plural);
    Ask(who.person ? Kind::kPerson : Kind::kThing, who.first,
        {Cat({wh, " ", Finite(verb, past, false), " ", adjuncts[0].text, "?"}),
         Cat({who.person ? "which person " : "which thing ", Finite(verb, past, false), " ", adjuncts[0].text, "?"})},
        core + " " + adjuncts[0].text);
    for (const Adjunct& adjunct : adjuncts) {
      std::string other = draw_.Percent(30) ? OneMore(adjuncts, &adjunct) : "";
      Ask(adjunct.kind, adjunct.answer,
          {Cat({adjunct.wh, " ", aux, " ", who.again, " ", verb.base, "?"}),
           Cat({adjunct.wh, " ", aux, " ", who.again, " ", verb.base, other, "?"}),
           Cat({adjunct.kind == Kind::kPlace  ? "in which place"
                : adjunct.kind == Kind::kTime ? "at what time"
                                              : adjunct.wh,
                " ", aux, " ", who.again, " ", verb.base, "?"})},
          core + " " + adjunct.text);
    }
    Say(Arrange(core, adjuncts));
  }

  void Measure() {
    struct Way {
      const char *adjective, *noun, *pool;
    };
    static constexpr Way kWays[] = {{"high", "height", "height"},          {"long", "length", "length"},
                                    {"wide", "width", "length"},           {"deep", "depth", "length"},
                                    {"thick", "thickness", "length"},      {"tall", "height", "height"},
                                    {"heavy", "weight", "weight"},         {"old", "age", "duration"},
                                    {"hot", "temperature", "temperature"}, {"fast", "speed", "speed"}};
    const Way& way = kWays[draw_.Below(std::size(kWays))];
    Phrase what = Subject("size");
    std::string value = PoolWord(way.pool), noun = way.noun, adjective = way.adjective;
    Strings asks = {Cat({"how ", adjective, " is ", what.again, "?"}),
                    Cat({"what is the ", noun, " of ", what.again, "?"}),
                    Cat({"can you tell me how ", adjective, " ", what.again, " is?"})};
    std::string text;
    if (adjective == "heavy") {
      text = what.first + " weighs " + value;
      asks.push_back(Cat({"how much does ", what.again, " weigh?"}));
    } else if (adjective == "hot" || adjective == "fast") {
      text = Cat({"the ", noun, " of ", what.first, " is ", value});
    } else {
      text = draw_.Percent(65)     ? what.first + " is " + value + " " + adjective
             : draw_.Below(2) == 0 ? Cat({"the ", noun, " of ", what.first, " is ", value})
                                   : Cat({what.first, " has a ", noun, " of ", value});
    }
    Ask(Kind::kMeasure, value, std::move(asks), Cat({"the ", noun, " of ", what.first, " is ", value}));
    Unknown(Cat({"how ", adjective == "wide" ? "long" : "wide", " is ", what.again, "?"}));
    Say(text);
  }

  void Count() {
    Phrase what = Subject("count");
    std::string items = Plural(Noun());
    int n = draw_.Between(2, draw_.Percent(70) ? 30 : 900);
    std::string number = n <= 30 && draw_.Percent(60) ? NumberWord(n) : std::to_string(n);
    std::string text;
    switch (draw_.Below(5)) {
      case 0:
        text = Cat({what.first, " has ", number, " ", items});
        break;
      case 1:
        text = Cat({"there are ", number, " ", items, " in ", what.first});
        break;
      case 2:
        text = Cat({number, " ", items, " belong to ", what.first});
        break;
      case 3:
        text = Cat({what.first, " comes with ", number, " ", items});
        break;
      default:
        text = Cat({"you can count ", number, " ", items, " at ", what.first});
    }
    Ask(Kind::kNumber, number,
        {Cat({"how many ", items, " does ", what.again, " have?"}),
         Cat({"how many ", items, " are there in ", what.again, "?"}),
         Cat({"what is the number of ", items, " of ", what.again, "?"}),
         Cat({"how many ", items, " belong to ", what.again, "?"})},
        text);
    Ask(Kind::kThing, Cat({number, " ", items}),
        {Cat({"what belongs to ", what.again, "?"}), Cat({"what does ", what.again, " have?"})}, text);
    Say(text);
  }

  void RelatedPerson() {
    Phrase what = Subject("person");
    std::string relation = PersonRelation(), name = PersonName();
    bool past = draw_.Percent(30);
    std::string is = past ? "was" : "is", text;
    switch (draw_.Below(5)) {
      case 0:
        text = Cat({"the ", relation, " of ", what.first, " ", is, " ", name});
        break;
      case 1:
        text = Cat({name, " ", is, " the ", relation, " of ", what.first});
        break;
      case 2:
        text = Cat({what.first, past ? " had " : " has ", WithArticle(relation), " called ", name});
        break;
      case 3:
        text = Cat({"the name of the ", relation, " of ", what.first, " ", is, " ", name});
        break;
      default:
        text = Cat({"as the ", relation, " of ", what.first, ", ", name, past ? " was well known" : " is well known"});
    }
    std::string plain = Cat({"the ", relation, " of ", what.first, " ", is, " ", name});
    Ask(Kind::kPerson, name,
        {Cat({"who ", is, " the ", relation, " of ", what.again, "?"}),
         Cat({"what ", is, " the name of the ", relation, " of ", what.again, "?"}),
         Cat({"what ", is, " the ", relation, " of ", what.again, " called?"}),
         Cat({"who ", is, " ", Possessive(what.again), " ", relation, "?"})},
        plain);
    Ask(Kind::kState, Contains(text, " called ") ? WithArticle(relation) : "the " + relation,
        {Cat({"what ", is, " ", Possessive(name), " position?"}), Cat({"who ", is, " ", name, "?"}),
         Cat({"what ", is, " ", name, " at ", what.again, "?"})},
        plain);
    // Much that is told of people is told right after their name.
    if (draw_.Percent(30)) {
      const VerbForms& verb = NewObjectVerb();
      Phrase thing = Thing();
      Say(text);
      std::string deed = Cat({name, " ", verb.past, " ", thing.first});
      Ask(Kind::kThing, thing.first,
          {Cat({"what did ", name, " ", verb.base, "?"}), Cat({"what did the ", relation, " ", verb.base, "?"})}, deed);
      Ask(Kind::kPerson, name,
          {Cat({"who ", verb.past, " ", thing.again, "?"}), Cat({"which person ", verb.past, " ", thing.again, "?"})},
          deed);
      text = deed;
    }
    Unknown(Cat({"who is the ", PersonRelation(), " of ", what.again, "?"}));
    Say(text);
  }

  void RelatedThing() {
    Phrase what = Subject("thing"), value = Thing();
    std::string relation = ThingRelation();
    std::string text = draw_.Percent(60) ? Cat({"the ", relation, " of ", what.first, " is ", value.first})
                                         : Cat({value.first, " is the ", relation, " of ", what.first});
    if (value.plural) text = Cat({"the ", relation, " of ", what.first, ": ", value.first});
    Ask(Kind::kThing, value.first,
        {Cat({"what is the ", relation, " of ", what.again, "?"}),
         Cat({"what is ", Possessive(what.again), " ", relation, "?"}),
         Cat({"which thing is the ", relation, " of ", what.again, "?"})},
        Cat({"the ", relation, " of ", what.first, " is ", value.first}));
    Unknown(Cat({"what is the ", ThingRelation(), " of ", what.again, "?"}));
    Say(text);
  }

  void Called() {
    std::string part = New([&] { return draw_.Pick(NamedRelations()); });
    std::string name = New([&] {
      return draw_.Percent(40)   ? DrawPetName(draw_, scene_.split)
             : draw_.Percent(50) ? DrawShip(draw_, scene_.split)
                                 : DrawFirstName(draw_, scene_.split, nullptr);
    });
    std::string the = draw_.Percent(60) ? Cat({"the ", part, " of ", topic_}) : "the " + part, text;
    switch (draw_.Below(4)) {
      case 0:
        text = Cat({the, " is called ", name});
        break;
      case 1:
        text = Cat({the, " has the name ", name});
        break;
      case 2:
        text = Cat({WithArticle(part), " called ", name, " belongs to ", topic_});
        the = "the " + part;
        break;
      default:
        text = Cat({"they call ", the, " ", name});
    }
    Ask(Kind::kName, name,
        {Cat({"what is ", the, " called?"}), Cat({"what is the name of ", the, "?"}),
         Cat({"which name has ", the, "?"}), Cat({"what do they call ", the, "?"})},
        Cat({the, " is called ", name}));
    Ask(Kind::kThing, text.starts_with("a") ? WithArticle(part) : the,
        {Cat({"what is called ", name, "?"}), Cat({"what is ", name, "?"})}, Cat({the, " is called ", name}));
    Say(text);
    if (draw_.Percent(45)) {  // and something about it under its name
      const bool plain = !draw_.Percent(50);
      const VerbForms& verb = plain ? NewVerb(PlainVerbs()) : NewObjectVerb();
      Adjunct when = plain ? (draw_.Percent(50) ? PlaceAdjunct() : TimeAdjunct(true)) : PlaceAdjunct();
      Phrase thing = plain ? Phrase{} : Thing();
      std::string object = plain ? "" : " " + thing.first, object_again = plain ? "" : " " + thing.again;
      std::string deed = Cat({name, " ", verb.past, object, " ", when.text});
      Ask(when.kind, when.answer,
          {Cat({when.wh, " did ", name, " ", verb.base, object_again, "?"}),
           Cat({when.wh, " did ", the, " ", verb.base, object_again, "?"})},
          deed);
      Ask(Kind::kName, name, {Cat({"who ", verb.past, object_again, " ", when.text, "?"})}, deed);
      if (!plain)
        Ask(Kind::kThing, thing.first,
            {Cat({"what did ", name, " ", verb.base, "?"}),
             Cat({"what did ", name, " ", verb.base, " ", when.text, "?"})},
            deed);
      Say(deed);
    }
  }

  void Made() {
    Phrase what = Subject("made");
    std::string text, value;
    switch (draw_.Below(4)) {
      case 0: {
        value = PoolWord(draw_.Percent(50) ? "material" : "stone");
        text = Cat({what.first, draw_.Pick({" is made of ", " consists of ", " is built of "}), value});
        Ask(Kind::kThing, value,
            {Cat({"what is ", what.again, " made of?"}), Cat({"of what is ", what.again, " made?"}),
             Cat({"which material is ", what.again, " made of?"}), Cat({"what does ", what.again, " consist of?"})},
            Cat({what.first, " is made of ", value}));
        break;
      }
      case 1: {
        value = PoolWord("colour");
        text = Cat({what.first, draw_.Pick({" is painted ", " is ", " has been painted "}), value});
        Ask(Kind::kThing, value,
            {Cat({"what colour is ", what.again, "?"}), Cat({"which colour has ", what.again, "?"}),
             Cat({"in which colour is ", what.again, " painted?"}), Cat({"what is the colour of ", what.again, "?"})},
            Cat({what.first, " is ", value}));
        break;
      }
      case 2: {
        value = Town();
        text = Cat(
            {what.first, draw_.Pick({" comes from ", " was made in the town of ", " was brought here from "}), value});
        Ask(Kind::kPlace, value,
            {Cat({"where does ", what.again, " come from?"}), Cat({"where was ", what.again, " made?"}),
             Cat({"from which place does ", what.again, " come?"}), Cat({"what is the origin of ", what.again, "?"})},
            Cat({what.first, " comes from ", value}));
        break;
      }
      default: {
        value = PersonName();
        const VerbForms& verb = NewObjectVerb();
        text = Cat({what.first, " was ", verb.participle, " by ", value});
        Ask(Kind::kPerson, value,
            {Cat({"who ", verb.past, " ", what.again, "?"}),
             Cat({"by whom was ", what.again, " ", verb.participle, "?"}),
             Cat({"which person ", verb.past, " ", what.again, "?"})},
            text);
        Ask(Kind::kThing, what.first,
            {Cat({"what did ", value, " ", verb.base, "?"}), Cat({"what was ", verb.participle, " by ", value, "?"})},
            text);
      }
    }
    Say(text);
  }

  void Became() {
    Phrase what = Subject("became");
    std::string now = WithArticle(Noun()), year = PoolWord("year");
    bool front = draw_.Percent(40);
    std::string core = Cat({what.first, draw_.Pick({" became ", " was turned into "}), now});
    Ask(Kind::kTime, year,
        {Cat({"when did ", what.again, " become ", now, "?"}),
         Cat({"in which year did ", what.again, " become ", now, "?"}),
         Cat({"what year did ", what.again, " turn into ", now, "?"})},
        core + " in " + year);
    Ask(Kind::kThing, now,
        {Cat({"what did ", what.again, " become in ", year, "?"}), Cat({"what did ", what.again, " become?"}),
         Cat({"into what was ", what.again, " turned?"})},
        core + " in " + year);
    Say(front ? Cat({"in ", year, " ", core}) : Cat({core, " in ", year}));
  }

  void Condition() {
    Phrase what = Subject("state");
    std::string state = New([&] { return draw_.Pick(OpenStates()); }),
                reason = New([&] { return draw_.Pick(EventReasons()); });
    Adjunct when = TimeAdjunct(true);
    std::string duration = draw_.Percent(40) ? PoolWord("duration") : "";
    std::string core = Cat({what.first, " was ", state, duration.empty() ? "" : " for " + duration});
    Ask(Kind::kReason, reason,
        {Cat({"why was ", what.again, " ", state, "?"}),
         Cat({"what was the reason why ", what.again, " was ", state, "?"}),
         Cat({"why was ", what.again, " ", state, " ", when.text, "?"})},
        core + " because " + reason);
    Ask(Kind::kTime, when.answer,
        {Cat({"when was ", what.again, " ", state, "?"}), Cat({when.wh, " was ", what.again, " ", state, "?"})},
        core + " " + when.text);
    Ask(Kind::kThing, what.first, {Cat({"what was ", state, " ", when.text, "?"}), Cat({"what was ", state, "?"})},
        core);
    if (!duration.empty())
      Ask(Kind::kMeasure, duration,
          {Cat({"for how long was ", what.again, " ", state, "?"}),
           Cat({"how long was ", what.again, " ", state, "?"})},
          core);
    Say(draw_.Percent(50) ? Cat({when.text, " ", core, " because ", reason})
                          : Cat({core, " ", when.text, " because ", reason}));
  }

  void Hours() {
    Phrase what = Subject("hours");
    std::string open = PoolWord("time"), close = PoolWord("time");
    bool both = draw_.Percent(60);
    Ask(Kind::kTime, open,
        {Cat({"when does ", what.again, " open?"}), Cat({"at what time does ", what.again, " open?"}),
         Cat({"what time does ", what.again, " open in the day?"})},
        Cat({what.first, " opens at ", open}));
    std::string text = Cat({what.first, " opens at ", open});
    if (both) {
      text += Cat({draw_.Pick({" and closes at ", " and shuts at "}), close});
      Ask(Kind::kTime, close,
          {Cat({"when does ", what.again, " close?"}), Cat({"at what time does ", what.again, " shut?"}),
           Cat({"until when is ", what.again, " open?"})},
          Cat({what.first, " closes at ", close}));
    } else {
      Unknown(Cat({"when does ", what.again, " close?"}));
    }
    Say(text);
  }

  void Distance() {
    std::string from = topic_, to = draw_.Percent(60) ? Town() : "the " + Noun(), distance = PoolWord("distance");
    std::string direction = scene_.world.pools.Get("direction").Value(draw_, scene_.split);
    bool with_direction = draw_.Percent(50);
    std::string text = Cat({from, draw_.Pick({" stands ", " lies ", " is "}), distance,
                            with_direction ? " " + direction + " of " : " from ", to});
    Ask(Kind::kMeasure, distance,
        {Cat({"how far is ", from, " from ", to, "?"}), Cat({"what is the distance between ", from, " and ", to, "?"}),
         Cat({"how far is it from ", to, " to ", from, "?"})},
        text);
    if (with_direction)
      Ask(Kind::kThing, direction,
          {Cat({"in which direction from ", to, " is ", from, "?"}),
           Cat({"on which side of ", to, " does ", from, " lie?"})},
          text);
    Say(text);
  }

  void Price() {
    // `open` and `clear` were trained with texts that may name two prices for the topic.
    const bool of_topic = draw_.Percent(40) && (scene_.level < Level::kPlain || IsNew("price of the topic"));
    std::string item =
        of_topic ? Cat({draw_.Pick({"ticket for ", "night in ", "visit to ", "tour of "}), topic_}) : Noun();
    std::string price = PoolWord("price");
    std::string text;
    switch (draw_.Below(3)) {
      case 0:
        text = Cat({WithArticle(item), " costs ", price});
        break;
      case 1:
        text = Cat({"the price of ", WithArticle(item), " is ", price});
        break;
      default:
        text = Cat({"you pay ", price, " for ", WithArticle(item)});
    }
    Ask(Kind::kMeasure, price,
        {Cat({"how much does ", WithArticle(item), " cost?"}), Cat({"what does ", WithArticle(item), " cost?"}),
         Cat({"what is the price of ", WithArticle(item), "?"}), Cat({"how much is ", WithArticle(item), "?"}),
         Cat({"how much do I have to pay for ", WithArticle(item), "?"})},
        Cat({WithArticle(item), " costs ", price}));
    Ask(Kind::kThing, WithArticle(item), {Cat({"what costs ", price, "?"}), Cat({"what can you get for ", price, "?"})},
        text);
    Say(text);
  }

  void Meaning() {
    std::string sign = Cat(
        {draw_.Percent(60) ? scene_.world.pools.Get("colour").Value(draw_, scene_.split) : Adjective(), " ", Noun()});
    std::string place = draw_.Percent(50) ? Cat({" on the ", Noun()}) : "";
    std::string meaning = Cat({"the ", Noun(), " is ", New([&] { return draw_.Pick(OpenStates()); })});
    std::string text =
        Cat({WithArticle(sign), place, draw_.Pick({" means that ", " shows that ", " tells people that "}), meaning});
    Ask(Kind::kReason, meaning,
        {Cat({"what does ", WithArticle(sign), place, " mean?"}), Cat({"what does ", WithArticle(sign), " show?"}),
         Cat({"what is the meaning of ", WithArticle(sign), "?"})},
        text);
    Ask(Kind::kThing, WithArticle(sign),
        {Cat({"what means that ", meaning, "?"}), Cat({"what shows that ", meaning, "?"})}, text);
    Say(text);
  }

  void Rule() {
    std::string who = PluralGroup("guests");
    const VerbForms& verb = NewObjectVerb();
    Phrase thing = Thing();
    bool forbidden = draw_.Percent(35);
    std::string deed = verb.base + " " + thing.first, must = forbidden ? "must not" : "must";
    std::string reason = draw_.Percent(50) ? New([&] { return draw_.Pick(EventReasons()); }) : "";
    std::string text = Cat({who, " ", must, " ", deed, reason.empty() ? "" : " because " + reason});
    Ask(Kind::kDeed, deed,
        {Cat({"what must ", who, forbidden ? " not" : "", " do?"}),
         Cat({forbidden ? "what are " : "what do ", who, forbidden ? " not allowed to do?" : " have to do?"})},
        Cat({who, " ", must, " ", deed}));
    Ask(Kind::kPerson, who, {Cat({"who ", must, " ", verb.base, " ", thing.again, "?"})},
        Cat({who, " ", must, " ", deed}));
    if (!reason.empty())
      Ask(Kind::kReason, reason, {Cat({"why must ", who, forbidden ? " not " : " ", verb.base, " ", thing.again, "?"})},
          text);
    Say(text);
  }

  void Help() {
    Phrase what = Subject("help");
    std::string who = PluralGroup("visitors");
    const VerbForms& verb = NewObjectVerb();
    Phrase thing = Thing();
    std::string deed = verb.base + " " + thing.first, text;
    if (draw_.Percent(50)) {
      text = Cat({what.first, " helps ", who, " to ", deed});
    } else {
      text = Cat({who, " use ", what.first, " to ", deed});
    }
    Ask(Kind::kDeed, deed,
        {Cat({"what does ", what.again, " help ", who, " to do?"}),
         Cat({"for what do ", who, " use ", what.again, "?"}), Cat({"what is ", what.again, " good for?"}),
         Cat({"what can ", who, " do with ", what.again, "?"})},
        text);
    Ask(Kind::kThing, what.first,
        {Cat({"what helps ", who, " to ", verb.base, " ", thing.again, "?"}),
         Cat({"what do ", who, " use to ", verb.base, " ", thing.again, "?"})},
        text);
    Ask(Kind::kPerson, who,
        {Cat({"who uses ", what.again, " to ", verb.base, " ", thing.again, "?"}),
         Cat({"whom does ", what.again, " help to ", verb.base, " ", thing.again, "?"})},
        text);
    Say(text);
  }

  // ---- shape ----
  void Layout() {
    size_t cut = passage_.sentences.size() > 3 && draw_.Percent(25) ? passage_.sentences.size() / 2 : 0;
    std::string text = Paragraphs(passage_.sentences, cut);
    uint32_t roll = draw_.Below(100);
    if (roll < 22) text = Cat({draw_.Pick({"# ", "## ", ""}), Capitalised(topic_), "\n\n", text});
    passage_.text = std::move(text);
  }

  Passage passage_;
  bool last_on_topic_ = false;
  std::vector<Kind> kinds_;
  Strings said_[static_cast<size_t>(Kind::kCount)];
};

}  // namespace

Passage MakeOpenPassage(Scene& scene) { return OpenText(scene).Make(); }

}  // namespace cairn::seed
