// Skills over single words and numbers.
#include <array>
#include <utility>

#include "novel.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

std::string_view Wording(std::initializer_list<std::string_view> forms, size_t wording) {
  return forms.begin()[wording % forms.size()];
}

std::string DrawWord(Scene& scene, bool names_too = true) {
  Draw& draw = scene.draw;
  if (names_too && draw.Percent(20)) return DrawFirstName(draw, scene.split, nullptr);
  if (names_too && draw.Percent(10)) return DrawSurname(draw, scene.split);
  if (HasNovelWords(scene.level) && draw.Percent(65)) return names_too ? NovelWord(scene) : InventedNoun(scene);
  const Strings& words = scene.world.pools.Get("noun_skill").words;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const std::string& word = draw.Pick(words);
    if (SplitOf(word) == scene.split) return word;
  }
  return words[0];
}

std::string Ask(std::string_view form, const std::string& word) { return Fill(form, {{"x", word}}); }

SkillCase CountLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene, false);
  return {Ask(Wording({"How many letters has the word {x}?", "Count the letters of {x}.",
                       "How many letters are in {x}?", "How long is the word {x}, in letters?"},
                      wording),
              word),
          std::to_string(word.size())};
}

SkillCase FirstLetter(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  return {Ask(Wording({"What is the first letter of {x}?", "With which letter does {x} begin?",
                       "Give the first letter: {x}", "First letter of {x}?"},
                      wording),
              word),
          Upper(word.substr(0, 1))};
}

SkillCase LastLetter(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  return {Ask(Wording({"What is the last letter of {x}?", "With which letter does {x} end?",
                       "Give the last letter: {x}", "Last letter of {x}?"},
                      wording),
              word),
          Upper(word.substr(word.size() - 1))};
}

SkillCase FirstLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  size_t count = std::min<size_t>(word.size(), wording % 2 == 0 ? 2 : 3);
  return {Ask(Wording({"Write the first two letters of {x}.", "Write the first three letters of {x}.",
                       "What are the first two letters of {x}?", "What are the first three letters of {x}?"},
                      wording),
              word),
          word.substr(0, count)};
}

SkillCase LastLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  size_t count = std::min<size_t>(word.size(), wording % 2 == 0 ? 2 : 3);
  return {Ask(Wording({"Write the last two letters of {x}.", "Write the last three letters of {x}.",
                       "What are the last two letters of {x}?", "What are the last three letters of {x}?"},
                      wording),
              word),
          word.substr(word.size() - count)};
}

SkillCase UpperCase(Scene& scene, size_t wording) {
  std::string text = DrawWord(scene);
  if (scene.draw.Percent(50)) text += " " + DrawWord(scene);
  return {Ask(Wording({"Write in capital letters: {x}", "Upper case: {x}", "Write this in capitals: {x}",
                       "Make all letters large: {x}"},
                      wording),
              text),
          Upper(text)};
}

SkillCase LowerCase(Scene& scene, size_t wording) {
  std::string text = Upper(DrawWord(scene));
  if (scene.draw.Percent(40)) text += " " + Upper(DrawWord(scene));
  return {
      Ask(Wording({"Write in small letters: {x}", "Lower case: {x}", "Make all letters small: {x}"}, wording), text),
      Lower(text)};
}

SkillCase MakePlural(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene, false);
  for (int i = 0; i < 50 && (word == "milk" || word == "wool" || word == "sugar" || word == "snow" || word == "honey" ||
                             word == "wood" || word == "ginger");
       ++i)
    word = DrawWord(scene, false);
  return {Ask(Wording({"What is the plural of {x}?", "One {x}, two ...?", "Write the plural: {x}", "Plural of {x}?",
                       "Make this word plural: {x}"},
                      wording),
              word),
          Plural(word)};
}

SkillCase Spell(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  std::string out;
  for (char c : Upper(word)) out += (out.empty() ? "" : "-") + std::string(1, c);
  return {Ask(Wording({"Spell {x}.", "Spell the word {x}.", "How do you spell {x}?", "Write {x} letter by letter."},
                      wording),
              word),
          out};
}

SkillCase Acronym(Scene& scene, size_t wording) {
  Strings words;
  size_t count = static_cast<size_t>(scene.draw.Between(2, 4));
  for (size_t i = 0; i < count; ++i) words.push_back(Capitalised(DrawWord(scene)));
  std::string letters;
  for (const std::string& word : words) letters += word[0];
  return {Ask(Wording({"Write the initials of {x}.", "What are the initials of {x}?",
                       "Make a short form from the first letters: {x}", "Take the first letter of each word: {x}"},
                      wording),
              Join(words, " ")),
          letters};
}

SkillCase DigitsToWords(Scene& scene, size_t wording) {
  int n = scene.draw.Between(1, 100);
  return {Ask(Wording({"Write the number {x} in words.", "{x} in words?", "How do you write {x} in letters?"}, wording),
              std::to_string(n)),
          NumberWord(n)};
}

SkillCase WordsToDigits(Scene& scene, size_t wording) {
  int n = scene.draw.Between(1, 100);
  return {Ask(Wording({"Write {x} in digits.", "Write the number {x} with digits.", "{x} as a number?"}, wording),
              NumberWord(n)),
          std::to_string(n)};
}

SkillCase Sum(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 60), b = scene.draw.Between(1, 40);
  return {Fill(Wording({"What is {a} + {b}?", "{a} + {b} =", "Add {a} and {b}.", "What is {a} plus {b}?",
                        "Calculate {a} + {b}.", "What is the sum of {a} and {b}?"},
                       wording),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string(a + b)};
}

SkillCase Difference(Scene& scene, size_t wording) {
  int a = scene.draw.Between(2, 100);
  int b = scene.draw.Between(1, a);
  return {Fill(Wording({"What is {a} - {b}?", "{a} - {b} =", "Take {b} from {a}.", "What is {a} minus {b}?",
                        "Calculate {a} - {b}.", "What is the difference between {a} and {b}?"},
                       wording),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string(a - b)};
}

SkillCase Product(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 10), b = scene.draw.Between(1, 10);
  return {Fill(Wording({"What is {a} times {b}?", "{a} x {b} =", "Multiply {a} by {b}."}, wording),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string(a * b)};
}

SkillCase WordProblem(Scene& scene, size_t wording) {
  Draw& draw = scene.draw;
  std::string who = DrawFirstName(draw, scene.split, nullptr);
  std::string what = Plural(DrawWord(scene, false));
  int a = draw.Between(2, 30), b = draw.Between(1, a - 1);
  bool plus = wording % 2 == 0;
  return {Fill(Wording({"{p} has {a} {x} and gets {b} more. How many {x} does {p} have now?",
                        "{p} has {a} {x} and gives away {b}. How many {x} are left?",
                        "There are {a} {x} on the table. {p} adds {b}. How many are there now?",
                        "There are {a} {x} in the box. {p} takes {b}. How many are left?"},
                       wording),
               {{"p", who}, {"a", std::to_string(a)}, {"b", std::to_string(b)}, {"x", what}}),
          std::to_string(plus ? a + b : a - b)};
}

SkillCase Opposite(Scene& scene, size_t wording) {
  static constexpr std::array<std::array<std::string_view, 2>, 24> kPairs = {
      {{"big", "small"},       {"old", "young"},   {"hot", "cold"},    {"early", "late"},  {"long", "short"},
       {"high", "low"},        {"open", "closed"}, {"full", "empty"},  {"rich", "poor"},   {"heavy", "light"},
       {"fast", "slow"},       {"wet", "dry"},     {"clean", "dirty"}, {"strong", "weak"}, {"happy", "sad"},
       {"loud", "quiet"},      {"thick", "thin"},  {"wide", "narrow"}, {"sweet", "sour"},  {"deep", "shallow"},
       {"cheap", "expensive"}, {"left", "right"},  {"good", "bad"},    {"first", "last"}}};
  const auto& pair = kPairs[scene.draw.Below(kPairs.size())];
  size_t side = scene.draw.Below(2);
  return {Ask(Wording({"What is the opposite of {x}?", "Opposite of {x}?", "Not {x}, but ...?"}, wording),
              std::string(pair[side])),
          std::string(pair[1 - side])};
}

SkillCase LargerOfTwo(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 999), b = scene.draw.Between(1, 999);
  if (a == b) ++b;
  bool larger = wording % 2 == 0;
  return {Fill(Wording({"Which is more, {a} or {b}?", "Which is less, {a} or {b}?",
                        "Which number is larger: {a} or {b}?", "Which number is smaller: {a} or {b}?"},
                       wording),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string((a > b) == larger ? a : b)};
}

SkillCase DayAfter(Scene& scene, size_t wording) {
  const Strings& days = scene.world.pools.Get(scene.draw.Percent(60) ? "day" : "month").words;
  size_t at = scene.draw.Below(days.size());
  bool after = wording % 2 == 0;
  return {
      Ask(Wording({"What comes after {x}?", "What comes before {x}?", "What follows {x}?", "What is just before {x}?"},
                  wording),
          days[at]),
      days[(at + (after ? 1 : days.size() - 1)) % days.size()]};
}

}  // namespace

const std::vector<Skill>& WordSkills() {
  static const std::vector<Skill> skills = {{"count_letters", CountLetters},
                                            {"first_letter", FirstLetter},
                                            {"last_letter", LastLetter},
                                            {"first_letters", FirstLetters},
                                            {"last_letters", LastLetters},
                                            {"upper_case", UpperCase},
                                            {"lower_case", LowerCase},
                                            {"plural", MakePlural},
                                            {"spell", Spell},
                                            {"acronym", Acronym},
                                            {"digits_to_words", DigitsToWords},
                                            {"words_to_digits", WordsToDigits},
                                            {"sum", Sum},
                                            {"difference", Difference},
                                            {"product", Product},
                                            {"word_problem", WordProblem},
                                            {"opposite", Opposite},
                                            {"larger_of_two", LargerOfTwo},
                                            {"day_after", DayAfter}};
  return skills;
}

}  // namespace cairn::seed
