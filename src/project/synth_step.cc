// synth:<leaf> - a leaf's training rows (steps.h).
#include "base/file.h"
#include "base/progress.h"
#include "project/steps.h"
#include "synth/pipeline.h"
#include "train/data.h"

namespace cairn::project {
namespace {

// An endpoint has no search: it is asked, and its replies are kept, as greedy.
uint64_t BeamsOf(const Project& project) { return project.HasEndpoint() ? 1 : project.config.spec.synthesis.beams; }

synth::SynthesisOptions Options(const Project& project) {
  const SynthesisConfig& config = project.config.spec.synthesis;
  synth::SynthesisOptions options;
  options.pipeline = config.pipeline == Pipeline::kFull ? synth::Pipeline::kFull : synth::Pipeline::kSimple;
  options.samples_per_seed = config.samples_per_seed;
  options.beams = BeamsOf(project);
  options.seed = config.seed;
  return options;
}

Result<synth::LeafData> SynthesiseShown(BuildContext& context, const taxonomy::Leaf& leaf) {
  CAIRN_ASSIGN(synth::Teacher * teacher, context.Teacher());
  std::unique_ptr<Progress>& progress = context.progress;
  std::string stage;
  auto show = [&](const synth::SynthesisProgress& p) {
    if (p.what != stage) {
      stage = p.what;
      if (progress) progress->Finish();
      progress = std::make_unique<Progress>(leaf.path + ": " + p.what, p.total, context.quiet);
    }
    progress->Update(p.done);
  };
  auto data = synth::Synthesise(leaf, *teacher, Options(context.project), show);
  if (progress && data.ok()) progress->Finish();
  progress.reset();
  return data;
}

Result<void> RunSynth(BuildContext& context, const taxonomy::Leaf& leaf, const dag::StepContext& step) {
  CAIRN_ASSIGN(synth::LeafData data, SynthesiseShown(context, leaf));
  auto kept = synth::KeptConversations(data.rows);
  if (kept.empty())
    return BadInput("no training row was kept; look at the reasons with `cairn data generate`", leaf.QnaPath());
  CAIRN_TRY(WriteFileAtomic(step.output_dir + "/" + kRowsFile, synth::RowsToJsonl(data.rows)));
  CAIRN_TRY(WriteFileAtomic(step.output_dir + "/" + kSamplesFile, train::ConversationsToJsonl(kept)));
  CAIRN_TRY(WriteFileAtomic(step.output_dir + "/" + kReportFile, PrettyJson(synth::LeafReport(leaf.path, data))));
  return CheckTeacherUnchanged(context.project);
}

}  // namespace

std::string SynthStepId(const taxonomy::Leaf& leaf) { return "synth:" + leaf.path; }

Result<void> AddSynthSteps(dag::Graph& graph, BuildContext& context) {
  const SynthesisConfig& config = context.project.config.spec.synthesis;
  for (const taxonomy::Leaf& leaf : context.project.leaves) {
    dag::Step step;
    step.id = SynthStepId(leaf);
    step.kind = "synth";
    step.version = synth::kSynthesisVersion;
    step.parameters = {{"pipeline", config.pipeline == Pipeline::kFull ? "full" : "simple"},
                       {"samplesPerSeed", config.samples_per_seed},
                       {"beams", BeamsOf(context.project)},
                       {"seed", config.seed}};
    step.files = {{"leaf " + leaf.path, leaf.DataDigest()}, {"teacher", context.project.teacher_digest}};
    step.run = [&context, &leaf](const dag::StepContext& s) { return RunSynth(context, leaf, s); };
    CAIRN_TRY(graph.Add(std::move(step)));
  }
  return {};
}

}  // namespace cairn::project
