#include "open_phrases.h"

#include <algorithm>

#include "novel.h"
#include "plain_words.h"
#include "text.h"

namespace cairn::seed {
namespace {

bool IsPlural(const std::string& group) { return group != "the council" && group != "the committee"; }

}  // namespace

bool OpenPhrases::IsNew(const std::string& word) {
  std::string key = AsciiLower(word);
  if (std::find(used_.begin(), used_.end(), key) != used_.end()) return false;
  used_.push_back(key);
  return true;
}

std::string OpenPhrases::Noun() {
  return New([&] { return DrawNoun(); });
}

std::string OpenPhrases::DrawNoun() {
  if (draw_.Percent(12)) return InventedNoun(scene_);
  return draw_.Pick(FromLongList() ? PlainNouns() : OpenNouns());
}

std::string OpenPhrases::DrawGroup() { return draw_.Pick(FromLongList() ? PlainGroups() : OpenGroups()); }

std::string OpenPhrases::Adjective() {
  return draw_.Pick(FromLongList() ? PlainAdjectives() : scene_.world.pools.Get("adjective_skill").words);
}

std::string OpenPhrases::PersonRelation() {
  return New([&] { return draw_.Pick(FromLongList() ? PlainPersonRelations() : PersonRelations()); });
}

std::string OpenPhrases::ThingRelation() {
  return New([&] { return draw_.Pick(FromLongList() ? PlainThingRelations() : ThingRelations()); });
}

std::string OpenPhrases::PoolWord(const char* name) {
  return New([&] { return scene_.world.pools.Get(name).Value(draw_, scene_.split); });
}

std::string OpenPhrases::Town() {
  return New([&] { return DrawPlace(draw_, scene_.split); });
}

std::string OpenPhrases::PersonName() {
  return New([&] {
    return draw_.Percent(60) ? DrawPerson(draw_, scene_.split).full() : DrawFirstName(draw_, scene_.split, nullptr);
  });
}

std::string OpenPhrases::PluralGroup(const char* instead) {
  std::string group = New([&] { return DrawGroup(); });
  return IsPlural(group) ? group : instead;
}

Phrase OpenPhrases::Person() {
  uint32_t roll = draw_.Below(100);
  if (roll < 55) {
    std::string name = PersonName();
    return {name, name, true, false};
  }
  if (roll < 80) {
    std::string job = "the " + New([&] { return scene_.world.pools.Get("job").Value(draw_, scene_.split); });
    if (draw_.Percent(40)) job += " of " + topic_;
    return {job, job, true, false};
  }
  std::string group = New([&] { return DrawGroup(); });
  return {group, group, true, IsPlural(group)};
}

Phrase OpenPhrases::Thing() {
  std::string noun = Noun();
  uint32_t roll = draw_.Below(100);
  if (roll < 12) {
    std::string plural = Plural(noun), count = NumberWord(draw_.Between(2, 30));
    return {count + " " + plural, "the " + plural, false, true};
  }
  if (roll < 22) {
    std::string plural = Plural(noun), adjective = Adjective();
    return {adjective + " " + plural, "the " + adjective + " " + plural, false, true};
  }
  std::string described = noun;
  if (roll < 50) described = Adjective() + " " + noun;
  if (roll >= 50 && roll < 58) described = scene_.world.pools.Get("colour").Value(draw_, scene_.split) + " " + noun;
  if (roll >= 58 && roll < 66)
    described = Cat({noun, " made of ", scene_.world.pools.Get("material").Value(draw_, scene_.split)});
  if (roll >= 66 && roll < 74) {
    std::string owned = Cat({"the ", noun, " of ", topic_});
    return {owned, owned, false, false};
  }
  bool definite = draw_.Percent(35);
  // A question says "the spoon" whatever the text told about it.
  std::string again = draw_.Percent(50) ? "the " + noun : "the " + described;
  return {definite ? "the " + described : WithArticle(described), again, false, false};
}

Phrase OpenPhrases::Subject(const std::string& about) {
  uint32_t roll = draw_.Below(100);
  if (roll < 35 && IsNew("about:" + about)) return {topic_, topic_, false, false};
  std::string noun = "the " + Noun();
  if (roll < 60) noun += " of " + topic_;
  if (roll >= 60 && roll < 75) noun = "the " + Adjective() + noun.substr(3);
  return {noun, noun, false, false};
}

void OpenPhrases::DrawTopic() {
  std::string noun = Noun();
  switch (draw_.Below(5)) {
    case 0:
      topic_ = Cat({DrawPlace(draw_, scene_.split), " ", Capitalised(noun)});
      break;
    case 1:
      topic_ = Cat({"the ", DrawSurname(draw_, scene_.split), " ", noun});
      break;
    case 2:
      topic_ = Cat({"the ", noun, " of ", DrawPlace(draw_, scene_.split)});
      break;
    case 3:
      topic_ = draw_.Percent(50) ? DrawCompany(draw_, scene_.split) : DrawShip(draw_, scene_.split);
      break;
    default:
      topic_ = "the " + noun;
  }
  IsNew(topic_);
}

const VerbForms& OpenPhrases::NewVerb(const std::vector<VerbForms>& verbs) {
  const VerbForms* verb = &draw_.Pick(verbs);
  for (int i = 0; i < 20 && !IsNew("v:" + verb->base); ++i) verb = &draw_.Pick(verbs);
  return *verb;
}

const VerbForms& OpenPhrases::NewObjectVerb() { return NewVerb(FromLongList() ? PlainObjectVerbs() : ObjectVerbs()); }

}  // namespace cairn::seed
