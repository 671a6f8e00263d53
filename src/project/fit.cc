#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "eval/held_out.h"
#include "formats/yaml.h"
#include "project/phase.h"
#include "project/steps.h"
#include "synth/pipeline.h"
#include "train/data.h"
#include "train/device_training.h"

namespace cairn::project {
namespace {

Result<void> Fits(size_t tokens, const model::ChatTexts& base, const char* what, const std::string& where) {
  const size_t most = model::MaxPositions(base.config);
  if (tokens <= most) return {};
  return BadInput(fmt::format("{} has {} tokens, but the base model reads {}; shorten it", what, tokens, most), where);
}

Result<void> ExamplesFit(const taxonomy::Leaf& leaf, const model::ChatTexts& base, const std::string& file) {
  for (const taxonomy::SeedExample& example : leaf.seed_examples)
    for (const taxonomy::QuestionAnswer& pair : example.questions_and_answers) {
      // Of knowledge, question and answer alone become a row; of a skill, the text that it is about, too.
      const bool skill = leaf.kind == taxonomy::LeafKind::kSkill;
      const std::string question = skill ? taxonomy::QuestionWithContext(example, pair) : pair.question;
      CAIRN_ASSIGN(formats::EncodedChat chat,
                   formats::EncodeChat(base.format, base.tokenizer,
                                       {{"user", question, false}, {"assistant", pair.answer, true}}));
      CAIRN_TRY(Fits(chat.ids.size(), base, "this seed example", formats::YamlWhere(file, pair.at)));
    }
  return {};
}

Result<void> QuestionsFit(const taxonomy::Leaf& leaf, const model::ChatTexts& base, const std::string& file) {
  for (const taxonomy::EvalQuestion& question : leaf.eval_questions) {
    CAIRN_ASSIGN(std::vector<formats::TokenId> prompt,
                 formats::EncodePrompt(base.format, base.tokenizer, {{"user", question.question, false}}));
    CAIRN_TRY(Fits(prompt.size(), base, "this question", formats::YamlWhere(file, question.at)));
  }
  return {};
}

bool HasQuestions(const taxonomy::Leaf& leaf) { return !leaf.eval_questions.empty(); }

// If the project asks for this gate; why: with a first remedy.
Result<void> RefuseGate(const Project& project, const std::string& name, const std::string& why) {
  if (!project.config.spec.evaluation.gates.contains(name)) return {};
  const std::string file = project.Path(kProjectFileName), gates = "spec.evaluation.gates";
  const std::string place = formats::YamlPlace(file, gates + "." + name);
  const char* other = name == eval::kLeafQuestions ? eval::kBaseRegression : eval::kLeafQuestions;
  // A gate that is not written is found where its section is.
  const bool written = place != formats::YamlPlace(file, gates);
  return BadInput(
      "the gate " + name + " " + why + ", or " +
          (written ? "delete this line" : fmt::format("write \"benchmarks: [{}]\" below spec.evaluation", other)),
      place);
}

}  // namespace

Result<void> CheckFits(const Project& project, const train::Resources& resources) {
  CAIRN_ASSIGN(model::ChatTexts base, model::LoadChatTexts(project.base_directory));
  const std::string file = project.Path(kProjectFileName);
  CAIRN_TRY(CheckQuantizes(base.config, project.config.spec.training,
                           formats::YamlPlace(file, "spec.training.lora.quantize")));
  if (resources.device != nullptr) {
    auto trains = train::CheckDeviceTrains(base.config, NumericsOf(project.config.spec.training));
    if (trains.ok() && project.config.spec.training.replay_distillation > 0)
      trains = Unsupported("a device does not train with spec.training.replayDistillation; leave it or --device out");
    if (!trains.ok()) return Error{trains.error().code, trains.error().message, file};
  }
  if (const std::string base_data = project.base_directory + "/" + kReplayFile; PathExists(base_data))
    CAIRN_TRY(train::ReadConversations(base_data));
  const std::string root = project.Path(project.config.spec.taxonomy.path) + "/";
  for (const taxonomy::Leaf& leaf : project.leaves) {
    CAIRN_TRY(synth::CheckDocuments(leaf, project.Path(project.config.spec.taxonomy.path)));
    CAIRN_TRY(ExamplesFit(leaf, base, root + leaf.QnaPath()));
    CAIRN_TRY(QuestionsFit(leaf, base, root + leaf.EvalPath()));
  }
  return {};
}

Result<void> CheckGates(const Project& project) {
  if (const std::string held_out = project.base_directory + "/" + eval::kHeldOutFile; !PathExists(held_out))
    CAIRN_TRY(RefuseGate(project, eval::kBaseRegression,
                         "needs heldout.jsonl in " + project.base_directory + "; write one (docs/files.md)"));
  if (std::ranges::none_of(project.leaves, HasQuestions))
    CAIRN_TRY(RefuseGate(project, eval::kLeafQuestions,
                         "has nothing to measure, as no leaf has an eval.yaml; write one beside a qna.yaml"));
  return {};
}

std::vector<std::string> LeavesNotMeasured(const Project& project) {
  std::vector<std::string> paths;
  if (project.config.spec.evaluation.Wants(Benchmark::kLeafQuestions))
    for (const taxonomy::Leaf& leaf : project.leaves)
      if (!HasQuestions(leaf)) paths.push_back(leaf.path);
  return paths;
}

std::vector<std::string> NotesOn(const Project& project) {
  std::vector<std::string> notes;
  if (project.config.spec.training.replay > 0 && !PathExists(project.base_directory + "/" + kReplayFile))
    notes.push_back(fmt::format("no {} in {}: trained without base data", kReplayFile, project.base_directory));
  for (const std::string& path : LeavesNotMeasured(project))
    notes.push_back(fmt::format("not measured: {} (no eval.yaml)", path));
  return notes;
}

Result<void> CheckPhases(const Project& project) {
  const std::vector<PhaseConfig>& phases = project.config.spec.training.phases;
  for (size_t i = 0; i < phases.size(); ++i) {
    const PhaseConfig& phase = phases[i];
    const auto trained = [&](const taxonomy::Leaf& leaf) { return TrainsOn(phase.data, leaf.kind); };
    if (std::none_of(project.leaves.begin(), project.leaves.end(), trained))
      return BadInput(
          fmt::format("the phase \"{}\" trains on {}, of which the taxonomy has no leaf; add one, or delete the line "
                      "\"- {{name: {}, ...}}\" below spec.training.phases in cairn.yaml",
                      phase.name, phase.data == PhaseData::kSkills ? "skills" : "knowledge", phase.name),
          formats::YamlPlace(project.Path(kProjectFileName), fmt::format("spec.training.phases[{}]", i)));
  }
  return {};
}

}  // namespace cairn::project
