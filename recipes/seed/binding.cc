// Binding: short texts in which many things of the same kinds go with each other, and questions for both ends of the
// pairs. No kind of value gives an answer away; a reader must find the sentence of the thing that was asked for.
#include <algorithm>
#include <array>
#include <utility>

#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

enum class Kind {
  kPerson,
  kFirstName,
  kTown,
  kThing,
  kNumber,
  kColour,
  kJob,
  kAnimal,
  kDay,
  kPrice,
  kClock,
  kYear,
  kWeight,
  kDrawer,
  kFood,
  kInstrument
};

// {a} and {b} go with each other. of_a: questions about {a}, answered by {b}; of_b: the other way round.
struct Relation {
  Kind a, b;
  std::array<const char*, 4> say;
  std::array<const char*, 3> of_a, of_b;
};

constexpr Relation kRelations[] = {
    {Kind::kPerson,
     Kind::kThing,
     {"{a} owns {b}.", "{b} belongs to {a}.", "The owner of {b} is {a}.", "{a} is the owner of {b}."},
     {"What does {a} own?", "Which thing belongs to {a}?", "What is owned by {a}?"},
     {"Who owns {b}?", "To whom does {b} belong?", "Who is the owner of {b}?"}},
    {Kind::kPerson,
     Kind::kThing,
     {"{a} looks after {b}.", "{b} is looked after by {a}.", "It is {a} who takes care of {b}.",
      "{a} is in charge of {b}."},
     {"What does {a} look after?", "What does {a} take care of?", "What is {a} in charge of?"},
     {"Who looks after {b}?", "Who takes care of {b}?", "Who is in charge of {b}?"}},
    {Kind::kPerson,
     Kind::kThing,
     {"{a} lost {b}.", "{b} was lost by {a}.", "It was {a} who lost {b}.", "{b} has been missing since {a} had it."},
     {"What did {a} lose?", "Which thing did {a} lose?", "What was lost by {a}?"},
     {"Who lost {b}?", "By whom was {b} lost?", "Who had {b} last?"}},
    {Kind::kPerson,
     Kind::kTown,
     {"{a} lives in {b}.", "In {b} lives {a}.", "{a} has a house in {b}.", "{b} is the home of {a}."},
     {"Where does {a} live?", "In which town does {a} live?", "Where is the home of {a}?"},
     {"Who lives in {b}?", "Who has a house in {b}?", "Whose home is {b}?"}},
    {Kind::kPerson,
     Kind::kTown,
     {"{a} comes from {b}.", "{a} was born in {b}.", "{b} is where {a} was born.", "The birthplace of {a} is {b}."},
     {"Where does {a} come from?", "Where was {a} born?", "What is the birthplace of {a}?"},
     {"Who comes from {b}?", "Who was born in {b}?", "Whose birthplace is {b}?"}},
    {Kind::kPerson,
     Kind::kNumber,
     {"{a} has number {b}.", "Number {b} is {a}.", "Number {b} goes to {a}.", "The number of {a} is {b}."},
     {"Which number has {a}?", "What is the number of {a}?", "What number does {a} have?"},
     {"Who has number {b}?", "Whose number is {b}?", "Who is number {b}?"}},
    {Kind::kPerson,
     Kind::kJob,
     {"{a} is {b}.", "{b} is {a}.", "{b} is called {a}.", "{a} works as {b}."},
     {"What is the job of {a}?", "What does {a} do for a living?", "What does {a} work as?"},
     {"Who is {b}?", "What is the name of {b}?", "What is {b} called?"}},
    {Kind::kPerson,
     Kind::kColour,
     {"{a} chose {b}.", "The colour {b} was chosen by {a}.", "{b} is the favourite colour of {a}.",
      "{a} likes {b} best."},
     {"Which colour did {a} choose?", "What is the favourite colour of {a}?", "Which colour does {a} like best?"},
     {"Who chose {b}?", "Whose favourite colour is {b}?", "Who likes {b} best?"}},
    {Kind::kPerson,
     Kind::kDay,
     {"{a} comes on {b}.", "On {b} it is {a} who comes.", "{b} is the day of {a}.", "{a} is on duty on {b}."},
     {"When does {a} come?", "On which day does {a} come?", "Which day is the day of {a}?"},
     {"Who comes on {b}?", "Who is on duty on {b}?", "Whose day is {b}?"}},
    {Kind::kPerson,
     Kind::kClock,
     {"{a} arrived at {b}.", "At {b} {a} arrived.", "It was {b} when {a} came.", "{b}: {a} arrives."},
     {"When did {a} arrive?", "At what time did {a} arrive?", "What time was it when {a} came?"},
     {"Who arrived at {b}?", "Who came at {b}?", "Which person arrived at {b}?"}},
    {Kind::kPerson,
     Kind::kPrice,
     {"{a} paid {b}.", "The bill of {a} came to {b}.", "{b} was the sum that {a} paid.", "From {a} we received {b}."},
     {"How much did {a} pay?", "What sum did {a} pay?", "How much money came from {a}?"},
     {"Who paid {b}?", "From whom did we receive {b}?", "Whose bill came to {b}?"}},
    {Kind::kPerson,
     Kind::kFirstName,
     {"{a} phoned {b}.", "{b} was phoned by {a}.", "{b} had a phone call from {a}.", "It was {a} who phoned {b}."},
     {"Whom did {a} phone?", "Who was phoned by {a}?", "To whom did {a} make a phone call?"},
     {"Who phoned {b}?", "From whom did {b} have a phone call?", "By whom was {b} phoned?"}},
    {Kind::kPerson,
     Kind::kFirstName,
     {"{a} is the teacher of {b}.", "{b} learns from {a}.", "{a} teaches {b}.", "{b} is a pupil of {a}."},
     {"Whom does {a} teach?", "Who learns from {a}?", "Who is a pupil of {a}?"},
     {"Who teaches {b}?", "From whom does {b} learn?", "Who is the teacher of {b}?"}},
    {Kind::kFirstName,
     Kind::kPerson,
     {"{a} works for {b}.", "{b} is the boss of {a}.", "The boss of {a} is {b}.", "{b} gives {a} orders."},
     {"Who is the boss of {a}?", "For whom does {a} work?", "Who gives {a} orders?"},
     {"Who works for {b}?", "Whose boss is {b}?", "To whom does {b} give orders?"}},
    {Kind::kFirstName,
     Kind::kFirstName,
     {"{a} is older than {b}.", "{b} is younger than {a}.", "{b} was born after {a}.", "{a} was born before {b}."},
     {"Who is younger than {a}?", "Who was born after {a}?", "Than whom is {a} older?"},
     {"Who is older than {b}?", "Who was born before {b}?", "Than whom is {b} younger?"}},
    {Kind::kThing,
     Kind::kTown,
     {"{a} was found in {b}.", "In {b} somebody found {a}.", "{b} is the place where {a} turned up.",
      "{a} turned up in {b}."},
     {"Where was {a} found?", "In which place was {a} found?", "Where did {a} turn up?"},
     {"What was found in {b}?", "What did somebody find in {b}?", "What turned up in {b}?"}},
    {Kind::kThing,
     Kind::kWeight,
     {"{a} weighs {b}.", "The weight of {a} is {b}.", "On the scales {a} showed {b}.", "At {b}, {a} was weighed in."},
     {"How heavy is {a}?", "How much does {a} weigh?", "What is the weight of {a}?"},
     {"What weighs {b}?", "Which thing weighs {b}?", "What has a weight of {b}?"}},
    {Kind::kThing,
     Kind::kColour,
     {"{a} is {b}.", "The colour of {a} is {b}.", "{a} has been painted {b}.", "They painted {a} {b}."},
     {"What colour is {a}?", "Which colour has {a}?", "In which colour was {a} painted?"},
     {"What is {b}?", "Which thing is {b}?", "What has been painted {b}?"}},
    {Kind::kThing,
     Kind::kPrice,
     {"{a} costs {b}.", "For {b} you can buy {a}.", "The price of {a} is {b}.", "You pay {b} for {a}."},
     {"How much is {a}?", "What does {a} cost?", "What is the price of {a}?"},
     {"What costs {b}?", "What can be bought for {b}?", "Which thing has a price of {b}?"}},
    {Kind::kThing,
     Kind::kThing,
     {"{a} lies under {b}.", "{b} lies on top of {a}.", "Under {b} you see {a}.", "On top of {a} there is {b}."},
     {"What lies on top of {a}?", "What is on {a}?", "Which thing is above {a}?"},
     {"What lies under {b}?", "What is under {b}?", "Which thing is below {b}?"}},
    {Kind::kThing,
     Kind::kPerson,
     {"{a} was made by {b}.", "{b} made {a}.", "The maker of {a} is {b}.", "It is {b} who made {a}."},
     {"Who made {a}?", "By whom was {a} made?", "Who is the maker of {a}?"},
     {"What did {b} make?", "Which thing was made by {b}?", "What is the work of {b}?"}},
    {Kind::kThing,
     Kind::kDrawer,
     {"{a} is in {b}.", "{b} holds {a}.", "In {b} there is {a}.", "They keep {a} in {b}."},
     {"Where is {a}?", "Where do they keep {a}?", "In what is {a} kept?"},
     {"What is in {b}?", "What does {b} hold?", "What is kept in {b}?"}},
    {Kind::kThing,
     Kind::kYear,
     {"{a} was bought in {b}.", "In {b} they bought {a}.", "{b} is the year in which {a} was bought.",
      "Since {b} we have had {a}."},
     {"When was {a} bought?", "In which year was {a} bought?", "Since when have we had {a}?"},
     {"What was bought in {b}?", "What have we had since {b}?", "What did they buy in {b}?"}},
    {Kind::kTown,
     Kind::kNumber,
     {"{a} has {b} houses.", "There are {b} houses in {a}.", "{b} is the number of houses in {a}.",
      "With {b} houses, {a} is no city."},
     {"How many houses are there in {a}?", "How many houses has {a}?", "What is the number of houses in {a}?"},
     {"Which town has {b} houses?", "Where are there {b} houses?", "In which place do you find {b} houses?"}},
    {Kind::kTown,
     Kind::kPerson,
     {"The mayor of {a} is {b}.", "{b} is mayor of {a}.", "{a} has a mayor called {b}.", "{a} chose {b} as mayor."},
     {"Who is the mayor of {a}?", "What is the mayor of {a} called?", "Whom did {a} choose as mayor?"},
     {"Of which town is {b} the mayor?", "Where is {b} mayor?", "Which town chose {b}?"}},
    {Kind::kTown,
     Kind::kDay,
     {"In {a} the market is on {b}.", "{b} is market day in {a}.", "On {b} there is a market in {a}.",
      "{a} has its market on {b}."},
     {"When is the market in {a}?", "On which day is the market in {a}?", "Which day is market day in {a}?"},
     {"Where is the market on {b}?", "Which town has its market on {b}?", "In which town is {b} market day?"}},
    {Kind::kTown,
     Kind::kTown,
     {"{a} lies north of {b}.", "{b} lies south of {a}.", "South of {a} you come to {b}.",
      "North of {b} you come to {a}."},
     {"What lies south of {a}?", "Which place is south of {a}?", "Where do you come to south of {a}?"},
     {"What lies north of {b}?", "Which place is north of {b}?", "Where do you come to north of {b}?"}},
    {Kind::kPerson,
     Kind::kAnimal,
     {"{a} keeps {b}.", "{b} is the animal of {a}.", "{b} lives with {a}.", "At home {a} has {b}."},
     {"Which animal does {a} keep?", "What does {a} have at home?", "Which animal lives with {a}?"},
     {"Who keeps {b}?", "Who has {b} at home?", "With whom does {b} live?"}},
    {Kind::kPerson,
     Kind::kFood,
     {"{a} ate {b}.", "{b} went to {a}.", "The order of {a} was {b}.", "{a} asked for {b}."},
     {"What did {a} eat?", "What did {a} ask for?", "What was the order of {a}?"},
     {"Who ate {b}?", "Who asked for {b}?", "Whose order was {b}?"}},
    {Kind::kPerson,
     Kind::kYear,
     {"{a} was born in {b}.", "The year of birth of {a} is {b}.", "In {b} {a} came into the world.",
      "{b} was the year when {a} was born."},
     {"When was {a} born?", "In which year was {a} born?", "What is the year of birth of {a}?"},
     {"Who was born in {b}?", "Who came into the world in {b}?", "Whose year of birth is {b}?"}},
    {Kind::kPerson,
     Kind::kInstrument,
     {"{a} plays {b}.", "{b} is played by {a}.", "It is {a} who plays {b}.", "On {b} you hear {a}."},
     {"What does {a} play?", "Which instrument does {a} play?", "On what do you hear {a}?"},
     {"Who plays {b}?", "By whom is {b} played?", "Whom do you hear on {b}?"}},
};

// "a is older than b": pairs that the text does not name stand in some order, too, and nothing tells which.
bool IsOrder(const Relation& relation) { return relation.a == relation.b && relation.a != Kind::kThing; }

// "Where is the lamp?" could mean either.
bool BothTellWhere(const Relation& one, const Relation& other) {
  auto tells = [](const Relation& relation) { return relation.b == Kind::kTown || relation.b == Kind::kDrawer; };
  return one.a == Kind::kThing && tells(one) && tells(other);
}

std::string Clock(Draw& draw) {
  int minute = draw.Between(0, 11) * 5;
  return std::to_string(draw.Between(6, 21)) + ":" + (minute < 10 ? "0" : "") + std::to_string(minute);
}

std::string ValueOf(Scene& scene, Kind kind) {
  Draw& draw = scene.draw;
  auto pool = [&](std::string_view name) { return scene.world.pools.Get(name).Value(draw, scene.split); };
  switch (kind) {
    case Kind::kPerson:
      return draw.Percent(50) ? DrawPerson(draw, scene.split).full() : DrawFirstName(draw, scene.split, nullptr);
    case Kind::kFirstName:
      return DrawFirstName(draw, scene.split, nullptr);
    case Kind::kTown:
      return DrawPlace(draw, scene.split);
    case Kind::kThing:
      return "the " + pool(draw.Percent(70) ? "noun_skill" : "tool");
    case Kind::kNumber:
      return std::to_string(draw.Between(2, draw.Percent(50) ? 40 : 900));
    case Kind::kColour:
      return pool("colour");
    case Kind::kJob:
      return "the " + pool("job");
    case Kind::kAnimal:
      return "the " + pool("animal");
    case Kind::kDay:
      return pool("day");
    case Kind::kPrice:
      return pool("price");
    case Kind::kClock:
      return Clock(draw);
    case Kind::kYear:
      return pool("year");
    case Kind::kWeight: {
      const std::string_view unit = draw.Pick({" grams", " kilos"});
      return Cat({std::to_string(draw.Between(2, 900)), unit});
    }
    case Kind::kDrawer: {
      const std::string number = std::to_string(draw.Between(1, 99));
      return Cat({draw.Pick({"drawer ", "box ", "room ", "bag "}), number});
    }
    case Kind::kFood:
      return "the " + pool("dish");
    case Kind::kInstrument:
      return "the " + pool("instrument");
  }
  return {};
}

// A sentence of the text, with the questions for both of its ends.
struct Bond {
  const Relation* relation;
  std::string a, b;
};

class Binder {
 public:
  explicit Binder(Scene& scene) : scene_(scene), draw_(scene.draw), clear_(scene.level >= Level::kClear) {}

  Dialogue Make() {
    DrawBonds();
    std::string text = Text();
    Dialogue out;
    out.task = "binding";
    std::vector<std::pair<size_t, bool>> ends;  // of which bond, asked about a
    for (size_t i = 0; i < bonds_.size(); ++i) {
      ends.emplace_back(i, true);
      ends.emplace_back(i, false);
    }
    draw_.Shuffle(ends);
    size_t turns = std::min<size_t>(ends.size(), static_cast<size_t>(draw_.Between(5, 12)));
    for (size_t i = 0; i < turns; ++i) {
      Turn turn = Question(bonds_[ends[i].first], ends[i].second);
      turn.user = i == 0 ? AskFromText(draw_, text, turn.user) : Typed(draw_, turn.user);
      out.turns.push_back(std::move(turn));
    }
    return out;
  }

 private:
  // A value that no other one of the text contains.
  std::string NewValue(Kind kind) {
    for (int attempt = 0; attempt < 40; ++attempt) {
      std::string value = ValueOf(scene_, kind);
      bool clash = false;
      for (const std::string& other : used_) clash = clash || ContainEachOther(other, value);
      if (clash) continue;
      used_.push_back(value);
      return value;
    }
    return {};
  }

  // One to three relations, the later ones about the same things as the first where they can be.
  void DrawBonds() {
    size_t relations = static_cast<size_t>(draw_.Between(1, 3));
    size_t things = static_cast<size_t>(draw_.Between(2, relations == 1 ? 8 : 4));
    const Relation& first = kRelations[draw_.Below(std::size(kRelations))];
    Strings subjects;
    std::vector<const Relation*> chosen = {&first};
    for (int attempt = 0; attempt < 30 && chosen.size() < relations; ++attempt) {
      const Relation& other = kRelations[draw_.Below(std::size(kRelations))];
      bool fits = other.a == first.a;
      for (const Relation* known : chosen)
        fits = fits && known != &other && known->b != other.b && !(clear_ && BothTellWhere(*known, other));
      if (fits) chosen.push_back(&other);
    }
    for (size_t i = 0; i < things; ++i) {
      std::string subject = NewValue(first.a);
      if (!subject.empty()) subjects.push_back(std::move(subject));
    }
    for (const Relation* relation : chosen) {
      for (const std::string& subject : subjects) {
        std::string value = NewValue(relation->b);
        if (!value.empty()) bonds_.push_back({relation, subject, std::move(value)});
      }
    }
  }

  std::string Text() {
    std::vector<size_t> order(bonds_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (draw_.Percent(50)) {
      draw_.Shuffle(order);
    } else if (draw_.Percent(50)) {  // all about one thing, then the next
      std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { return bonds_[x].a < bonds_[y].a; });
    }
    bool one_form = draw_.Percent(40);
    size_t form = draw_.Below(4);
    Strings sentences;
    for (size_t i : order) {
      const Bond& bond = bonds_[i];
      const char* say = bond.relation->say[one_form ? form : draw_.Below(4)];
      sentences.push_back(Capitalised(Fill(say, {{"a", bond.a}, {"b", bond.b}})));
    }
    return Join(sentences, draw_.Percent(75) ? " " : "\n");
  }

  Turn Question(const Bond& bond, bool about_a) {
    uint32_t roll = draw_.Below(100);
    if (roll < 8) return AboutStranger(bond, about_a);
    if (roll < 16) return TrueOrNot(bond);
    const auto& forms = about_a ? bond.relation->of_a : bond.relation->of_b;
    return {Fill(forms[draw_.Below(forms.size())], {{"a", bond.a}, {"b", bond.b}}), about_a ? bond.b : bond.a, {}};
  }

  Turn AboutStranger(const Bond& bond, bool about_a) {
    std::string stranger = NewValue(about_a ? bond.relation->a : bond.relation->b);
    if (stranger.empty()) return TrueOrNot(bond);
    const auto& forms = about_a ? bond.relation->of_a : bond.relation->of_b;
    return {Fill(forms[draw_.Below(forms.size())], {{"a", stranger}, {"b", stranger}}), kDontKnow, {}};
  }

  Turn TrueOrNot(const Bond& bond) {
    const Bond& other = bonds_[draw_.Below(bonds_.size())];
    bool swapped = draw_.Percent(60) && other.relation == bond.relation && other.a != bond.a &&
                   !(clear_ && IsOrder(*bond.relation));
    std::string statement =
        Fill(bond.relation->say[draw_.Below(4)], {{"a", bond.a}, {"b", swapped ? other.b : bond.b}});
    statement.pop_back();
    if (!StartsUpper(bond.a) && !StartsUpper(bond.b)) statement = Uncapitalised(statement);
    return {Cat({draw_.Pick({"Is this right: ", "Is it true: ", "True or not: "}), statement, "?"}),
            swapped ? "no" : "yes",
            {}};
  }

  Scene& scene_;
  Draw& draw_;
  const bool clear_;  // only what the text settles is asked; `rich` and `open` were trained without this
  std::vector<Bond> bonds_;
  Strings used_;
};

}  // namespace

Dialogue MakeBinding(Scene& scene) { return Binder(scene).Make(); }

}  // namespace cairn::seed
