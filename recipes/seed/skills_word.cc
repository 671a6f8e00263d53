// Skills over single words and numbers.
#include <array>
#include <utility>

#include "novel.h"
#include "plain_words.h"
#include "skills.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

std::string DrawWord(Scene& scene, bool names_too = true) {
  Draw& draw = scene.draw;
  if (names_too && draw.Percent(20)) return DrawFirstName(draw, scene.split, nullptr);
  if (names_too && draw.Percent(10)) return DrawSurname(draw, scene.split);
  if (HasNovelWords(scene.level) && draw.Percent(65)) return names_too ? NovelWord(scene) : InventedNoun(scene);
  const bool plain = scene.level >= Level::kPlain && names_too && draw.Percent(60);
  const Strings& words = plain ? PlainNouns() : scene.world.pools.Get("noun_skill").words;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const std::string& word = draw.Pick(words);
    if (SplitOf(word) == scene.split && !Contains(word, " ")) return word;
  }
  return words[0];
}

std::string Ask(std::string_view form, const std::string& word) { return Fill(form, {{"x", word}}); }

SkillCase CountLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene, false);
  return {Ask(Wording(scene,
                      {"How many letters has the word {x}?", "Count the letters of {x}.",
                       "How many letters are in {x}?", "How long is the word {x}, in letters?"},
                      {"How many letters does {x} have?", "How many letters does the word {x} have?",
                       "Count the letters in {x}", "Count the letters in this word",
                       "How many letters are there in the word {x}?", "What is the number of letters in {x}?",
                       "Tell me how many letters {x} has", "Number of letters in {x}?",
                       "How long is {x}? Count the letters.", "How many letters do you need to write {x}?",
                       "How many letters is this word made of?", "I want to know how many letters {x} has.",
                       "Say how many letters make up the word {x}", "Work out how many letters the word {x} has",
                       "How many characters does {x} have?", "Find the number of letters in this word",
                       "How many letters can you count in {x}?", "What is the length of the word {x} in letters?"},
                      wording, Data::kWord),
              word),
          std::to_string(word.size())};
}

SkillCase FirstLetter(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  return {Ask(Wording(scene,
                      {"What is the first letter of {x}?", "With which letter does {x} begin?",
                       "Give the first letter: {x}", "First letter of {x}?"},
                      {"What letter does {x} start with?", "Which letter does {x} begin with?",
                       "How does {x} begin? One letter only.", "Tell me the first letter of {x}",
                       "Give me the first letter of {x}", "Name the first letter of the word {x}",
                       "Which letter comes first in {x}?", "Write the first letter of this word",
                       "Which letter stands at the beginning of {x}?", "The word {x} starts with which letter?",
                       "What is the first letter in the word {x}?", "Just the first letter of {x}, please.",
                       "Find the first letter of {x}", "I need the first letter of {x}.",
                       "Say which letter the word {x} begins with", "What letter is at the start of {x}?",
                       "With what letter does the word {x} start?", "The word is {x}. What is its first letter?",
                       "What is the first letter?"},
                      wording, Data::kWord),
              word),
          Upper(word.substr(0, 1))};
}

SkillCase LastLetter(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  return {Ask(Wording(scene,
                      {"What is the last letter of {x}?", "With which letter does {x} end?",
                       "Give the last letter: {x}", "Last letter of {x}?"},
                      {"What letter does {x} end with?", "Which letter does {x} end with?",
                       "How does {x} end? One letter only.", "Tell me the last letter of {x}",
                       "Give me the last letter of {x}", "Name the last letter of the word {x}",
                       "Which letter comes last in {x}?", "Write the last letter of this word",
                       "Which letter stands at the end of {x}?", "The word {x} ends with which letter?",
                       "What is the last letter in the word {x}?", "Just the last letter of {x}, please.",
                       "Find the last letter of {x}", "I need the last letter of {x}.",
                       "Say which letter the word {x} ends with", "What letter is at the end of {x}?",
                       "With what letter does the word {x} end?", "The word is {x}. What is its last letter?",
                       "What is the last letter?"},
                      wording, Data::kWord),
              word),
          Upper(word.substr(word.size() - 1))};
}

SkillCase FirstLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  size_t count = std::min<size_t>(word.size(), wording % 2 == 0 ? 2 : 3);
  return {
      Fill(Wording(scene,
                   {"Write the first two letters of {x}.", "Write the first three letters of {x}.",
                    "What are the first two letters of {x}?", "What are the first three letters of {x}?"},
                   {"What are the first {k} letters in {x}?",       "Give me the first {k} letters of {x}",
                    "Which {k} letters does {x} start with?",       "Which {k} letters does the word {x} begin with?",
                    "Tell me the first {k} letters of {x}",         "Write down only the first {k} letters of {x}",
                    "Shorten {x} to its first {k} letters",         "Cut {x} down to the first {k} letters",
                    "Keep only the first {k} letters of {x}",       "How does {x} begin? Give {k} letters.",
                    "The first {k} letters of {x}, please.",        "I need the first {k} letters of {x}.",
                    "Take the first {k} letters of this word",      "Copy the first {k} letters of {x}",
                    "What {k} letters are at the start of {x}?",    "First {k} letters of {x}?",
                    "Name the {k} letters at the beginning of {x}", "With which {k} letters does {x} start?",
                    "What are the first {d} letters of this word?", "Show me the first {d} letters of {x}"},
                   wording, Data::kWord),
           {{"k", wording % 2 == 0 ? "two" : "three"}, {"d", wording % 2 == 0 ? "2" : "3"}, {"x", word}}),
      word.substr(0, count)};
}

SkillCase LastLetters(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  size_t count = std::min<size_t>(word.size(), wording % 2 == 0 ? 2 : 3);
  return {Fill(Wording(scene,
                       {"Write the last two letters of {x}.", "Write the last three letters of {x}.",
                        "What are the last two letters of {x}?", "What are the last three letters of {x}?"},
                       {"What are the last {k} letters in {x}?",       "Give me the last {k} letters of {x}",
                        "Which {k} letters does {x} end with?",        "Which {k} letters does the word {x} end with?",
                        "Tell me the last {k} letters of {x}",         "Write down only the last {k} letters of {x}",
                        "Shorten {x} to its last {k} letters",         "Cut {x} down to the last {k} letters",
                        "Keep only the last {k} letters of {x}",       "How does {x} end? Give {k} letters.",
                        "The last {k} letters of {x}, please.",        "I need the last {k} letters of {x}.",
                        "Take the last {k} letters of this word",      "Copy the last {k} letters of {x}",
                        "What {k} letters are at the end of {x}?",     "Last {k} letters of {x}?",
                        "Name the {k} letters at the end of {x}",      "With which {k} letters does {x} end?",
                        "What are the last {d} letters of this word?", "Show me the last {d} letters of {x}"},
                       wording, Data::kWord),
               {{"k", wording % 2 == 0 ? "two" : "three"}, {"d", wording % 2 == 0 ? "2" : "3"}, {"x", word}}),
          word.substr(word.size() - count)};
}

SkillCase UpperCase(Scene& scene, size_t wording) {
  std::string text = DrawWord(scene);
  if (scene.draw.Percent(50)) text += " " + DrawWord(scene);
  return {Ask(Wording(scene,
                      {"Write in capital letters: {x}", "Upper case: {x}", "Write this in capitals: {x}",
                       "Make all letters large: {x}"},
                      {"Put this in capital letters", "Write {x} in capitals", "Write this in upper case",
                       "Change this to upper case", "Turn all letters into capitals", "Make this all capitals",
                       "All capitals, please.", "All caps, please.", "Convert this to capital letters",
                       "How does {x} look in capital letters?", "What is {x} in upper case?", "Capitalise every letter",
                       "I need this in capital letters.", "Use only capital letters for this",
                       "Write this with big letters only", "Rewrite this in block capitals",
                       "Show me {x} in capital letters", "Make every letter of {x} a capital", "Type this in capitals"},
                      wording, Data::kPhrase),
              text),
          Upper(text)};
}

SkillCase LowerCase(Scene& scene, size_t wording) {
  std::string text = Upper(DrawWord(scene));
  if (scene.draw.Percent(40)) text += " " + Upper(DrawWord(scene));
  return {
      Ask(Wording(scene, {"Write in small letters: {x}", "Lower case: {x}", "Make all letters small: {x}"},
                  {"Write this in lower case", "Put this in small letters", "Change this to lower case",
                   "Turn the capitals into small letters", "No capital letters, please.", "Convert {x} to lower case",
                   "Write {x} without capitals", "Rewrite this without any capital letters",
                   "How does {x} look in small letters?", "What is {x} in lower case?", "I need this in lower case.",
                   "Make every letter of {x} small", "Use only small letters for this", "All lower case, please.",
                   "Somebody left caps lock on. Write this in small letters, please.", "Show me {x} in lower case",
                   "Make this all lower case", "I do not want capital letters in this."},
                  wording, Data::kPhrase),
          text),
      AsciiLower(text)};
}

SkillCase MakePlural(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene, false);
  for (int i = 0; i < 50 && (word == "milk" || word == "wool" || word == "sugar" || word == "snow" || word == "honey" ||
                             word == "wood" || word == "ginger");
       ++i)
    word = DrawWord(scene, false);
  return {
      Ask(Wording(scene,
                  {"What is the plural of {x}?", "One {x}, two ...?", "Write the plural: {x}", "Plural of {x}?",
                   "Make this word plural: {x}"},
                  {"What is the plural form of {x}?", "Give me the plural of {x}", "How do you say {x} in the plural?",
                   "Write {x} in the plural", "What do you call more than one {x}?", "Put {x} into the plural",
                   "Turn {x} into the plural", "Change this word to the plural", "Tell me the plural of the word {x}",
                   "The plural of {x}, please.", "What is more than one {x} called?", "One {x}, many ...?",
                   "Plural form of {x}?", "How do you write the plural of {x}?", "I need the plural of {x}.",
                   "Make {x} plural", "If there are several, what does {x} become?", "Form the plural of {x}",
                   "Give the plural form of this word"},
                  wording, Data::kWord),
          word),
      Plural(word)};
}

SkillCase Spell(Scene& scene, size_t wording) {
  std::string word = DrawWord(scene);
  std::string out;
  for (char c : Upper(word)) out += (out.empty() ? "" : "-") + std::string(1, c);
  return {
      Ask(Wording(scene, {"Spell {x}.", "Spell the word {x}.", "How do you spell {x}?", "Write {x} letter by letter."},
                  {"How is {x} spelt?", "Spell out {x}", "Spell this word", "Write out {x} one letter at a time",
                   "How do I spell {x}?", "How would you spell {x}?", "What is the spelling of {x}?",
                   "Give me the spelling of {x}", "Say {x} letter by letter", "Tell me the letters of {x} one by one",
                   "Which letters is {x} made of, in order?", "Write the letters of {x} with dashes between them",
                   "Break {x} up into its letters", "I need the spelling of {x}.", "Can I have {x} letter by letter?",
                   "List the letters of {x} in order", "The spelling of {x}, please.",
                   "I do not know how to spell {x}. How is it done?", "Split this word into its letters"},
                  wording, Data::kWord),
          word),
      out};
}

SkillCase Acronym(Scene& scene, size_t wording) {
  Strings words;
  size_t count = static_cast<size_t>(scene.draw.Between(2, 4));
  for (size_t i = 0; i < count; ++i) words.push_back(Capitalised(DrawWord(scene)));
  std::string letters;
  for (const std::string& word : words) letters += word[0];
  return {Ask(Wording(scene,
                      {"Write the initials of {x}.", "What are the initials of {x}?",
                       "Make a short form from the first letters: {x}", "Take the first letter of each word: {x}"},
                      {"Give me the initials of {x}", "What are the initials here?", "Write down the initials",
                       "Abbreviate {x} with its initials", "What is the acronym for {x}?", "Make an acronym from {x}",
                       "Make an acronym out of these words", "Which initials does {x} have?",
                       "Shorten {x} to its initials", "Use the first letter of each word to make a short form of {x}",
                       "Form an abbreviation from the first letters of these words",
                       "Put together the first letters of these words", "The initials of {x}, please.",
                       "What would {x} be as initials?", "I need an abbreviation for {x} made of the first letters.",
                       "How is {x} abbreviated by its first letters?", "Take the initials of this name",
                       "Turn {x} into an acronym"},
                      wording, Data::kPhrase),
              Join(words, " ")),
          letters};
}

SkillCase DigitsToWords(Scene& scene, size_t wording) {
  int n = scene.draw.Between(1, 100);
  return {Ask(Wording(scene, {"Write the number {x} in words.", "{x} in words?", "How do you write {x} in letters?"},
                      {"Write {x} as a word", "Write {x} out in words", "How is {x} written in words?",
                       "What is {x} in words?", "Put {x} into words", "Turn the number {x} into words",
                       "Convert {x} to words", "How do you say {x} in words?", "Write this number in words",
                       "Write this number out in full", "The number {x} in words, please.", "I need {x} in words.",
                       "Say the number {x} in words", "Change the digits {x} to words", "What is the word for {x}?",
                       "Express {x} in words", "Give me {x} written out in words", "Write out the number {x}"},
                      wording, Data::kWord),
              std::to_string(n)),
          NumberWord(n)};
}

SkillCase WordsToDigits(Scene& scene, size_t wording) {
  int n = scene.draw.Between(1, 100);
  return {
      Ask(Wording(scene, {"Write {x} in digits.", "Write the number {x} with digits.", "{x} as a number?"},
                  {"Write {x} in figures", "Write {x} as a number", "What is {x} in digits?", "What is {x} in figures?",
                   "Turn {x} into digits", "Convert {x} to digits", "Put {x} into figures",
                   "How do you write {x} in digits?", "How is {x} written with digits?",
                   "Which number is {x}? Use digits.", "Change the words {x} to digits", "Write this number in digits",
                   "I need {x} in digits.", "The number {x} in figures, please.", "Give me {x} as a number in digits",
                   "Show {x} with digits", "Use digits for this number", "Type {x} in digits"},
                  wording, Data::kWord),
          NumberWord(n)),
      std::to_string(n)};
}

SkillCase Sum(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 60), b = scene.draw.Between(1, 40);
  return {Fill(Wording(scene,
                       {"What is {a} + {b}?", "{a} + {b} =", "Add {a} and {b}.", "What is {a} plus {b}?",
                        "Calculate {a} + {b}.", "What is the sum of {a} and {b}?"},
                       {"What do you get if you add {a} and {b}?",
                        "How much is {a} and {b}?",
                        "How much is {a} + {b}?",
                        "Work out {a} + {b}",
                        "Add {b} to {a}",
                        "{a} plus {b}?",
                        "Find the sum of {a} and {b}",
                        "Tell me what {a} plus {b} is",
                        "What is {a} and {b} together?",
                        "What does {a} + {b} make?",
                        "{a} and {b} makes ...?",
                        "Solve this sum: {a} + {b}",
                        "I need the total of {a} and {b}.",
                        "What is the total of {a} and {b}?",
                        "If I have {a} and get {b} more, how many do I have?",
                        "{a}+{b}?",
                        "{a} + {b} = ?",
                        "Quick sum: {a} + {b}?",
                        "What number is {b} more than {a}?",
                        "Add these two numbers: {a} and {b}"},
                       wording, Data::kInside),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string(a + b)};
}

SkillCase Difference(Scene& scene, size_t wording) {
  int a = scene.draw.Between(2, 100);
  int b = scene.draw.Between(1, a);
  return {
      Fill(Wording(scene,
                   {"What is {a} - {b}?", "{a} - {b} =", "Take {b} from {a}.", "What is {a} minus {b}?",
                    "Calculate {a} - {b}.", "What is the difference between {a} and {b}?"},
                   {"What is left if you take {b} from {a}?", "How much is {a} - {b}?", "How much is {a} minus {b}?",
                    "Work out {a} - {b}", "Subtract {b} from {a}", "{a} minus {b}?", "{a}-{b}?", "{a} - {b} = ?",
                    "Tell me what {a} minus {b} is", "What do you get if you subtract {b} from {a}?",
                    "I have {a} and give away {b}. How many are left?", "Find the difference between {a} and {b}",
                    "What number is {b} less than {a}?", "Take away {b} from {a}",
                    "What remains of {a} when {b} is taken away?", "Reduce {a} by {b}", "Solve this: {a} - {b}",
                    "I need the result of {a} - {b}.", "If I had {a} and lost {b}, how many do I still have?"},
                   wording, Data::kInside),
           {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
      std::to_string(a - b)};
}

SkillCase Product(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 10), b = scene.draw.Between(1, 10);
  return {Fill(Wording(scene, {"What is {a} times {b}?", "{a} x {b} =", "Multiply {a} by {b}."},
                       {"How much is {a} times {b}?", "What is {a} x {b}?", "Work out {a} x {b}", "{a} times {b}?",
                        "{a} x {b}?", "{a} x {b} = ?", "What do you get if you multiply {a} by {b}?",
                        "What is the product of {a} and {b}?", "Find the product of {a} and {b}",
                        "Tell me what {a} times {b} is", "What is {a} multiplied by {b}?", "Calculate {a} x {b}",
                        "Calculate {a} times {b}", "Solve {a} x {b}", "I need {a} times {b}.", "{a} * {b}?",
                        "What is {a} * {b}?", "What does {a} times {b} make?"},
                       wording, Data::kInside),
               {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
          std::to_string(a * b)};
}

SkillCase WordProblem(Scene& scene, size_t wording) {
  Draw& draw = scene.draw;
  std::string who = DrawFirstName(draw, scene.split, nullptr);
  std::string what = Plural(DrawWord(scene, false));
  int a = draw.Between(2, 30), b = draw.Between(1, a - 1);
  bool plus = wording % 2 == 0;
  static const Forms kPlus = {"{p} owns {a} {x}. Then {p} buys {b} more. How many {x} does {p} own now?",
                              "{p} had {a} {x} and found {b} more. How many are there now?",
                              "At first there were {a} {x}. Later {p} brought {b} more. How many {x} are there in all?",
                              "A shop has {a} {x}. It gets {b} more. How many {x} does it have now?",
                              "{p} counts {a} {x} in one room and {b} in another. How many {x} is that altogether?",
                              "How many {x} does {p} have if there were {a} and {b} are added?",
                              "In the morning {p} sold {a} {x}, in the afternoon {b}. How many {x} were sold that day?",
                              "There are {a} {x} in a bag. {p} puts in {b} more. How many {x} are in the bag?",
                              "{p} has {a} {x}. A friend gives {p} {b} more. How many {x} does {p} have altogether?",
                              "{p} made {a} {x} last week and {b} this week. How many is that in total?",
                              "Yesterday {p} saw {a} {x} and today {b}. How many {x} is that?",
                              "{a} {x} lie in the box. {p} adds {b}. What is the total?",
                              "{p} starts with {a} {x} and gets another {b}. What is the total number of {x}?",
                              "{p} carried {a} {x} upstairs and {b} downstairs. How many {x} did {p} carry?"};
  static const Forms kMinus = {"{p} had {a} {x} and lost {b}. How many {x} does {p} still have?",
                               "{p} owns {a} {x}. Then {p} sells {b}. How many {x} does {p} still own?",
                               "A shop has {a} {x}. It sells {b}. How many {x} does it have left?",
                               "There were {a} {x} in the shed. {p} took {b} away. How many {x} remain?",
                               "Out of {a} {x}, {p} has used {b}. How many are unused?",
                               "How many {x} are left if {p} had {a} and threw away {b}?",
                               "There are {a} {x} in a bag. {p} takes out {b}. How many {x} are still in the bag?",
                               "{p} ordered {a} {x}, but only {b} arrived. How many {x} are missing?",
                               "{p} needs {a} {x} and already has {b}. How many {x} does {p} still need?",
                               "{p} had {a} {x}, but somebody stole {b} of them. How many {x} are left?",
                               "{p} packed {a} {x} and took {b} out again. How many are still packed?",
                               "{a} {x} lie on the shelf. {p} removes {b}. How many stay there?",
                               "There were {a} {x}. {p} broke {b}. How many {x} were not broken?",
                               "{p} has {a} {x} and lends {b} to a friend. How many {x} does {p} keep?"};
  return {Fill(Wording(scene,
                       {"{p} has {a} {x} and gets {b} more. How many {x} does {p} have now?",
                        "{p} has {a} {x} and gives away {b}. How many {x} are left?",
                        "There are {a} {x} on the table. {p} adds {b}. How many are there now?",
                        "There are {a} {x} in the box. {p} takes {b}. How many are left?"},
                       plus ? kPlus : kMinus, wording, Data::kInside),
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
  static constexpr std::array<std::array<std::string_view, 2>, 20> kFurther = {
      {{"up", "down"},        {"true", "false"},     {"hard", "soft"},   {"rough", "smooth"}, {"near", "far"},
       {"easy", "difficult"}, {"ugly", "beautiful"}, {"polite", "rude"}, {"awake", "asleep"}, {"safe", "dangerous"},
       {"tight", "loose"},    {"sharp", "blunt"},    {"alive", "dead"},  {"always", "never"}, {"inside", "outside"},
       {"north", "south"},    {"east", "west"},      {"raw", "cooked"},  {"tame", "wild"},    {"above", "below"}}};
  const bool further = scene.level >= Level::kPlain && scene.draw.Percent(45);
  const auto& pair = further ? kFurther[scene.draw.Below(kFurther.size())] : kPairs[scene.draw.Below(kPairs.size())];
  size_t side = scene.draw.Below(2);
  return {
      Ask(Wording(scene, {"What is the opposite of {x}?", "Opposite of {x}?", "Not {x}, but ...?"},
                  {"Give me the opposite of {x}", "Which word means the opposite of {x}?",
                   "Tell me the opposite of the word {x}", "Name the opposite of {x}", "What is the antonym of {x}?",
                   "If it is not {x}, it is ...?", "The opposite of {x}, please.", "I need the opposite of {x}.",
                   "Find a word that means the opposite of {x}", "Write the opposite of {x}",
                   "What would be the opposite of {x}?", "Say the opposite of this word",
                   "What is the very opposite of {x}?", "An antonym of {x}, please.", "Opposite word for {x}?",
                   "Which word is the opposite of this?", "What is the contrary of {x}?"},
                  wording, Data::kWord),
          std::string(pair[side])),
      std::string(pair[1 - side])};
}

SkillCase LargerOfTwo(Scene& scene, size_t wording) {
  int a = scene.draw.Between(1, 999), b = scene.draw.Between(1, 999);
  if (a == b) ++b;
  bool larger = wording % 2 == 0;
  return {Fill(Wording(scene,
                       {"Which is more, {a} or {b}?", "Which is less, {a} or {b}?",
                        "Which number is larger: {a} or {b}?", "Which number is smaller: {a} or {b}?"},
                       {"Which is {k}, {a} or {b}?", "Which number is {h}, {a} or {b}?", "Which of {a} and {b} is {k}?",
                        "Is {a} or {b} the {k} number?", "Name the {k} number: {a} or {b}", "{a} or {b}: which is {k}?",
                        "Tell me which is {k}, {a} or {b}", "Which one is {g}: {a} or {b}?",
                        "Pick the {h} number: {a} or {b}", "Compare {a} and {b}. Which is {k}?",
                        "Of {a} and {b}, which is the {k} one?", "What is {m}, {a} or {b}?",
                        "Say which number is {h}: {a} or {b}", "I have two numbers, {a} and {b}. Which is {k}?",
                        "The {k} of {a} and {b}, please.", "Between {a} and {b}, which is {h}?",
                        "Find the {k} of these two numbers: {a} and {b}", "Which is the {k} number, {a} or {b}?"},
                       wording, Data::kInside),
               {{"k", larger ? "larger" : "smaller"},
                {"g", larger ? "bigger" : "smaller"},
                {"h", larger ? "higher" : "lower"},
                {"m", larger ? "more" : "less"},
                {"a", std::to_string(a)},
                {"b", std::to_string(b)}}),
          std::to_string((a > b) == larger ? a : b)};
}

SkillCase DayAfter(Scene& scene, size_t wording) {
  std::string_view kind = scene.draw.Percent(60) ? "day" : "month";
  const Strings& days = scene.world.pools.Get(kind).words;
  size_t at = scene.draw.Below(days.size());
  bool after = wording % 2 == 0;
  return {
      Fill(
          Wording(scene,
                  {"What comes after {x}?", "What comes before {x}?", "What follows {x}?", "What is just before {x}?"},
                  {"Which {k} comes {q} {x}?", "What {k} comes right {q} {x}?", "Name the {k} {q} {x}",
                   "Tell me which {k} comes {q} {x}", "Which {k} is {q} {x}?", "What is the {k} {q} {x}?",
                   "What {k} is just {q} {x}?", "The {k} {q} {x}?",
                   "Which {k} stands directly {q} {x} in the calendar?", "I need the {k} that comes {q} {x}.",
                   "Give me the {k} {q} {x}", "Say which {k} comes immediately {q} {x}", "What comes directly {q} {x}?",
                   "Write the {k} that comes {q} {x}", "Which {k} do we have right {q} {x}?",
                   "If I want the {k} {q} {x}, which one is it?", "Find the {k} that comes {q} {x}"},
                  wording, Data::kInside),
          {{"k", kind}, {"q", after ? "after" : "before"}, {"x", days[at]}}),
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
