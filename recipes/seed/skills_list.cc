// Skills over lists of words and numbers.
#include <algorithm>
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
  for (int attempt = 0; out.size() < count; ++attempt) {
    // A short list may not hold enough words of the split; the nouns do (Corpus::Load sees to it).
    std::string word = novel       ? NovelWord(scene)
                       : kind == 8 ? DrawFirstName(draw, scene.split, nullptr)
                       : kind == 9 ? DrawPlace(draw, scene.split)
                                   : draw.Pick(attempt < 60 ? words : nouns);
    if (!novel && kind < 8 && (!InSplit(scene, word) || Contains(word, " "))) continue;
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
bool ByLetters(const std::string& a, const std::string& b) { return Lower(a) < Lower(b); }
std::string Row(const Strings& items) { return Join(items, ", "); }
std::string Ask(std::string_view form, const Strings& items) { return Fill(form, {{"x", Row(items)}}); }

SkillCase SortWords(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, Length(scene));
  Strings sorted = words;
  std::stable_sort(sorted.begin(), sorted.end(), ByLetters);
  return {Ask(Wording({"Sort these words: {x}", "Put these words in alphabetical order: {x}", "Sort from A to Z: {x}",
                       "Order these words by the alphabet: {x}", "Write these words in alphabetical order. {x}",
                       "{x}\nSort these words."},
                      wording),
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
  return {Ask(Wording({"Sort these numbers: {x}", "Sort the numbers from small to large: {x}",
                       "Put these numbers in order: {x}", "Order from the smallest to the largest: {x}",
                       "{x}\nSort these numbers.", "Sort these numbers from large to small: {x}",
                       "Put these numbers in falling order: {x}", "Order from the largest to the smallest: {x}"},
                      wording % 8),
              numbers),
          Row(sorted)};
}

SkillCase CountItems(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(2, 8)));
  return {Ask(Wording({"How many things are in this list? {x}", "Count the words: {x}", "How many words are there? {x}",
                       "How long is this list? {x}", "Count the items: {x}"},
                      wording),
              words),
          std::to_string(words.size())};
}

SkillCase ReverseList(Scene& scene, size_t wording) {
  Strings words = scene.draw.Percent(70) ? DrawWords(scene, Length(scene)) : DrawNumbers(scene, Length(scene), 99);
  Strings back(words.rbegin(), words.rend());
  return {Ask(Wording({"Reverse this list: {x}", "Write this list backwards: {x}", "Turn this list round: {x}",
                       "Say these in reverse order: {x}", "{x}\nReverse the list."},
                      wording),
              words),
          Row(back)};
}

SkillCase ExtremeNumber(Scene& scene, size_t wording) {
  int high = scene.draw.Percent(70) ? 99 : 999;
  Strings numbers = DrawNumbers(scene, Length(scene), high);
  bool largest = wording % 2 == 0;
  auto at = largest ? std::max_element(numbers.begin(), numbers.end(), ByValue)
                    : std::min_element(numbers.begin(), numbers.end(), ByValue);
  return {Ask(Wording({"Which number is the largest? {x}", "Which number is the smallest? {x}",
                       "What is the biggest of these numbers? {x}", "What is the lowest of these numbers? {x}",
                       "Find the largest number: {x}", "Find the smallest number: {x}"},
                      wording),
              numbers),
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
        Ask(Wording({"Which word is the longest? {x}", "Which word is the shortest? {x}", "Find the longest word: {x}",
                     "Find the shortest word: {x}", "{x}\nWhich of these words has the most letters?",
                     "{x}\nWhich of these words has the fewest letters?"},
                    wording),
            words),
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
  return {Ask(Wording({"Remove the duplicates: {x}", "Write each word only once: {x}",
                       "Take out what occurs twice: {x}", "Clean this list of repeated words: {x}"},
                      wording),
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
  return {Ask(Wording({"What comes next? {x}", "Which number comes next: {x}", "Continue with one number: {x}",
                       "{x}\nWhat is the next number?"},
                      wording),
              numbers),
          std::to_string(down ? start - 4 * step : start + 4 * step)};
}

SkillCase IsInList(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, Length(scene) + 1);
  std::string word = words.back();
  words.pop_back();
  bool in = scene.draw.Percent(50);
  if (in) word = scene.draw.Pick(words);
  return {Fill(Wording({"Is {w} in this list? {x}", "Does this list contain {w}? {x}", "{x}\nIs {w} one of these?",
                        "Look for {w} in this list and say yes or no: {x}"},
                       wording),
               {{"w", word}, {"x", Row(words)}}),
          in ? "yes" : "no"};
}

SkillCase ItemAt(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(4, 6)));
  static constexpr std::string_view kPlace[] = {"first", "second", "third", "fourth", "last"};
  size_t at = scene.draw.Below(5);
  std::string answer = at == 4 ? words.back() : words[at];
  return {Fill(Wording({"What is the {n} item of this list? {x}", "Which word is the {n}? {x}",
                        "Give the {n} word: {x}", "{x}\nWrite down the {n} of these."},
                       wording),
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
  return {Fill(Wording({"Which of these words start with {w}? {x}", "Pick the words that begin with {w}: {x}",
                        "Write the words starting with {w}. {x}"},
                       wording),
               {{"w", letter}, {"x", Row(words)}}),
          Row(hits)};
}

SkillCase ListToSentence(Scene& scene, size_t wording) {
  static constexpr std::string_view kLeads[] = {"We need",       "I bought",      "She packed", "They sell",
                                                "The box holds", "You will need", "He forgot",  "We saw"};
  std::string lead(kLeads[scene.draw.Below(std::size(kLeads))]);
  Strings words;
  for (const std::string& word : DrawWords(scene, static_cast<size_t>(scene.draw.Between(2, 5)), false))
    words.push_back(WithArticle(word));
  return {Fill(Wording({"Make a sentence from this list. Begin with \"{l}\". {x}",
                        "Write this list as a sentence that starts with \"{l}\": {x}",
                        "{l}: {x}\nWrite this as a sentence.", "Turn the list into a sentence. {l}: {x}"},
                       wording),
               {{"l", lead}, {"x", Row(words)}}),
          lead + " " + JoinList(words) + "."};
}

SkillCase SentenceToList(Scene& scene, size_t wording) {
  Draw& draw = scene.draw;
  Strings words;
  for (const std::string& word : DrawWords(scene, static_cast<size_t>(draw.Between(2, 5)), false))
    words.push_back(draw.Percent(50) ? WithArticle(word) : "the " + word);
  std::string subject = draw.Percent(60)
                            ? DrawFirstName(draw, scene.split, nullptr)
                            : std::string(draw.Pick({"She", "My uncle", "The guest", "Our teacher", "The boy"}));
  std::string verb(draw.Pick(
      {"bought", "found", "brought", "lost", "carried", "painted", "sold", "saw", "wanted", "needs", "took"}));
  std::string sentence = subject + " " + verb + " " + JoinList(words) +
                         std::string(draw.Pick({".", " yesterday.", " in the shop.", " on the way home."}));
  bool bullets = wording % 2 == 1;
  return {Fill(Wording({"Write the things in this sentence as a list: {x}",
                        "Make a list with dashes from this sentence: {x}", "List the things: {x}",
                        "Turn this sentence into lines with dashes: {x}"},
                       wording),
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
  return {Fill(Wording({"Add {w} at the end of this list: {x}", "Add {w} at the beginning of this list: {x}",
                        "Append {w}: {x}", "Put {w} in front of the list: {x}"},
                       wording),
               {{"w", word}, {"x", before}}),
          Row(words)};
}

SkillCase RemoveFromList(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(3, 6)));
  std::string before = Row(words);
  size_t at = scene.draw.Below(words.size());
  std::string word = words[at];
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  return {Fill(Wording({"Take {w} out of this list: {x}", "Remove {w}: {x}", "Write this list without {w}: {x}",
                        "{x}\nLeave out {w}."},
                       wording),
               {{"w", word}, {"x", before}}),
          Row(words)};
}

SkillCase Numbered(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, static_cast<size_t>(scene.draw.Between(2, 4)));
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) out += (i > 0 ? "\n" : "") + std::to_string(i + 1) + ". " + words[i];
  return {
      Ask(Wording({"Number these: {x}", "Make a numbered list: {x}", "Write this as a numbered list: {x}"}, wording),
          words),
      out};
}

SkillCase FirstByAlphabet(Scene& scene, size_t wording) {
  Strings words = DrawWords(scene, 2);
  std::string answer = ByLetters(words[0], words[1]) ? words[0] : words[1];
  return {Fill(Wording({"Which comes first in the alphabet, {a} or {b}?",
                        "Which word stands first in a dictionary: {a} or {b}?"},
                       wording),
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
