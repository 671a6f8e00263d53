// Passages of other kinds: lists of prices and times, comparisons, instructions, events in order, who did what.
#include <algorithm>
#include <utility>

#include "passage.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

Strings Without(const Strings& items, size_t at) {
  Strings out = items;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
  return out;
}

// count different values of a pool, in split.
Strings Distinct(Scene& scene, const Pool& pool, size_t count) {
  Strings out;
  for (int attempt = 0; attempt < 200 && out.size() < count; ++attempt) {
    std::string value = pool.Value(scene.draw, scene.split);
    bool clash = false;
    for (const std::string& other : out) clash = clash || ContainEachOther(other, value);
    if (!clash) out.push_back(std::move(value));
  }
  return out;
}

const Pool& PoolOf(Scene& scene, std::string_view name) { return scene.world.pools.Get(name); }

void Prose(Passage& passage) { passage.text = Join(passage.sentences, " "); }

// Rows of a table: items with a price.
Passage PriceList(Scene& scene) {
  Draw& draw = scene.draw;
  Passage passage;
  std::string_view kind =
      draw.Pick({"food", "drink", "dish", "tool", "toy", "clothing", "furniture", "fruit", "container"});
  size_t count = static_cast<size_t>(draw.Between(3, 6));
  Strings items = Distinct(scene, PoolOf(scene, kind), count + 1);
  Strings prices = Distinct(scene, PoolOf(scene, "price"), count);
  std::string missing = items.back();
  items.pop_back();
  count = std::min(items.size(), prices.size());
  std::string title = std::string(draw.Pick({"Price list", "Prices", "Menu", "Today's prices", "What it costs"}));
  bool prose = draw.Percent(30);
  std::string_view mark = draw.Pick({": ", " - ", ", ", "  ", " | ", " ... "});
  for (size_t i = 0; i < count; ++i) {
    passage.sentences.push_back(
        prose ? Fill(draw.Pick({"For the {x} you pay {p}.", "They ask {p} for the {x}.", "You get the {x} for {p}."}),
                     {{"x", items[i]}, {"p", prices[i]}})
              : Capitalised(items[i]) + std::string(mark) + prices[i]);
    passage.probes.push_back(
        MakeProbe(prices[i],
                  {"What is the price of the " + items[i] + "?", "How much for the " + items[i] + "?",
                   "What does one pay for the " + items[i] + "?", "What is the price for the " + items[i] + "?",
                   "How much money do I need for the " + items[i] + "?"},
                  "The price of the " + items[i] + " is " + prices[i] + ".", Without(prices, i), i));
    passage.probes.push_back(MakeProbe(
        items[i], {"What can you buy for " + prices[i] + "?", "Which thing has a price of " + prices[i] + "?"},
        "You can buy the " + items[i] + " for " + prices[i] + ".", Without(items, i), i));
  }
  passage.unknowns = {"What is the price of the " + missing + "?", "How much for the " + missing + "?"};
  passage.text = prose ? Join(passage.sentences, " ") : title + "\n" + Join(passage.sentences, "\n");
  return passage;
}

// Rows: a time, what happens, where.
Passage Schedule(Scene& scene) {
  Draw& draw = scene.draw;
  Passage passage;
  size_t count = static_cast<size_t>(draw.Between(3, 6));
  static const Strings kEvents = {
      "harbour tour",    "cooking class",  "choir practice", "chess lesson",  "story hour",      "puppet show",
      "guided walk",     "first aid talk", "dance lesson",   "film",          "football match",  "book reading",
      "fire drill",      "tea party",      "boat trip",      "pottery class", "swimming lesson", "staff meeting",
      "garden workshop", "magic show",     "piano concert",  "yoga class",    "breakfast",       "lunch",
      "science quiz",    "bread baking",   "bicycle check",  "farm visit",    "prize giving",    "lantern walk"};
  Pool events{"events", kEvents, nullptr};
  Strings what = Distinct(scene, events, count + 1);
  std::string missing = what.back();
  what.pop_back();
  bool by_day = draw.Percent(35);
  Strings when;
  if (by_day) {
    when = Distinct(scene, PoolOf(scene, "day"), count);
  } else {
    int minutes = draw.Between(7 * 12, 10 * 12) * 5;
    for (size_t i = 0; i < count; ++i) {
      int rest = minutes % 60;
      when.push_back(std::to_string(minutes / 60) + ":" + (rest < 10 ? "0" : "") + std::to_string(rest));
      minutes += draw.Between(3, 24) * 5;
    }
  }
  Strings where = Distinct(scene, PoolOf(scene, draw.Percent(50) ? "room_number" : "building"), count);
  bool with_place = draw.Percent(60) && where.size() == count;
  count = std::min(count, when.size());
  bool prose = draw.Percent(40);
  std::string at = by_day ? " is on " : " is at ";
  for (size_t i = 0; i < count; ++i) {
    std::string row =
        prose ? "The " + what[i] +
                    (by_day ? std::string(" is on ")
                            : std::string(draw.Pick({" is at ", " starts at ", " begins at "}))) +
                    when[i] + (with_place ? " in " + where[i] : "") + "."
              : when[i] + std::string(by_day ? ": " : " ") + Capitalised(what[i]) + (with_place ? ", " + where[i] : "");
    passage.sentences.push_back(row);
    std::string the = "the " + what[i];
    Strings asks = by_day ? Strings{"On which day is " + the + "?", "What day is " + the + "?", "When is " + the + "?"}
                          : Strings{"When does " + the + " start?", "At what time is " + the + "?",
                                    "When is " + the + "?", "What time does " + the + " begin?"};
    passage.probes.push_back(MakeProbe(when[i], asks, "The " + what[i] + at + when[i] + ".", Without(when, i), i));
    if (with_place) {
      passage.probes.push_back(MakeProbe(
          where[i], {"Where is " + the + "?", "Where does " + the + " take place?", "In which place is " + the + "?"},
          "The " + what[i] + " is in " + where[i] + ".", Without(where, i), i));
    }
    passage.probes.push_back(
        MakeProbe(what[i],
                  {by_day ? "What is on " + when[i] + "?" : "What starts at " + when[i] + "?",
                   by_day ? "What happens on " + when[i] + "?" : "What is there at " + when[i] + "?"},
                  "The " + what[i] + at + when[i] + ".", Without(what, i), i));
  }
  passage.unknowns = {"When is the " + missing + "?", "When does the " + missing + " take place?"};
  passage.text =
      prose ? Join(passage.sentences, " ")
            : std::string(draw.Pick({"Programme", "Timetable", "Plan for the week", "What is on", "Schedule"})) + "\n" +
                  Join(passage.sentences, "\n");
  return passage;
}

struct Scale {
  const char* more;
  const char* most;
  const char* less;
  const char* least;
  const char* question;  // what / who
};

// "A is taller than B. C is taller than A." Which is the tallest?
Passage Comparison(Scene& scene) {
  Draw& draw = scene.draw;
  static constexpr Scale kPeople[] = {{"taller", "tallest", "shorter", "shortest", "Who"},
                                      {"older", "oldest", "younger", "youngest", "Who"},
                                      {"faster", "fastest", "slower", "slowest", "Who"},
                                      {"richer", "richest", "poorer", "poorest", "Who"},
                                      {"stronger", "strongest", "weaker", "weakest", "Who"}};
  static constexpr Scale kPlaces[] = {{"bigger", "biggest", "smaller", "smallest", "Which town"},
                                      {"older", "oldest", "newer", "newest", "Which town"},
                                      {"warmer", "warmest", "colder", "coldest", "Which town"},
                                      {"richer", "richest", "poorer", "poorest", "Which town"}};
  bool people = draw.Percent(65);
  const Scale& scale = people ? kPeople[draw.Below(std::size(kPeople))] : kPlaces[draw.Below(std::size(kPlaces))];
  Strings names;
  while (names.size() < 3) {
    std::string name = people ? DrawFirstName(draw, scene.split, nullptr) : DrawPlace(draw, scene.split);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  size_t count = draw.Percent(55) ? 2 : 3;
  names.resize(count);  // names[0] is the most
  Passage passage;
  auto compare = [&](size_t a, size_t b) {
    if (draw.Percent(60)) return names[a] + " is " + scale.more + " than " + names[b] + ".";
    return names[b] + " is " + scale.less + " than " + names[a] + ".";
  };
  for (size_t i = 0; i + 1 < count; ++i) passage.sentences.push_back(compare(i, i + 1));
  if (draw.Percent(50)) draw.Shuffle(passage.sentences);
  std::string ask = scale.question;
  Strings others = Without(names, 0);
  auto superlative = [&](const char* more, const char* most) {
    return count == 2
               ? Strings{ask + " is " + more + ", " + names[draw.Below(2)] + " or the other?",
                         ask + " is " + more + "?", ask + " is the " + std::string(more) + " one?"}
               : Strings{ask + " is the " + std::string(most) + "?", ask + " is the " + std::string(most) + " of all?",
                         ask + " is the " + std::string(most) + " of the three?"};
  };
  Strings most_asks = superlative(scale.more, scale.most);
  Strings least_asks = superlative(scale.less, scale.least);
  most_asks.erase(most_asks.begin(), most_asks.begin() + (count == 2 ? 1 : 0));
  least_asks.erase(least_asks.begin(), least_asks.begin() + (count == 2 ? 1 : 0));
  std::string sup = count == 2 ? scale.more : scale.most;
  std::string inf = count == 2 ? scale.less : scale.least;
  passage.probes.push_back(MakeProbe(names[0], most_asks, names[0] + " is the " + sup + " one.", Without(names, 0), 0));
  passage.probes.push_back(
      MakeProbe(names.back(), least_asks, names.back() + " is the " + inf + " one.", Without(names, count - 1), 0));
  size_t a = draw.Below(count - 1);
  passage.probes.push_back(MakeProbe("yes", {"Is " + names[a] + " " + scale.more + " than " + names[a + 1] + "?"},
                                     names[a] + " is " + scale.more + " than " + names[a + 1] + ".", {"no"}, 0));
  passage.probes.push_back(MakeProbe("no", {"Is " + names[a + 1] + " " + scale.more + " than " + names[a] + "?"},
                                     names[a] + " is " + scale.more + " than " + names[a + 1] + ".", {"yes"}, 0));
  std::string stranger = people ? DrawFirstName(draw, scene.split, nullptr) : DrawPlace(draw, scene.split);
  if (std::find(names.begin(), names.end(), stranger) == names.end()) {
    passage.unknowns = {"Is " + stranger + " " + scale.more + " than " + names[0] + "?"};
  }
  Prose(passage);
  return passage;
}

const std::vector<Strings>& Recipes() {
  static const std::vector<Strings> recipes = {
      {"wash the rice", "boil the water", "add the salt", "put in the rice", "cover the pot", "wait for ten minutes"},
      {"open the lid", "take out the old filter", "clean the inside", "put in the new filter", "close the lid",
       "press the green button"},
      {"switch off the power", "unscrew the cover", "remove the broken fuse", "fit the new fuse",
       "screw the cover back on", "switch the power on again"},
      {"dig a hole", "put in some compost", "set the plant in the hole", "fill the hole with earth", "water the plant",
       "tie it to a stick"},
      {"fill in the form", "sign at the bottom", "pay at the desk", "take a ticket", "wait for your number",
       "collect the card"},
      {"beat the eggs", "stir in the sugar", "add the flour", "pour the dough into a tin", "bake it for an hour",
       "let the cake cool"},
      {"check the tyres", "raise the saddle", "oil the chain", "test the brakes", "put on your helmet",
       "ride slowly round the yard"},
      {"soak the cloth", "rub it with soap", "rinse it in cold water", "wring it out", "hang it in the sun", "iron it"},
      {"ring the bell", "give your name", "show your pass", "leave your bag", "sign the book",
       "go up to the second floor"},
      {"sand the wood", "wipe off the dust", "put on a first coat of paint", "let it dry", "put on a second coat",
       "polish the surface"},
      {"warn the others", "leave the room", "close the door", "go down the stairs", "meet in the yard",
       "call the fire brigade"},
      {"feed the hens", "collect the eggs", "milk the goats", "sweep the stable", "fill the water trough",
       "lock the gate"},
      {"shuffle the cards", "deal seven cards to each player", "turn one card over", "play a card of the same colour",
       "draw a card if you cannot", "count the points"},
      {"read the meter", "write down the number", "subtract the old number", "multiply by the price", "send the bill",
       "file the copy"}};
  return recipes;
}

// "First wash the rice. Then boil the water. ..." What comes after ...?
Passage Instructions(Scene& scene) {
  Draw& draw = scene.draw;
  Passage passage;
  const Strings& recipe = draw.Pick(Recipes());
  size_t count = static_cast<size_t>(draw.Between(3, static_cast<int>(recipe.size())));
  size_t start = draw.Below(recipe.size() - count + 1);
  Strings steps(recipe.begin() + static_cast<std::ptrdiff_t>(start),
                recipe.begin() + static_cast<std::ptrdiff_t>(start + count));
  bool numbered = draw.Percent(30);
  for (size_t i = 0; i < count; ++i) {
    std::string front;
    if (numbered) {
      passage.sentences.push_back(std::to_string(i + 1) + ". " + Capitalised(steps[i]) + ".");
      continue;
    }
    if (i == 0) {
      front = draw.Pick({"First ", "First, ", "To begin with, ", "Start like this: ", "You first "});
    } else if (i + 1 == count) {
      front = draw.Pick({"Finally, ", "Last of all, ", "At the end, ", "Then ", "Finally "});
    } else {
      front = draw.Pick({"Then ", "After that, ", "Next, ", "Now ", "When this is done, ", "Then you "});
    }
    passage.sentences.push_back(front + steps[i] + ".");
  }
  passage.text = Join(passage.sentences, numbered ? "\n" : " ");
  auto say = [&](size_t i) { return "Step " + std::to_string(i + 1) + " is to " + steps[i] + "."; };
  for (size_t i = 0; i < count; ++i) {
    Strings wrong = Without(steps, i);
    if (i == 0) {
      passage.probes.push_back(MakeProbe(
          steps[0], {"What do you do first?", "What is the first step?", "What comes first?", "How do you begin?"},
          say(0), wrong, 0));
    } else {
      const std::string& before = steps[i - 1];
      passage.probes.push_back(
          MakeProbe(steps[i],
                    {"What do you do right after you " + before + "?", "What comes after this step: " + before + "?",
                     "You have finished this step: " + before + ". What is next?",
                     "What must be done next after this: " + before + "?"},
                    say(i), wrong, i));
    }
    if (i + 1 == count) {
      passage.probes.push_back(MakeProbe(
          steps[i], {"What is the last step?", "What do you do at the end?", "What comes last?"}, say(i), wrong, i));
    } else {
      passage.probes.push_back(MakeProbe(steps[i],
                                         {"What do you do right before you " + steps[i + 1] + "?",
                                          "What comes before this step: " + steps[i + 1] + "?"},
                                         say(i), wrong, i));
    }
  }
  return passage;
}

// Several people, each with one thing: "Ann plays the harp, Bert the flute and Cora the drum."
Passage WhoHasWhat(Scene& scene) {
  Draw& draw = scene.draw;
  struct Kind {
    const char* pool;
    const char* full;    // {p} does {x}
    const char* short_;  // elliptic form of the following ones
    const char* who;
    const char* what;
  };
  static constexpr Kind kKinds[] = {
      {"instrument", "{p} plays the {x}", "{p} the {x}", "Who plays the {x}?", "What does {p} play?"},
      {"fruit", "{p} brought {x}", "{p} {x}", "Who brought {x}?", "What did {p} bring?"},
      {"sport", "{p} likes {x}", "{p} {x}", "Who likes {x}?", "What does {p} like?"},
      {"place", "{p} lives in {x}", "{p} in {x}", "Who lives in {x}?", "Where does {p} live?"},
      {"colour", "{p} chose {x}", "{p} {x}", "Who chose {x}?", "Which colour did {p} choose?"},
      {"subject", "{p} studies {x}", "{p} {x}", "Who studies {x}?", "What does {p} study?"},
      {"day", "{p} works on {x}", "{p} on {x}", "Who works on {x}?", "On which day does {p} work?"},
      {"language", "{p} speaks {x}", "{p} {x}", "Who speaks {x}?", "Which language does {p} speak?"},
      {"price", "{p} paid {x}", "{p} {x}", "Who paid {x}?", "How much did {p} pay?"},
      {"dish", "{p} ordered {x}", "{p} {x}", "Who ordered {x}?", "What did {p} order?"},
      {"room_number", "{p} sleeps in {x}", "{p} in {x}", "Who sleeps in {x}?", "Where does {p} sleep?"},
      {"job", "{p} works as {a x}", "{p} as {a x}", "Who works as {a x}?", "What does {p} work as?"},
      {"vegetable", "{p} grows {x}", "{p} {x}", "Who grows {x}?", "What does {p} grow?"},
      {"event", "{p} looks after {x}", "{p} {x}", "Who looks after {x}?", "What does {p} look after?"}};
  const Kind& kind = kKinds[draw.Below(std::size(kKinds))];
  size_t count = static_cast<size_t>(draw.Between(2, 5));
  Strings people;
  while (people.size() < count + 1) {
    std::string name = DrawFirstName(draw, scene.split, nullptr);
    if (std::find(people.begin(), people.end(), name) == people.end()) people.push_back(std::move(name));
  }
  std::string stranger = people.back();
  people.pop_back();
  Strings things = Distinct(scene, PoolOf(scene, kind.pool), count);
  count = std::min(count, things.size());
  people.resize(count);
  Passage passage;
  bool elliptic = draw.Percent(50);
  auto fill = [&](const char* form, size_t i) { return Fill(form, {{"p", people[i]}, {"x", things[i]}}); };
  Strings parts;
  for (size_t i = 0; i < count; ++i) parts.push_back(fill(elliptic && i > 0 ? kind.short_ : kind.full, i));
  if (elliptic) {
    passage.sentences = {JoinList(parts) + "."};
  } else {
    for (const std::string& part : parts) passage.sentences.push_back(part + ".");
  }
  Prose(passage);
  for (size_t i = 0; i < count; ++i) {
    size_t sentence = elliptic ? 0 : i;
    std::string statement = fill(kind.full, i) + ".";
    passage.probes.push_back(MakeProbe(people[i], {fill(kind.who, i)}, statement, Without(people, i), sentence));
    passage.probes.push_back(MakeProbe(things[i], {fill(kind.what, i)}, statement, Without(things, i), sentence));
  }
  passage.unknowns = {Fill(kind.what, {{"p", stranger}, {"x", ""}})};
  return passage;
}

// Events with years, told in or out of order.
Passage History(Scene& scene) {
  Draw& draw = scene.draw;
  std::string place = DrawPlace(draw, scene.split);
  static const Strings kEvents = {"a flood destroyed the mill",
                                  "the new school was opened",
                                  "the railway came to the town",
                                  "a fire burned down the brewery",
                                  "the first bridge was built",
                                  "the harbour was made deeper",
                                  "the old walls were pulled down",
                                  "the hospital moved to the hill",
                                  "the market hall got a new roof",
                                  "the glass factory closed",
                                  "electric light was brought in",
                                  "the library was founded",
                                  "the river froze for two months",
                                  "the bell was stolen from the church",
                                  "the tram line was closed",
                                  "a storm sank nine boats",
                                  "the theatre gave its first play",
                                  "the town got its own newspaper",
                                  "the castle was sold",
                                  "the swimming pool was opened"};
  Pool pool{"events", kEvents, nullptr};
  size_t count = static_cast<size_t>(draw.Between(2, 5));
  Strings events = Distinct(scene, pool, count + 1);
  std::string missing = events.back();
  events.pop_back();
  int year = draw.Between(1500, 1900);
  std::vector<std::pair<std::string, std::string>> dated;
  for (const std::string& event : events) {
    dated.emplace_back(std::to_string(year), event);
    year += draw.Between(1, 30);
  }
  Strings in_order;
  for (const auto& [when, event] : dated) in_order.push_back(event);
  std::vector<std::pair<std::string, std::string>> told = dated;
  if (draw.Percent(30)) draw.Shuffle(told);
  Passage passage;
  if (draw.Percent(60)) {
    passage.sentences.push_back(Cat({draw.Pick({"This is the history of ", "A short history of ", "What happened in "}),
                                     place, draw.Pick({" in a few words.", "."})}));
  }
  Strings years;
  for (const auto& [when, event] : told) years.push_back(when);
  for (size_t i = 0; i < told.size(); ++i) {
    const auto& [when, event] = told[i];
    passage.sentences.push_back(draw.Percent(65) ? "In " + when + " " + event + "."
                                                 : Capitalised(event) + " in " + when + ".");
    size_t sentence = passage.sentences.size() - 1;
    std::string statement = "In " + when + " " + event + ".";
    passage.probes.push_back(MakeProbe(when,
                                       {"In which year did this happen: " + event + "?",
                                        "When was it that " + event + "?", "What is the year in which " + event + "?"},
                                       statement, Without(years, i), sentence));
    passage.probes.push_back(MakeProbe(
        event, {"What happened in " + when + "?", "What happened in " + place + " in " + when + "?"}, statement,
        Without(in_order, static_cast<size_t>(std::find(in_order.begin(), in_order.end(), event) - in_order.begin())),
        sentence));
  }
  if (in_order.size() > 1) {
    passage.probes.push_back(MakeProbe(in_order[0], {"What happened first?", "Which event was the earliest?"},
                                       "First of all, " + in_order[0] + ".", Without(in_order, 0),
                                       passage.sentences.size() - 1));
    passage.probes.push_back(MakeProbe(in_order.back(), {"What happened last?", "Which event was the latest?"},
                                       "Last of all, " + in_order.back() + ".", Without(in_order, in_order.size() - 1),
                                       passage.sentences.size() - 1));
  }
  passage.unknowns = {"In which year did this happen: " + missing + "?", "When was it that " + missing + "?"};
  Prose(passage);
  return passage;
}

// "The chest holds a saw, two files and a rope."
Passage Inventory(Scene& scene) {
  Draw& draw = scene.draw;
  Passage passage;
  size_t count = static_cast<size_t>(draw.Between(1, 3));
  Strings holders = Distinct(scene,
                             PoolOf(scene, draw.Percent(50)   ? "container"
                                           : draw.Percent(50) ? "room"
                                                              : "furniture"),
                             count + 1);
  std::string missing = holders.back();
  holders.pop_back();
  static constexpr std::string_view kPools[] = {"tool", "fruit", "toy", "clothing", "vegetable", "container"};
  size_t first_pool = draw.Below(std::size(kPools));
  Strings contents;
  for (size_t i = 0; i < holders.size(); ++i) {
    // Neighbouring pools of the ring, so that nothing lies in two places.
    const Pool& pool = PoolOf(scene, kPools[(first_pool + i) % std::size(kPools)]);
    Strings items = Distinct(scene, pool, static_cast<size_t>(draw.Between(2, 4)));
    bool mass = pool.name == "fruit" || pool.name == "vegetable";
    for (std::string& item : items) {
      if (mass) continue;
      item = draw.Percent(60) || item.starts_with("pair ") || item.starts_with("box ") || Contains(item, " of ")
                 ? WithArticle(item)
                 : NumberWord(draw.Between(2, 12)) + " " + Plural(item);
    }
    std::string list = JoinList(items);
    std::string the = "the " + holders[i];
    std::string form(draw.Pick({"In {h} there are {x}.", "{h} contains {x}.", "You will find {x} in {h}.",
                                "We keep {x} in {h}.", "{h} holds {x}.", "Somebody left {x} in {h}."}));
    passage.sentences.push_back(Capitalised(Fill(form, {{"h", the}, {"x", list}})));
    contents.push_back(list);
    passage.probes.push_back(MakeProbe(list,
                                       {"What is in " + the + "?", "What can be found in " + the + "?",
                                        "What does " + the + " contain?", "Which things are in " + the + "?"},
                                       "In " + the + " there are " + list + ".", {}, i));
    passage.probes.push_back(MakeProbe(the, {"Where can I find " + items[0] + "?", "What holds " + items[0] + "?"},
                                       "You will find " + items[0] + " in " + the + ".", {}, i));
  }
  for (size_t i = 0; i < holders.size(); ++i) {
    for (size_t other = 0; other < holders.size(); ++other) {
      if (other == i) continue;
      passage.probes[2 * i].wrong.push_back(contents[other]);
      passage.probes[2 * i + 1].wrong.push_back("the " + holders[other]);
    }
  }
  passage.unknowns = {"What is in the " + missing + "?", "What does the " + missing + " contain?"};
  Prose(passage);
  return passage;
}

// "If the red lamp is on, stop the pump." What should you do if ...? When should you ...?
Passage Rules(Scene& scene) {
  Draw& draw = scene.draw;
  static const Strings kConditions = {
      "the red lamp is on",    "the water is too hot",    "somebody feels ill",      "the bell rings twice",
      "the door is locked",    "it rains in the morning", "the paper is used up",    "a guest comes late",
      "the key is lost",       "the dog barks at night",  "the pump makes a noise",  "there is smoke in the hall",
      "the bus does not come", "the milk smells sour",    "the screen stays dark",   "the river rises",
      "a window is broken",    "the battery is empty",    "the boat takes in water", "a letter comes back",
      "the wind turns",        "the fuse blows",          "the bread does not rise", "the visitor has no ticket"};
  static const Strings kActions = {"stop the machine",
                                   "call the caretaker",
                                   "open all the windows",
                                   "wait in the yard",
                                   "ring the office",
                                   "use the back door",
                                   "write a note in the blue book",
                                   "fetch a bucket of sand",
                                   "turn the wheel to the left",
                                   "put up the green flag",
                                   "ask for a new card",
                                   "go to the first floor",
                                   "change the filter",
                                   "take the stairs",
                                   "bring a blanket",
                                   "tell the captain",
                                   "pour it away",
                                   "knock three times",
                                   "send it to the main office",
                                   "tie the ropes again",
                                   "start again from the beginning",
                                   "pay at the next counter",
                                   "keep the lid closed",
                                   "look in the top drawer"};
  Pool conditions{"conditions", kConditions, nullptr};
  Pool actions{"actions", kActions, nullptr};
  size_t count = static_cast<size_t>(draw.Between(2, 5));
  Strings when = Distinct(scene, conditions, count + 1);
  Strings what = Distinct(scene, actions, count);
  std::string missing = when.back();
  when.pop_back();
  Passage passage;
  for (size_t i = 0; i < count; ++i) {
    std::string form(
        draw.Pick({"If {c}, {a}.", "If {c}, you must {a}.", "When {c}, {a}.", "Should it happen that {c}, please {a}.",
                   "You must {a} if {c}.", "If {c}, the rule is to {a}."}));
    passage.sentences.push_back(Capitalised(Fill(form, {{"c", when[i]}, {"a", what[i]}})));
    std::string statement = "If " + when[i] + ", you must " + what[i] + ".";
    passage.probes.push_back(
        MakeProbe(what[i],
                  {"What must you do if " + when[i] + "?", "What should be done when " + when[i] + "?",
                   "What do I do if " + when[i] + "?", "What is the rule if " + when[i] + "?"},
                  statement, Without(what, i), i));
    passage.probes.push_back(MakeProbe(
        when[i], {"In which case must you " + what[i] + "?", "What has happened if you must " + what[i] + "?"},
        statement, Without(when, i), i));
  }
  passage.unknowns = {"What must you do if " + missing + "?", "What do I do if " + missing + "?"};
  Prose(passage);
  return passage;
}

// Invented words and what they mean; parts of invented things.
Passage Glossary(Scene& scene) {
  Draw& draw = scene.draw;
  static const Strings kHeads = {"boat",  "knife", "basket", "song",    "dance", "cake",  "hat",
                                 "wagon", "lamp",  "rope",   "jar",     "net",   "stool", "drum",
                                 "coat",  "dish",  "game",   "whistle", "fence", "cart"};
  static const Strings kTails = {"for two people",
                                 "made of straw",
                                 "used at weddings",
                                 "for carrying water",
                                 "with three legs",
                                 "that is never washed",
                                 "for catching eels",
                                 "worn in the rain",
                                 "with a wooden handle",
                                 "for children",
                                 "that is sung in winter",
                                 "used by shepherds",
                                 "with a hole in the middle",
                                 "for the harvest",
                                 "kept under the bed",
                                 "that floats",
                                 "with blue stripes",
                                 "for cutting cheese",
                                 "used on board ship",
                                 "that nobody makes any more"};
  Pool heads{"heads", kHeads, nullptr};
  Pool tails{"tails", kTails, nullptr};
  size_t count = static_cast<size_t>(draw.Between(1, 4));
  Strings head = Distinct(scene, heads, count), tail = Distinct(scene, tails, count);
  Strings words, meanings;
  while (words.size() < count + 1) {
    std::string word = AsciiLower(DrawSurname(draw, scene.split));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  }
  std::string missing = words.back();
  words.pop_back();
  for (size_t i = 0; i < count; ++i)
    meanings.push_back(
        WithArticle(
            (draw.Percent(60) ? std::string(draw.Pick({"small ", "flat ", "long ", "round ", "heavy ", "old "})) : "") +
            head[i]) +
        " " + tail[i]);
  Passage passage;
  bool rows = draw.Percent(25);
  for (size_t i = 0; i < count; ++i) {
    std::string a_word = WithArticle(words[i]);
    std::string form(draw.Pick({"{w} is {m}.", "{w} is {m}.", "The word {x} means {m}.", "By {w} people here mean {m}.",
                                "They call {m} {w}."}));
    passage.sentences.push_back(rows ? Capitalised(words[i]) + ": " + meanings[i]
                                     : Capitalised(Fill(form, {{"w", a_word}, {"x", words[i]}, {"m", meanings[i]}})));
    std::string statement = Capitalised(a_word) + " is " + meanings[i] + ".";
    passage.probes.push_back(
        MakeProbe(meanings[i],
                  {"What is " + a_word + "?", "What does " + words[i] + " mean?",
                   "What do people mean by " + a_word + "?", "What is the meaning of the word " + words[i] + "?"},
                  statement, Without(meanings, i), i));
    passage.probes.push_back(
        MakeProbe(words[i],
                  {"What is the word for " + meanings[i] + "?", "What do people here call " + meanings[i] + "?",
                   "Which word means " + meanings[i] + "?"},
                  statement, Without(words, i), i));
  }
  passage.unknowns = {"What is " + WithArticle(missing) + "?", "What does " + missing + " mean?"};
  passage.text = Join(passage.sentences, rows ? "\n" : " ");
  return passage;
}

// "A klonk has three parts: the base, the arm and the lens. The arm holds the lens."
Passage Parts(Scene& scene) {
  Draw& draw = scene.draw;
  static const Strings kParts = {"base",   "arm",   "lens", "handle", "spring", "wheel", "frame",
                                 "cover",  "pipe",  "tank", "blade",  "belt",   "valve", "button",
                                 "mirror", "chain", "hook", "plate",  "screw",  "bell"};
  static const Strings kUses = {"keeps the dust out",
                                "holds everything together",
                                "turns the shaft",
                                "lets the air in",
                                "shows the time",
                                "carries the weight",
                                "cools the oil",
                                "stops the wheel",
                                "gives light",
                                "measures the heat",
                                "cuts the thread",
                                "moves the paper",
                                "keeps it from falling over",
                                "warns the driver",
                                "catches the drops",
                                "closes the gate"};
  Pool pool{"parts", kParts, nullptr}, uses{"uses", kUses, nullptr};
  size_t count = static_cast<size_t>(draw.Between(2, 4));
  Strings parts = Distinct(scene, pool, count + 1), does = Distinct(scene, uses, count);
  std::string missing = parts.back();
  parts.pop_back();
  std::string thing = AsciiLower(DrawSurname(draw, scene.split));
  Strings named;
  for (const std::string& part : parts) named.push_back("the " + part);
  std::string list = JoinList(named);
  std::string number = NumberWord(static_cast<int>(count));
  Passage passage;
  passage.sentences.push_back(
      Fill(draw.Pick({"A {t} has {n} parts: {l}.", "There are {n} parts in a {t}: {l}.",
                      "The {n} parts of a {t} are {l}.", "A {t} is made up of {n} parts, namely {l}."}),
           {{"t", thing}, {"n", number}, {"l", list}}));
  passage.probes.push_back(MakeProbe(
      number, {"How many parts has a " + thing + "?", "How many parts are there in a " + thing + "?"},
      passage.sentences[0], {NumberWord(static_cast<int>(count) + 1), NumberWord(static_cast<int>(count) + 3)}, 0));
  passage.probes.push_back(MakeProbe(list,
                                     {"What are the parts of a " + thing + "?", "Which parts has a " + thing + "?",
                                      "Name the parts of a " + thing + "."},
                                     passage.sentences[0], {"the " + missing}, 0));
  for (size_t i = 0; i < count; ++i) {
    std::string statement = "The " + parts[i] + " " + does[i] + ".";
    passage.sentences.push_back(draw.Percent(70) ? statement : "It is the " + parts[i] + " that " + does[i] + ".");
    size_t sentence = passage.sentences.size() - 1;
    passage.probes.push_back(MakeProbe(
        "the " + parts[i],
        {"Which part " + does[i] + "?", "What is the name of the part that " + does[i] + "?", "What " + does[i] + "?"},
        statement, Without(named, i), sentence));
    passage.probes.push_back(
        MakeProbe(does[i], {"What does the " + parts[i] + " do?", "What is the task of the " + parts[i] + "?"},
                  statement, Without(does, i), sentence));
  }
  passage.unknowns = {"What does the " + missing + " do?", "What is the task of the " + missing + "?"};
  Prose(passage);
  return passage;
}

}  // namespace

Passage MakeSpecialPassage(Scene& scene) {
  switch (scene.draw.Below(10)) {
    case 6:
      return Inventory(scene);
    case 7:
      return Rules(scene);
    case 8:
      return Glossary(scene);
    case 9:
      return Parts(scene);
    case 0:
      return PriceList(scene);
    case 1:
      return Schedule(scene);
    case 2:
      return Comparison(scene);
    case 3:
      return Instructions(scene);
    case 4:
      return WhoHasWhat(scene);
    default:
      return History(scene);
  }
}

}  // namespace cairn::seed
