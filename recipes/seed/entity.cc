// Things, what they are called, and single facts about them as statements and questions.
#include <algorithm>
#include <utility>

#include "passage.h"
#include "text.h"

namespace cairn::seed {
namespace {

std::string FillName(Scene& scene, const Frame& frame, const std::string& pattern, Entity& entity) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    if (pattern[i] != '{') {
      out += pattern[i++];
      continue;
    }
    size_t close = pattern.find('}', i);
    std::string slot = pattern.substr(i + 1, close - i - 1);
    i = close + 1;
    if (slot == "noun_cap") {
      out += Capitalised(entity.noun);
    } else if (slot == "noun") {
      out += entity.noun;
    } else if (slot == "person" && frame.pronoun == Pronoun::kPerson) {
      Person person = DrawPerson(scene.draw, scene.split);
      entity.gender = person.gender;
      entity.short_name = scene.draw.Percent(70) ? person.first : person.last;
      out += person.full();
    } else if (slot == "person") {
      out += DrawPerson(scene.draw, scene.split).full();
    } else {
      const Pool* pool = scene.world.pools.Find(slot);
      for (const Pool& own : frame.own_pools) {
        if (own.name == slot) pool = &own;
      }
      std::string value = pool->Value(scene.draw, scene.split);
      // "the river Tolma" lends only its last word to "the Tolma Ferry".
      if (slot == "river") value = value.substr(value.rfind(' ') + 1);
      out += pool->make == nullptr || slot == "number" ? value : Capitalised(value);
    }
  }
  // "the the Tolman Valley Bank": a value of the pattern may bring its own article.
  out = ReplaceAll(ReplaceAll(out, "the The ", "the "), "the the ", "the ");
  if (pattern.starts_with('{') && !out.starts_with("the ")) out = Capitalised(out);
  return out;
}

struct Voice {
  std::string s, possessive, he, him, his, himself;
};

Voice VoiceOf(const Entity& entity, Mention mention) {
  Voice voice;
  Pronoun kind = entity.frame->pronoun;
  bool she = kind == Pronoun::kPerson && entity.gender == Gender::kShe;
  bool person = kind == Pronoun::kPerson;
  // "They" frames have singular verbs, so their pronoun is "it"; "their" reads well in both.
  voice.he = person ? (she ? "she" : "he") : "it";
  voice.him = person ? (she ? "her" : "him") : "it";
  voice.his = person ? (she ? "her" : "his") : kind == Pronoun::kThey ? "their" : "its";
  voice.himself = person ? (she ? "herself" : "himself") : "itself";
  switch (mention) {
    case Mention::kPronoun:
      voice.s = voice.he;
      voice.possessive = voice.his;
      return voice;
    case Mention::kNoun:
      voice.s = "the " + entity.noun;
      break;
    case Mention::kShort:
      voice.s = entity.short_name.empty() ? entity.name : entity.short_name;
      break;
    case Mention::kFull:
      voice.s = entity.name;
      break;
  }
  voice.possessive = Possessive(voice.s);
  return voice;
}

std::string FillVoice(std::string_view form, const Entity& entity, const Voice& voice, std::string_view v,
                      std::string_view w) {
  return Fill(form, {{"S", voice.s},
                     {"v", v},
                     {"Ss", voice.possessive},
                     {"w", w},
                     {"his", voice.his},
                     {"he", voice.he},
                     {"him", voice.him},
                     {"himself", voice.himself},
                     {"noun", entity.noun}});
}

bool EndsSentence(std::string_view text) {
  return text.ends_with('.') || text.ends_with('?') || text.ends_with('!') || text.ends_with(':');
}

// May "he" or "it" stand for {S} here? Only at the front or after an auxiliary, where it is the subject, or once more
// {Ss}.
bool PronounFits(std::string_view form) {
  size_t at = form.find("{S}");
  if (at == std::string_view::npos) return Contains(form, "{Ss}");
  if (at == 0) return true;
  std::string_view before = form.substr(0, at);
  for (std::string_view word : {"does ", "did ", "is ", "was ", "has ", "can ", "do ", "will ", "would ", "must ",
                                "should ", "Does ", "Did ", "Is ", "Was ", "Has ", "Can ", "Must ", "Will "}) {
    if (before.ends_with(word)) return true;
  }
  return false;
}

}  // namespace

Entity MakeEntity(Scene& scene, const Frame& frame) {
  Entity entity;
  entity.frame = &frame;
  entity.noun = scene.draw.Pick(frame.nouns);
  entity.gender = scene.draw.Percent(50) ? Gender::kHe : Gender::kShe;
  entity.name = FillName(scene, frame, scene.draw.Pick(frame.names), entity);
  if (scene.draw.Percent(6)) {
    // Nameless: "the lighthouse", as people write who know which one they mean.
    entity.nameless = true;
    entity.name = (frame.pronoun == Pronoun::kPerson || scene.draw.Percent(65) ? "the " : "our ") + entity.noun;
    entity.short_name.clear();
  }
  for (const Fact& fact : frame.facts) {
    Stated stated;
    stated.fact = &fact;
    stated.v = fact.v->Value(scene.draw, scene.split);
    if (fact.w != nullptr) stated.w = fact.w->Value(scene.draw, scene.split);
    entity.facts.push_back(std::move(stated));
  }
  scene.draw.Shuffle(entity.facts);
  return entity;
}

void ChooseForm(Scene& scene, Stated& stated) {
  const Fact& fact = *stated.fact;
  if (fact.yesno) {
    stated.form = scene.draw.Pick(stated.v == "yes" ? fact.yes : fact.no);
    stated.verb_phrase = false;
    return;
  }
  size_t held_out = fact.vp_x.size() + fact.say_x.size();
  bool use_held_out = scene.held_out() && held_out > 0 && scene.draw.Percent(60);
  const auto& vp = use_held_out ? fact.vp_x : fact.vp;
  const auto& say = use_held_out ? fact.say_x : fact.say;
  size_t pick = scene.draw.Below(vp.size() + say.size());
  stated.verb_phrase = pick < vp.size();
  stated.form = stated.verb_phrase ? vp[pick] : say[pick - vp.size()];
}

std::string NameOf(const Entity& entity, Mention mention) { return VoiceOf(entity, mention).s; }

std::string RawStatement(const Entity& entity, const Stated& stated, Mention mention) {
  std::string form = stated.verb_phrase ? "{S} " + stated.form : stated.form;
  if (mention == Mention::kPronoun && !PronounFits(form)) mention = Mention::kFull;
  std::string text = FillVoice(form, entity, VoiceOf(entity, mention), stated.v, stated.w);
  while (text.ends_with('.')) text.pop_back();
  return text;
}

std::string StatementOf(const Entity& entity, const Stated& stated, Mention mention) {
  std::string text = Capitalised(RawStatement(entity, stated, mention));
  return EndsSentence(text) ? text : text + ".";
}

std::string FirstPerson(const Entity& entity, const Stated& stated) {
  Voice voice = {"I", "my", "I", "me", "my", "myself"};
  std::string form = stated.form;
  if (stated.verb_phrase) {
    // A second verb after "and" would keep its third-person ending.
    if (Contains(form, " and ")) return {};
    form = VerbForI(form);
    if (form.empty()) return {};
    form = "I " + form;
  } else if (Contains(form, "{S}") || !Contains(form, "{Ss}")) {
    return {};
  }
  return Capitalised(FillVoice(form, entity, voice, stated.v, stated.w)) + (EndsSentence(form) ? "" : ".");
}

const Stated& StatedOf(const Passage& passage, const Probe& probe) {
  const Entity& entity = passage.entities[static_cast<size_t>(probe.entity)];
  for (const Stated& stated : entity.facts) {
    if (stated.fact == probe.fact) return stated;
  }
  CAIRN_CHECK(false);
}

std::string StatementOf(const Passage& passage, const Probe& probe) {
  if (probe.entity < 0) return probe.statement;
  return StatementOf(passage.entities[static_cast<size_t>(probe.entity)], StatedOf(passage, probe), Mention::kFull);
}

const std::vector<std::string>& AskForms(const Fact& fact, Answer kind) {
  switch (kind) {
    case Answer::kSecond:
      return fact.ask_w;
    case Answer::kThing:
      return fact.back;
    case Answer::kValue:
      break;
  }
  return fact.ask;
}

std::string FillQuestion(const std::string& form, const Entity& entity, const Stated* stated, Mention mention) {
  if (mention == Mention::kPronoun && !PronounFits(form)) mention = Mention::kFull;
  std::string_view v = stated == nullptr ? "" : std::string_view(stated->v);
  return Capitalised(FillVoice(form, entity, VoiceOf(entity, mention), v, ""));
}

std::string AskFor(Scene& scene, const Passage& passage, const Probe& probe, Mention mention, bool requests) {
  if (probe.entity < 0) return scene.draw.Pick(probe.asks);
  const Entity& entity = passage.entities[static_cast<size_t>(probe.entity)];
  const Stated& stated = StatedOf(passage, probe);
  const Fact& fact = *probe.fact;
  if (scene.held_out() && probe.kind == Answer::kValue && !fact.ask_x.empty()) {
    return FillQuestion(scene.draw.Pick(fact.ask_x), entity, &stated, mention);
  }
  const auto& req = probe.kind == Answer::kSecond ? fact.req_w : fact.req;
  if (probe.kind != Answer::kThing && !req.empty() && requests && scene.draw.Percent(14)) {
    const std::string& phrase = scene.draw.Pick(req);
    if (mention == Mention::kPronoun && !Contains(phrase, "{Ss}")) mention = Mention::kFull;
    std::string what = FillVoice(phrase, entity, VoiceOf(entity, mention), stated.v, "");
    switch (scene.draw.Below(6)) {
      case 0:
        return "Can you tell me " + what + "?";
      case 1:
        return "I would like to know " + what + ".";
      case 2:
        return "Give " + what + ".";
      case 3:
        if (what.starts_with("the ")) return "What is " + what + "?";
        return "Tell me " + what + ".";
      case 4:
        return "Please tell me " + what + ".";
      default:
        return "Tell me " + what + ".";
    }
  }
  return FillQuestion(scene.draw.Pick(AskForms(fact, probe.kind)), entity, &stated, mention);
}

}  // namespace cairn::seed
