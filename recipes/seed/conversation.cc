// Talks: small talk, and facts that the user tells and asks for later.
#include <algorithm>
#include <utility>

#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

// What a user may say about herself: two ways to tell, two ways to ask, how to repeat it.
struct Personal {
  std::string_view pool;
  std::string_view tell[3];
  std::string_view ask[3];
};
constexpr Personal kPersonal[] = {
    {"name",
     {"My name is {v}.", "I am {v}.", "You can call me {v}."},
     {"What is my name?", "What am I called?", "Do you remember my name?"}},
    {"animalname",
     {"My dog is called {v}.", "We have a dog. It is called {v}.", "The name of my dog is {v}."},
     {"What is my dog called?", "What is the name of my dog?", "How is my dog called?"}},
    {"animalname",
     {"My cat is called {v}.", "I have a cat with the name {v}.", "There is a cat in our house, {v}."},
     {"What is my cat called?", "What is the name of my cat?", "What did I call my cat?"}},
    {"place",
     {"I live in {v}.", "My home is in {v}.", "I come from {v}."},
     {"Where do I live?", "Where is my home?", "In which town do I live?"}},
    {"colour",
     {"My favourite colour is {v}.", "I like the colour {v} best.", "No colour is nicer than {v}, I think."},
     {"What is my favourite colour?", "Which colour do I like best?", "What colour do I like?"}},
    {"she",
     {"My sister's name is {v}.", "I have a sister called {v}.", "{v} is my sister."},
     {"What is my sister called?", "What is the name of my sister?", "Who is my sister?"}},
    {"he",
     {"My brother's name is {v}.", "I have a brother called {v}.", "{v} is my brother."},
     {"What is my brother called?", "What is the name of my brother?", "Who is my brother?"}},
    {"job",
     {"I work as {a v}.", "I am {a v}.", "I earn my living as {a v}."},
     {"What is my job?", "What do I work as?", "What do I do for a living?"}},
    {"hobby",
     {"My hobby is {v}.", "In my free time I enjoy {v}.", "I love {v}."},
     {"What is my hobby?", "What do I enjoy in my free time?", "What do I do in my free time?"}},
    {"dish",
     {"My favourite dish is {v}.", "I like {v} best of all dishes.", "The dish I like most is {v}."},
     {"What is my favourite dish?", "Which dish do I like best?", "What do I like to eat most?"}},
    {"instrument",
     {"I play the {v}.", "I am learning to play the {v}.", "My instrument is the {v}."},
     {"Which instrument do I play?", "What do I play?", "What instrument am I learning?"}},
    {"time",
     {"My train leaves at {v}.", "I have to catch a train at {v}.", "The train that I take goes at {v}."},
     {"When does my train leave?", "At what time is my train?", "What time does my train go?"}},
    {"day",
     {"I have an exam on {v}.", "My exam is on {v}.", "On {v} I must sit an exam."},
     {"When is my exam?", "On which day is my exam?", "What day is my exam?"}},
    {"person",
     {"My teacher is {v}.", "{v} teaches me.", "I have lessons with {v}."},
     {"Who is my teacher?", "Who teaches me?", "With whom do I have lessons?"}},
    {"code",
     {"My locker has the number {v}.", "I have locker {v}.", "The number of my locker is {v}."},
     {"What is the number of my locker?", "Which locker do I have?", "What is my locker number?"}},
    {"age",
     {"I am {v} years old.", "My age is {v}.", "I have just turned {v}."},
     {"How old am I?", "What is my age?", "Do you know my age?"}},
    {"street",
     {"I live in {v}.", "Our house is in {v}.", "You find our house in {v}."},
     {"In which street do I live?", "Where is our house?", "What is the name of my street?"}},
    {"building",
     {"I left my bag in {v}.", "My bag is still in {v}.", "I forgot my bag in {v}."},
     {"Where is my bag?", "Where did I leave my bag?", "Where did I forget my bag?"}},
    {"animal",
     {"My favourite animal is the {v}.", "Of all animals I like the {v} best.", "No animal is nicer than the {v}."},
     {"What is my favourite animal?", "Which animal do I like best?", "What animal do I like?"}},
    {"drink",
     {"I would like {v}, please.", "Please bring me {v}.", "For me {v}, please."},
     {"What did I order?", "What would I like to drink?", "What did I ask for?"}},
    {"shop",
     {"I work at {v}.", "I have a job at {v}.", "My workplace is {v}."},
     {"Where do I work?", "What is my workplace?", "Where do I have a job?"}},
    {"month",
     {"My birthday is in {v}.", "I was born in {v}.", "In {v} I have my birthday."},
     {"In which month is my birthday?", "When is my birthday?", "In what month was I born?"}},
    {"sport",
     {"My sport is {v}.", "I am good at {v}.", "I do {v} every week."},
     {"What is my sport?", "Which sport do I do?", "What sport am I good at?"}},
    {"price",
     {"I paid {v} for my coat.", "My coat cost {v}.", "For {v} I bought a coat."},
     {"What did my coat cost?", "How much did I pay for my coat?", "How much was my coat?"}}};

constexpr const char* kAcknowledge = "I see.";

struct SmallTalk {
  std::string_view user, assistant;
};
constexpr SmallTalk kSmallTalk[] = {{"Hello!", "Hello! How can I help you?"},
                                    {"Hello", "Hello! How can I help you?"},
                                    {"Hi", "Hello! How can I help you?"},
                                    {"Hi!", "Hello! How can I help you?"},
                                    {"Hi there!", "Hello! How can I help you?"},
                                    {"Good morning.", "Good morning! How can I help you?"},
                                    {"Good evening.", "Good evening! How can I help you?"},
                                    {"Thank you.", "You are welcome."},
                                    {"Thanks!", "You are welcome."},
                                    {"Thank you very much.", "You are welcome."},
                                    {"Bye.", "Goodbye!"},
                                    {"Goodbye!", "Goodbye!"},
                                    {"Who are you?", "I am Seed, a small language model."},
                                    {"What are you?", "I am Seed, a small language model."},
                                    {"What is your name?", "My name is Seed."},
                                    {"Are you a person?", "No, I am a small language model."},
                                    {"Are you a human?", "No, I am a small language model."},
                                    {"What can you do?",
                                     "I can answer questions about a text, write questions, say things in other words "
                                     "and do small tasks with words and numbers."},
                                    {"How are you?", "I am well, thank you."},
                                    {"Can you help me?", "Yes. What do you need?"},
                                    {"Help", "Yes. What do you need?"},
                                    {"I have a question.", "Please ask."},
                                    {"May I ask you something?", "Please ask."}};

void PersonalTalk(Scene& scene, Dialogue& out) {
  Draw& draw = scene.draw;
  std::vector<size_t> kinds;
  size_t count = static_cast<size_t>(draw.Between(1, 4));
  while (kinds.size() < count) {
    size_t kind = draw.Below(std::size(kPersonal));
    bool known = false;
    // Two facts with the same question ("Where do I live?") would leave it open which one is meant.
    for (size_t other : kinds) known = known || other == kind || kPersonal[other].tell[0] == kPersonal[kind].tell[0];
    if (!known) kinds.push_back(kind);
  }
  auto value = [&](const Personal& personal) {
    if (personal.pool == "name") return DrawFirstName(draw, scene.split, nullptr);
    if (personal.pool == "he" || personal.pool == "she") {
      for (;;) {
        Person person = DrawPerson(draw, scene.split);
        if ((person.gender == Gender::kHe) == (personal.pool == "he")) return person.first;
      }
    }
    return scene.world.pools.Get(personal.pool).Value(draw, scene.split);
  };
  std::vector<std::string> values;
  bool together = draw.Percent(30);
  std::string told;
  for (size_t kind : kinds) {
    const Personal& personal = kPersonal[kind];
    values.push_back(value(personal));
    std::string text = Capitalised(Fill(personal.tell[draw.Below(3)], {{"v", values.back()}}));
    if (together) {
      told += (told.empty() ? "" : " ") + text;
    } else {
      out.turns.push_back({text, kAcknowledge, {}});
    }
  }
  if (together) out.turns.push_back({told, kAcknowledge, {}});
  std::vector<size_t> order;
  for (size_t i = 0; i < kinds.size(); ++i) order.push_back(i);
  draw.Shuffle(order);
  for (size_t i : order)
    out.turns.push_back({Typed(draw, std::string(kPersonal[kinds[i]].ask[draw.Below(3)])), values[i], {}});
  if (draw.Percent(35)) {
    size_t other = draw.Below(std::size(kPersonal));
    bool known = false;
    for (size_t kind : kinds)
      known =
          known || kPersonal[kind].pool == kPersonal[other].pool || kPersonal[kind].tell[0] == kPersonal[other].tell[0];
    if (!known) out.turns.push_back({std::string(kPersonal[other].ask[draw.Below(3)]), kDontKnow, {}});
  }
}

// The user tells about a thing, one fact a turn.
void ThingTalk(Scene& scene, Dialogue& out) {
  Draw& draw = scene.draw;
  PassageOptions options;
  options.max_facts = 4;
  options.max_entities = 1;
  options.special = false;
  out.passage = MakePassage(scene, options);
  const Passage& passage = out.passage;
  const Entity& entity = passage.entities[0];
  if (draw.Percent(50)) {
    out.turns.push_back(
        {Fill(draw.Pick({"I want to tell you about {S}.", "Let us talk about {S}.", "Do you know {S}?"}),
              {{"S", entity.name}}),
         "",
         {}});
    out.turns.back().assistant = out.turns.back().user.starts_with("Do you") ? kDontKnow : "Please do.";
  }
  std::vector<const Fact*> told;
  bool first = out.turns.empty();
  for (const Stated& stated : entity.facts) {
    std::string text = StatementOf(entity, stated, first || draw.Percent(40) ? Mention::kFull : Mention::kPronoun);
    out.turns.push_back({text, kAcknowledge, {}});
    first = false;
  }
  std::vector<Probe> probes = passage.probes;
  draw.Shuffle(probes);
  for (size_t i = 0; i < std::min<size_t>(probes.size(), 3); ++i) {
    Mention mention =
        draw.Percent(40) && i > 0 && probes[i].kind != Answer::kThing ? Mention::kPronoun : Mention::kFull;
    out.turns.push_back({AskFor(scene, passage, probes[i], mention), probes[i].answer, {}});
  }
  std::string unknown = UnknownQuestion(scene, passage);
  if (!unknown.empty() && draw.Percent(40)) out.turns.push_back({unknown, kDontKnow, {}});
}

}  // namespace

Dialogue MakeConversation(Scene& scene) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "conversation";
  if (draw.Percent(45)) {
    const SmallTalk& talk = kSmallTalk[draw.Below(std::size(kSmallTalk))];
    out.turns.push_back({std::string(talk.user), std::string(talk.assistant), {}});
  }
  uint32_t roll = draw.Below(100);
  if (roll < 60) {
    PersonalTalk(scene, out);
  } else if (roll < 92 || out.turns.empty()) {
    ThingTalk(scene, out);
  }
  if (draw.Percent(12))
    out.turns.push_back({std::string(draw.Pick({"Thank you.", "Thanks!"})), "You are welcome.", {}});
  return out;
}

}  // namespace cairn::seed
