// What open passages speak of: their topic, and persons, things and names that no passage brings up twice.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "open_words.h"
#include "passage.h"

namespace cairn::seed {

// A noun phrase: as the text brings it up, and as a question names it.
struct Phrase {
  std::string first, again;
  bool person = false, plural = false;
};

class OpenPhrases {
 protected:
  explicit OpenPhrases(Scene& scene) : scene_(scene), draw_(scene.draw) { DrawTopic(); }

  // Not brought up before; from now on it is.
  bool IsNew(const std::string& word);
  template <typename MakeWord>
  std::string New(MakeWord make) {
    std::string word = make();
    for (int i = 0; i < 30 && !IsNew(word); ++i) word = make();
    return word;
  }

  std::string Noun();
  std::string Adjective();
  std::string PersonRelation();
  std::string ThingRelation();
  std::string PoolWord(const char* name);
  std::string Town();
  std::string PersonName();
  // A group that takes a plural verb; `instead` stands in where the draw takes a singular one.
  std::string PluralGroup(const char* instead);
  const VerbForms& NewVerb(const std::vector<VerbForms>& verbs);
  const VerbForms& NewObjectVerb();

  Phrase Person();
  Phrase Thing();  // that an action is done to
  // What acts or is described: the topic, a part of it, another thing. about: what the sentence tells; the topic is
  // told the same kind of thing once only, so that a question about it has one answer.
  Phrase Subject(const std::string& about);

  Scene& scene_;
  Draw& draw_;
  std::string topic_;

 private:
  void DrawTopic();
  std::string DrawNoun();
  std::string DrawGroup();
  // Plain scenes take most of their words from the long lists.
  bool FromLongList() { return scene_.level >= Level::kPlain && draw_.Percent(65); }

  std::vector<std::string> used_;
};

}  // namespace cairn::seed
