#include "frame.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "text.h"

namespace cairn::seed {
namespace {

using Strings = std::vector<std::string>;

struct Reader {
  const std::string& where;

  Error At(const YAML::Node& node, const std::string& message) const {
    int line = node.Mark().line;
    return BadInput(message, line < 0 ? where : where + ":" + std::to_string(line + 1));
  }
};

Result<void> CheckKeys(const Reader& reader, const YAML::Node& map, std::initializer_list<std::string_view> known) {
  for (const auto& entry : map) {
    std::string key = entry.first.as<std::string>();
    bool found = false;
    for (std::string_view name : known) found = found || name == key;
    if (!found) return reader.At(entry.first, "unknown key '" + key + "'");
  }
  return {};
}

Result<std::string> Text(const Reader& reader, const YAML::Node& map, const char* key) {
  YAML::Node node = map[key];
  if (!node || !node.IsScalar() || node.Scalar().empty())
    return reader.At(map, std::string("'") + key + "' is missing");
  return node.Scalar();
}

Result<Strings> List(const Reader& reader, const YAML::Node& map, const char* key) {
  Strings out;
  YAML::Node node = map[key];
  if (!node) return out;
  if (!node.IsSequence()) return reader.At(node, std::string("'") + key + "' must be a list");
  for (const auto& item : node) {
    if (!item.IsScalar() || item.Scalar().empty())
      return reader.At(item, std::string("'") + key + "' holds an empty item");
    out.push_back(item.Scalar());
  }
  return out;
}

bool HasSlot(const std::string& form, const std::string& slot) {
  return Contains(form, "{" + slot + "}") || Contains(form, "{a " + slot + "}");
}

// Every slot of the form is one that the generator fills.
Result<void> CheckSlots(const Reader& reader, const YAML::Node& node, const std::string& form) {
  for (size_t open = form.find('{'); open != std::string::npos; open = form.find('{', open + 1)) {
    size_t close = form.find('}', open);
    if (close == std::string::npos) return reader.At(node, "'{' without '}' in: " + form);
    std::string slot = form.substr(open + 1, close - open - 1);
    bool known = false;
    for (const char* name : {"S", "Ss", "he", "him", "his", "himself", "v", "w", "a v", "a w", "noun"}) {
      known = known || slot == name;
    }
    if (!known) return reader.At(node, "unknown slot {" + slot + "} in: " + form);
  }
  return {};
}

// needs: slots that each form of the list must have; "S" is met by {Ss}, too.
Result<Strings> Forms(const Reader& reader, const YAML::Node& map, const char* key,
                      std::initializer_list<const char*> needs) {
  CAIRN_ASSIGN(Strings forms, List(reader, map, key));
  for (const std::string& form : forms) {
    CAIRN_TRY(CheckSlots(reader, map[key], form));
    for (const char* slot : needs) {
      bool thing = std::string_view(slot) == "S";
      if (!HasSlot(form, slot) && !(thing && HasSlot(form, "Ss"))) {
        return reader.At(map[key], std::string("{") + slot + "} is missing in: " + form);
      }
    }
  }
  return forms;
}

Result<const Pool*> FindPool(const Reader& reader, const Pools& pools, const YAML::Node& map, const char* key,
                             const Frame& frame) {
  CAIRN_ASSIGN(std::string name, Text(reader, map, key));
  for (const Pool& pool : frame.own_pools) {
    if (pool.name == name) return &pool;
  }
  const Pool* pool = pools.Find(name);
  if (pool == nullptr) return reader.At(map[key], "no pool is called '" + name + "'");
  return pool;
}

Result<void> ReadStatements(const Reader& reader, const YAML::Node& map, Fact& fact) {
  if (fact.w != nullptr) {
    CAIRN_ASSIGN(fact.vp, Forms(reader, map, "vp", {"v", "w"}));
    CAIRN_ASSIGN(fact.vp_x, Forms(reader, map, "vp_x", {"v", "w"}));
    CAIRN_ASSIGN(fact.say, Forms(reader, map, "say", {"S", "v", "w"}));
    CAIRN_ASSIGN(fact.say_x, Forms(reader, map, "say_x", {"S", "v", "w"}));
  } else {
    CAIRN_ASSIGN(fact.vp, Forms(reader, map, "vp", {"v"}));
    CAIRN_ASSIGN(fact.vp_x, Forms(reader, map, "vp_x", {"v"}));
    CAIRN_ASSIGN(fact.say, Forms(reader, map, "say", {"S", "v"}));
    CAIRN_ASSIGN(fact.say_x, Forms(reader, map, "say_x", {"S", "v"}));
  }
  if (fact.vp.size() + fact.say.size() == 0) return reader.At(map, "fact " + fact.id + " has no vp and no say");
  return {};
}

Result<Fact> ReadFact(const Reader& reader, const Pools& pools, const YAML::Node& map, const Frame& frame) {
  if (!map.IsMap()) return reader.At(map, "a fact must be a map");
  CAIRN_TRY(CheckKeys(
      reader, map,
      {"id", "v", "w", "vp", "vp_x", "say", "say_x", "yes", "no", "ask", "ask_x", "ask_w", "req", "req_w", "back"}));
  Fact fact;
  CAIRN_ASSIGN(fact.id, Text(reader, map, "id"));
  CAIRN_ASSIGN(fact.v, FindPool(reader, pools, map, "v", frame));
  fact.yesno = fact.v->name == "yesno";
  if (map["w"]) {
    CAIRN_ASSIGN(fact.w, FindPool(reader, pools, map, "w", frame));
  }
  if (fact.yesno) {
    CAIRN_ASSIGN(fact.yes, Forms(reader, map, "yes", {"S"}));
    CAIRN_ASSIGN(fact.no, Forms(reader, map, "no", {"S"}));
    if (fact.yes.empty() || fact.no.empty()) return reader.At(map, "fact " + fact.id + " needs yes and no");
  } else {
    CAIRN_TRY(ReadStatements(reader, map, fact));
  }
  CAIRN_ASSIGN(fact.ask, Forms(reader, map, "ask", {"S"}));
  CAIRN_ASSIGN(fact.ask_x, Forms(reader, map, "ask_x", {"S"}));
  CAIRN_ASSIGN(fact.ask_w, Forms(reader, map, "ask_w", {"S"}));
  CAIRN_ASSIGN(fact.req, Forms(reader, map, "req", {"S"}));
  CAIRN_ASSIGN(fact.req_w, Forms(reader, map, "req_w", {"S"}));
  CAIRN_ASSIGN(fact.back, Forms(reader, map, "back", {"v"}));
  if (fact.ask.empty()) return reader.At(map, "fact " + fact.id + " has no ask");
  if (fact.w == nullptr && !fact.ask_w.empty()) return reader.At(map, "fact " + fact.id + " has ask_w but no w");
  return fact;
}

Result<void> ReadPools(const Reader& reader, const YAML::Node& map, Frame& frame) {
  YAML::Node pools = map["pools"];
  if (!pools) return {};
  if (!pools.IsMap()) return reader.At(pools, "'pools' must be a map from names to lists");
  for (const auto& entry : pools) {
    std::string name = entry.first.as<std::string>();
    CAIRN_ASSIGN(Strings words, List(reader, pools, name.c_str()));
    if (words.size() < 2) return reader.At(entry.first, "pool '" + name + "' needs at least two values");
    frame.own_pools.push_back({name, std::move(words), nullptr});
  }
  return {};
}

// The slots of name patterns are pools, or {noun_cap}.
Result<void> CheckNames(const Reader& reader, const Pools& pools, const YAML::Node& map, const Frame& frame) {
  for (const std::string& pattern : frame.names) {
    for (size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
      size_t close = pattern.find('}', open);
      if (close == std::string::npos) return reader.At(map["names"], "'{' without '}' in: " + pattern);
      std::string slot = pattern.substr(open + 1, close - open - 1);
      bool known = slot == "noun_cap" || slot == "noun" || pools.Find(slot) != nullptr;
      for (const Pool& pool : frame.own_pools) known = known || pool.name == slot;
      if (!known) return reader.At(map["names"], "no pool is called '" + slot + "' in: " + pattern);
    }
  }
  return {};
}

Result<std::unique_ptr<Frame>> ReadFrame(const Reader& reader, const Pools& pools, const YAML::Node& map) {
  if (!map.IsMap()) return reader.At(map, "a frame must be a map");
  CAIRN_TRY(CheckKeys(reader, map, {"frame", "nouns", "names", "pronoun", "pools", "facts"}));
  auto frame = std::make_unique<Frame>();
  CAIRN_ASSIGN(frame->id, Text(reader, map, "frame"));
  CAIRN_ASSIGN(frame->nouns, List(reader, map, "nouns"));
  CAIRN_ASSIGN(frame->names, List(reader, map, "names"));
  if (frame->nouns.empty() || frame->names.empty()) return reader.At(map, "a frame needs nouns and names");
  CAIRN_ASSIGN(std::string pronoun, Text(reader, map, "pronoun"));
  if (pronoun != "it" && pronoun != "they" && pronoun != "person") {
    return reader.At(map["pronoun"], "'pronoun' is it, they or person");
  }
  frame->pronoun = pronoun == "it" ? Pronoun::kIt : pronoun == "they" ? Pronoun::kThey : Pronoun::kPerson;
  CAIRN_TRY(ReadPools(reader, map, *frame));
  CAIRN_TRY(CheckNames(reader, pools, map, *frame));
  YAML::Node facts = map["facts"];
  if (!facts || !facts.IsSequence() || facts.size() < 2) return reader.At(map, "a frame needs a list of facts");
  for (const auto& node : facts) {
    CAIRN_ASSIGN(Fact fact, ReadFact(reader, pools, node, *frame));
    for (const Fact& other : frame->facts) {
      if (other.id == fact.id) return reader.At(node, "two facts are called " + fact.id);
    }
    frame->facts.push_back(std::move(fact));
  }
  return frame;
}

// The beginnings of the words that carry a form's meaning: "{S} throws its beam over {v} of water" -> throw, beam,
// over, water.
Strings Stems(const std::string& form) {
  Strings stems;
  for (const std::string& word : Words(form)) {
    std::string letters;
    for (char c : AsciiLower(word))
      if ((c >= 'a' && c <= 'z') || c == '{') letters += c;
    if (letters.size() >= 4 && !letters.starts_with('{')) stems.push_back(letters.substr(0, 5));
  }
  return stems;
}

bool ShareTwoStems(const Strings& a, const Strings& b) {
  int shared = 0;
  for (const std::string& stem : a) shared += std::find(b.begin(), b.end(), stem) != b.end() ? 1 : 0;
  return shared >= 2;
}

// Of the further questions, those that exactly one further statement can have given rise to.
class Presuming {
 public:
  explicit Presuming(const Fact& before) {
    for (const Strings* forms : {&before.vp, &before.say, &before.yes, &before.no, &before.ask, &before.ask_w})
      for (const std::string& form : *forms) before_.push_back(Stems(form));
  }
  void AddStatements(const Strings& further) {
    for (const std::string& form : further) further_.push_back(Stems(form));
  }
  bool operator()(const std::string& question) const {
    const Strings stems = Stems(question);
    auto related = [&](const Strings& other) { return ShareTwoStems(stems, other); };
    return std::none_of(before_.begin(), before_.end(), related) &&
           std::count_if(further_.begin(), further_.end(), related) == 1;
  }

 private:
  std::vector<Strings> before_, further_;
};

// The further forms of one fact; they need the same slots as its first ones.
Result<void> ExtendFact(const Reader& reader, const YAML::Node& map, Questions questions, Fact& fact) {
  if (!map.IsMap()) return reader.At(map, "the forms of fact " + fact.id + " must be a map");
  CAIRN_TRY(CheckKeys(reader, map, {"vp", "say", "yes", "no", "ask", "ask_w", "back"}));
  Presuming presuming(fact);
  auto extend = [&](const char* key, std::initializer_list<const char*> needs, Strings& forms) -> Result<void> {
    CAIRN_ASSIGN(Strings more, Forms(reader, map, key, needs));
    const bool asks = std::string_view(key).starts_with("ask");
    if (!asks) presuming.AddStatements(more);
    if (asks && questions == Questions::kClear) std::erase_if(more, presuming);
    forms.insert(forms.end(), more.begin(), more.end());
    return {};
  };
  if (map[fact.yesno ? "vp" : "yes"] || map[fact.yesno ? "say" : "no"] || (map["ask_w"] && fact.ask_w.empty()) ||
      (map["back"] && fact.back.empty()))
    return reader.At(map, "fact " + fact.id + " has no forms of such a kind");
  if (fact.w != nullptr) {
    CAIRN_TRY(extend("vp", {"v", "w"}, fact.vp));
    CAIRN_TRY(extend("say", {"S", "v", "w"}, fact.say));
  } else {
    CAIRN_TRY(extend("vp", {"v"}, fact.vp));
    CAIRN_TRY(extend("say", {"S", "v"}, fact.say));
  }
  CAIRN_TRY(extend("yes", {"S"}, fact.yes));
  CAIRN_TRY(extend("no", {"S"}, fact.no));
  CAIRN_TRY(extend("ask", {"S"}, fact.ask));
  CAIRN_TRY(extend("ask_w", {"S"}, fact.ask_w));
  return extend("back", {"v"}, fact.back);
}

// Facts point into their frame's own pools, so a copy's facts must point into the copy's.
std::unique_ptr<Frame> CopyOf(const Frame& frame) {
  auto copy = std::make_unique<Frame>(frame);
  auto moved = [&](const Pool* pool) {
    for (size_t i = 0; i < frame.own_pools.size(); ++i)
      if (pool == &frame.own_pools[i]) return static_cast<const Pool*>(&copy->own_pools[i]);
    return pool;
  };
  for (Fact& fact : copy->facts) {
    fact.v = moved(fact.v);
    fact.w = moved(fact.w);
  }
  return copy;
}

const Fact* FindFact(const Frame& frame, const std::string& id) {
  for (const Fact& fact : frame.facts)
    if (fact.id == id) return &fact;
  return nullptr;
}

bool HasAllFacts(const Frame& frame, const YAML::Node& facts) {
  for (const auto& entry : facts)
    if (FindFact(frame, entry.first.as<std::string>()) == nullptr) return false;
  return true;
}

// Two files may have a frame of the same name; the one that has the facts is meant.
Result<void> ExtendFrame(const Reader& reader, const YAML::Node& map, Questions questions,
                         std::vector<std::shared_ptr<const Frame>>& frames) {
  CAIRN_TRY(CheckKeys(reader, map, {"frame", "facts"}));
  CAIRN_ASSIGN(std::string id, Text(reader, map, "frame"));
  std::shared_ptr<const Frame>* meant = nullptr;
  for (auto& frame : frames) {
    if (frame->id != id || !HasAllFacts(*frame, map["facts"])) continue;
    if (meant != nullptr) return reader.At(map, "more than one frame '" + id + "' has all these facts");
    meant = &frame;
  }
  if (meant == nullptr) return reader.At(map, "no frame '" + id + "' has all these facts");
  std::unique_ptr<Frame> copy = CopyOf(**meant);
  for (Fact& fact : copy->facts) {
    YAML::Node more = map["facts"][fact.id];
    if (more) CAIRN_TRY(ExtendFact(reader, more, questions, fact));
  }
  *meant = std::move(copy);
  return {};
}

}  // namespace

Result<void> AddForms(const std::string& text, const std::string& where, const std::vector<FormsTarget>& targets) {
  Reader reader{where};
  try {
    YAML::Node root = YAML::Load(text);
    if (!root.IsSequence()) return reader.At(root, "a file of wordings must be a list");
    for (const auto& node : root) {
      if (!node.IsMap() || !node["facts"] || !node["facts"].IsMap() || node["facts"].size() == 0)
        return reader.At(node, "'frame' and 'facts' are needed");
      for (const FormsTarget& to : targets) CAIRN_TRY(ExtendFrame(reader, node, to.questions, *to.frames));
    }
  } catch (const YAML::Exception& error) {
    return BadInput(error.msg, where + ":" + std::to_string(error.mark.line + 1));
  }
  return {};
}

Result<std::vector<std::unique_ptr<Frame>>> ParseFrames(const std::string& text, const std::string& where,
                                                        const Pools& pools) {
  Reader reader{where};
  std::vector<std::unique_ptr<Frame>> frames;
  try {
    YAML::Node root = YAML::Load(text);
    if (!root.IsSequence()) return reader.At(root, "a file of frames must be a list");
    for (const auto& node : root) {
      CAIRN_ASSIGN(std::unique_ptr<Frame> frame, ReadFrame(reader, pools, node));
      for (const auto& other : frames) {
        if (other->id == frame->id) return reader.At(node, "two frames are called " + frame->id);
      }
      frames.push_back(std::move(frame));
    }
  } catch (const YAML::Exception& error) {
    return BadInput(error.msg, where + ":" + std::to_string(error.mark.line + 1));
  }
  return frames;
}

}  // namespace cairn::seed
