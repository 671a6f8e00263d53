// train:<phase> and model - from samples to merged weights (steps.h).
#include <fmt/format.h>

#include <set>

#include "base/file.h"
#include "base/terminal.h"
#include "eval/text_score.h"
#include "project/build.h"
#include "project/phase.h"
#include "project/steps.h"
#include "taxonomy/text.h"

namespace cairn::project {
namespace {

// Rises when the same rows and settings give other weights, the numerics aside; for training of all weights, when a
// model's other files change, too.
int TrainingVersion(TrainingMethod method) { return method == TrainingMethod::kFull ? 5 : 4; }

// Rises when a model is merged otherwise, or has other files beside its weights.
constexpr int kModelVersion = 3;

// What a phase hands on: an adapter in PEFT layout, or after full training a model directory.
constexpr const char* kAdapterDirectory = "adapter";

// Seconds between checkpoints; the variable is for tests that kill a short training. It changes no bit.
double CheckpointSeconds() {
  const char* set = std::getenv("CAIRN_CHECKPOINT_SECONDS");
  return set ? std::strtod(set, nullptr) : train::PhaseOptions{}.checkpoint_seconds;
}

// A teacher may by itself write a question that stands in an eval.yaml. Such rows are not trained on: the measure would
// know its answers. Signs and capitals are what a skill may be about: "3 + 4" is not "3 - 4".
class EvalQuestions {
 public:
  explicit EvalQuestions(const Project& project) {
    for (const taxonomy::Leaf& leaf : project.leaves) {
      const bool knowledge = leaf.kind == taxonomy::LeafKind::kKnowledge;
      for (const taxonomy::EvalQuestion& q : leaf.eval_questions)
        knowledge ? of_knowledge_.insert(eval::NormaliseAnswer(q.question))
                  : of_skills_.insert(taxonomy::NormalizeQuestion(q.question, false));
    }
  }
  bool Holds(const formats::Conversation& c) const {
    return std::any_of(c.messages.begin(), c.messages.end(), [&](const auto& m) {
      return m.role == "user" && (of_knowledge_.contains(eval::NormaliseAnswer(m.content)) ||
                                  of_skills_.contains(taxonomy::NormalizeQuestion(m.content, false)));
    });
  }

 private:
  std::set<std::string> of_knowledge_, of_skills_;
};

Result<std::vector<formats::Conversation>> BaseData(const Project& project) {
  std::string path = project.base_directory + "/" + kReplayFile;
  if (!PathExists(path)) return std::vector<formats::Conversation>{};
  return train::ReadConversations(path);
}

Result<model::Model> StartModel(BuildContext& context, const std::string& previous) {
  const TrainingConfig& training = context.project.config.spec.training;
  if (training.method == TrainingMethod::kFull && !previous.empty())
    return model::LoadModel(previous + "/" + kPhaseModelDirectory);
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  model::Model model = base->model;
  CAIRN_TRY(
      PrepareTrainable(model, training, previous.empty() ? "" : previous + "/" + kAdapterDirectory, training.seed));
  return model;
}

uint64_t KeepStatesEvery(const model::Model& model) {
  if (!model.adapter) return 0;
  return model.adapter->values.size() <= kSmallAdapter ? 1 : uint64_t{1} << 40;
}

// Rows that synthesis kept, and base data, that this phase does not train on, each with the reason; how synthesis cuts
// a text knows nothing of the base model's tokens.
struct LeftOut {
  std::string lines;
  size_t count = 0;
  void Add(const std::string& id, const std::string& reason) {
    lines += DumpJson({{"id", id}, {"reason", reason}}) + "\n";
    ++count;
  }
};

Result<std::vector<formats::Conversation>> Contributed(const Project& project, size_t phase,
                                                       const model::ChatModel& base, const dag::StepContext& step,
                                                       LeftOut& left_out) {
  const EvalQuestions eval_questions(project);
  const size_t longest = model::MaxPositions(base.model.config);
  std::vector<formats::Conversation> contributed;
  for (const taxonomy::Leaf& leaf : project.leaves) {
    if (!TrainsOn(project.config.spec.training.phases[phase].data, leaf.kind)) continue;
    CAIRN_ASSIGN(auto rows, train::ReadConversations(step.Input(SynthStepId(leaf)) + "/" + kSamplesFile));
    for (formats::Conversation& row : rows) {
      if (eval_questions.Holds(row)) {
        left_out.Add(row.id, "an eval.yaml asks this");
        continue;
      }
      CAIRN_ASSIGN(const formats::EncodedChat chat, formats::EncodeChat(base.format, base.tokenizer, row.messages));
      if (chat.ids.size() > longest) {
        left_out.Add(row.id, fmt::format("{} tokens; the base model reads {}", chat.ids.size(), longest));
      } else {
        contributed.push_back(std::move(row));
      }
    }
  }
  return contributed;
}

Result<void> RunTrain(BuildContext& context, size_t phase, const dag::StepContext& step) {
  const Project& project = context.project;
  const TrainingConfig& training = project.config.spec.training;
  PhasePlan plan = PlanOf(training, phase);
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  LeftOut left_out;
  CAIRN_ASSIGN(auto contributed, Contributed(project, phase, *base, step, left_out));
  CAIRN_ASSIGN(auto base_data, BaseData(project));
  CAIRN_ASSIGN(PhaseSamples samples, MixSamples(std::move(contributed), std::move(base_data), *base, training, plan));
  for (const auto& [id, reason] : samples.left_out) left_out.Add(id, reason);
  CAIRN_ASSIGN(train::EpochSource source, PhaseSource(samples, training, plan));
  CAIRN_ASSIGN(model::Model model, StartModel(context, phase == 0 ? "" : step.Input("previous")));
  CAIRN_TRY(QuantizeBase(model, training));

  train::TrainConfig config = PhaseTrainConfig(training, plan, source.steps());
  config.resources = context.resources;
  train::Trainer trainer(context.pool, model, config, source);
  Json header = PhaseHeaderOf(config, plan, training, trainer.StateDigest(), samples, project.base_digest);
  train::PhaseOptions options{.directory = step.work_dir + "/run",
                              .checkpoint_seconds = CheckpointSeconds(),
                              .keep_states_every = KeepStatesEvery(model),
                              .label = "training " + plan.directory_name,
                              .quiet = context.quiet};
  CAIRN_ASSIGN(train::Transcript transcript, train::RunPhase(trainer, config, header, options));

  std::string record = step.output_dir + "/transcript";
  CAIRN_TRY(train::SaveTranscript(transcript, record));
  CAIRN_TRY(WriteFileAtomic(record + "/" + kSamplesFile, train::ConversationsToJsonl(samples.conversations)));
  if (left_out.count > 0) {
    CAIRN_TRY(WriteFileAtomic(record + "/" + kLeftOutFile, left_out.lines));
    if (!context.quiet)
      Say(stderr, "{} rows were left out of {}; why: {}/transcript/{}/{}, of `cairn train` {}/{}/transcript/{}\n",
          left_out.count, plan.directory_name, ReleasePath(project), plan.directory_name, kLeftOutFile,
          project.Path("build/training"), plan.directory_name, kLeftOutFile);
  }
  for (const train::StepRecord& r : transcript.records) {
    if (!train::KeepsState(r, config, options)) continue;
    CAIRN_TRY(CopyFile(train::StatePath(options.directory + "/states", r.step),
                       train::StatePath(record + "/states", r.step)));
  }
  if (model.adapter) {
    CAIRN_TRY(model::SaveAdapter(*model.adapter, step.output_dir + "/" + kAdapterDirectory, project.BaseName()));
  } else {
    CAIRN_TRY(model::SaveModel(context.pool, model, base->tokenizer, base->format,
                               step.output_dir + "/" + kPhaseModelDirectory, base->more_ends));
  }
  return CheckBaseUnchanged(project);
}

Result<void> RunModel(BuildContext& context, const dag::StepContext& step) {
  CAIRN_ASSIGN(const model::ChatModel* base, context.Base());
  CAIRN_ASSIGN(model::Model model, StartModel(context, step.Input("last phase")));
  if (model.adapter) {
    ScaleForRelease(*model.adapter, context.project.config.spec.training);
    CAIRN_TRY(
        model::SaveAdapter(*model.adapter, step.output_dir + "/" + kAdapterDirectory, context.project.BaseName()));
  }
  CAIRN_TRY(model::SaveModel(context.pool, model, base->tokenizer, base->format, step.output_dir, base->more_ends));
  return CheckBaseUnchanged(context.project);
}

}  // namespace

std::string PhaseDirectoryName(const Project& project, size_t phase) {
  return PlanOf(project.config.spec.training, phase).directory_name;
}
std::string TrainStepId(const Project& project, size_t phase) { return "train:" + PhaseDirectoryName(project, phase); }

Result<void> AddTrainSteps(dag::Graph& graph, BuildContext& context) {
  const Project& project = context.project;
  const TrainingConfig& training = project.config.spec.training;
  Json settings = ProjectConfigToJson(project.config)["spec"]["training"];
  settings.erase("phases");
  settings["lora"].erase("mergeScale");  // of the model step
  for (size_t i = 0; i < training.phases.size(); ++i) {
    dag::Step step;
    step.id = TrainStepId(project, i);
    step.kind = "train";
    step.version = TrainingVersion(project.config.spec.training.method);
    step.parameters = {{"training", settings},
                       {"phase", i},
                       {"name", training.phases[i].name},
                       {"epochs", training.phases[i].epochs},
                       {"numerics", train::NumericsName(NumericsOf(training))},
                       {"base", project.BaseName()}};
    step.files = {{"base model", project.base_digest}};
    for (const taxonomy::Leaf& leaf : project.leaves) {
      if (!leaf.eval_questions.empty()) step.files["questions of " + leaf.path] = leaf.EvalDigest();
      if (TrainsOn(training.phases[i].data, leaf.kind)) step.steps[SynthStepId(leaf)] = SynthStepId(leaf);
    }
    if (i > 0) step.steps["previous"] = TrainStepId(project, i - 1);
    step.run = [&context, i](const dag::StepContext& s) { return RunTrain(context, i, s); };
    CAIRN_TRY(graph.Add(std::move(step)));
  }
  return {};
}

Result<void> AddModelStep(dag::Graph& graph, BuildContext& context) {
  dag::Step step;
  step.id = kModelStep;
  step.kind = "merge";
  step.version = kModelVersion;
  step.parameters = {{"mergeScale", context.project.config.spec.training.lora.merge_scale}};
  step.files = {{"base model", context.project.base_digest}};
  step.steps = {{"last phase", TrainStepId(context.project, context.project.config.spec.training.phases.size() - 1)}};
  step.run = [&context](const dag::StepContext& s) { return RunModel(context, s); };
  return graph.Add(std::move(step));
}

}  // namespace cairn::project
