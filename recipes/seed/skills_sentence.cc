// Skills over sentences: counting, extracting, changing person, tense and words, filling forms.
#include <array>
#include <utility>

#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

std::string_view Wording(std::initializer_list<std::string_view> forms, size_t wording) {
  return forms.begin()[wording % forms.size()];
}

struct Verb {
  std::string_view base, third, past;
  std::string_view objects[4];
};
constexpr Verb kVerbs[] = {
    {"buy", "buys", "bought", {"a newspaper", "some bread", "two tickets", "a new hat"}},
    {"sell", "sells", "sold", {"old books", "fresh eggs", "the house", "warm bread"}},
    {"write", "writes", "wrote", {"a letter", "short stories", "the report", "a long list"}},
    {"read", "reads", "read", {"the newspaper", "an old book", "the notice", "a story"}},
    {"paint", "paints", "painted", {"the fence", "a picture", "the door", "small boats"}},
    {"wash", "washes", "washed", {"the car", "the dishes", "a shirt", "the windows"}},
    {"carry", "carries", "carried", {"a heavy bag", "the boxes", "a ladder", "water"}},
    {"open", "opens", "opened", {"the gate", "a window", "the shop", "a box"}},
    {"close", "closes", "closed", {"the door", "the shop", "the window", "the gate"}},
    {"bake", "bakes", "baked", {"a cake", "bread", "apple pies", "biscuits"}},
    {"cook", "cooks", "cooked", {"soup", "dinner", "rice", "a stew"}},
    {"plant", "plants", "planted", {"roses", "a tree", "beans", "potatoes"}},
    {"repair", "repairs", "repaired", {"bicycles", "the roof", "an old clock", "shoes"}},
    {"find", "finds", "found", {"a coin", "the key", "a ring", "mushrooms"}},
    {"lose", "loses", "lost", {"a glove", "the key", "the game", "an umbrella"}},
    {"see", "sees", "saw", {"a fox", "the ship", "the moon", "a film"}},
    {"hear", "hears", "heard", {"a noise", "the bell", "a song", "the news"}},
    {"drink", "drinks", "drank", {"tea", "a glass of milk", "cold water", "coffee"}},
    {"eat", "eats", "ate", {"an apple", "cheese", "soup", "breakfast"}},
    {"build", "builds", "built", {"a wall", "a boat", "a shed", "model ships"}},
    {"teach", "teaches", "taught", {"history", "the class", "French", "music"}},
    {"catch", "catches", "caught", {"a fish", "the bus", "the ball", "a cold"}},
    {"bring", "brings", "brought", {"flowers", "a chair", "the keys", "good news"}},
    {"make", "makes", "made", {"a plan", "cheese", "baskets", "coffee"}},
    {"need", "needs", "needed", {"help", "a ladder", "more time", "a rest"}},
    {"want", "wants", "wanted", {"a dog", "an answer", "a new bike", "some tea"}},
    {"like", "likes", "liked", {"the garden", "old songs", "the town", "plums"}},
    {"clean", "cleans", "cleaned", {"the kitchen", "the stable", "the lamp", "shoes"}},
    {"visit", "visits", "visited", {"an aunt", "the museum", "a friend", "the market"}},
    {"watch", "watches", "watched", {"the birds", "a match", "the sea", "the children"}},
    {"feed", "feeds", "fed", {"the hens", "the cat", "two horses", "the fish"}},
    {"play", "plays", "played", {"chess", "the piano", "cards", "football"}},
    {"send", "sends", "sent", {"a parcel", "a message", "flowers", "a card"}},
    {"take", "takes", "took", {"the train", "a photo", "a walk", "the bus"}},
    {"keep", "keeps", "kept", {"bees", "a diary", "the tickets", "rabbits"}},
    {"wear", "wears", "wore", {"a red hat", "boots", "a coat", "gloves"}},
    {"draw", "draws", "drew", {"a map", "horses", "a plan", "a line"}},
    {"sing", "sings", "sang", {"a song", "old songs", "loudly", "in the choir"}},
    {"drive", "drives", "drove", {"a bus", "a lorry", "to work", "home"}},
    {"sweep", "sweeps", "swept", {"the floor", "the yard", "the street", "the stairs"}},
    {"cut", "cuts", "cut", {"the grass", "the bread", "wood", "the hedge"}},
    {"help", "helps", "helped", {"a neighbour", "in the garden", "the cook", "with the work"}},
    {"walk", "walks", "walked", {"to school", "home", "along the river", "to the station"}},
    {"live", "lives", "lived", {"in a small house", "by the sea", "near the station", "on a farm"}},
    {"work", "works", "worked", {"in a shop", "at night", "on a ship", "in the garden"}},
    {"swim", "swims", "swam", {"in the lake", "across the river", "every day", "with friends"}},
    {"count", "counts", "counted", {"the money", "the sheep", "the boxes", "to ten"}},
    {"pay", "pays", "paid", {"the bill", "in cash", "for the tea", "the rent"}},
    {"meet", "meets", "met", {"a friend", "the mayor", "an old man", "the teacher"}},
    {"order", "orders", "ordered", {"a pizza", "new tyres", "two books", "tea"}}};

struct Simple {
  std::string subject, object, place;
  const Verb* verb = nullptr;
  Gender gender = Gender::kHe;
  bool name = false;
};

Simple DrawSimple(Scene& scene) {
  Draw& draw = scene.draw;
  Simple out;
  out.verb = &kVerbs[draw.Below(std::size(kVerbs))];
  out.object = out.verb->objects[draw.Below(4)];
  out.name = draw.Percent(60);
  if (out.name) {
    out.subject = DrawFirstName(draw, scene.split, &out.gender);
  } else {
    out.gender = draw.Percent(50) ? Gender::kHe : Gender::kShe;
    bool he = out.gender == Gender::kHe;
    out.subject = he ? draw.Pick({"the man", "my father", "the boy", "our uncle", "her brother", "the old king"})
                     : draw.Pick({"the woman", "my mother", "the girl", "our aunt", "his sister", "the queen"});
  }
  static constexpr std::string_view kTimes[] = {
      "",           "",         "",          " every day", " on Monday", " after lunch", " in the evening",
      " in summer", " at noon", " in spring"};
  out.place = kTimes[draw.Below(std::size(kTimes))];
  if (Contains(out.object, "every day") || Contains(out.object, "at night")) out.place.clear();
  return out;
}

std::string Say(std::string_view subject, std::string_view verb, const Simple& s) {
  return Capitalised(subject) + " " + std::string(verb) + " " + s.object + s.place + ".";
}

std::string Ask(std::string_view form, const std::string& text) { return Fill(form, {{"x", text}}); }

SkillCase CountWords(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string text = Say(s.subject, s.verb->third, s);
  return {Ask(Wording({"How many words are in this sentence? {x}", "Count the words. {x}",
                       "Count the words of this sentence: {x}", "{x}\nHow many words is that?"},
                      wording),
              text),
          std::to_string(Words(text).size())};
}

SkillCase ToPast(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Write this in the past tense: {x}", "Put this into the past: {x}",
                       "Say that it happened yesterday: {x}", "Change to the past tense. {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          Say(s.subject, s.verb->past, s)};
}

SkillCase ToPresent(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Write this in the present tense: {x}", "Put this into the present: {x}",
                       "Change to the present tense. {x}"},
                      wording),
              Say(s.subject, s.verb->past, s)),
          Say(s.subject, s.verb->third, s)};
}

SkillCase ToFuture(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Write this in the future with \"will\": {x}", "Put this into the future: {x}",
                       "Say that it will happen: {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          Say(s.subject, "will " + std::string(s.verb->base), s)};
}

SkillCase FirstToThird(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string subject = wording % 3 == 0   ? "she"
                        : wording % 3 == 1 ? "he"
                                           : DrawFirstName(scene.draw, scene.split, nullptr);
  return {Fill(Wording({"Change I to she: {x}", "Change I to he: {x}", "Write this about {p}: {x}",
                        "Write this with \"she\" in place of \"I\": {x}",
                        "Write this with \"he\" in place of \"I\": {x}", "{p} says: {x} What does {p} do?"},
                       wording),
               {{"x", Say("I", s.verb->base, s)}, {"p", subject}}),
          Say(subject, s.verb->third, s)};
}

SkillCase ThirdToFirst(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Say this about yourself, with \"I\": {x}", "Change this to \"I\": {x}",
                       "Write this with \"I\": {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          Say("I", s.verb->base, s)};
}

SkillCase ToPlural(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Write this with \"they\": {x}", "Change the subject to \"they\": {x}"}, wording),
              Say(s.subject, s.verb->third, s)),
          Say("they", s.verb->base, s)};
}

SkillCase Negate(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Make this sentence negative: {x}", "Say the contrary with \"not\": {x}", "Deny this: {x}",
                       "Write this with \"does not\": {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          Say(s.subject, "does not " + std::string(s.verb->base), s)};
}

SkillCase ToQuestion(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string subject = s.name ? s.subject : Uncapitalised(s.subject);
  return {Ask(Wording({"Make a question from this sentence: {x}", "Turn this into a yes-or-no question: {x}",
                       "Ask whether this is so: {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          "Does " + subject + " " + std::string(s.verb->base) + " " + s.object + s.place + "?"};
}

SkillCase ToPronoun(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Replace the person by \"he\" or \"she\": {x}", "Write he or she for the person: {x}"}, wording),
              Say(s.subject, s.verb->third, s)),
          Say(s.gender == Gender::kHe ? "he" : "she", s.verb->third, s)};
}

SkillCase ReplaceWord(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string other = DrawFirstName(scene.draw, scene.split, nullptr);
  return {Fill(Wording({"Replace {a} by {b}: {x}", "Put {b} in place of {a}: {x}", "Change {a} to {b}: {x}"}, wording),
               {{"a", s.subject}, {"b", other}, {"x", Say(s.subject, s.verb->third, s)}}),
          Say(other, s.verb->third, s)};
}

SkillCase Polite(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string plain = Capitalised(s.verb->base) + " " + s.object + s.place;
  std::string inner = Uncapitalised(plain);
  bool could = wording % 2 == 1;
  return {Ask(Wording({"Make this polite with \"please\": {x}", "Make this polite with \"could you\": {x}",
                       "Add \"please\": {x}", "Ask this politely with \"could you\": {x}"},
                      wording),
              plain + "."),
          could ? "Could you " + inner + ", please?" : "Please " + inner + "."};
}

SkillCase Who(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording({"Who does it? {x}", "Name the person in this sentence: {x}", "Which person is this about? {x}"},
                      wording),
              Say(s.subject, s.verb->third, s)),
          s.subject};
}

SkillCase WordAt(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string text = Say(s.subject, s.verb->past, s);
  Strings words = Words(text.substr(0, text.size() - 1));
  bool first = wording % 2 == 0;
  return {Ask(Wording({"What is the first word of this sentence? {x}", "What is the last word of this sentence? {x}",
                       "First word? {x}", "Last word? {x}"},
                      wording),
              text),
          first ? words.front() : words.back()};
}

// A sentence with several values, for extraction and forms.
struct Visit {
  std::string person, place, day, time, number, price, thing;
  std::string text;
};

Visit DrawVisit(Scene& scene) {
  Draw& draw = scene.draw;
  const Pools& pools = scene.world.pools;
  Visit v;
  v.person = DrawPerson(draw, scene.split).full();
  if (draw.Percent(40)) v.person = v.person.substr(0, v.person.find(' '));
  v.place = DrawPlace(draw, scene.split);
  v.day = pools.Get("day").Value(draw, scene.split);
  do {
    v.time = pools.Get("time").Value(draw, scene.split);
  } while (Contains(v.time, " in the "));
  v.number = std::to_string(draw.Between(2, 60));
  v.price = pools.Get("price").Value(draw, scene.split);
  v.thing = Plural(draw.Pick(pools.Get("noun_skill").words));
  static constexpr std::string_view kForms[] = {
      "On {d} {p} comes to {l} at {t} and brings {n} {x} for {m}.",
      "{p} wants to buy {n} {x} for {m} in {l} on {d} at {t}.",
      "At {t} on {d} {p} will pick up {n} {x} in {l}. The price is {m}.",
      "{p} from {l} ordered {n} {x} for {m}. They must be there on {d} at {t}.",
      "Please send {n} {x} to {p} in {l}. Delivery is on {d} at {t}; the cost is {m}.",
      "{n} {x} were sold to {p} of {l} for {m} on {d} at {t}.",
      "Next {d} at {t} {p} meets a trader in {l} who sells {n} {x} for {m}.",
      "We expect {p} in {l} on {d} at {t} with {n} {x}, which cost {m}."};
  v.text = Capitalised(Fill(
      kForms[draw.Below(std::size(kForms))],
      {{"p", v.person}, {"l", v.place}, {"d", v.day}, {"t", v.time}, {"n", v.number}, {"m", v.price}, {"x", v.thing}}));
  return v;
}

SkillCase Extract(Scene& scene, size_t wording) {
  Visit v = DrawVisit(scene);
  struct Part {
    std::string_view name;
    const std::string* value;
  };
  const Part parts[] = {
      {"name of the person", &v.person}, {"place", &v.place}, {"day", &v.day}, {"time", &v.time}, {"price", &v.price},
      {"number of things", &v.number}};
  const Part& part = parts[scene.draw.Below(std::size(parts))];
  return {Fill(Wording({"Find the {k} in this text: {x}", "Extract the {k}: {x}", "{x}\nWrite down the {k}.",
                        "Which {k} is named here? {x}", "Give only the {k}. {x}"},
                       wording),
               {{"k", part.name}, {"x", v.text}}),
          *part.value};
}

SkillCase FillForm(Scene& scene, size_t wording) {
  Visit v = DrawVisit(scene);
  std::vector<std::pair<std::string, std::string>> fields = {{"Name", v.person}, {"Place", v.place},
                                                             {"Day", v.day},     {"Time", v.time},
                                                             {"Price", v.price}, {"Number", v.number}};
  scene.draw.Shuffle(fields);
  fields.resize(static_cast<size_t>(scene.draw.Between(2, 4)));
  Strings names, lines;
  for (const auto& [name, value] : fields) {
    names.push_back(name + ":");
    lines.push_back(name + ": " + value);
  }
  return {Fill(Wording({"Fill in this form from the text. {x}\n{f}", "{x}\nFill in:\n{f}",
                        "Complete the form.\n{f}\nText: {x}"},
                       wording),
               {{"x", v.text}, {"f", Join(names, "\n")}}),
          Join(lines, "\n")};
}

SkillCase FormToSentence(Scene& scene, size_t wording) {
  Visit v = DrawVisit(scene);
  std::string form = "Name: " + v.person + "\nDay: " + v.day + "\nPlace: " + v.place;
  return {Ask(Wording({"Write this as a sentence.\n{x}", "{x}\nMake one sentence from this form.",
                       "Turn this form into a sentence.\n{x}"},
                      wording),
              form),
          v.person + " comes to " + v.place + " on " + v.day + "."};
}

}  // namespace

const std::vector<Skill>& SentenceSkills() {
  static const std::vector<Skill> skills = {{"count_words", CountWords},
                                            {"to_past", ToPast},
                                            {"to_present", ToPresent},
                                            {"to_future", ToFuture},
                                            {"first_to_third", FirstToThird},
                                            {"third_to_first", ThirdToFirst},
                                            {"to_they", ToPlural},
                                            {"negate", Negate},
                                            {"to_question", ToQuestion},
                                            {"to_pronoun", ToPronoun},
                                            {"replace_word", ReplaceWord},
                                            {"polite", Polite},
                                            {"who", Who},
                                            {"word_at", WordAt},
                                            {"extract", Extract},
                                            {"fill_form", FillForm},
                                            {"form_to_sentence", FormToSentence},
                                            {"extract_again", Extract}};
  return skills;
}

}  // namespace cairn::seed
