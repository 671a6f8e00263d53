#include "story.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "formats/yaml.h"
#include "text.h"
#include "yaml_reader.h"

namespace cairn::seed {
namespace {

using formats::YamlNode;
using Strings = std::vector<std::string>;

constexpr uint32_t kLeftOut = 30;  // percent of the sentences that may go

// ---- reading a file ----

// What a form says whichever way its choices fall, in lower case.
std::string Fixed(std::string_view form) {
  std::string out;
  for (size_t depth = 0; const char c : form) {
    depth += c == '[' ? 1 : 0;
    if (depth == 0 || c == '[') out += c;
    depth -= c == ']' && depth > 0 ? 1 : 0;
  }
  return AsciiLower(out);
}

struct Reader : YamlReader {
  const Pools& pools;

  // Every slot of the text is one of the story's, and every "[" has its "]".
  Result<void> CheckForm(const YamlNode& node, const std::string& form, const Story& story) const {
    for (size_t open = form.find('{'); open != std::string::npos; open = form.find('{', open + 1)) {
      const size_t close = form.find('}', open);
      if (close == std::string::npos) return Wrong(node, "'{' without '}' in: " + form);
      std::string_view slot = std::string_view(form).substr(open + 1, close - open - 1);
      if (slot.starts_with("a ")) slot.remove_prefix(2);
      for (std::string_view part : {".first", ".last"})
        if (slot.ends_with(part)) slot.remove_suffix(part.size());
      const bool known =
          std::any_of(story.slots.begin(), story.slots.end(), [&](const Story::Slot& s) { return s.name == slot; });
      if (!known) return Wrong(node, "the story has no slot {" + std::string(slot) + "}; add it under \"slots\"");
    }
    if (std::count(form.begin(), form.end(), '[') != std::count(form.begin(), form.end(), ']'))
      return Wrong(node, "'[' and ']' do not match in: " + form);
    return {};
  }

  Result<void> ReadSlots(const YamlNode& map, Story& story) const {
    const YamlNode* slots = map.Find("slots");
    if (slots == nullptr || slots->is_null()) return {};
    for (const formats::YamlField& field : slots->fields) {
      Story::Slot slot{.name = field.key};
      if (field.value.is_sequence()) {
        CAIRN_ASSIGN(Strings words, List(field.value, "slots"));
        if (words.size() < 2) return Wrong(field.value, "a slot needs two values or more");
        story.own_pools.push_back({field.key, std::move(words), nullptr});
        slot.pool = &story.own_pools.back();
      } else {
        CAIRN_ASSIGN(std::string pool, formats::YamlText(field.value, file, "a slot"));
        if (pool == "man" || pool == "woman") {
          slot.draws = pool == "man" ? Story::Draws::kMan : Story::Draws::kWoman;
        } else if (pool == "first") {
          slot.draws = Story::Draws::kFirstName;
        } else if ((slot.pool = pools.Find(pool)) == nullptr) {
          return Wrong(field.value, "no pool is called '" + pool + "'");
        }
      }
      story.slots.push_back(std::move(slot));
    }
    return {};
  }

  Result<Story::Ask> ReadAsk(const YamlNode& map, const std::string& say, const Story& story) const {
    CAIRN_TRY(formats::CheckYamlKeys(map, {"q", "a", "wrong"}, file));
    const YamlNode* questions = map.Find("q");
    if (questions == nullptr) return Wrong(map, "\"q\" is missing; add the questions");
    Story::Ask ask;
    CAIRN_ASSIGN(ask.questions, List(*questions, "q"));
    CAIRN_ASSIGN(ask.answer, Text(map, "a"));
    if (ask.questions.empty()) return Wrong(*questions, "\"q\" is empty; add a question");
    for (const std::string& question : ask.questions) CAIRN_TRY(CheckForm(*questions, question, story));
    CAIRN_TRY(CheckForm(map, ask.answer, story));
    if (!IsYesNo(ask.answer) && !Contains(Fixed(say), AsciiLower(ask.answer)) &&
        !Contains(ReplaceAll(Fixed(say), "{a ", "{"), AsciiLower(ask.answer)))
      return Wrong(map, "the answer does not stand in the sentence: " + ask.answer);
    if (const YamlNode* wrong = map.Find("wrong")) {
      CAIRN_ASSIGN(ask.wrong, List(*wrong, "wrong"));
      for (const std::string& form : ask.wrong) CAIRN_TRY(CheckForm(*wrong, form, story));
    }
    return ask;
  }

  Result<Story::Line> ReadLine(const YamlNode& map, const Story& story) const {
    if (!map.is_map()) return Wrong(map, "expected a sentence; write say and ask");
    CAIRN_TRY(formats::CheckYamlKeys(map, {"say", "ask", "may_go"}, file));
    Story::Line line;
    CAIRN_ASSIGN(line.say, Text(map, "say"));
    CAIRN_TRY(CheckForm(map, line.say, story));
    if (const YamlNode* may_go = map.Find("may_go")) {
      CAIRN_ASSIGN(line.may_go, formats::YamlBool(*may_go, file, "may_go"));
    }
    const YamlNode* asks = map.Find("ask");
    if (asks == nullptr) return line;
    for (const YamlNode& node : asks->items) {
      CAIRN_ASSIGN(Story::Ask ask, ReadAsk(node, line.say, story));
      line.asks.push_back(std::move(ask));
    }
    return line;
  }

  Result<std::shared_ptr<const Story>> ReadStory(const YamlNode& map) const {
    if (!map.is_map()) return Wrong(map, "expected a story; write story, slots, text and not_told");
    CAIRN_TRY(formats::CheckYamlKeys(map, {"story", "slots", "text", "not_told"}, file));
    auto story = std::make_shared<Story>();
    CAIRN_ASSIGN(story->id, Text(map, "story"));
    CAIRN_TRY(ReadSlots(map, *story));
    const YamlNode* text = map.Find("text");
    if (text == nullptr || !text->is_sequence()) return Wrong(map, "\"text\" must be a list of sentences");
    size_t asks = 0;
    for (const YamlNode& node : text->items) {
      CAIRN_ASSIGN(Story::Line line, ReadLine(node, *story));
      asks += line.may_go ? 0 : line.asks.size();
      story->lines.push_back(std::move(line));
    }
    if (asks == 0) return Wrong(map, "the sentences that stay answer no question; add some under \"ask\"");
    if (const YamlNode* not_told = map.Find("not_told")) {
      CAIRN_ASSIGN(story->not_told, List(*not_told, "not_told"));
      for (const std::string& form : story->not_told) CAIRN_TRY(CheckForm(*not_told, form, *story));
    }
    return std::shared_ptr<const Story>(std::move(story));
  }
};

// ---- telling a story ----

class Teller {
 public:
  Teller(Scene& scene, const Story& story) : scene_(scene), draw_(scene.draw), story_(story) {
    for (const Story::Slot& slot : story.slots) DrawSlot(slot);
  }

  Passage Tell(size_t lines) {
    passage_.story = true;
    std::vector<const Story::Line*> silent;
    for (const Story::Line& line : story_.lines) {
      const bool enough = lines == 0 && !passage_.probes.empty();
      if (enough || (line.may_go && draw_.Percent(kLeftOut))) {
        silent.push_back(&line);
      } else {
        AddLine(line);
        lines -= lines > 0 ? 1 : 0;
      }
    }
    for (const std::string& form : story_.not_told) passage_.unknowns.push_back(Question(form));
    for (const Story::Line* line : silent) AddUnknowns(*line);
    return std::move(passage_);
  }

 private:
  struct Value {
    std::string slot, text;
    const Story::Slot* of;
  };

  void DrawSlot(const Story::Slot& slot) {
    std::string first, last, text;
    // Two values of one story must not be taken for each other.
    for (int attempt = 0; attempt < 20; ++attempt) {
      text = NewValue(slot, first, last);
      if (std::none_of(values_.begin(), values_.end(),
                       [&](const Value& other) { return ContainEachOther(AsciiLower(other.text), AsciiLower(text)); }))
        break;
    }
    if (!first.empty()) {
      values_.push_back({slot.name + ".first", first, nullptr});
      values_.push_back({slot.name + ".last", last, nullptr});
    }
    values_.push_back({slot.name, std::move(text), &slot});
  }

  std::string NewValue(const Story::Slot& slot, std::string& first, std::string& last) {
    if (slot.draws == Story::Draws::kPool) return slot.pool->Value(draw_, scene_.split);
    if (slot.draws == Story::Draws::kFirstName) return DrawFirstName(draw_, scene_.split, nullptr);
    const Gender gender = slot.draws == Story::Draws::kMan ? Gender::kHe : Gender::kShe;
    Person person = DrawPerson(draw_, scene_.split);
    while (person.gender != gender) person = DrawPerson(draw_, scene_.split);
    first = person.first;
    last = person.last;
    return person.full();
  }

  // One of "[this|that]", anew each time.
  std::string Chosen(std::string_view form) {
    std::string out;
    for (;;) {
      const size_t open = form.find('['), close = form.find(']', open);
      if (open == std::string_view::npos || close == std::string_view::npos) return out += form;
      out += form.substr(0, open);
      std::string_view rest = form.substr(open + 1, close - open - 1);
      size_t choice = draw_.Below(static_cast<size_t>(std::count(rest.begin(), rest.end(), '|')) + 1);
      for (; choice > 0; --choice) rest.remove_prefix(rest.find('|') + 1);
      out += rest.substr(0, rest.find('|'));
      form.remove_prefix(close + 1);
    }
  }

  // Rivers and ships bring an article of their own.
  std::string Filled(std::string_view form) {
    Slots slots;
    for (const Value& value : values_) slots.emplace_back(value.slot, value.text);
    return ReplaceAll(Fill(Chosen(form), slots), "the the ", "the ");
  }
  std::string Question(const std::string& form) { return Capitalised(Filled(form)); }

  void AddLine(const Story::Line& line) {
    std::string_view form = line.say;
    const bool new_line = form.starts_with('\n');
    while (form.starts_with('\n')) form.remove_prefix(1);
    std::string sentence = Capitalised(Filled(form));
    if (!passage_.text.empty()) passage_.text += new_line ? "\n" : " ";
    passage_.text += sentence;
    for (const Story::Ask& ask : line.asks) {
      Strings questions;
      std::transform(ask.questions.begin(), ask.questions.end(), std::back_inserter(questions),
                     [&](const std::string& form_of) { return Question(form_of); });
      Strings wrong = WrongAnswers(ask);
      passage_.probes.push_back(
          MakeProbe(Filled(ask.answer), std::move(questions), {}, std::move(wrong), passage_.sentences.size()));
    }
    passage_.sentences.push_back(std::move(sentence));
  }

  // Those of the story; with other values in its slots; other values of the text of the same kind.
  Strings WrongAnswers(const Story::Ask& ask) {
    if (IsYesNo(ask.answer)) return {ask.answer == "yes" ? "no" : "yes"};
    Strings wrong;
    std::transform(ask.wrong.begin(), ask.wrong.end(), std::back_inserter(wrong),
                   [&](const std::string& form) { return Filled(form); });
    for (const Value& value : values_) {
      if (value.of == nullptr || ask.answer != "{" + value.slot + "}") continue;
      for (int attempt = 0; attempt < 4 && wrong.empty(); ++attempt) {
        std::string first, last, other = NewValue(*value.of, first, last);
        if (!ContainEachOther(AsciiLower(other), AsciiLower(value.text))) wrong.push_back(std::move(other));
      }
      for (const Value& rival : values_)
        if (rival.of != nullptr && rival.of != value.of && SameKind(*rival.of, *value.of)) wrong.push_back(rival.text);
    }
    return wrong;
  }

  static bool SameKind(const Story::Slot& a, const Story::Slot& b) {
    const bool persons = a.draws != Story::Draws::kPool && b.draws != Story::Draws::kPool;
    return persons || (a.pool != nullptr && a.pool == b.pool);
  }

  // What a sentence that was left out would have answered, if the answer stands nowhere else.
  void AddUnknowns(const Story::Line& line) {
    for (const Story::Ask& ask : line.asks) {
      if (IsYesNo(ask.answer) || Contains(AsciiLower(passage_.text), AsciiLower(Filled(ask.answer)))) continue;
      passage_.unknowns.push_back(Question(draw_.Pick(ask.questions)));
    }
  }

  Scene& scene_;
  Draw& draw_;
  const Story& story_;
  Passage passage_;
  std::vector<Value> values_;
};

}  // namespace

Result<std::vector<std::shared_ptr<const Story>>> ParseStories(const std::string& text, const std::string& where,
                                                               const Pools& pools) {
  CAIRN_ASSIGN(YamlNode root, formats::ParseYaml(text, where));
  const Reader reader{{where}, pools};
  if (!root.is_sequence()) return reader.Wrong(root, "a file of stories must be a list");
  std::vector<std::shared_ptr<const Story>> stories;
  for (const YamlNode& node : root.items) {
    CAIRN_ASSIGN(std::shared_ptr<const Story> story, reader.ReadStory(node));
    stories.push_back(std::move(story));
  }
  return stories;
}

Passage TellStory(Scene& scene, const Story& story, size_t lines) { return Teller(scene, story).Tell(lines); }

Passage MakeStoryPassage(Scene& scene, size_t lines) {
  return TellStory(scene, *scene.draw.Pick(scene.world.stories), lines);
}

}  // namespace cairn::seed
