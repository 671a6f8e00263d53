#include "project/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/file.h"
#include "base/philox.h"
#include "formats/safetensors.h"
#include "project/phase.h"
#include "project/steps.h"
#include "project/verify.h"
#include "trust/release_digest.h"
#include "trust/statement.h"

namespace cairn::project {
namespace {

// One phase of a release, loaded and checked against itself.
struct ReleasedPhase {
  PhasePlan plan;
  std::string directory;  // <release>/transcript/<name>
  train::Transcript transcript;
  train::TrainConfig config;
  PhaseSamples samples;
  std::unique_ptr<train::EpochSource> source;
};

struct Release {
  std::string directory;
  ProjectConfig config;
  Digest base_digest;
  model::ChatModel base;
  std::vector<ReleasedPhase> phases;
};

// The samples, if they are those that the header names: said here by file, before their content is looked at.
Result<PhaseSamples> LoadSamples(const ReleasedPhase& phase, const model::ChatModel& base,
                                 const TrainingConfig& training) {
  std::string path = phase.directory + "/" + kSamplesFile;
  CAIRN_ASSIGN(Digest found, Sha256OfFile(path));
  const Json& header = phase.transcript.header;
  CAIRN_TRY(CheckSamples(header, found, path));
  const Json& inputs = header["inputs"];
  CAIRN_ASSIGN(std::vector<formats::Conversation> conversations, train::ReadConversations(path));
  Json contributed = inputs.value("contributed", Json());
  if (!contributed.is_number_unsigned() || contributed == 0 || contributed > conversations.size())
    return Corrupt(
        fmt::format("\"contributed\" must say how many of the {} samples are; a release of an older cairn is "
                    "replayed by that one",
                    conversations.size()),
        phase.directory + "/header.json");
  auto samples = RecordedSamples(std::move(conversations), contributed.get<size_t>(), base, training);
  if (!samples.ok()) return Corrupt(samples.error().message, path);
  return samples;
}

Result<ReleasedPhase> LoadPhase(const std::string& release, const TrainingConfig& training,
                                const model::ChatModel& base, size_t index) {
  ReleasedPhase phase;
  phase.plan = PlanOf(training, index);
  phase.directory = release + "/transcript/" + phase.plan.directory_name;
  CAIRN_ASSIGN(phase.transcript, train::LoadTranscript(phase.directory));
  CAIRN_ASSIGN(phase.samples, LoadSamples(phase, base, training));
  auto source = PhaseSource(phase.samples, training, phase.plan, phase.transcript.records.size());
  if (!source.ok()) return Corrupt(source.error().message, phase.directory);
  phase.config = PhaseTrainConfig(training, phase.plan, source->steps());
  if (phase.transcript.records.size() != phase.config.steps)
    return Corrupt(
        fmt::format("the samples do not make the {} steps that the transcript has", phase.transcript.records.size()),
        phase.directory);
  phase.source = std::make_unique<train::EpochSource>(std::move(*source));
  return phase;
}

Result<Release> LoadRelease(const std::string& directory, const ModelResolver& resolve,
                            const std::string& base_override) {
  std::string where = directory + "/provenance.json";
  CAIRN_ASSIGN(std::string text, ReadFile(where, trust::kMaxProvenanceBytes));
  CAIRN_ASSIGN(trust::ProvenanceReport provenance, trust::ParseProvenance(text, where));
  CAIRN_ASSIGN(ProjectConfig config, ReleasedProject(provenance.external_parameters, where));
  const std::string& base_name = base_override.empty() ? config.spec.base.model : base_override;
  // A release must not choose by itself which folder here is taken for its base.
  if (base_override.empty() && base_name != "seed")
    return BadInput("the release was made from the base model \"" + base_name + "\"; name its folder with --base");
  CAIRN_ASSIGN(std::string base_directory, resolve(base_name));
  CAIRN_ASSIGN(Digest base_digest, ModelDirectoryDigest(base_directory));
  CAIRN_ASSIGN(const std::string base_named, BaseModelDigest(provenance.resolved_dependencies, where));
  if (base_named != base_digest.Hex())
    return Denied("the base model here has the digest " + base_digest.Hex() +
                      ", the one that the release was made from " + base_named.substr(0, 64) +
                      "; name the right one with --base (`cairn system info --model DIR` "
                      "prints a digest)",
                  base_directory);
  CAIRN_ASSIGN(model::ChatModel base, model::LoadChatModel(base_directory));
  Release release{directory, std::move(config), base_digest, std::move(base), {}};
  for (size_t i = 0; i < release.config.spec.training.phases.size(); ++i) {
    CAIRN_ASSIGN(ReleasedPhase phase, LoadPhase(directory, release.config.spec.training, release.base, i));
    release.phases.push_back(std::move(phase));
  }
  return release;
}

// Puts the trainer at `step` of the phase from the state that the release keeps, if that state is the transcript's.
Result<void> LoadKeptState(const ReleasedPhase& phase, uint64_t step, train::Trainer& trainer) {
  std::string state = train::StatePath(phase.directory + "/states", step);
  CAIRN_TRY(trainer.LoadState(state));
  if (trainer.step() != step || trainer.StateDigest() != phase.transcript.records[step - 1].state)
    return Corrupt("this state is not the one in the transcript", state);
  return {};
}

bool KeepsState(const ReleasedPhase& phase, uint64_t step) {
  return PathExists(train::StatePath(phase.directory + "/states", step));
}

// Trains the model's adapter to what it was at the phase's end.
Result<void> ToPhaseEnd(const ReleasedPhase& phase, model::Model& model, ThreadPool& pool) {
  if (!KeepsState(phase, phase.config.steps))
    return Corrupt("the state at the end of phase " + phase.plan.directory_name + " is missing",
                   train::StatePath(phase.directory + "/states", phase.config.steps));
  train::Trainer trainer(pool, model, phase.config, *phase.source);
  return LoadKeptState(phase, phase.config.steps, trainer);
}

// What a release says of its sizes is not trusted: token ids of the base index its tables.
Result<void> CheckSizes(const model::ModelConfig& trained, const model::ModelConfig& expected,
                        const std::string& directory) {
  if (model::ModelConfigToJson(trained) == model::ModelConfigToJson(expected)) return {};
  return Corrupt("the model's sizes are not those of its base", directory + "/config.json");
}

// The model as it stood before the phase's first step.
Result<model::Model> PhaseStart(const Release& release, size_t index, ThreadPool& pool) {
  const TrainingConfig& training = release.config.spec.training;
  if (index > 0 && training.method == TrainingMethod::kFull) {
    const std::string directory = release.phases[index - 1].directory + "/" + kPhaseModelDirectory;
    CAIRN_ASSIGN(model::Model start, model::LoadModel(directory));
    CAIRN_TRY(CheckSizes(start.config, release.base.model.config, directory));
    return start;
  }
  model::Model model = release.base.model;
  CAIRN_TRY(QuantizeBase(model, training));
  CAIRN_TRY(PrepareTrainable(model, training, "", training.seed));
  if (index > 0) CAIRN_TRY(ToPhaseEnd(release.phases[index - 1], model, pool));
  return model;
}

Result<void> SameText(const std::string& path, const std::string& expected) {
  CAIRN_ASSIGN(std::string text, ReadFile(path));
  if (text == expected) return {};
  return Corrupt("this file is not what the base model and the settings of the training give", path);
}

// The file is byte for byte what the end of the training is saved as: a tensor more, another type or other metadata
// could change what a program makes of it.
Result<void> SameTensors(const std::string& path, const formats::TensorFile& saved) {
  CAIRN_ASSIGN(std::string difference,
               formats::DifferenceFromWritten(path, saved.tensors, saved.metadata, saved.bytes_of));
  if (difference.empty()) return {};
  return Corrupt("this file is not what the training ended with: " + difference, path);
}

// The model of `directory` is the trained one.
Result<void> CheckSaved(const model::Model& trained, const std::string& directory, ThreadPool& pool) {
  CAIRN_TRY(SameText(directory + "/config.json", model::ConfigText(trained.config)));
  return SameTensors(directory + "/model.safetensors", model::SavedWeights(pool, trained));
}

// Full training: what a phase ended with is in the release.
Result<void> CheckPhaseEnd(const Release& release, size_t index, const model::Model& trained, ThreadPool& pool) {
  const bool last = index + 1 == release.phases.size();
  return CheckSaved(trained, last ? release.directory : release.phases[index].directory + "/" + kPhaseModelDirectory,
                    pool);
}

uint64_t StepsBefore(const Release& release, size_t phase) {
  uint64_t steps = 0;
  for (size_t i = 0; i < phase; ++i) steps += release.phases[i].config.steps;
  return steps;
}

// Segment `segment` (from 0) of a phase, run again.
Result<ReplayedSegment> ReplaySegment(const Release& release, size_t index, uint64_t segment, ThreadPool& pool,
                                      bool quiet) {
  const ReleasedPhase& phase = release.phases[index];
  const TrainingConfig& training = release.config.spec.training;
  auto start = std::chrono::steady_clock::now();
  CAIRN_ASSIGN(model::Model model, PhaseStart(release, index, pool));
  train::Trainer trainer(pool, model, phase.config, *phase.source);
  Json header =
      PhaseHeaderOf(phase.config, phase.plan, training, trainer.StateDigest(), phase.samples, release.base_digest);
  if (DumpJson(header) != DumpJson(phase.transcript.header))  // as texts: 1 equals 1.0
    return Corrupt("the samples, the start state or the configuration are not those of the transcript's header",
                   phase.directory);
  uint64_t first = segment * phase.config.segment_steps,
           last = std::min(first + phase.config.segment_steps, phase.config.steps);
  if (first > 0 && KeepsState(phase, first)) {
    CAIRN_TRY(LoadKeptState(phase, first, trainer));
  } else {
    first = 0;  // no state kept: from the phase's start
  }
  CAIRN_TRY(train::ReplaySteps(trainer, phase.transcript, last, quiet));
  if (training.method == TrainingMethod::kFull && last == phase.config.steps)
    CAIRN_TRY(CheckPhaseEnd(release, index, model, pool));
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return ReplayedSegment{phase.plan.directory_name, first + 1, last, StepsBefore(release, index), seconds};
}

// Files that a release may have beside those of the training. Any other at the top could change what a program makes of
// the model: a chat template, Python code.
bool MayStandAtTop(const std::string& name) {
  static const std::set<std::string> known{"model.safetensors", "README.md", "CREDITS.md",
                                           "eval.json",         "data.json", "provenance.json"};
  return known.contains(name) || trust::IsOutsideReleaseDigest(name);
}

// Files of the training that a release may have, by name.
std::set<std::string> TrainingFiles(const Release& release) {
  std::set<std::string> names;
  const bool lora = release.config.spec.training.method == TrainingMethod::kLora;
  if (lora) names = {"adapter/adapter_model.safetensors", "adapter/adapter_config.json"};
  for (const ReleasedPhase& phase : release.phases) {
    const std::string directory = "transcript/" + phase.plan.directory_name + "/";
    for (const char* name : {"header.json", "steps.jsonl", "root.json", kSamplesFile, kLeftOutFile})
      names.insert(directory + name);
    for (const train::StepRecord& record : phase.transcript.records)
      if (lora && record.state) names.insert(train::StatePath(directory + "states", record.step));
    if (!lora && &phase != &release.phases.back())
      for (const char* name : {"/config.json", "/model.safetensors"})
        names.insert(directory + kPhaseModelDirectory + name);
  }
  return names;
}

// Beside the weights, what else decides a model's answers must be the base model's.
Result<void> CheckModelFiles(const Release& release, const std::vector<std::string>& files) {
  const model::ChatModel& base = release.base;
  const auto texts = model::ModelTexts(base.model.config, base.tokenizer, base.format, base.more_ends);
  const std::set<std::string> training = TrainingFiles(release);
  for (const auto& [name, text] : texts) CAIRN_TRY(SameText(release.directory + "/" + name, text));
  for (const std::string& file : files) {
    if (!training.contains(file) && !texts.contains(file) && !MayStandAtTop(file))
      return Corrupt("a release has no such file", release.directory + "/" + file);
  }
  return {};
}

Result<void> CheckAdapter(const Release& release, const model::Adapter& trained) {
  std::string directory = release.directory + "/adapter";
  CAIRN_TRY(
      SameText(directory + "/adapter_config.json", model::AdapterText(trained.config, release.config.spec.base.model)));
  return SameTensors(directory + "/adapter_model.safetensors", model::SavedAdapter(trained));
}

// The released weights are those of the last state, merged into the base and rounded.
Result<void> CheckWeights(const Release& release, ThreadPool& pool) {
  // Full training keeps no states; its weights are compared where a replay reaches a phase's end.
  if (release.config.spec.training.method != TrainingMethod::kLora) return {};
  model::Model model = release.base.model;
  CAIRN_TRY(PrepareTrainable(model, release.config.spec.training, "", 0));
  CAIRN_TRY(ToPhaseEnd(release.phases.back(), model, pool));
  ScaleForRelease(*model.adapter, release.config.spec.training);
  CAIRN_TRY(CheckAdapter(release, *model.adapter));
  return CheckSaved(model, release.directory, pool);
}

struct Choice {
  size_t phase;
  uint64_t segment;
  bool operator==(const Choice&) const = default;
};

// All segments of the training, in order.
std::vector<Choice> AllSegments(const Release& release) {
  std::vector<Choice> all;
  for (size_t i = 0; i < release.phases.size(); ++i) {
    const train::TrainConfig& c = release.phases[i].config;
    for (uint64_t s = 0; s * c.segment_steps < c.steps; ++s) all.push_back({i, s});
  }
  return all;
}

// The segment that holds a step, counted through all phases from 1.
Result<Choice> SegmentOf(const Release& release, uint64_t step) {
  for (size_t i = 0; i < release.phases.size(); ++i) {
    const train::TrainConfig& c = release.phases[i].config;
    const uint64_t before = StepsBefore(release, i);
    if (step > before && step <= before + c.steps) return Choice{i, (step - before - 1) / c.segment_steps};
  }
  return BadInput(
      fmt::format("the training has steps 1 to {}, not {}", StepsBefore(release, release.phases.size()), step));
}

Result<std::vector<Choice>> Choose(const Release& release, const ReplayOptions& options) {
  if (options.step) {
    CAIRN_ASSIGN(Choice choice, SegmentOf(release, *options.step));
    return std::vector<Choice>{choice};
  }
  const std::vector<Choice> all = AllSegments(release);
  RandomStream random(options.seed, RandomPurpose::kReplay, 0);
  std::vector<Choice> chosen;
  for (uint32_t i : Permutation(static_cast<uint32_t>(all.size()), random)) {
    if (chosen.size() >= options.segments) break;
    chosen.push_back(all[i]);
  }
  if (release.config.spec.training.method == TrainingMethod::kFull) {
    // Only its end says what weights were released. On the way from the phase's start all its other segments are run.
    std::erase_if(chosen, [&](const Choice& c) { return c.phase == all.back().phase; });
    chosen.push_back(all.back());
  }
  return chosen;
}

bool ComparesWeights(const Release& release, const std::vector<Choice>& chosen) {
  if (release.config.spec.training.method == TrainingMethod::kLora) return true;
  return std::ranges::find(chosen, AllSegments(release).back()) != chosen.end();
}

Result<ReplayReport> Replay(const std::string& directory, ThreadPool& pool, const ModelResolver& resolve,
                            const ReplayOptions& options) {
  // First of all: nothing below is read through a link.
  CAIRN_ASSIGN(std::vector<std::string> files, ListFiles(directory));
  CAIRN_ASSIGN(Release release, LoadRelease(directory, resolve, options.base_directory));
  CAIRN_ASSIGN(std::vector<Choice> chosen, Choose(release, options));
  CAIRN_TRY(CheckModelFiles(release, files));
  CAIRN_TRY(CheckWeights(release, pool));
  ReplayReport report;
  for (const Choice& c : chosen) {
    CAIRN_ASSIGN(ReplayedSegment segment, ReplaySegment(release, c.phase, c.segment, pool, options.quiet));
    report.segments.push_back(segment);
  }
  report.weights_compared = ComparesWeights(release, chosen);
  return report;
}

}  // namespace

Result<ProjectConfig> ReleasedProject(const Json& external_parameters, const std::string& where) {
  if (!external_parameters.is_object() || !external_parameters.contains("project"))
    return Corrupt("externalParameters has no project", where);
  return ParseProjectConfig(DumpJson(external_parameters["project"]), where);
}

Error ReplacedWhileRead(const std::string& release) {
  return IoError("the release was replaced while it was read; run the same command again", release);
}

Result<ReplayReport> ReplayRelease(const std::string& release, ThreadPool& pool, const ModelResolver& resolve,
                                   const ReplayOptions& options) {
  std::string directory = release;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  CAIRN_TRY(CheckIsRelease(directory));
  const auto identity = FileIdentity(directory);
  auto report = Replay(directory, pool, resolve, options);
  if (report.ok()) return report;
  if (FileIdentity(directory) != identity) return ReplacedWhileRead(directory);
  Error error = report.error();
  // What is missing or cannot be read inside a release is damage there, not a mistake of whoever checks it.
  const bool unreadable =
      error.code == ErrorCode::kBadInput || error.code == ErrorCode::kNotFound || error.code == ErrorCode::kUnsupported;
  if (unreadable && error.where.starts_with(directory + "/")) error.code = ErrorCode::kCorrupt;
  return error;
}

}  // namespace cairn::project
