// Patterns: a transformation that nobody has named before is shown by examples; the model applies it to a new input, or
// writes a further example.
#include <algorithm>
#include <utility>

#include "novel.h"
#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

enum class Change { kNone, kUpper, kLower, kInitial, kFirstThree, kQuoted, kBrackets, kPlusOne, kLength };

struct Field {
  std::string_view kind;
  std::string value;
};

// How one input is written, and how its output is: texts with slots {0}, {1}, ...
struct Pattern {
  std::vector<std::string_view> kinds;
  std::string input;
  std::string output;
  std::vector<std::pair<size_t, Change>> slots;  // slots of the output in order: field and change
};

std::string DrawField(Scene& scene, std::string_view kind) {
  Draw& draw = scene.draw;
  if (kind == "name") return DrawFirstName(draw, scene.split, nullptr);
  if (kind == "full") return DrawPerson(draw, scene.split).full();
  if (kind == "small") return std::to_string(draw.Between(1, 60));
  if (kind == "word") {
    if (HasNovelWords(scene.level) && draw.Percent(60)) return NovelWord(scene);
    for (;;) {
      const std::string& word = draw.Pick(scene.world.pools.Get("noun_skill").words);
      if (SplitOf(word) == scene.split) return word;
    }
  }
  return scene.world.pools.Get(kind).Value(draw, scene.split);
}

std::string Apply(const std::string& value, Change change) {
  switch (change) {
    case Change::kUpper:
      return Upper(value);
    case Change::kLower:
      return AsciiLower(value);
    case Change::kInitial:
      return Upper(value.substr(0, 1));
    case Change::kFirstThree:
      return value.substr(0, 3);
    case Change::kQuoted:
      return "\"" + value + "\"";
    case Change::kBrackets:
      return "(" + value + ")";
    case Change::kPlusOne:
      return std::to_string(std::stoi(value) + 1);
    case Change::kLength:
      return std::to_string(value.size());
    case Change::kNone:
      break;
  }
  return value;
}

Change DrawChange(Draw& draw, std::string_view kind) {
  if (kind == "small")
    return draw.Percent(25) ? Change::kPlusOne : draw.Percent(20) ? Change::kBrackets : Change::kNone;
  bool plain_word =
      kind == "name" || kind == "word" || kind == "day" || kind == "colour" || kind == "animal" || kind == "place";
  if (!draw.Percent(45)) return Change::kNone;
  if (!plain_word) return draw.Percent(50) ? Change::kQuoted : Change::kBrackets;
  static constexpr Change kChanges[] = {Change::kUpper,  Change::kUpper,    Change::kInitial, Change::kFirstThree,
                                        Change::kQuoted, Change::kBrackets, Change::kLower};
  return kChanges[draw.Below(std::size(kChanges))];
}

constexpr std::string_view kKinds[] = {"name",   "full",   "place",       "small", "day",  "time",
                                       "colour", "animal", "word",        "price", "date", "code",
                                       "job",    "month",  "room_number", "fruit", "tool", "weight"};

// Natural inputs and outputs for the same kinds of fields.
struct Sentences {
  std::vector<std::string_view> kinds;
  std::vector<std::string_view> inputs, outputs;
};
const std::vector<Sentences>& Natural() {
  static const std::vector<Sentences> all = {
      {{"name", "place", "day"},
       {"{0} goes to {1} on {2}.", "On {2}, {0} travels to {1}.", "{0}, {1}, {2}", "{0} will be in {1} on {2}"},
       {"Trip to {1}: {0}, {2}", "{2}: {0} -> {1}", "Ticket for {0}. From here to {1}. Valid on {2}.",
        "{0} is away on {2}.", "{1} ({0}/{2})", "Have a nice {2} in {1}, {0}!"}},
      {{"name", "small", "fruit"},
       {"{0} wants {1} {2}.", "{0} orders {1} {2}", "{1} {2} for {0}", "{0}: {1} {2}"},
       {"ORDER {1} x {2} / {0}", "{2}: {1} ({0})", "Dear {0}, your {1} {2} are ready.", "{1} {2} -> {0}",
        "Pack {1} {2}. Write {0} on the box."}},
      {{"word", "colour", "price"},
       {"The {0} is {1} and costs {2}.", "a {1} {0} for {2}", "{0}, {1}, {2}", "{1} {0}: {2}"},
       {"For sale: {0} ({1}), {2}", "{2} - {1} {0}", "Buy our {0} in {1} for only {2}!", "{0} | {1} | {2}",
        "Who wants a {1} {0}?"}},
      {{"full", "job", "room_number"},
       {"{0} is a {1} in {2}.", "{0} works as a {1} in {2}", "{1}: {0}, {2}", "{2}: {0} ({1})"},
       {"{0}\n{1}\n{2}", "Ask {0} in {2}.", "[{1}] {0}", "The {1} {0} can be found in {2}.", "{2} = {0}"}},
      {{"time", "word", "place"},
       {"At {0} a {1} was found in {2}.", "{1} found in {2} at {0}", "{0} {2} {1}"},
       {"Found: {1}. Where: {2}. When: {0}.", "LOG {0} {2}: {1}", "{1} @ {2}, {0}", "Somebody in {2} misses a {1}."}},
      {{"animal", "name", "small"},
       {"{1} has a {0} that is {2} years old.", "{0} of {1}, {2} years", "{1}'s {0} is {2}"},
       {"{0} ({2}), owner {1}", "Patient: {0}. Age: {2}. Owner: {1}.", "{1} loves the {0}.", "{2}-year-old {0}"}},
      {{"day", "time", "name"},
       {"{2} comes on {0} at {1}.", "{0} {1} {2}", "Meeting with {2}, {0}, {1}"},
       {"{0}, {1}: see {2}", "Dear {2}, I expect you on {0} at {1}.", "{2}: {0} ({1})", "Busy on {0}.", "* {1} {2}"}},
      {{"word"},
       {"{0}", "the {0}", "a {0}"},
       {"{0} {0}", "no {0}", "I like my {0}.", "{0}-o-matic", "Oh, what a {0}!", "super{0}", "the {0} of the year",
        "{0}!", "Where is the {0}?", "my {0} and your {0}"}},
      {{"word", "word"},
       {"{0} and {1}", "{0}, {1}", "{0} {1}", "{0} + {1}"},
       {"{1} and {0}", "{1}{0}", "{0} or {1}?", "first {1}, then {0}", "not {0} but {1}", "{0}/{1}",
        "a {0} full of {1}", "more {1}, less {0}"}},
      {{"name"},
       {"{0}", "I am {0}.", "My name is {0}."},
       {"Hello, {0}!", "Good morning, {0}.", "{0} was here.", "Welcome, {0}, come in!", "Goodbye, {0}.", "Captain {0}",
        "{0} the Great", "To {0}, with thanks"}}};
  return all;
}

Pattern NaturalPattern(Scene& scene) {
  Draw& draw = scene.draw;
  Pattern pattern;
  const Sentences& kind = draw.Pick(Natural());
  pattern.kinds = kind.kinds;
  pattern.input = draw.Pick(kind.inputs);
  pattern.output = draw.Pick(kind.outputs);
  return pattern;
}

Pattern FieldPattern(Scene& scene) {
  Draw& draw = scene.draw;
  Pattern pattern;
  size_t count = static_cast<size_t>(draw.Between(1, 3));
  while (pattern.kinds.size() < count) {
    std::string_view kind = kKinds[draw.Below(std::size(kKinds))];
    if (std::find(pattern.kinds.begin(), pattern.kinds.end(), kind) == pattern.kinds.end())
      pattern.kinds.push_back(kind);
  }
  std::string_view between = draw.Pick({", ", " / ", " | ", "; ", " - ", ", ", " + "});
  for (size_t i = 0; i < count; ++i) pattern.input += std::string(i > 0 ? between : "") + "{" + std::to_string(i) + "}";
  std::vector<size_t> order;
  for (size_t i = 0; i < count; ++i) order.push_back(i);
  draw.Shuffle(order);
  if (count > 1 && draw.Percent(30)) order.pop_back();
  std::string_view out_between = draw.Pick({" ", ", ", "-", " -> ", " = ", ": ", "/", " & ", " of ", " with "});
  std::string_view front = draw.Pick({"", "", "", "<", "* ", "No. ", "to ", "item ", "# "});
  std::string_view back = draw.Pick({"", "", "", "!", ".", " end", ";"});
  pattern.output = front;
  if (front == "<") back = ">";
  for (size_t i = 0; i < order.size(); ++i)
    pattern.output += std::string(i > 0 ? out_between : "") + "{" + std::to_string(order[i]) + "}";
  pattern.output += back;
  return pattern;
}

void ChooseChanges(Draw& draw, Pattern& pattern, bool often) {
  for (size_t open = pattern.output.find('{'); open != std::string::npos; open = pattern.output.find('{', open + 1)) {
    size_t field = static_cast<size_t>(pattern.output[open + 1] - '0');
    pattern.slots.emplace_back(field,
                               often || draw.Percent(25) ? DrawChange(draw, pattern.kinds[field]) : Change::kNone);
  }
}

SkillCase CaseOf(Scene& scene, const Pattern& pattern, const std::string& command) {
  Strings values;
  for (std::string_view kind : pattern.kinds) values.push_back(DrawField(scene, kind));
  auto fill = [&](const std::string& form, bool changed) {
    std::string out;
    size_t slot = 0;
    for (size_t i = 0; i < form.size(); ++i) {
      if (form[i] != '{') {
        out += form[i];
        continue;
      }
      size_t field = static_cast<size_t>(form[i + 1] - '0');
      out += changed ? Apply(values[field], pattern.slots[slot++].second) : values[field];
      i += 2;
    }
    return out;
  };
  return {command + fill(pattern.input, false), fill(pattern.output, true)};
}

std::string DrawCommand(Draw& draw) {
  static const Strings kPlain = {"",
                                 "",
                                 "",
                                 "Write the label: ",
                                 "Convert: ",
                                 "Log this: ",
                                 "Make a note: ",
                                 "Card: ",
                                 "Rewrite: ",
                                 "Change this: ",
                                 "Do it: ",
                                 "Transform: ",
                                 "Format: ",
                                 "Reply to: ",
                                 "In: ",
                                 "Write a tag for: ",
                                 "Apply the rule: "};
  if (draw.Percent(60)) return draw.Pick(kPlain);
  static const Strings kStart = Words("bl gr fl st tr sn pl kr dr m z v w sp gl f");
  static const Strings kEnd = Words("onk ib ax oop urn ist eft ump ank elo iffy art oze ick ubble");
  std::string word = Cat({draw.Pick(kStart), draw.Pick(kEnd)});
  return draw.Percent(50) ? Capitalised(word) + ": " : word + " ";
}

}  // namespace

Dialogue MakePattern(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  bool natural = draw.Percent(50);
  Pattern pattern = natural ? NaturalPattern(scene) : FieldPattern(scene);
  ChooseChanges(draw, pattern, !natural);
  bool changed = pattern.input != pattern.output;
  for (const auto& slot : pattern.slots) changed = changed || slot.second != Change::kNone;
  if (!changed) pattern.output = "the " + pattern.output;
  std::string command = DrawCommand(draw);
  Dialogue out;
  out.task = "pattern";
  int shown = draw.Between(3, 4);
  std::vector<synth::QuestionAnswer> examples;
  for (int i = 0; i < shown; ++i) {
    SkillCase made = CaseOf(scene, pattern, command);
    examples.push_back({made.question, made.answer});
  }
  SkillCase next = CaseOf(scene, pattern, command);
  uint32_t style = draw.Below(100);
  if (style < 40) {
    if (draw.Percent(50)) examples.push_back({next.question, next.answer}), next = CaseOf(scene, pattern, command);
    out.turns.push_back(
        {synth::MoreExamples(examples).back().content, synth::FormatQuestion({next.question, next.answer}), {}});
    return out;
  }
  if (style < 70) {
    std::string prompt(
        draw.Pick({"", "Do the same.\n", "Look at the examples and go on.\n", "Examples:\n", "Follow the pattern.\n"}));
    std::string_view arrow = draw.Pick({"Q", "Q", "Q", "->", "=>", "Input"});
    auto line = [&](const std::string& q, const std::string& a) {
      if (arrow == "Q") return "Q: " + q + "\nA:" + (a.empty() ? "" : " " + a);
      if (arrow == "Input") return "Input: " + q + "\nOutput:" + (a.empty() ? "" : " " + a);
      return q + " " + std::string(arrow) + (a.empty() ? "" : " " + a);
    };
    for (const auto& example : examples) prompt += line(example.question, example.answer) + "\n";
    out.turns.push_back({prompt + line(next.question, ""), next.answer, {}});
    for (int i = 1; i < std::min(max_turns, 3); ++i) {
      SkillCase more = CaseOf(scene, pattern, command);
      out.turns.push_back({more.question, more.answer, {}});
    }
    return out;
  }
  // In a talk: the first answers show the pattern and cannot be foreseen, so they are not learnt.
  for (size_t i = 0; i < 2; ++i) {
    Turn turn{examples[i].question, examples[i].answer, {}};
    turn.train = false;
    out.turns.push_back(std::move(turn));
  }
  for (size_t i = 2; i < examples.size(); ++i) out.turns.push_back({examples[i].question, examples[i].answer, {}});
  out.turns.push_back({next.question, next.answer, {}});
  return out;
}

}  // namespace cairn::seed
