// Reading: answers from a passage; and "I don't know." where nothing tells.
#include <algorithm>
#include <utility>

#include "synth/prompts.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

struct Layout {
  const char* form;  // {p} passage, {q} question
};

constexpr Layout kLayouts[] = {
    {"{p}\n\n{q}"},
    {"{p}\n\n{q}"},
    {"{p}\n{q}"},
    {"{q}\n\n{p}"},
    {"{p}\n\nQuestion: {q}"},
    {"Text: {p}\n\nQuestion: {q}"},
    {"Text:\n{p}\n\nQuestion:\n{q}"},
    {"Read this text.\n\n{p}\n\n{q}"},
    {"Read this text and answer the question.\n\n{p}\n\n{q}"},
    {"Here is a text.\n\n{p}\n\nNow answer this question: {q}"},
    {"{p}\n\nAnswer this question about the text: {q}"},
    {"{p}\n\nAnswer from the text. {q}"},
    {"Question: {q}\n\nText: {p}"},
    {"Answer this question from the text below: {q}\n\n{p}"},
    {"Use this text to answer.\n{p}\n\n{q}"},
    {"{p}\n\nAccording to the text: {q}"},
    {"I read this:\n{p}\n\n{q}"},
    {"Context: {p}\nQuestion: {q}"},
    {"Passage: {p}\nQ: {q}"},
    {"{p}\n\nQ: {q}"},
    {"Please read this: {p}\n\n{q}"},
    {"Look at this.\n\n{p}\n\n{q}"},
    {"I have a question about this text.\n\n{p}\n\n{q}"},
    {"{p}\n\nAnswer in a few words: {q}"},
    {"Read the text and answer. If it does not say, answer: I don't know.\n\n{p}\n\n{q}"},
    {"---\n{p}\n---\n{q}"},
    {"\"{p}\"\n\n{q}"},
};

// A turn that asks for a whole sentence.
std::string ForSentence(Draw& draw, const std::string& question) {
  return question + std::string(draw.Pick({" Answer in a full sentence.", " Answer with a sentence.",
                                           " Please answer in a whole sentence.", " (full sentence)",
                                           " Write a complete sentence."}));
}

std::string QuestionTurn(Scene& scene, const Passage& passage, const Probe& probe, int previous_entity, Turn& turn) {
  Draw& draw = scene.draw;
  Mention mention = Mention::kFull;
  if (probe.entity >= 0) {
    const Entity& entity = passage.entities[static_cast<size_t>(probe.entity)];
    uint32_t roll = draw.Below(100);
    bool follows = previous_entity == probe.entity;
    if (follows && roll < 35 && probe.kind != Answer::kThing) {
      mention = Mention::kPronoun;
    } else if (roll < 50 && entity.noun_is_unique && entity.frame->pronoun != Pronoun::kPerson) {
      mention = Mention::kNoun;
    } else if (roll < 50 && !entity.short_name.empty()) {
      mention = Mention::kShort;
    }
  }
  std::string question = AskFor(scene, passage, probe, mention);
  turn.assistant = probe.answer;
  bool yesno = IsYesNo(probe.answer);
  std::string statement = StatementOf(passage, probe);
  if (!yesno && probe.kind != Answer::kThing && !statement.empty() && !scene.held_out() && draw.Percent(5)) {
    turn.assistant = statement;
    turn.accepted = {probe.answer};
    return ForSentence(draw, question);
  }
  return question;
}

bool AskedAlready(const Dialogue& dialogue, const std::string& question) {
  for (const Turn& turn : dialogue.turns) {
    if (Contains(turn.user, question)) return true;
  }
  return false;
}

std::string AnyUnknownQuestion(Scene& scene, const Passage& passage) {
  std::string question;
  if (scene.level >= Level::kPlain && scene.draw.Percent(scene.level == Level::kPlain ? 55 : 35))
    question = NearMissQuestion(scene, passage);
  return question.empty() ? UnknownQuestion(scene, passage) : question;
}

bool SharesFact(const Passage& passage, const std::string& question) {
  for (const Probe& probe : passage.probes) {
    if (probe.entity >= 0) continue;
    for (const std::string& ask : probe.asks) {
      if (ask == question) return true;
    }
  }
  return false;
}

}  // namespace

std::string Typed(Draw& draw, const std::string& question) {
  uint32_t roll = draw.Below(100);
  if (roll < 8) {
    for (std::string_view word : {"What", "Who", "Where", "When", "How"}) {
      if (question.starts_with(std::string(word) + " is "))
        return std::string(word) + "'s" + question.substr(word.size() + 3);
    }
  }
  if (roll >= 15) return question;
  std::string text = question;
  if (text.ends_with('?') && draw.Percent(70)) text.pop_back();
  // Only a question word may lose its capital; a name keeps it.
  for (std::string_view word :
       {"What", "When", "Where", "Who", "Why", "How", "Which", "Is", "Does", "Can", "Did", "Tell"}) {
    if (text.starts_with(std::string(word) + " ")) return Uncapitalised(text);
  }
  return text;
}

std::string AskFromText(Draw& draw, const std::string& passage, const std::string& question) {
  if (draw.Percent(25)) return synth::AnswerFrom(passage, question).back().content;
  const char* form = kLayouts[draw.Below(std::size(kLayouts))].form;
  return Fill(form, {{"p", passage}, {"q", Typed(draw, question)}});
}

std::string AskedBare(Draw& draw, const std::string& question) {
  std::string text = Typed(draw, question);
  if (draw.Percent(10)) text = "Question: " + text;
  if (draw.Percent(6)) text += draw.Pick({" Answer in a few words.", " Answer in one sentence.", " Please answer."});
  return text;
}

std::string WithText(Draw& draw, const std::string& passage, const std::string& instruction) {
  static constexpr Layout kForms[] = {{"{p}\n\n{q}"},
                                      {"{p}\n\n{q}"},
                                      {"{q}\n\n{p}"},
                                      {"Text: {p}\n\n{q}"},
                                      {"{q}\n\nText: {p}"},
                                      {"Read this text.\n\n{p}\n\n{q}"},
                                      {"Here is a text.\n{p}\n\n{q}"},
                                      {"{p}\n{q}"}};
  return Fill(kForms[draw.Below(std::size(kForms))].form, {{"p", passage}, {"q", instruction}});
}

Dialogue MakeReading(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "reading";
  PassageOptions options;
  options.max_facts = draw.Percent(HasWordings(scene.level) ? 40 : 20) ? 9 : 6;
  if (draw.Percent(15)) options.max_facts = 2, options.min_facts = 1;
  out.passage = MakePassage(scene, options);
  std::vector<Probe> probes = out.passage.probes;
  draw.Shuffle(probes);
  if (scene.held_out()) {
    std::stable_partition(probes.begin(), probes.end(),
                          [](const Probe& probe) { return probe.fact != nullptr && !probe.fact->ask_x.empty(); });
  }
  // A passage is dear, a further question about it cheap: late in training most of its facts are asked for.
  int least = HasEvents(scene.level) ? 4 : 2;
  size_t count = std::min(probes.size(), static_cast<size_t>(draw.Between(least, std::max(least, max_turns))));
  count = std::min(count, static_cast<size_t>(max_turns));
  int previous = -1;
  for (size_t i = 0; i < count; ++i) {
    Turn turn;
    std::string question = QuestionTurn(scene, out.passage, probes[i], previous, turn);
    previous = probes[i].entity;
    if (!scene.held_out() && draw.Percent(12)) {
      std::string unknown = AnyUnknownQuestion(scene, out.passage);
      if (!unknown.empty() && !SharesFact(out.passage, unknown) && !AskedAlready(out, unknown)) {
        question = unknown;
        turn = {"", kDontKnow, {}};
        previous = -1;
      }
    }
    turn.user = out.turns.empty() ? AskFromText(draw, out.passage.text, question) : Typed(draw, question);
    out.turns.push_back(std::move(turn));
  }
  return out;
}

namespace {

std::string AboutUnknownThing(Scene& scene, const Entity& entity) {
  Draw& draw = scene.draw;
  if (draw.Percent(20)) {
    return Fill(draw.Pick({"Tell me about {S}.", "What do you know about {S}?", "What can you tell me about {S}?",
                           "Who or what is {S}?", "Do you know anything about {S}?", "Describe {S}.",
                           "Write something about {S}."}),
                {{"S", entity.name}});
  }
  const Stated& stated = draw.Pick(entity.facts);
  const Fact& fact = *stated.fact;
  if (!fact.req.empty() && draw.Percent(12)) {
    return "Tell me " +
           Fill(draw.Pick(fact.req), {{"S", entity.name}, {"Ss", Possessive(entity.name)}, {"his", "their"}}) + ".";
  }
  uint32_t roll = draw.Below(100);
  Answer kind = roll < 12 && !fact.ask_w.empty()  ? Answer::kSecond
                : roll < 20 && !fact.back.empty() ? Answer::kThing
                                                  : Answer::kValue;
  bool held_out_form = scene.held_out() && kind == Answer::kValue && !fact.ask_x.empty();
  const auto& forms = held_out_form ? fact.ask_x : AskForms(fact, kind);
  return FillQuestion(draw.Pick(forms), entity, &stated, Mention::kFull);
}

}  // namespace

Dialogue MakeUnknown(Scene& scene, int max_turns) {
  Draw& draw = scene.draw;
  Dialogue out;
  out.task = "unknown";
  int turns = draw.Between(1, max_turns);
  if (draw.Percent(70)) {
    // Nothing tells: things that the model has never heard of.
    for (int i = 0; i < turns; ++i) {
      Entity entity = MakeEntity(scene, *draw.Pick(scene.world.frames));
      out.turns.push_back({AskedBare(draw, AboutUnknownThing(scene, entity)), kDontKnow, {}});
    }
    return out;
  }
  PassageOptions options;
  options.max_facts = 4;
  out.passage = MakePassage(scene, options);
  for (int i = 0; i < std::min(turns, 4); ++i) {
    std::string question = AnyUnknownQuestion(scene, out.passage);
    if (question.empty() || AskedAlready(out, question)) continue;
    // A question that the text answers stands between, so that "I don't know." is never the mere habit of a talk.
    if (!out.turns.empty() && draw.Percent(40)) {
      Turn known;
      known.user = QuestionTurn(scene, out.passage, draw.Pick(out.passage.probes), -1, known);
      out.turns.push_back(std::move(known));
    }
    std::string user = out.turns.empty() ? AskFromText(draw, out.passage.text, question) : Typed(draw, question);
    out.turns.push_back({user, kDontKnow, {}});
  }
  if (out.turns.empty()) return MakeUnknown(scene, max_turns);
  return out;
}

}  // namespace cairn::seed
