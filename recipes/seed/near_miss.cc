// Near misses: what a person might well ask about a text that does not tell it. "How heavy is the bell?" of a text in
// which a bell has a crack and a cart weighs a ton: who only looks for a value of the right kind answers wrongly.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "event_words.h"
#include "open_words.h"
#include "passage.h"
#include "plain_words.h"
#include "text.h"

namespace cairn::seed {
namespace {

// Questions about a thing {t}; a text with one of the marks might answer them.
struct Attribute {
  std::string_view forms, marks;
};
constexpr std::string_view kMoney =
    "cost|price|pay|paid|pound|euro|dollar|crown|cent|pence|franc|mark|coin|fee|charge|money|sold|sale|bought|fetch|"
    "free|$|€|£|ticket|rent|worth";
constexpr Attribute kAttributes[] = {
    {"How much does {t} cost?|What is the price of {t}?|What does one have to pay for {t}?|How expensive is {t}?|What "
     "was "
     "paid for {t}?",
     kMoney},
    {"How old is {t}?|What is the age of {t}?|For how many years has there been {t}?",
     " old|aged|year|age |born|ancient|since|built|made|founded"},
    {"In which year was {t} built?|When was {t} made?|In what year did {t} begin?|When was {t} bought?|How long ago "
     "was {t} "
     "opened?",
     "year|built|build|made|begin|began|found|open|bought|since|ago"},
    {"How much does {t} weigh?|How heavy is {t}?|What is the weight of {t}?", "weigh|kilo|gram|ton|pound|ounce|heav"},
    {"How tall is {t}?|How high is {t}?|What is the height of {t}?|How wide is {t}?|How deep is {t}?",
     "tall|high|height|metre|feet|foot|inch|wide|deep|measure"},
    {"How long is {t}?|What is the length of {t}?|How big is {t}?|What size is {t}?",
     "long|length|metre|feet|foot|inch|size|big|measure|hectare"},
    {"What colour is {t}?|Which colour does {t} have?|In what colour is {t} painted?", "colour|paint|shade|dye"},
    {"Who owns {t}?|Whose is {t}?|Who is the owner of {t}?|To whom does {t} belong?",
     "own|belong|propert|bought|'s |present"},
    {"Where was {t} made?|Where does {t} come from?|In which country was {t} made?|Where was {t} bought?",
     "made|come|came|from|built|bought|origin"},
    {"At what time does {t} close?|When does {t} open?|On which days is {t} open?|How long is {t} open?",
     "open|clos|o'clock|shut|lock|hour| am| pm|until"},
    {"Who designed {t}?|Who drew the plans for {t}?|Who built {t}?|Who made {t}?|Who invented {t}?",
     "design|plan|architect|built|build|drew|made|make|invent|work of"},
    {"How many people work at {t}?|How many people use {t}?|How many visitors does {t} have?",
     "people|work|staff|employ|member|visitor|guest|use"},
    {"What is {t} made of?|Of what material is {t}?", "made|material|wood|stone|metal|steel|iron|glass|cloth|consist"},
    {"What is the telephone number of {t}?|Which number must I call about {t}?", "phone|number|call|ring"},
    {"How long does it take to get to {t}?|How far away is {t}?|How do I get to {t}?",
     "minute|hour|walk|ride|kilomet|mile|way|far|away|road|bus|train"},
    {"How fast is {t}?|What is the top speed of {t}?", "fast|speed|quick|slow|hour"},
    {"How often is {t} cleaned?|Who looks after {t}?|Who repairs {t}?|When was {t} last repaired?",
     "clean|look|repair|mend|care|often|every|wash"},
    {"What is the name of {t}?|What is {t} called?|What do people call {t}?", "call|name|known as"},
    {"Why is {t} famous?|What is {t} famous for?|What is special about {t}?", "famous|known|because|special|best"},
    {"How many rooms does {t} have?|How many windows does {t} have?|How many doors are there in {t}?",
     "room|window|door|many"},
    {"What did {t} look like?|What does {t} look like?", "look|like|colour|painted|shape"},
    {"Who broke {t}?|Who stole {t}?|Who lost {t}?|Who won {t}?|Who wrote about {t}?",
     "broke|break|stole|steal|lost|lose|won|win|wrote|write"},
};

std::set<std::string> KnownNouns() {
  std::set<std::string> nouns(OpenNouns().begin(), OpenNouns().end());
  for (const std::string& noun : PlainNouns())
    if (!Contains(noun, " ")) nouns.insert(noun);
  return nouns;
}

// "the bell": things that the text names with "the" and one noun.
std::vector<std::string> ThingsIn(const std::string& text) {
  static const std::set<std::string> nouns = KnownNouns();
  std::vector<std::string> things;
  std::vector<std::string> words = Words(text);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "the" && words[i] != "The") continue;
    std::string noun = words[i + 1];
    const bool ends =
        std::erase_if(noun, [](char c) { return std::string_view(".,;:?!").find(c) != std::string_view::npos; }) > 0;
    const bool compound = !ends && i + 2 < words.size() && nouns.contains(words[i + 2]);
    if (!compound && nouns.contains(noun)) things.push_back("the " + noun);
  }
  return things;
}

bool HasAny(const std::string& lower, std::string_view marks) {
  const std::vector<std::string> all = CutList(marks);
  return std::any_of(all.begin(), all.end(), [&](const std::string& mark) { return Contains(lower, mark); });
}

class NearMiss {
 public:
  NearMiss(Scene& scene, const Passage& passage)
      : scene_(scene),
        draw_(scene.draw),
        passage_(passage),
        lower_(AsciiLower(passage.text)),
        things_(ThingsIn(passage.text)) {
    for (const Entity& entity : passage.entities)
      if (entity.frame->pronoun != Pronoun::kPerson) things_.push_back(entity.name);
  }

  // Empty where nothing fits.
  std::string Question() {
    for (int attempt = 0; attempt < 12; ++attempt) {
      const uint32_t roll = draw_.Below(100);
      std::string question = roll < 70 ? AboutThing() : roll < 90 ? AboutPerson() : AboutNumber();
      if (!question.empty()) return question;
    }
    return {};
  }

 private:
  std::string AboutThing() {
    if (things_.empty()) return {};
    const Attribute& attribute = kAttributes[draw_.Below(std::size(kAttributes))];
    const std::string thing = draw_.Pick(things_);
    if (HasAny(lower_, attribute.marks)) return {};
    return Fill(draw_.Pick(CutList(attribute.forms)), {{"t", thing}});
  }

  // The name of somebody of whom the text says nothing, or whom it never calls by a name.
  std::string AboutPerson() {
    const std::string role = draw_.Percent(50) ? scene_.world.pools.Get("job").Value(draw_, scene_.split)
                                               : draw_.Pick(PlainPersonRelations());
    if (Contains(lower_, role) && !IsUnnamed(role)) return {};
    return Fill(draw_.Pick({"What is the name of the {r}?", "Who is the {r}?", "What is the {r} called?",
                            "What was the name of the {r}?", "How old is the {r}?", "Where does the {r} live?",
                            "What is the {r}'s first name?", "Who will be the next {r}?"}),
                {{"r", role}});
  }

  bool IsUnnamed(const std::string& role) const {
    if (!passage_.entities.empty() || !Contains(lower_, "the " + role + " ")) return false;
    const std::string named = role + " of|" + role + " is|" + role + " was|" + role + ",|as " + role + "|, the " +
                              role + "|called|name| old|live";
    return !HasAny(lower_, named);
  }

  std::string AboutNumber() {
    const std::string noun = draw_.Pick(draw_.Percent(50) ? OpenNouns() : PlainNouns());
    if (Contains(lower_, noun.substr(0, 5))) return {};
    const std::string thing = things_.empty() ? "" : draw_.Pick(things_);
    const std::string form(thing.empty()
                               ? draw_.Pick({"How many {n} are there?", "How many {n} do they have?"})
                               : draw_.Pick({"How many {n} are there?", "How many {n} does {t} have?",
                                             "How many {n} are there at {t}?", "What does {t} do with {n}?"}));
    return Fill(form, {{"n", Plural(noun)}, {"t", thing}});
  }

  Scene& scene_;
  Draw& draw_;
  const Passage& passage_;
  const std::string lower_;
  std::vector<std::string> things_;
};

}  // namespace

std::string NearMissQuestion(Scene& scene, const Passage& passage) { return NearMiss(scene, passage).Question(); }

}  // namespace cairn::seed
