// release - everything that a user or an auditor needs, in one directory (steps.h, docs/files.md).
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/version.h"
#include "project/model_card.h"
#include "project/phase.h"
#include "project/steps.h"
#include "trust/credits.h"
#include "trust/statement.h"

namespace cairn::project {
namespace {

constexpr int kReleaseVersion = 4;  // of what this step writes beside what other steps made

Result<void> CopyTree(const std::string& from, const std::string& to) {
  CAIRN_ASSIGN(std::vector<std::string> files, ListFiles(from));
  for (const std::string& name : files) CAIRN_TRY(CopyFile(from + "/" + name, to + "/" + name));
  return {};
}

Result<std::vector<Json>> LeafReports(const Project& project, const dag::StepContext& step) {
  std::vector<Json> reports;
  for (const taxonomy::Leaf& leaf : project.leaves) {
    CAIRN_ASSIGN(Json report, ReadJsonFile(step.Input(SynthStepId(leaf)) + "/" + kReportFile));
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string Credits(const Project& project, const std::vector<Json>& reports) {
  std::vector<trust::LeafCredit> credits;
  for (size_t i = 0; i < project.leaves.size(); ++i) {
    const taxonomy::Leaf& leaf = project.leaves[i];
    credits.push_back({leaf.path,
                       {leaf.created_by},
                       project.taxonomy_commit,
                       reports[i]["funnel"]["kept"].get<uint64_t>(),
                       leaf.attribution});
  }
  return trust::CreditsMarkdown(std::move(credits));
}

// The project as a release tells it: where models and keys lie says nothing about the model.
Json PublishedProject(const Project& project) {
  Json config = ProjectConfigToJson(project.config);
  config["spec"]["release"].erase("sign");
  for (const char* field : {"apiKeyEnv", "parallel", "timeoutSeconds"}) config["spec"]["teacher"].erase(field);
  config["spec"]["base"]["model"] = project.BaseName();
  config["spec"]["teacher"]["model"] = project.TeacherName();
  return config;
}

// provenance.json names every other file of the release as its subject.
Result<void> WriteProvenance(const Project& project, const std::string& release) {
  trust::ProvenanceInput input;
  input.build_type = "https://cairn.dev/build/v1alpha1";
  input.external_parameters = {{"project", PublishedProject(project)}};
  input.internal_parameters = {{"numerics", train::NumericsName(NumericsOf(project.config.spec.training))}};
  input.builder_id = std::string("https://cairn.dev/cairn/") + kVersion;
  input.resolved_dependencies.push_back({"base model", "", {{"sha256", project.base_digest.Hex()}}, nullptr});
  input.resolved_dependencies.push_back({"teacher", "", {{"sha256", project.teacher_digest.Hex()}}, nullptr});
  for (const taxonomy::Leaf& leaf : project.leaves)
    input.resolved_dependencies.push_back(
        {leaf.path, "", {{"sha256", leaf.DataDigest().Hex()}}, {{"created_by", leaf.created_by}}});
  CAIRN_ASSIGN(std::vector<std::string> files, ListFiles(release));
  for (const std::string& name : files) {
    CAIRN_ASSIGN(Digest digest, Sha256OfFile(release + "/" + name));
    input.subjects.push_back({name, digest});
  }
  CAIRN_ASSIGN(std::string text, trust::ProvenanceStatement(input));
  return WriteFileAtomic(release + "/provenance.json", text);
}

// Where all weights are trained, a phase starts from what the one before ended with: without that no later phase could
// be replayed. The last phase's end is the release itself.
Result<void> CopyPhaseStarts(const Project& project, const dag::StepContext& step, const std::string& out) {
  for (size_t i = 0; i + 1 < project.config.spec.training.phases.size(); ++i) {
    std::string from = step.Input(TrainStepId(project, i)) + "/" + kPhaseModelDirectory;
    std::string to = out + "/transcript/" + PhaseDirectoryName(project, i) + "/" + kPhaseModelDirectory;
    for (const char* name : {"/config.json", "/model.safetensors"}) CAIRN_TRY(CopyFile(from + name, to + name));
  }
  return {};
}

Result<void> RunRelease(BuildContext& context, const dag::StepContext& step) {
  const Project& project = context.project;
  const std::string& out = step.output_dir;
  size_t phases = project.config.spec.training.phases.size();
  CAIRN_TRY(CopyTree(step.Input("model"), out));
  for (size_t i = 0; i < phases; ++i)
    CAIRN_TRY(CopyTree(step.Input(TrainStepId(project, i)) + "/transcript",
                       out + "/transcript/" + PhaseDirectoryName(project, i)));
  if (project.config.spec.training.method == TrainingMethod::kFull) CAIRN_TRY(CopyPhaseStarts(project, step, out));
  CAIRN_ASSIGN(Json evaluation, ReadJsonFile(step.Input("measure") + "/" + kEvalFile));
  CAIRN_TRY(WriteFileAtomic(out + "/" + kEvalFile, PrettyJson(evaluation)));
  CAIRN_ASSIGN(std::vector<Json> reports, LeafReports(project, step));
  CAIRN_TRY(WriteFileAtomic(out + "/data.json", PrettyJson(Json(reports))));
  CAIRN_TRY(WriteFileAtomic(out + "/CREDITS.md", Credits(project, reports)));
  CAIRN_TRY(WriteFileAtomic(out + "/README.md", ModelCard(project, evaluation, reports)));
  return WriteProvenance(project, out);
}

}  // namespace

Result<void> AddReleaseStep(dag::Graph& graph, BuildContext& context) {
  const Project& project = context.project;
  dag::Step step;
  step.id = kReleaseStep;
  step.kind = "release";
  step.version = kReleaseVersion;
  step.parameters = {{"project", PublishedProject(project)}, {"commit", project.taxonomy_commit}};
  step.files = {{"base model", project.base_digest}, {"teacher", project.teacher_digest}};
  step.steps = {{"model", kModelStep}, {"measure", kMeasureStep}};
  for (const taxonomy::Leaf& leaf : project.leaves) {
    step.files["leaf " + leaf.path] = leaf.DataDigest();
    step.files["attribution of " + leaf.path] = Sha256Of(leaf.attribution);
    step.steps[SynthStepId(leaf)] = SynthStepId(leaf);
  }
  for (size_t i = 0; i < project.config.spec.training.phases.size(); ++i)
    step.steps[TrainStepId(project, i)] = TrainStepId(project, i);
  step.run = [&context](const dag::StepContext& s) { return RunRelease(context, s); };
  return graph.Add(std::move(step));
}

}  // namespace cairn::project
