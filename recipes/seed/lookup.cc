// The first steps of copying, for easy scenes: repeat a list, say what comes after an item, look a value up.
#include "novel.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

constexpr std::string_view kLists[] = {"noun_skill", "animal", "tool", "fruit", "colour", "job", "food", "month"};

std::string Thing(Scene& scene) {
  Draw& draw = scene.draw;
  if (HasNovelWords(scene.level) && draw.Percent(40)) return NovelWord(scene);
  switch (draw.Below(5)) {
    case 0:
      return DrawPerson(draw, scene.split).full();
    case 1:
      return DrawPlace(draw, scene.split);
    case 2:
      return std::to_string(draw.Between(1, 999));
    case 3:
      return DrawSurname(draw, scene.split);
    default:
      return scene.world.pools.Get(kLists[draw.Below(std::size(kLists))]).Value(draw, scene.split);
  }
}

std::vector<std::string> DistinctThings(Scene& scene, size_t n) {
  std::vector<std::string> things;
  while (things.size() < n) {
    std::string thing = Thing(scene);
    bool known = false;
    for (const std::string& t : things)
      known = known || t.find(thing) != std::string::npos || thing.find(t) != std::string::npos;
    if (!known) things.push_back(std::move(thing));
  }
  return things;
}

Turn Repeat(Scene& scene, const std::string& list) {
  std::string_view order = scene.draw.Pick({"Repeat: ", "Say this again: ", "Copy this: ", "Write this once more: "});
  return {std::string(order) + list, list, {}};
}

}  // namespace

Dialogue MakeCopy(Scene& scene) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "copy";
  int turns = draw.Between(1, 4);
  for (int i = 0; i < turns; ++i) {
    std::vector<std::string> things = DistinctThings(scene, static_cast<size_t>(draw.Between(2, 12)));
    out.turns.push_back(Repeat(scene, Join(things, draw.Pick({" ", ", ", "; ", "\n", " and "}))));
  }
  return out;
}

Dialogue MakeLookup(Scene& scene) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "lookup";
  size_t n = static_cast<size_t>(draw.Between(2, scene.level == Level::kCopy ? 10 : 6));
  std::vector<std::string> keys = DistinctThings(scene, n), values = DistinctThings(scene, n);
  bool pairs = draw.Percent(60);
  std::vector<std::string> lines = keys;
  if (pairs)
    for (size_t i = 0; i < n; ++i) lines[i] += ": " + values[i];
  std::string text = Join(lines, draw.Pick({"\n", "; ", ", "}));
  std::vector<size_t> order;
  for (size_t i = 0; i < (pairs ? n : n - 1); ++i) order.push_back(i);
  draw.Shuffle(order);
  for (size_t at : order) {
    std::string question =
        pairs ? std::string(
                    draw.Pick({"What stands beside ", "What belongs to ", "Look up ", "What does the list say for "}))
              : std::string(draw.Pick({"What comes after ", "Which one follows ", "What is next after "}));
    question += keys[at] + "?";
    std::string user = out.turns.empty() ? text + "\n\n" + question : question;
    out.turns.push_back({user, pairs ? values[at] : keys[at + 1], {}});
  }
  return out;
}

}  // namespace cairn::seed
