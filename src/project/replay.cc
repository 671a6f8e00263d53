#include "project/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/file.h"
#include "base/philox.h"
#include "project/phase.h"
#include "project/steps.h"
#include "trust/statement.h"

namespace cairn::project {
namespace {

// One phase of a release, loaded and checked against itself.
struct ReleasedPhase {
  PhasePlan plan;
  std::string directory;  // <release>/transcript/<name>
  train::Transcript transcript;
  train::TrainConfig config;
  std::vector<formats::Conversation> conversations;
};

struct Release {
  std::string directory;
  ProjectConfig config;
  Digest base_digest;
  model::ChatModel base;
  std::vector<ReleasedPhase> phases;
};

// The samples are those that the header names; said here by file, before their content is looked at.
Result<void> CheckSamples(const ReleasedPhase& phase) {
  std::string path = phase.directory + "/" + kSamplesFile;
  CAIRN_ASSIGN(Digest found, Sha256OfFile(path));
  const Json& header = phase.transcript.header;
  Json inputs = header.value("inputs", Json());
  if (!inputs.is_object() || inputs.value("samples", Json()) != found.Hex())
    return Corrupt("these are not the samples that header.json names (found sha256 " + found.Hex() + ")", path);
  return {};
}

Result<ReleasedPhase> LoadPhase(const std::string& release, const TrainingConfig& training, size_t index) {
  ReleasedPhase phase;
  phase.plan = PlanOf(training, index);
  phase.directory = release + "/transcript/" + phase.plan.directory_name;
  CAIRN_ASSIGN(phase.transcript, train::LoadTranscript(phase.directory));
  std::string where = phase.directory + "/header.json";
  if (!phase.transcript.header.is_object() || !phase.transcript.header.contains("training"))
    return Corrupt("\"training\" is missing", where);
  CAIRN_ASSIGN(phase.config, train::TrainConfigFromJson(phase.transcript.header["training"], where));
  CAIRN_TRY(CheckSamples(phase));
  CAIRN_ASSIGN(phase.conversations, train::ReadConversations(phase.directory + "/" + kSamplesFile));
  return phase;
}

Result<Release> LoadRelease(const std::string& directory, const ModelResolver& resolve,
                            const std::string& base_override) {
  std::string where = directory + "/provenance.json";
  CAIRN_ASSIGN(std::string text, ReadFile(where));
  CAIRN_ASSIGN(trust::ProvenanceReport provenance, trust::ParseProvenance(text, where));
  if (!provenance.external_parameters.contains("project")) return Corrupt("externalParameters has no project", where);
  CAIRN_ASSIGN(ProjectConfig config, ParseProjectConfig(DumpJson(provenance.external_parameters["project"]), where));
  CAIRN_ASSIGN(std::string base_directory, resolve(base_override.empty() ? config.spec.base.model : base_override));
  CAIRN_ASSIGN(Digest base_digest, ModelDirectoryDigest(base_directory));
  for (const trust::ResourceDescriptor& d : provenance.resolved_dependencies) {
    auto digest = d.digest.find("sha256");
    if (d.name != "base model" || (digest != d.digest.end() && digest->second == base_digest.Hex())) continue;
    return Denied("the base model here is not the one that the release was made from; name the right one with --base",
                  base_directory);
  }
  CAIRN_ASSIGN(model::ChatModel base, model::LoadChatModel(base_directory));
  Release release{directory, std::move(config), base_digest, std::move(base), {}};
  for (size_t i = 0; i < release.config.spec.training.phases.size(); ++i) {
    CAIRN_ASSIGN(ReleasedPhase phase, LoadPhase(directory, release.config.spec.training, i));
    release.phases.push_back(std::move(phase));
  }
  return release;
}

std::string LastState(const ReleasedPhase& phase) {
  return train::StatePath(phase.directory + "/states", phase.config.steps);
}

// The model as it stood before the phase's first step.
Result<model::Model> PhaseStart(const Release& release, size_t index, ThreadPool& pool) {
  const TrainingConfig& training = release.config.spec.training;
  model::Model model = release.base.model;
  CAIRN_TRY(PrepareTrainable(model, training, "", training.seed));
  if (index == 0) return model;
  const ReleasedPhase& before = release.phases[index - 1];
  if (!PathExists(LastState(before)))
    return Unsupported("this release keeps no state at the end of phase " + before.plan.directory_name +
                           "; only its first phase can be replayed",
                       release.directory);
  train::GeneratedSource nothing({}, 0, before.config.steps, 0);
  train::Trainer trainer(pool, model, before.config, nothing);
  CAIRN_TRY(trainer.LoadState(LastState(before)));
  return model;
}

// Segment `segment` (from 0) of a phase, run again.
Result<ReplayedSegment> ReplaySegment(const Release& release, size_t index, uint64_t segment, ThreadPool& pool,
                                      bool quiet) {
  const ReleasedPhase& phase = release.phases[index];
  const TrainingConfig& training = release.config.spec.training;
  auto start = std::chrono::steady_clock::now();
  CAIRN_ASSIGN(model::Model model, PhaseStart(release, index, pool));
  CAIRN_ASSIGN(train::EpochSource source, PhaseSource(phase.conversations, release.base, training, phase.plan));
  train::Trainer trainer(pool, model, phase.config, source);
  Json header = PhaseHeaderOf(phase.config, phase.plan, training, trainer.StateDigest(), phase.conversations,
                              release.base_digest);
  if (header != phase.transcript.header)
    return Corrupt("the samples, the start state or the configuration are not those of the transcript's header",
                   phase.directory);
  if (source.steps() != phase.config.steps)
    return Corrupt("the samples make another number of steps than the transcript has", phase.directory);
  uint64_t first = segment * phase.config.segment_steps,
           last = std::min(first + phase.config.segment_steps, phase.config.steps);
  std::string state = train::StatePath(phase.directory + "/states", first);
  if (first > 0 && PathExists(state)) {
    CAIRN_TRY(trainer.LoadState(state));
    if (trainer.StateDigest() != phase.transcript.records[first - 1].state)
      return Corrupt("this state is not the one in the transcript", state);
  } else {
    first = 0;  // no state kept: from the phase's start
  }
  CAIRN_TRY(train::ReplaySteps(trainer, phase.transcript, last, quiet));
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return ReplayedSegment{phase.plan.directory_name, first + 1, last, seconds};
}

// The released weights are those of the last state, merged into the base and rounded.
Result<void> CheckWeights(const Release& release, ThreadPool& pool) {
  const ReleasedPhase& last = release.phases.back();
  if (release.config.spec.training.method != TrainingMethod::kLora) return {};
  CAIRN_ASSIGN(model::Model model, PhaseStart(release, release.phases.size() - 1, pool));
  train::GeneratedSource nothing({}, 0, last.config.steps, 0);
  train::Trainer trainer(pool, model, last.config, nothing);
  CAIRN_TRY(trainer.LoadState(LastState(last)));
  if (trainer.StateDigest() != last.transcript.records.back().state)
    return Corrupt("this state is not the one in the transcript", LastState(last));
  CAIRN_ASSIGN(model::Adapter adapter, model::LoadAdapter(model.config, release.directory + "/adapter"));
  if (adapter.values != model.adapter->values)
    return Corrupt("the adapter is not the one that the training ended with",
                   release.directory + "/adapter/adapter_model.safetensors");
  model::MergeAdapter(pool, model);
  model::RoundToBf16(model.weights);
  CAIRN_ASSIGN(model::Model released, model::LoadModel(release.directory));
  for (const model::TensorSpec& t : model.list.tensors())
    if (std::memcmp(model.At(t.offset), released.At(t.offset), t.size() * sizeof(float)) != 0)
      return Corrupt("the tensor " + t.name + " is not what the training ended with",
                     release.directory + "/model.safetensors");
  return {};
}

struct Choice {
  size_t phase;
  uint64_t segment;
};

Result<std::vector<Choice>> Choose(const Release& release, const ReplayOptions& options) {
  std::vector<Choice> all;
  uint64_t before = 0;
  for (size_t i = 0; i < release.phases.size(); ++i) {
    const train::TrainConfig& c = release.phases[i].config;
    if (release.phases[i].transcript.records.size() != c.steps)
      return Corrupt("the transcript does not hold all steps of its phase", release.phases[i].directory);
    if (options.step && *options.step > before && *options.step <= before + c.steps)
      return std::vector<Choice>{{i, (*options.step - before - 1) / c.segment_steps}};
    before += c.steps;
    for (uint64_t s = 0; s * c.segment_steps < c.steps; ++s) all.push_back({i, s});
  }
  if (options.step) return BadInput(fmt::format("the training has steps 1 to {}, not {}", before, *options.step));
  RandomStream random(options.seed, RandomPurpose::kReplay, 0);
  std::vector<Choice> chosen;
  for (uint32_t i : Permutation(static_cast<uint32_t>(all.size()), random)) {
    if (chosen.size() >= options.segments) break;
    chosen.push_back(all[i]);
  }
  return chosen;
}

Result<std::vector<ReplayedSegment>> Replay(const std::string& directory, ThreadPool& pool,
                                            const ModelResolver& resolve, const ReplayOptions& options) {
  CAIRN_ASSIGN(Release release, LoadRelease(directory, resolve, options.base_directory));
  CAIRN_ASSIGN(std::vector<Choice> chosen, Choose(release, options));
  CAIRN_TRY(CheckWeights(release, pool));
  std::vector<ReplayedSegment> segments;
  for (const Choice& c : chosen) {
    CAIRN_ASSIGN(ReplayedSegment segment, ReplaySegment(release, c.phase, c.segment, pool, options.quiet));
    segments.push_back(segment);
  }
  return segments;
}

}  // namespace

Result<std::vector<ReplayedSegment>> ReplayRelease(const std::string& directory, ThreadPool& pool,
                                                   const ModelResolver& resolve, const ReplayOptions& options) {
  auto segments = Replay(directory, pool, resolve, options);
  if (segments.ok()) return segments;
  Error error = segments.error();
  // What cannot be read inside a release is damage there, not a mistake of whoever checks it.
  if (error.code == ErrorCode::kBadInput && error.where.starts_with(directory + "/")) error.code = ErrorCode::kCorrupt;
  return error;
}

}  // namespace cairn::project
