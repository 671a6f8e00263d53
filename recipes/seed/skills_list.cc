// Skills over lists of words and numbers.
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

bool InSplit(const Scene& scene, const std::string& word) {
  // Lists of words are short: one in five words is kept for held-out items.
  return SplitOf(word) == scene.split;
}

// Different words of one kind.
Strings DrawWords(Scene& scene, size_t count, bool names_too = true) {
  Draw& draw = scene.draw;
  uint32_t kind = draw.Below(names_too ? 10 : 8);
  const Strings& nouns = scene.world.pools.Get("noun_skill").words;
  const Strings& words = kind == 5   ? scene.world.pools.Get("animal").words
                         : kind == 6 ? scene.world.pools.Get("adjective_skill").words
                         : kind == 7 ? scene.world.pools.Get("fruit").words
                                     : nouns;
  Strings out;
  const bool novel = HasNovelWords(scene.level) && draw.Percent(55);
  const bool plain = scene.level >= Level::kPlain && !novel && kind < 5 && draw.Percent(70);
  for (int attempt = 0; out.size() < count; ++attempt) {
    // A short list may not hold enough words of the split; the nouns do (Corpus::Load sees to it).
    std::string word = novel       ? NovelWord(scene)
                       : kind == 8 ? DrawFirstName(draw, scene.split, nullptr)
                       : kind == 9 ? DrawPlace(draw, scene.split)
                       : plain     ? draw.Pick(PlainNouns())
                                   : draw.Pick(attempt < 60 ? words : nouns);
    if (!novel && kind < 8 && (!InSplit(scene, word) || Contains(word, " "))) continue;
    if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
  }
  return out;
}

// Words that take an article.
Strings DrawThings(Scene& scene, size_t count) {
  if (scene.level < Level::kPlain) return DrawWords(scene, count, false);
  Draw& draw = scene.draw;
  Strings out;
  while (out.size() < count) {
    std::string word = draw.Percent(25) ? InventedNoun(scene) : draw.Pick(PlainNouns());
    if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
  }
  return out;
}

Strings DrawNumbers(Scene& scene, size_t count, int high) {
  Strings out;
  while (out.size() < count) {
    std::string n = std::to_string(scene.draw.Between(1, high));
    if (std::find(out.begin(), out.end(), n) == out.end()) out.push_back(std::move(n));
  }
  return out;
}

size_t Length(Scene& scene) { return static_cast<size_t>(scene.draw.Between(3, 6)); }
int Int(const std::string& n) { return std::stoi(n); }
bool ByValue(const std::string& a, const std::string& b) { return Int(a) < Int(b); }
bool ByLetters(const std::string& a, const std::string& b) { return AsciiLower(a) < AsciiLower(b); }
std::string Row(const Strings& items) { return Join(items, ", "); }
std::string Ask(std::string_view form, const Strings& items) { return Fill(form, {{"x", Row(items)}}); }

SkillCase SortWords(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, Length(scene));
  Strings sorted = words;
  std::stable_sort(sorted.begin(), sorted.end(), ByLetters);
  return {Ask(Wording(scene,
                      {"Sort these words: {x}", "Put these words in alphabetical order: {x}", "Sort from A to Z: {x}",
                       "Order these words by the alphabet: {x}", "Write these words in alphabetical order. {x}",
                       "{x}\nSort these words."},
                      {"Sort these alphabetically",
                       "Put this list in alphabetical order",
                       "Arrange these from A to Z",
                       "Alphabetical order, please.",
                       "Sort this list by the alphabet",
                       "Arrange the words alphabetically",
                       "Write the list again in alphabetical order",
                       "In which order would these stand in a dictionary?",
                       "List these words as a dictionary would",
                       "What is the alphabetical order of these words?",
                       "How would these be sorted from A to Z?",
                       "I need these in alphabetical order.",
                       "I want this list sorted from A to Z.",
                       "Order the items alphabetically",
                       "Bring these words into alphabetical order",
                       "My list is in a mess. Sort it alphabetically, please.",
                       "These should be in alphabetical order.",
                       "Rearrange these words so that they are in alphabetical order",
                       "From A to Z, please.",
                       "Alphabetise these words"},
                      wording, Data::kList),
              words),
          Row(sorted)};
}

SkillCase SortNumbers(Scene& scene, size_t wording) {
  int high = scene.draw.Percent(70) ? 99 : 999;
  Strings numbers = DrawNumbers(scene, Length(scene), high);
  Strings sorted = numbers;
  std::sort(sorted.begin(), sorted.end(), ByValue);
  bool down = wording % 8 >= 5;
  if (down) std::reverse(sorted.begin(), sorted.end());
  return {
      Fill(Wording(scene,
                   {"Sort these numbers: {x}", "Sort the numbers from small to large: {x}",
                    "Put these numbers in order: {x}", "Order from the smallest to the largest: {x}",
                    "{x}\nSort these numbers.", "Sort these numbers from large to small: {x}",
                    "Put these numbers in falling order: {x}", "Order from the largest to the smallest: {x}"},
                   {"Sort these numbers from {k}", "Put these in {g} order", "Arrange these numbers from {l}",
                    "Write the numbers in {g} order", "Order the numbers from {l}",
                    "What order are these in if they go from {k}?", "I need these numbers sorted from {k}.",
                    "I want this list in {g} order.", "Rank these from {l}", "List these numbers with the {s} first",
                    "Sort them so that the {s} number comes first", "From {k}, please.", "Sort in {h} order",
                    "What are these numbers in {g} order?", "Rearrange the numbers so that they go from {l}",
                    "Start with the {s} and put the numbers in order", "How do these numbers go from {l}?",
                    "The numbers should go from {k}.", "Put the {s} number first and sort the rest in the same way"},
                   wording, Data::kNumbers),
           {{"k", down ? "largest to smallest" : "smallest to largest"},
            {"g", down ? "descending" : "ascending"},
            {"h", down ? "decreasing" : "increasing"},
            {"l", down ? "highest to lowest" : "lowest to highest"},
            {"s", down ? "largest" : "smallest"},
            {"x", Row(numbers)}}),
      Row(sorted)};
}

SkillCase CountItems(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(2, 8)), scene.level < Level::kPlain);
  return {Ask(Wording(scene,
                      {"How many things are in this list? {x}", "Count the words: {x}", "How many words are there? {x}",
                       "How long is this list? {x}", "Count the items: {x}"},
                      {"How many words does this list have?", "How many items are in the list?", "How many are there?",
                       "How many things are listed here?", "Count the entries in this list", "Count how many there are",
                       "Tell me how many items this list has", "Say how many things are on the list",
                       "What is the number of items here?", "How many words can you see?",
                       "I need the number of items in this list.", "The number of items, please.",
                       "Give me the number of entries", "How many entries does this list have?",
                       "Work out how many words are listed", "Find out how many items there are",
                       "I have lost count. How many are these?", "How many are these altogether?", "Count these"},
                      wording, Data::kList),
              words),
          std::to_string(words.size())};
}

SkillCase ReverseList(Scene& scene, size_t wording) {
  Strings words = scene.draw.Percent(70) ? DrawWords(scene, Length(scene)) : DrawNumbers(scene, Length(scene), 99);
  Strings back(words.rbegin(), words.rend());
  return {Ask(Wording(scene,
                      {"Reverse this list: {x}", "Write this list backwards: {x}", "Turn this list round: {x}",
                       "Say these in reverse order: {x}", "{x}\nReverse the list."},
                      {"Write these in reverse order", "Put this list in reverse order", "Reverse the order of these",
                       "List these from last to first", "Say this list from the end to the beginning",
                       "Start with the last one and go back to the first", "Turn the order round", "Flip this list",
                       "Flip the order of these items", "Give me the list backwards", "Read this list backwards",
                       "What is this list in reverse?", "How does this list go backwards?",
                       "I need this list the other way round.", "The other way round, please.",
                       "Write the list from back to front", "Reverse order, please.",
                       "Rewrite this with the last item first and the first item last",
                       "I want the order of this list reversed."},
                      wording, Data::kList),
              words),
          Row(back)};
}

SkillCase ExtremeNumber(Scene& scene, size_t wording) {
  int high = scene.draw.Percent(70) ? 99 : 999;
  Strings numbers = DrawNumbers(scene, Length(scene), high);
  bool largest = wording % 2 == 0;
  auto at = largest ? std::max_element(numbers.begin(), numbers.end(), ByValue)
                    : std::min_element(numbers.begin(), numbers.end(), ByValue);
  return {
      Fill(Wording(scene,
                   {"Which number is the largest? {x}", "Which number is the smallest? {x}",
                    "What is the biggest of these numbers? {x}", "What is the lowest of these numbers? {x}",
                    "Find the largest number: {x}", "Find the smallest number: {x}"},
                   {"Which of these numbers is the {k}?", "What is the {h} number in this list?", "Pick the {k} number",
                    "Name the {h} of these numbers", "Tell me which number is the {k}", "Find the {m}",
                    "What is the {m} of these numbers?", "The {h} number, please.", "Show me the {k} of them",
                    "I need the {k} of these numbers.", "Which one is the {h}?", "Give me the {k} number",
                    "Look at these numbers. Which is the {h}?", "Choose the {k} number from this list",
                    "Of these numbers, which is the {k}?", "Write down the {h} number", "Which number here is the {k}?",
                    "Say which of these is the {k}", "Which of these is {c} than all the others?"},
                   wording, Data::kNumbers),
           {{"k", largest ? "largest" : "smallest"},
            {"h", largest ? "highest" : "lowest"},
            {"m", largest ? "maximum" : "minimum"},
            {"c", largest ? "larger" : "smaller"},
            {"x", Row(numbers)}}),
      *at};
}

SkillCase ExtremeWord(Scene& scene, size_t wording) {
  for (;;) {
    Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(3, 5)), false);
    bool longest = wording % 2 == 0;
    std::stable_sort(words.begin(), words.end(),
                     [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
    bool clear =
        longest ? words[words.size() - 1].size() > words[words.size() - 2].size() : words[0].size() < words[1].size();
    if (!clear) continue;
    std::string answer = longest ? words.back() : words.front();
    scene.draw.Shuffle(words);
    return {
        Fill(Wording(scene,
                     {"Which word is the longest? {x}", "Which word is the shortest? {x}", "Find the longest word: {x}",
                      "Find the shortest word: {x}", "{x}\nWhich of these words has the most letters?",
                      "{x}\nWhich of these words has the fewest letters?"},
                     {"Which of these words is the {k}?", "What is the {k} word in this list?", "Pick out the {k} word",
                      "Tell me which word is the {k}", "Which word has the {m} letters?",
                      "Find the word with the {m} letters", "Name the {k} of these words", "The {k} word, please.",
                      "I am looking for the {k} word here.", "Which one of these is the {k} word?",
                      "Choose the {k} word from the list", "Give me the {k} word",
                      "Write down the word with the {m} letters", "Of these words, which has the {m} letters?",
                      "Which word here is the {k}?", "Say which of the words is the {k}",
                      "I need the word with the {m} letters."},
                     wording, Data::kList),
             {{"k", longest ? "longest" : "shortest"}, {"m", longest ? "most" : "fewest"}, {"x", Row(words)}}),
        answer};
  }
}

SkillCase Deduplicate(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(3, 5)));
  Strings doubled = words;
  int extra = scene.draw.Between(1, 2);
  for (int i = 0; i < extra; ++i) {
    size_t from = scene.draw.Below(words.size());
    size_t to = scene.draw.Below(doubled.size()) + 1;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(to), words[from]);
  }
  Strings once;
  for (const std::string& word : doubled) {
    if (std::find(once.begin(), once.end(), word) == once.end()) once.push_back(word);
  }
  return {Ask(Wording(scene,
                      {"Remove the duplicates: {x}", "Write each word only once: {x}",
                       "Take out what occurs twice: {x}", "Clean this list of repeated words: {x}"},
                      {"Remove the repeated words",
                       "Take the duplicates out of this list",
                       "Delete whatever is there a second time",
                       "Write this list without repeats",
                       "Each word only once, please.",
                       "Every word should be there only once.",
                       "Some words appear more than once. Keep only the first of each.",
                       "Drop the duplicates",
                       "Get rid of the repeated words",
                       "Delete the duplicate entries",
                       "Make sure that no word appears twice",
                       "Clear out the repeats",
                       "I do not want any word twice.",
                       "I need this list without duplicates.",
                       "Which different words are in this list?",
                       "What is this list without the repeats?",
                       "List each item once",
                       "Keep one of each",
                       "Shorten the list so that nothing is repeated",
                       "Without duplicates, please."},
                      wording, Data::kList),
              doubled),
          Row(once)};
}

SkillCase NextInSequence(Scene& scene, size_t wording) {
  int step = scene.draw.Between(1, 10);
  int start = scene.draw.Between(1, 40);
  bool down = scene.draw.Percent(25);
  if (down) start += 5 * step;
  Strings numbers;
  for (int i = 0; i < 4; ++i) numbers.push_back(std::to_string(down ? start - i * step : start + i * step));
  return {Ask(Wording(scene,
                      {"What comes next? {x}", "Which number comes next: {x}", "Continue with one number: {x}",
                       "{x}\nWhat is the next number?"},
                      {"Which number follows?", "What number comes after these?",
                       "Continue the sequence with one more number", "What should the next number be?",
                       "Give me the next number", "Find the next number in this sequence",
                       "How does this sequence continue? Give one number.", "One more number, please.",
                       "Work out the next number in the row", "Which number would come next in this series?",
                       "Say which number comes next", "What is the fifth number in this sequence?",
                       "Look at the pattern and give the next number", "Which number is missing at the end?",
                       "I need the next number of this series.", "The numbers follow a rule. What is the next one?",
                       "Guess the next number", "Tell me the number that follows",
                       "What comes after the last of these numbers?"},
                      wording, Data::kNumbers),
              numbers),
          std::to_string(down ? start - 4 * step : start + 4 * step)};
}

SkillCase IsInList(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, Length(scene) + 1);
  std::string word = words.back();
  words.pop_back();
  bool in = scene.draw.Percent(50);
  if (in) word = scene.draw.Pick(words);
  return {
      Fill(Wording(scene,
                   {"Is {w} in this list? {x}", "Does this list contain {w}? {x}", "{x}\nIs {w} one of these?",
                    "Look for {w} in this list and say yes or no: {x}"},
                   {"Is {w} on the list?", "Is {w} in there?", "Does {w} appear here?", "Does {w} occur in this list?",
                    "Can you find {w} in this list?", "Check whether {w} is in the list",
                    "Tell me whether {w} is one of these", "Do you see {w} here?", "Is {w} among these?",
                    "Is {w} mentioned here?", "Say yes if {w} is in this list and no if it is not",
                    "Yes or no: is {w} in this list?", "Answer yes or no: does this list have {w} in it?",
                    "Find out whether {w} is on the list", "Have I put {w} on this list?", "Did I write down {w}?",
                    "I want to know whether {w} is in this list.", "Is the word {w} listed here?",
                    "Is \"{w}\" one of the words?"},
                   wording, Data::kList),
           {{"w", word}, {"x", Row(words)}}),
      in ? "yes" : "no"};
}

SkillCase ItemAt(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(4, 6)));
  static constexpr std::string_view kPlace[] = {"first", "second", "third", "fourth", "last"};
  size_t at = scene.draw.Below(5);
  std::string answer = at == 4 ? words.back() : words[at];
  return {Fill(Wording(scene,
                       {"What is the {n} item of this list? {x}", "Which word is the {n}? {x}",
                        "Give the {n} word: {x}", "{x}\nWrite down the {n} of these."},
                       {"Which is the {n} one?", "What is the {n} word in this list?", "Tell me the {n} item",
                        "Name the {n} thing on the list", "Write the {n} entry", "Which one comes {n}?",
                        "What comes {n} in this list?", "Give me the {n} of these", "Pick the {n} word",
                        "The {n} one, please.", "I need the {n} item of this list.", "What is in {n} place?",
                        "Which word stands in {n} place?", "Say the {n} word", "Copy only the {n} item",
                        "Look at the list. What is the {n} item?", "Show me only the {n} word", "Find the {n} entry"},
                       wording, Data::kList),
               {{"n", kPlace[at]}, {"x", Row(words)}}),
          answer};
}

SkillCase StartsWith(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(4, 6)));
  std::string letter = Upper(scene.draw.Pick(words).substr(0, 1));
  Strings hits;
  for (const std::string& word : words) {
    if (Upper(word.substr(0, 1)) == letter) hits.push_back(word);
  }
  return {
      Fill(Wording(scene,
                   {"Which of these words start with {w}? {x}", "Pick the words that begin with {w}: {x}",
                    "Write the words starting with {w}. {x}"},
                   {"Which words begin with {w}?", "Which of these begin with the letter {w}?",
                    "Find all words that start with {w}", "List the words that start with the letter {w}",
                    "Give me everything that begins with {w}", "Only the words with {w} at the beginning, please.",
                    "Pick out the words with {w} as their first letter", "Which ones start with {w}?",
                    "Show me the words beginning with {w}", "What starts with {w} here?",
                    "I need all the words that begin with {w}.", "Choose the words whose first letter is {w}",
                    "Tell me which words start with {w}", "Select the words starting with the letter {w}",
                    "Name the words in this list that begin with {w}", "Copy only the words that start with {w}",
                    "Which words here have {w} as the first letter?", "Keep only the words that start with \"{w}\""},
                   wording, Data::kList),
           {{"w", letter}, {"x", Row(words)}}),
      Row(hits)};
}

SkillCase ListToSentence(Scene& scene, size_t wording) {
  static constexpr std::string_view kLeads[] = {"We need",       "I bought",      "She packed", "They sell",
                                                "The box holds", "You will need", "He forgot",  "We saw"};
  std::string lead(kLeads[scene.draw.Below(std::size(kLeads))]);
  Strings words;
  for (const std::string& word : DrawThings(scene, static_cast<size_t>(scene.draw.Between(2, 5))))
    words.push_back(WithArticle(word));
  return {Fill(Wording(scene,
                       {"Make a sentence from this list. Begin with \"{l}\". {x}",
                        "Write this list as a sentence that starts with \"{l}\": {x}",
                        "{l}: {x}\nWrite this as a sentence.", "Turn the list into a sentence. {l}: {x}"},
                       {"Make one sentence out of these things, starting with \"{l}\"",
                        "Turn this into a sentence that begins with \"{l}\"",
                        "Write a sentence with these things that starts with \"{l}\"",
                        "Put these things into one sentence that starts with \"{l}\"",
                        "Start a sentence with \"{l}\" and list these things in it",
                        "Complete the sentence \"{l} ...\" with these things",
                        "Continue \"{l}\" with all of these and make it a full sentence",
                        "Use these things in a sentence beginning with \"{l}\"",
                        "I need a sentence that starts with \"{l}\" and names all of these.",
                        "How would you say this as a sentence starting with \"{l}\"?",
                        "Write \"{l}\" and then these things, as one sentence",
                        "Join these things into a sentence. The beginning is \"{l}\".",
                        "Form a sentence from this list, beginning with \"{l}\"",
                        "Make this list into a sentence with \"{l}\" at the front",
                        "One sentence, please, starting with \"{l}\".",
                        "Write out this list as a sentence with \"{l}\" at the beginning",
                        "What is the sentence if it starts with \"{l}\" and names these things?",
                        "\"{l} ...\" is the beginning. Finish the sentence with these things."},
                       wording, Data::kList),
               {{"l", lead}, {"x", Row(words)}}),
          lead + " " + JoinList(words) + "."};
}

SkillCase SentenceToList(Scene& scene, size_t wording) {
  Draw& draw = scene.draw;
  Strings words;
  for (const std::string& word : DrawThings(scene, static_cast<size_t>(draw.Between(2, 5))))
    words.push_back(draw.Percent(50) ? WithArticle(word) : "the " + word);
  std::string subject = draw.Percent(60)
                            ? DrawFirstName(draw, scene.split, nullptr)
                            : std::string(draw.Pick({"She", "My uncle", "The guest", "Our teacher", "The boy"}));
  std::string verb(draw.Pick(
      {"bought", "found", "brought", "lost", "carried", "painted", "sold", "saw", "wanted", "needs", "took"}));
  std::string tail(draw.Pick({".", " yesterday.", " in the shop.", " on the way home."}));
  if (scene.level >= Level::kPlain && draw.Percent(60)) {
    const VerbForms& other = draw.Pick(draw.Percent(60) ? ObjectVerbs() : PlainObjectVerbs());
    verb = draw.Percent(75) ? other.past : "has " + other.participle;
    tail = draw.Pick({".", " before breakfast.", " at last.", " with great care.", " after school.", " for a friend.",
                      " near the harbour.", " this morning."});
  }
  std::string sentence = Cat({subject, " ", verb, " ", JoinList(words), tail});
  static const Forms kCommas = {"List the things in this sentence with commas between them",
                                "Write down all the things that are named here, with commas",
                                "Which things are named in this sentence?",
                                "What things does this sentence mention?",
                                "Name the things in the sentence",
                                "Give me the things from this sentence, separated by commas",
                                "Pick out the things in this sentence",
                                "Extract the things",
                                "Write the things as a list with commas",
                                "Turn this sentence into a list with commas",
                                "I need a list of the things in this sentence.",
                                "Just the things, please.",
                                "Copy the things out of this sentence",
                                "What are the things in this sentence?",
                                "Find all the things in this sentence",
                                "Only the things, please, separated by commas."};
  static const Forms kDashes = {"List the things as bullet points",
                                "Make bullet points of the things in this sentence",
                                "Write each thing on its own line with a dash in front",
                                "Put the things on separate lines, each with a dash",
                                "Bullet points, please.",
                                "Turn the things in this sentence into a bulleted list",
                                "Give me the things in this sentence as a list with dashes",
                                "List the things one per line, with a dash before each",
                                "I need the things in this sentence as bullet points.",
                                "Make a dashed list of the things",
                                "Write a bulleted list of the things that are named here",
                                "Can I have the things from this sentence as bullet points?",
                                "What things are in this sentence? Use a new line and a dash for each.",
                                "Break this sentence up into bullet points",
                                "Show the things one below the other, each after a dash",
                                "Extract the things as a list with dashes"};
  bool bullets = wording % 2 == 1;
  return {Fill(Wording(scene,
                       {"Write the things in this sentence as a list: {x}",
                        "Make a list with dashes from this sentence: {x}", "List the things: {x}",
                        "Turn this sentence into lines with dashes: {x}"},
                       bullets ? kDashes : kCommas, wording, Data::kSentence),
               {{"x", sentence}}),
          bullets ? "- " + Join(words, "\n- ") : Row(words)};
}

SkillCase AddToList(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(3, 5)));
  std::string word = words.back();
  words.pop_back();
  bool front = wording % 2 == 1;
  std::string before = Row(words);
  words.insert(front ? words.begin() : words.end(), word);
  return {
      Fill(Wording(scene,
                   {"Add {w} at the end of this list: {x}", "Add {w} at the beginning of this list: {x}",
                    "Append {w}: {x}", "Put {w} in front of the list: {x}"},
                   {"Put {w} at the {s} of this list", "Add {w} to the {s} of the list",
                    "Write this list with {w} at the {s}", "Insert {w} at the {s}", "Include {w} as the {h} item",
                    "Place {w} at the {s} of these", "The word {w} is missing. Add it at the {s}.",
                    "Add {w} as the {h} word", "I forgot {w}. Put it at the {s} of the list.", "Make {w} the {h} item",
                    "What does the list look like with {w} at the {s}?", "I need {w} at the {s} of this list.",
                    "Write {w} {q} all the others", "The list needs {w} as its {h} item.",
                    "Repeat this list with {w} added at the {s}", "Give me this list with {w} as the {h} entry",
                    "Let the list {v} with {w}", "Copy the list and put {w} {q} the other items"},
                   wording, Data::kList),
           {{"w", word},
            {"s", front ? "start" : "end"},
            {"h", front ? "first" : "last"},
            {"q", front ? "before" : "after"},
            {"v", front ? "begin" : "end"},
            {"x", before}}),
      Row(words)};
}

SkillCase RemoveFromList(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(3, 6)));
  std::string before = Row(words);
  size_t at = scene.draw.Below(words.size());
  std::string word = words[at];
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  return {Fill(Wording(scene,
                       {"Take {w} out of this list: {x}", "Remove {w}: {x}", "Write this list without {w}: {x}",
                        "{x}\nLeave out {w}."},
                       {"Delete {w} from this list",
                        "Remove {w} from the list",
                        "Cross out {w}",
                        "Cross {w} off the list",
                        "Drop {w}",
                        "Take away {w}",
                        "Write the list again, but without {w}",
                        "I do not need {w} any more. Take it off the list.",
                        "What is left of this list without {w}?",
                        "What remains if you remove {w}?",
                        "Strike {w} from the list",
                        "Everything except {w}, please.",
                        "List everything but {w}",
                        "Keep all of these except {w}",
                        "Get rid of {w}",
                        "Repeat the list, but leave {w} out",
                        "Copy the list without {w}",
                        "I already have {w}, so it can come off my list.",
                        "Which ones are left when {w} is gone?",
                        "Give me the list minus {w}"},
                       wording, Data::kList),
               {{"w", word}, {"x", before}}),
          Row(words)};
}

SkillCase Numbered(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(2, 4)));
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) out += (i > 0 ? "\n" : "") + std::to_string(i + 1) + ". " + words[i];
  return {Ask(Wording(scene, {"Number these: {x}", "Make a numbered list: {x}", "Write this as a numbered list: {x}"},
                      {"Number the items", "Put numbers in front of these", "Turn this into a numbered list",
                       "Write these as a numbered list", "Give each item a number", "List these as 1, 2, 3 and so on",
                       "Put each one on its own line with a number", "I need this as a numbered list.",
                       "A numbered list, please.", "Show these as a numbered list", "Number these from 1",
                       "Format this as a numbered list", "How does this look as a numbered list?",
                       "Can I have this as a numbered list?", "Number each of these and start a new line for each",
                       "Rewrite this list with numbers", "Make these into a list numbered from 1",
                       "Write these below each other and number them"},
                      wording, Data::kList),
              words),
          out};
}

SkillCase FirstByAlphabet(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, 2);
  std::string answer = ByLetters(words[0], words[1]) ? words[0] : words[1];
  return {
      Fill(Wording(
               scene,
               {"Which comes first in the alphabet, {a} or {b}?",
                "Which word stands first in a dictionary: {a} or {b}?"},
               {"Which comes first alphabetically: {a} or {b}?", "Which of these is first in the alphabet: {a}, {b}?",
                "Does {a} or {b} come first in alphabetical order?",
                "In alphabetical order, which is first, {a} or {b}?", "Would a dictionary list {a} or {b} first?",
                "Tell me which word comes first in the alphabet, {a} or {b}",
                "If you sort {a} and {b} from A to Z, which is first?",
                "Which word would I find first in a dictionary, {a} or {b}?",
                "Say which of {a} and {b} comes first in the alphabet",
                "I am sorting {a} and {b} alphabetically. Which goes first?",
                "Which is nearer to the beginning of the alphabet, {a} or {b}?",
                "Of {a} and {b}, which comes first from A to Z?",
                "Name the one that comes first alphabetically, {a} or {b}",
                "What comes first in a dictionary, {a} or {b}?",
                "Pick the word that is first in the alphabet, {a} or {b}", "Alphabetically, is {a} or {b} first?",
                "Here are two words: {a} and {b}. Which is first in the alphabet?",
                "Is it \"{a}\" or \"{b}\" that comes first in the alphabet?",
                "{a}, {b}\nWhich of these two words is first in alphabetical order?"},
               wording, Data::kInside),
           {{"a", words[0]}, {"b", words[1]}}),
      answer};
}

}  // namespace

const std::vector<Skill>& ListSkills() {
  static const std::vector<Skill> skills = {{"sort_words", SortWords},
                                            {"sort_numbers", SortNumbers},
                                            {"count_items", CountItems},
                                            {"reverse_list", ReverseList},
                                            {"extreme_number", ExtremeNumber},
                                            {"extreme_word", ExtremeWord},
                                            {"deduplicate", Deduplicate},
                                            {"next_number", NextInSequence},
                                            {"is_in_list", IsInList},
                                            {"item_at", ItemAt},
                                            {"starts_with", StartsWith},
                                            {"list_to_sentence", ListToSentence},
                                            {"sentence_to_list", SentenceToList},
                                            {"add_to_list", AddToList},
                                            {"remove_from_list", RemoveFromList},
                                            {"numbered_list", Numbered},
                                            {"first_by_alphabet", FirstByAlphabet}};
  return skills;
}

}  // namespace cairn::seed
