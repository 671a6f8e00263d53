#include "novel.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "text.h"

namespace cairn::seed {
namespace {

using WordSet = std::set<std::string, std::less<>>;
using Renaming = std::map<std::string, std::string, std::less<>>;

constexpr uint32_t kRenewedPercent = 60;  // of the words that may be renewed
constexpr size_t kShortest = 3;           // letters of a word that may be renewed

const WordSet& KeptWords() {
  static const WordSet kept = [] {
    std::vector<std::string> words = Words(
        "the and for with from out off not yes are was were been being has have had does did can could will would "
        "may might must shall should its she they them his her their him who whom whose which what when where why "
        "how that this these those there here because since than then after before under over between during every "
        "each all some any more most less only very too also don know nothing nobody everyone hundred thousand "
        "half quarter past once twice into onto until while about near behind one you your our");
    for (int n = 0; n <= 100; ++n)
      for (const std::string& word : Words(ReplaceAll(NumberWord(n), "-", " "))) words.push_back(word);
    return WordSet(words.begin(), words.end());
  }();
  return kept;
}

// The front of one word and the back of another: "mag" of "magnet" and "tle" of "kettle".
std::string Blend(const std::string& front, const std::string& back) {
  return front.substr(0, (front.size() + 1) / 2) + AsciiLower(back.substr(back.size() / 2));
}

std::string NovelName(Scene& scene) {
  Draw& draw = scene.draw;
  return DrawInSplit(scene.split, [&] {
    std::string first = draw.Percent(50) ? DrawFirstName(draw, scene.split, nullptr) : DrawSurname(draw, scene.split);
    if (draw.Percent(40)) return first;
    std::string second = draw.Percent(50) ? DrawFirstName(draw, scene.split, nullptr) : DrawSurname(draw, scene.split);
    return Blend(first, second);
  });
}

// Another word with the beginning and the ending that the words around it ask for.
std::string Replacement(Scene& scene, const std::string& word) {
  std::string other;
  for (int i = 0; i < 20; ++i) {
    if (StartsUpper(word)) {
      other = NovelName(scene);
    } else if (word.ends_with("ing")) {
      other = InventedNoun(scene) + "ing";
    } else {
      other = word.ends_with("s") ? Plural(InventedNoun(scene)) : NovelWord(scene);
    }
    if (IsVowel(other[0]) == IsVowel(word[0])) break;
  }
  return other;
}

// Calls take(word) for every run of letters, and take_other(text) for what stands between.
template <typename Take, typename TakeOther>
void CutWords(std::string_view text, Take take, TakeOther take_other) {
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && IsAsciiLetter(text[end]) == IsAsciiLetter(text[i])) ++end;
    if (IsAsciiLetter(text[i])) {
      take(std::string(text.substr(i, end - i)));
    } else {
      take_other(text.substr(i, end - i));
    }
    i = end;
  }
}

std::string RenewedWord(const std::string& word, const Renaming& renaming) {
  auto found = renaming.find(word);
  if (found != renaming.end()) return found->second;
  const std::string lower = AsciiLower(word);
  found = renaming.find(lower);
  // A name keeps its capital; a noun may be written with one.
  if (found != renaming.end() && word == Capitalised(lower)) return Capitalised(found->second);
  if (word.size() < kShortest || word != Upper(word)) return word;
  if (found == renaming.end()) found = renaming.find(Capitalised(lower));
  return found == renaming.end() ? word : Upper(found->second);
}

std::string RenewedText(std::string_view text, const Renaming& renaming) {
  std::string out;
  CutWords(
      text, [&](const std::string& word) { out += RenewedWord(word, renaming); },
      [&](std::string_view other) { out += other; });
  return out;
}

// The words of names and answers, in the order of the passage.
std::vector<std::string> CarriedWords(const Passage& passage) {
  std::vector<std::string> words;
  auto add = [&](std::string_view text) {
    CutWords(
        text,
        [&](const std::string& word) {
          bool known = std::find(words.begin(), words.end(), word) != words.end();
          if (word.size() >= kShortest && !known && KeptWords().count(AsciiLower(word)) == 0) words.push_back(word);
        },
        [](std::string_view) {});
  };
  for (const Entity& entity : passage.entities) add(entity.name);
  for (const Probe& probe : passage.probes) add(probe.answer);
  return words;
}

}  // namespace

std::string InventedNoun(Scene& scene) {
  Draw& draw = scene.draw;
  const std::vector<std::string>& words = scene.world.pools.plain_words();
  return DrawInSplit(scene.split, [&] {
    if (draw.Percent(40)) return DrawInventedWord(draw, scene.split);
    const std::string& front = draw.Pick(words);
    return Blend(front, draw.Pick(words));
  });
}

std::string NovelWord(Scene& scene) {
  if (scene.draw.Percent(50)) return InventedNoun(scene);
  return DrawInSplit(scene.split, [&] { return scene.draw.Pick(scene.world.pools.plain_words()); });
}

void RenewWords(Scene& scene, Dialogue& dialogue) {
  Renaming renaming;
  WordSet used;
  for (const std::string& word : CarriedWords(dialogue.passage)) {
    if (!scene.draw.Percent(kRenewedPercent)) continue;
    std::string other = Replacement(scene, word);
    bool taken =
        !used.insert(AsciiLower(other)).second || Contains(AsciiLower(dialogue.turns[0].user), AsciiLower(other));
    if (!taken) renaming.emplace(word, std::move(other));
  }
  for (Turn& turn : dialogue.turns) {
    turn.user = RenewedText(turn.user, renaming);
    turn.assistant = RenewedText(turn.assistant, renaming);
    for (std::string& text : turn.accepted) text = RenewedText(text, renaming);
  }
}

}  // namespace cairn::seed
