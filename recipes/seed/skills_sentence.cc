// Skills over sentences: counting, extracting, changing person, tense and words, filling forms.
#include <algorithm>
#include <utility>

#include "novel.h"
#include "open_words.h"
#include "plain_words.h"
#include "skills.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

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
  std::string subject, base, third, past, object, place;
  Gender gender = Gender::kHe;
  bool name = false;
};

void SetVerb(Simple& out, const Verb& verb) {
  out.base = verb.base;
  out.third = verb.third;
  out.past = verb.past;
}

std::string DrawPlainNoun(Scene& scene) {
  Draw& draw = scene.draw;
  if (draw.Percent(15)) return InventedNoun(scene);
  return draw.Pick(draw.Percent(50) ? PlainNouns() : OpenNouns());
}

// "the lamp", "a rusty gate", "three old boats".
std::string DrawPlainObject(Scene& scene) {
  Draw& draw = scene.draw;
  std::string noun = DrawPlainNoun(scene);
  if (draw.Percent(40)) noun = Cat({draw.Pick(PlainAdjectives()), " ", noun});
  const uint32_t kind = draw.Below(20);
  if (kind < 9) return "the " + noun;
  if (kind < 17) return WithArticle(noun);
  if (kind == 17) return Plural(noun);
  return Cat({NumberWord(draw.Between(2, 12)), " ", Plural(noun)});
}

// Verbs and things that go with everything, names of all lengths, and no time that asks for one tense only.
Simple DrawPlainSimple(Scene& scene) {
  Draw& draw = scene.draw;
  Simple out;
  if (draw.Percent(40)) {
    const Verb& verb = kVerbs[draw.Below(std::size(kVerbs))];
    SetVerb(out, verb);
    out.object = verb.objects[draw.Below(4)];
  } else {
    const VerbForms& verb = draw.Pick(draw.Percent(60) ? ObjectVerbs() : PlainObjectVerbs());
    out.base = verb.base;
    out.third = ThirdPerson(verb.base);
    out.past = verb.past;
    out.object = DrawPlainObject(scene);
  }
  const uint32_t kind = draw.Below(100);
  out.name = kind < 65;
  if (kind < 40) {
    out.subject = DrawFirstName(draw, scene.split, &out.gender);
  } else if (kind < 65) {
    const Person person = DrawPerson(draw, scene.split);
    out.gender = person.gender;
    out.subject = kind < 55 ? person.full() : (person.gender == Gender::kHe ? "Mr " : "Mrs ") + person.last;
  } else {
    out.gender = draw.Percent(50) ? Gender::kHe : Gender::kShe;
    out.subject =
        out.gender == Gender::kHe
            ? draw.Pick({"the man",          "my father",     "the boy",        "our uncle",    "her brother",
                         "the old king",     "the old man",   "my grandfather", "his nephew",   "our postman",
                         "the young waiter", "the prince",    "a tall man",     "their father", "the monk",
                         "her husband",      "the policeman", "a small boy",    "the milkman",  "the duke",
                         "the headmaster",   "my godfather",  "their son",      "the landlord"})
            : draw.Pick({"the woman",          "my mother",       "the girl",       "our aunt",     "his sister",
                         "the queen",          "the old lady",    "my grandmother", "his niece",    "our postwoman",
                         "the young waitress", "the princess",    "a tall woman",   "their mother", "the nun",
                         "his wife",           "the policewoman", "a small girl",   "the actress",  "the duchess",
                         "the headmistress",   "my godmother",    "their daughter", "the landlady"});
  }
  if (draw.Percent(55) || Contains(out.object, "every day") || Contains(out.object, "at night")) return out;
  switch (draw.Below(4)) {
    case 0:
      out.place = " in " + DrawPlace(draw, scene.split);
      break;
    case 1:
      out.place = " on " + scene.world.pools.Get("day").Value(draw, scene.split);
      break;
    case 2:
      out.place = " in " + scene.world.pools.Get("month").Value(draw, scene.split);
      break;
    default:
      out.place =
          draw.Pick({" every day",   " after lunch",      " in the evening",  " in summer",        " at noon",
                     " in spring",   " before breakfast", " every Sunday",    " at the weekend",   " in the morning",
                     " at school",   " without a word",   " with great care", " near the harbour", " behind the church",
                     " after work",  " every winter",     " in the rain",     " at dawn",          " for a friend",
                     " very slowly", " once a week"});
  }
  return out;
}

Simple DrawSimple(Scene& scene) {
  if (scene.level >= Level::kPlain) return DrawPlainSimple(scene);
  Draw& draw = scene.draw;
  Simple out;
  const Verb& verb = kVerbs[draw.Below(std::size(kVerbs))];
  SetVerb(out, verb);
  out.object = verb.objects[draw.Below(4)];
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
  std::string text = Say(s.subject, s.third, s);
  return {Ask(Wording(scene,
                      {"How many words are in this sentence? {x}", "Count the words. {x}",
                       "Count the words of this sentence: {x}", "{x}\nHow many words is that?"},
                      {"How many words does this sentence have?", "How many words are there here?",
                       "Count the words in this sentence", "Tell me how many words this has",
                       "What is the number of words in this sentence?", "How many words did I write?",
                       "Number of words?", "How long is this sentence, in words?", "Count how many words there are",
                       "Say how many words make up this sentence", "I need the word count of this sentence.",
                       "The word count, please.", "What is the word count?", "How many words can you count?",
                       "Work out the number of words in this sentence", "How many words is this sentence made of?",
                       "Give me the number of words"},
                      wording, Data::kSentence),
              text),
          std::to_string(Words(text).size())};
}

SkillCase ToPast(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording(scene,
                      {"Write this in the past tense: {x}", "Put this into the past: {x}",
                       "Say that it happened yesterday: {x}", "Change to the past tense. {x}"},
                      {"Change this sentence to the past", "Rewrite this in the past tense",
                       "Turn this into the past tense", "What is this sentence in the past tense?",
                       "How would you say this in the past?", "Put the verb into the past tense",
                       "Use the past tense in this sentence", "Past tense, please.", "I need this in the past tense.",
                       "Make this sentence past tense", "Tell it as something that happened in the past",
                       "It is over now. Put the sentence into the past.", "Convert this sentence to the simple past",
                       "Transform this sentence into the past tense", "How does this sentence read in the past tense?",
                       "Give me the past tense of this sentence", "Set this sentence in the past",
                       "Change the verb from present to past"},
                      wording, Data::kSentence),
              Say(s.subject, s.third, s)),
          Say(s.subject, s.past, s)};
}

SkillCase ToPresent(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording(scene,
                      {"Write this in the present tense: {x}", "Put this into the present: {x}",
                       "Change to the present tense. {x}"},
                      {"Change this sentence to the present", "Rewrite this in the present tense",
                       "Turn this into the present tense", "What is this sentence in the present tense?",
                       "How would you say this in the present?", "Put the verb into the present tense",
                       "Present tense, please.", "I need this in the present tense.", "Use the present tense here",
                       "Make this sentence present tense", "Convert this sentence to the simple present",
                       "Give me this sentence in the present tense", "Transform this sentence into the present tense",
                       "How does this sentence read in the present tense?", "Set this sentence in the present",
                       "Change the verb from past to present", "Say this in the present"},
                      wording, Data::kSentence),
              Say(s.subject, s.past, s)),
          Say(s.subject, s.third, s)};
}

SkillCase ToFuture(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {
      Ask(Wording(scene,
                  {"Write this in the future with \"will\": {x}", "Put this into the future: {x}",
                   "Say that it will happen: {x}"},
                  {"Rewrite this in the future tense", "Change this sentence to the future with \"will\"",
                   "Use \"will\" to put this into the future", "What is this sentence in the future tense?",
                   "How would you say this with \"will\"?", "Turn this into the future tense", "Future tense, please.",
                   "I need this in the future tense, with \"will\".", "Put the verb into the future",
                   "Write this with \"will\"", "Make this sentence about the future, using \"will\"",
                   "It has not happened yet. Put the sentence into the future with \"will\".",
                   "Convert this sentence to the future with \"will\"", "Give me this sentence in the future tense",
                   "Set this sentence in the future", "How does this sentence read in the future tense?",
                   "Say that this is still to come, with \"will\""},
                  wording, Data::kSentence),
          Say(s.subject, s.third, s)),
      Say(s.subject, "will " + s.base, s)};
}

SkillCase FirstToThird(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string subject = wording % 3 == 0   ? "she"
                        : wording % 3 == 1 ? "he"
                                           : DrawFirstName(scene.draw, scene.split, nullptr);
  return {
      Fill(Wording(scene,
                   {"Change I to she: {x}", "Change I to he: {x}", "Write this about {p}: {x}",
                    "Write this with \"she\" in place of \"I\": {x}", "Write this with \"he\" in place of \"I\": {x}",
                    "{p} says: {x} What does {p} do?"},
                   {"Write this with \"{p}\" instead of \"I\"", "Replace \"I\" with \"{p}\"",
                    "Put \"{p}\" in place of \"I\"", "Change \"I\" to \"{p}\"", "Swap \"I\" for \"{p}\"",
                    "Use \"{p}\" instead of \"I\" in this sentence",
                    "Rewrite this sentence so that it starts with \"{p}\" and not \"I\"",
                    "What is this sentence with \"{p}\" instead of \"I\"?",
                    "How does this sentence read with \"{p}\" in place of \"I\"?",
                    "I need this with \"{p}\" instead of \"I\".", "Begin the sentence with \"{p}\" instead of \"I\"",
                    "Say the same about {q}", "Turn this into a sentence about {q}",
                    "Write this about {q} and not about me", "Make this sentence about {q} instead of me",
                    "Change this from the first person to \"{p}\"", "Change the subject from I to {p}"},
                   wording, Data::kSentence),
           {{"x", Say("I", s.base, s)},
            {"p", subject},
            {"q", wording % 3 == 0   ? "her"
                  : wording % 3 == 1 ? "him"
                                     : subject}}),
      Say(subject, s.third, s)};
}

SkillCase ThirdToFirst(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording(scene,
                      {"Say this about yourself, with \"I\": {x}", "Change this to \"I\": {x}",
                       "Write this with \"I\": {x}"},
                      {"Rewrite this in the first person", "Put this into the first person",
                       "Change this to the first person, with \"I\"", "Say it as if you were that person",
                       "Pretend that you are this person and say it", "Use \"I\" instead of the person",
                       "Begin this sentence with \"I\" instead", "Turn this into a sentence about yourself",
                       "How would you say this about yourself?", "How would this person say it, with \"I\"?",
                       "Replace the person by \"I\"", "Replace the subject with \"I\"",
                       "I need this sentence with \"I\" as the subject.", "First person, please.",
                       "Make \"I\" the subject of this sentence", "Rewrite this as if it were about you",
                       "Imagine it is you. Write the sentence with \"I\"."},
                      wording, Data::kSentence),
              Say(s.subject, s.third, s)),
          Say("I", s.base, s)};
}

SkillCase ToPlural(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {
      Ask(Wording(scene, {"Write this with \"they\": {x}", "Change the subject to \"they\": {x}"},
                  {"Rewrite this with \"they\"", "Replace the person by \"they\"", "Use \"they\" as the subject",
                   "Change this so that it is about several people, with \"they\"", "Start the sentence with \"they\"",
                   "Make \"they\" the subject of this sentence", "What is this sentence with \"they\"?",
                   "How does this read with \"they\" as the subject?", "Put \"they\" in place of the person",
                   "Say this with \"they\" instead of the person", "I need this with \"they\" as the subject.",
                   "Turn this into a sentence that begins with \"they\"", "Swap the person for \"they\"",
                   "Put the subject into the plural, with \"they\"",
                   "Write the same sentence about them, starting with \"they\"",
                   "It is not one person but several. Write it with \"they\"."},
                  wording, Data::kSentence),
          Say(s.subject, s.third, s)),
      Say("they", s.base, s)};
}

SkillCase Negate(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {Ask(Wording(scene,
                      {"Make this sentence negative: {x}", "Say the contrary with \"not\": {x}", "Deny this: {x}",
                       "Write this with \"does not\": {x}"},
                      {"Turn this into a negative sentence", "Put \"not\" into this sentence",
                       "Rewrite this so that it says the opposite, with \"does not\"",
                       "Say that this is not so, using \"does not\"", "Use \"does not\" in this sentence",
                       "Negate this", "Negate this sentence", "Write the negative of this sentence",
                       "What is the negative form of this sentence?", "How do you say this in the negative?",
                       "Make this negative with \"does not\"", "Change the sentence so that it has \"does not\"",
                       "I need the negative of this sentence.", "The negative form, please.",
                       "Say that it does not happen", "This is not true. Correct it with \"does not\".",
                       "Put this sentence into the negative", "Give me the same sentence with \"does not\""},
                      wording, Data::kSentence),
              Say(s.subject, s.third, s)),
          Say(s.subject, "does not " + s.base, s)};
}

SkillCase ToQuestion(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string subject = s.name ? s.subject : Uncapitalised(s.subject);
  return {Ask(Wording(scene,
                      {"Make a question from this sentence: {x}", "Turn this into a yes-or-no question: {x}",
                       "Ask whether this is so: {x}"},
                      {"Turn this sentence into a question", "Change this into a question", "Write this as a question",
                       "Rewrite this as a question that starts with \"Does\"", "Make this a yes-or-no question",
                       "What is this sentence as a question?", "How would you ask this?", "Ask if this is true",
                       "Put this as a question with \"does\"", "I need this as a question.", "As a question, please.",
                       "Form a question with \"does\" from this sentence", "Begin with \"Does\" and ask this",
                       "I want to ask whether this is so. What is my question?", "Turn the statement into a question",
                       "Convert this statement to a question", "Which yes-or-no question does this sentence answer?",
                       "Ask this as a yes-or-no question"},
                      wording, Data::kSentence),
              Say(s.subject, s.third, s)),
          "Does " + subject + " " + s.base + " " + s.object + s.place + "?"};
}

SkillCase ToPronoun(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {
      Ask(Wording(scene, {"Replace the person by \"he\" or \"she\": {x}", "Write he or she for the person: {x}"},
                  {"Use \"he\" or \"she\" instead of the person", "Write this with \"he\" or \"she\"",
                   "Put a pronoun in place of the person", "Replace the subject with a pronoun",
                   "Replace the person with the right pronoun", "Start this sentence with \"he\" or \"she\"",
                   "Use a pronoun for the person", "Swap the person for a pronoun",
                   "What is this sentence with \"he\" or \"she\"?", "How does this read with a pronoun for the person?",
                   "I need this with \"he\" or \"she\" instead of the person.",
                   "Do not name the person. Write \"he\" or \"she\".", "Change the person to he or she",
                   "Rewrite this with a pronoun as the subject", "Say it with \"he\" or \"she\", whichever is right",
                   "Take the person out and write \"he\" or \"she\"",
                   "Is it he or she? Write the sentence with the right one."},
                  wording, Data::kSentence),
          Say(s.subject, s.third, s)),
      Say(s.gender == Gender::kHe ? "he" : "she", s.third, s)};
}

SkillCase ReplaceWord(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string other = DrawFirstName(scene.draw, scene.split, nullptr);
  return {
      Fill(
          Wording(scene, {"Replace {a} by {b}: {x}", "Put {b} in place of {a}: {x}", "Change {a} to {b}: {x}"},
                  {"Replace {a} with {b}", "Swap {a} for {b}", "Use {b} instead of {a}", "Write {b} instead of {a}",
                   "Write this with {b} in place of {a}", "Rewrite this with {b} instead of {a}",
                   "It was not {a} but {b}. Correct the sentence.", "What is this sentence with {b} instead of {a}?",
                   "How does this read if {b} does it instead of {a}?", "I need {b} here instead of {a}.",
                   "Exchange {a} for {b}", "Substitute {b} for {a}", "Make this about {b} instead of {a}",
                   "{b} instead of {a}, please.", "Take out {a} and put in {b}",
                   "The person is wrong. It should be {b}, not {a}.", "Let {b} take the place of {a} in this sentence"},
                  wording, Data::kSentence),
          {{"a", s.subject}, {"b", other}, {"x", Say(s.subject, s.third, s)}}),
      Say(other, s.third, s)};
}

SkillCase Polite(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string plain = Capitalised(s.base) + " " + s.object + s.place;
  std::string inner = Uncapitalised(plain);
  bool could = wording % 2 == 1;
  static const Forms kPlease = {"Say this politely with \"please\"",
                                "Put \"please\" in front",
                                "Start this with \"please\"",
                                "Make this a polite request that begins with \"please\"",
                                "This sounds rude. Add \"please\" at the beginning.",
                                "Ask for this politely, beginning with \"please\"",
                                "How do you say this with \"please\"?",
                                "Write this with \"please\" at the beginning",
                                "Begin with \"please\" to make this polite",
                                "Turn this order into a request with \"please\"",
                                "I want to be polite. Put \"please\" first.",
                                "Rewrite this with \"please\" at the start",
                                "Make this kinder with \"please\"",
                                "Be polite. Use \"please\" here."};
  static const Forms kCould = {"Say this politely with \"could you\"",
                               "Turn this into a polite question with \"could you\"",
                               "Make this a polite request that begins with \"could you\"",
                               "Start with \"could you\" and make this polite",
                               "This sounds rude. Ask it with \"could you\".",
                               "How would you ask this politely with \"could you\"?",
                               "Rewrite this as a polite question with \"could you\"",
                               "Make a request of this with \"could you\" and \"please\"",
                               "I want to be polite. Ask this with \"could you\".",
                               "Ask for this nicely, beginning with \"could you\"",
                               "Change this order into a question with \"could you\"",
                               "Make this kinder with \"could you\"",
                               "Be polite. Use \"could you\" here.",
                               "What is the polite way to ask this with \"could you\"?"};
  return {Ask(Wording(scene,
                      {"Make this polite with \"please\": {x}", "Make this polite with \"could you\": {x}",
                       "Add \"please\": {x}", "Ask this politely with \"could you\": {x}"},
                      could ? kCould : kPlease, wording, Data::kSentence),
              plain + "."),
          could ? "Could you " + inner + ", please?" : "Please " + inner + "."};
}

SkillCase Who(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  return {
      Ask(Wording(
              scene, {"Who does it? {x}", "Name the person in this sentence: {x}", "Which person is this about? {x}"},
              {"Who is this sentence about?", "Who is it?", "Who is meant here?", "Who does this?",
               "Which person is named here?", "Tell me who does it", "Say who this is about",
               "Name the person who does this", "Who is the person in this sentence?",
               "Find the person in this sentence", "Write down only the person", "Give me the person in this sentence",
               "Who is doing it?", "Extract the person", "The person, please.", "What is the subject of this sentence?",
               "Copy out the person who does it", "I need to know who does it."},
              wording, Data::kSentence),
          Say(s.subject, s.third, s)),
      s.subject};
}

SkillCase WordAt(Scene& scene, size_t wording) {
  Simple s = DrawSimple(scene);
  std::string text = Say(s.subject, s.past, s);
  Strings words = Words(text.substr(0, text.size() - 1));
  bool first = wording % 2 == 0;
  return {Fill(Wording(scene,
                       {"What is the first word of this sentence? {x}", "What is the last word of this sentence? {x}",
                        "First word? {x}", "Last word? {x}"},
                       {"What is the {k} word here?", "Which word comes {k} in this sentence?",
                        "Give me the {k} word of this sentence", "Tell me the {k} word",
                        "Write the {k} word of this sentence", "Which is the {k} word?", "Copy only the {k} word",
                        "The {k} word, please.", "Find the {k} word of the sentence",
                        "I need the {k} word of this sentence.", "What word does this sentence {v} with?",
                        "With which word does this sentence {v}?", "Pick out the {k} word", "Say which word is {k}",
                        "Name the word that comes {k}", "Only the {k} word of this sentence, please.",
                        "Show me the {k} word", "Which word stands {k} in the sentence?"},
                       wording, Data::kSentence),
               {{"k", first ? "first" : "last"}, {"v", first ? "start" : "end"}, {"x", text}}),
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
  static constexpr std::string_view kFurther[] = {
      "Good news: the {n} {x} for {p} are ready. They can be fetched in {l} on {d} at {t} and cost {m}.",
      "{p} rang from {l}. The {n} {x} will come on {d} at {t}, and the bill is {m}.",
      "Hello, this is {p}. I am in {l} on {d} and would like to see the {n} {x} at {t}. Is {m} all right?",
      "The market in {l} opens at {t} on {d}. {p} hopes to sell {n} {x} there for {m}.",
      "Last {d} {p} paid {m} for {n} {x}. They arrived in {l} at {t}.",
      "For {m} {p} got {n} {x} from a dealer in {l}. They met on {d} at {t}.",
      "Note for the driver: {n} {x}, to be taken to {l} by {t} on {d}. {p} pays {m}.",
      "{n} {x} at {m}, to be sent to {p} in {l}. Please come on {d} at {t}.",
      "It was {d}. At {t} {p} walked into a shop in {l} and asked for {n} {x}. \"That makes {m},\" said the man.",
      "In {l} {p} lost {n} {x} worth {m}. It happened on {d} at {t}."};
  const bool further = scene.level >= Level::kPlain && draw.Percent(60);
  v.text = Capitalised(Fill(
      further ? kFurther[draw.Below(std::size(kFurther))] : kForms[draw.Below(std::size(kForms))],
      {{"p", v.person}, {"l", v.place}, {"d", v.day}, {"t", v.time}, {"n", v.number}, {"m", v.price}, {"x", v.thing}}));
  return v;
}

// A value that a text states, as a slot of its pattern, on a form, and as one asks for it.
struct Detail {
  std::string_view slot, label;
  std::string value;
  Strings names, asks;
};

// Messages, advertisements and notes, each with a few of the details.
constexpr std::string_view kNotes[] = {
    "{p} called at {t} about the {c} {o}. Ring back on {T}.",
    "Lost: one {c} {o}. If you find it, please ring {p} on {T}.",
    "Our new shop at {A} opens on {D} at {t}.",
    "The {c} {o} costs {m} and can be collected from {A} on {d}.",
    "Dear {p}, your {o} is ready. You can fetch it on {d} at {t}. The repair costs {m}.",
    "{p} was born on {D} in {l}.",
    "For tickets ring {T}. A seat costs {m}, and the concert starts at {t}.",
    "The parcel for {p} went to {A} by mistake. Please ring {T}.",
    "{p} paid {m} for {a c} {o} in {l} on {D}.",
    "I have moved to {A}. My new telephone number is {T}.",
    "Write to {E} or ring {T} if you want to speak to {p}.",
    "The meeting with {p} is on {D} at {t} in {l}.",
    "{n} {x} arrived from {l} on {d}. {p} paid {m} for them.",
    "Reminder: {p} has an appointment on {D} at {t}.",
    "We sold the {c} {o} to {p} for {m}.",
    "{p} works as {a J} in {l} and lives at {A}.",
    "The next bus to {l} leaves at {t}. A ticket costs {m}.",
    "Hello, this is {p} from {l}. I would like to order {n} {x} for {d}.",
    "On {D} somebody stole {a c} {o} from {A}.",
    "{p} will bring {n} {x} to the party on {d}.",
    "The flat at {A} has {c} walls and costs {m}.",
    "The course starts on {D}. The teacher is {p}, and the fee is {m}.",
    "Wanted: {a J} in {l}. Write to {p} at {E}.",
    "A man in {a c} coat left at {t} and drove to {l}.",
    "On {d} {p} painted the {o} {c}.",
    "Please deliver {n} {x} to {A} by {d}.",
    "My {o} broke on {d}, so I rang {p} on {T}.",
    "{p} won the race in {l} on {D} in {a c} shirt.",
    "The ferry to {l} sails on {d} at {t}. The fare is {m}.",
    "We met {p}, {a J} from {l}, at {t}.",
    "We are closed on {d}. In an emergency ring {p} on {T}.",
    "For sale: {n} {x}, {m} in all. Write to {E}.",
    "Thank you for your letter of {D}. The price of the {o} is still {m}. Yours, {p}",
    "{p}, {A}: {n} {x}, {m}, paid on {D}.",
    "I saw {p} in {l} on {d}, as always in {a c} scarf.",
    "The train from {l} was late, so {p} only got there at {t}.",
    "Does anybody know {p}? I found {a c} {o} with that name on it near {A}.",
    "My dentist moved to {l} on {D}. You can now reach her on {T}.",
    "When {p} was still {a J}, {a o} cost {m}.",
    "There are {n} {x} in the cellar at {A}. {p} counted them on {d}."};

std::string DrawTelephone(Draw& draw) {
  auto digits = [&](int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += static_cast<char>('0' + draw.Below(10));
    return out;
  };
  std::string front = "0" + digits(draw.Between(2, 4));
  front += draw.Pick({" ", "-", "/", " "});
  std::string back = digits(3);
  if (draw.Percent(40)) back += " ";
  return front + back + digits(draw.Between(2, 4));
}

// The text and those of the details that stand in it.
std::pair<std::string, std::vector<Detail>> DrawNote(Scene& scene) {
  Draw& draw = scene.draw;
  const Pools& pools = scene.world.pools;
  const Visit v = DrawVisit(scene);
  const std::string date = pools.Get("date").Value(draw, scene.split);
  const std::string colour = pools.Get("colour").Value(draw, scene.split);
  const std::string job = pools.Get("job").Value(draw, scene.split);
  const std::string telephone = DrawTelephone(draw);
  std::string address = std::to_string(draw.Between(1, 120));
  address += " " + DrawStreet(draw, scene.split);
  std::string email = AsciiLower(DrawFirstName(draw, scene.split, nullptr));
  email += Cat({"@", InventedNoun(scene), draw.Pick({".org", ".com", ".net", ".co.uk"})});
  const std::string number = draw.Percent(30) ? NumberWord(std::stoi(v.number)) : v.number;
  const std::string thing = DrawPlainNoun(scene);
  const std::vector<Detail> all = {
      {"p", "Name", v.person, {"name", "person's name", "name of the person"}, {"Who is named in this text?"}},
      {"l", "Town", v.place, {"town", "name of the town"}, {"Which town is it?", "Which place is named?"}},
      {"d", "Day", v.day, {"day", "day of the week"}, {"Which day is it about?", "What day is it?"}},
      {"D", "Date", date, {"date"}, {"Which date is it?", "On what date?"}},
      {"t", "Time", v.time, {"time"}, {"At what time?", "What time does the text say?"}},
      {"m", "Price", v.price, {"price", "amount of money"}, {"How much is it?", "How much money?"}},
      {"n", "Number", number, {"number of " + v.thing}, {"How many " + v.thing + "?", "How many are there?"}},
      {"c", "Colour", colour, {"colour"}, {"Which colour is it?", "What colour is named?"}},
      {"T", "Telephone", telephone, {"telephone number", "phone number"}, {"Which number can I ring?"}},
      {"A", "Address", address, {"address", "street and house number"}, {"What is the full address?"}},
      {"E", "E-mail", email, {"e-mail address", "email address", "e-mail"}, {"Where can I send an e-mail?"}},
      {"J", "Job", job, {"job", "profession"}, {"Which job is it?", "What is the job?"}}};
  const std::string_view form = kNotes[draw.Below(std::size(kNotes))];
  Slots slots = {{"x", v.thing}, {"o", thing}};
  std::vector<Detail> stated;
  for (const Detail& detail : all) {
    slots.emplace_back(detail.slot, detail.value);
    const std::string slot(detail.slot);
    if (Contains(form, "{" + slot + "}") || Contains(form, "{a " + slot + "}")) stated.push_back(detail);
  }
  return {Capitalised(Fill(form, slots)), std::move(stated)};
}

std::string ExtractWording(const Scene& scene, size_t wording) {
  return Wording(scene,
                 {"Find the {k} in this text: {x}", "Extract the {k}: {x}", "{x}\nWrite down the {k}.",
                  "Which {k} is named here? {x}", "Give only the {k}. {x}"},
                 {"Find the {k}",
                  "What is the {k}?",
                  "What is the {k} in this text?",
                  "What {k} does the text give?",
                  "Which {k} does the text mention?",
                  "Tell me the {k}",
                  "Write only the {k}",
                  "Copy the {k} from this text",
                  "Pick out the {k}",
                  "Just the {k}, please.",
                  "The {k}, please.",
                  "I need the {k} from this text.",
                  "I am only interested in the {k}.",
                  "Look for the {k} in this text",
                  "Get the {k} out of this",
                  "What is given as the {k}?",
                  "Read this and tell me the {k}",
                  "State the {k} and nothing else",
                  "Search this for the {k}",
                  "Which {k} is mentioned?"},
                 wording, Data::kText);
}

SkillCase ExtractFromNote(Scene& scene, size_t wording) {
  const auto [text, stated] = DrawNote(scene);
  const Detail& detail = scene.draw.Pick(stated);
  const std::string name = scene.draw.Pick(detail.names);
  if (wording % kOldWordings < 5) {
    const std::string ask = scene.draw.Pick(detail.asks);
    const std::string below = "{x}\n" + ask;
    return {Ask(Wording(scene, {below}, {ask}, wording, Data::kText), text), detail.value};
  }
  return {Fill(ExtractWording(scene, wording), {{"k", name}, {"x", text}}), detail.value};
}

SkillCase Extract(Scene& scene, size_t wording) {
  if (scene.level >= Level::kPlain && scene.draw.Percent(70)) return ExtractFromNote(scene, wording);
  Visit v = DrawVisit(scene);
  struct Part {
    std::string_view name;
    const std::string* value;
  };
  const Part parts[] = {
      {"name of the person", &v.person}, {"place", &v.place}, {"day", &v.day}, {"time", &v.time}, {"price", &v.price},
      {"number of things", &v.number}};
  const Part& part = parts[scene.draw.Below(std::size(parts))];
  return {Fill(ExtractWording(scene, wording), {{"k", part.name}, {"x", v.text}}), *part.value};
}

SkillCase FillForm(Scene& scene, size_t wording) {
  Visit v = DrawVisit(scene);
  std::vector<std::pair<std::string, std::string>> fields = {{"Name", v.person}, {"Place", v.place},
                                                             {"Day", v.day},     {"Time", v.time},
                                                             {"Price", v.price}, {"Number", v.number}};
  std::string text = v.text;
  if (scene.level >= Level::kPlain && scene.draw.Percent(60)) {
    auto [note, stated] = DrawNote(scene);
    text = std::move(note);
    fields.clear();
    for (const Detail& detail : stated) fields.emplace_back(detail.label, detail.value);
  }
  scene.draw.Shuffle(fields);
  fields.resize(std::min(fields.size(), static_cast<size_t>(scene.draw.Between(2, 4))));
  Strings names, lines;
  for (const auto& [name, value] : fields) {
    names.push_back(name + ":");
    lines.push_back(name + ": " + value);
  }
  return {
      Fill(
          Wording(
              scene,
              {"Fill in this form from the text. {x}\n{f}", "{x}\nFill in:\n{f}", "Complete the form.\n{f}\nText: {x}"},
              {"Here is a text: {x}\nFill in this form:\n{f}", "{x}\n\nFill in the form with what the text says.\n{f}",
               "Complete this form with the facts from the text.\n\n{f}\n\n{x}",
               "Use the text to fill in the form.\n{x}\n{f}", "Copy the form and fill it in.\nText: {x}\nForm:\n{f}",
               "Text: {x}\nForm:\n{f}\nFill in the form.", "Can you fill this in for me?\n{f}\n\n{x}",
               "I need these fields filled in:\n{f}\nThis is the text: {x}",
               "Read the text and fill in the fields.\n\n{x}\n\n{f}",
               "{f}\nFill this in with the details from this text: {x}", "Please complete the form below.\n{x}\n{f}",
               "What goes into this form?\n{f}\nText: {x}", "Write the right details after each label.\n{f}\n\n{x}",
               "\"{x}\"\nPut the details into this form:\n{f}",
               "Take the details from the text and complete the form.\n{x}\n\n{f}",
               "These are the fields:\n{f}\nFill them in from this text: {x}"},
              wording, Data::kInside),
          {{"x", text}, {"f", Join(names, "\n")}}),
      Join(lines, "\n")};
}

SkillCase FormToSentence(Scene& scene, size_t wording) {
  Visit v = DrawVisit(scene);
  std::string form = "Name: " + v.person + "\nDay: " + v.day + "\nPlace: " + v.place;
  return {Ask(Wording(scene,
                      {"Write this as a sentence.\n{x}", "{x}\nMake one sentence from this form.",
                       "Turn this form into a sentence.\n{x}"},
                      {"Put this into one sentence", "Write one sentence from this", "Say this in a sentence",
                       "Turn these details into a sentence", "Make a sentence of this",
                       "Write these details as one sentence", "One sentence, please.",
                       "I need this as a full sentence.", "Form one sentence with all of these details",
                       "Express this form as a sentence", "How would you write this form as a sentence?",
                       "What does this form say, in one sentence?", "Write out this form as a sentence",
                       "Combine these details into one sentence", "Use this form to write a sentence",
                       "Tell me in one sentence what the form says", "Rewrite the form as one sentence"},
                      wording, Data::kForm),
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
