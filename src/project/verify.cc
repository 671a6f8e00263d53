#include "project/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "project/phase.h"
#include "project/replay.h"
#include "train/state_file.h"
#include "train/transcript.h"
#include "trust/file_digests.h"
#include "trust/release_digest.h"

namespace cairn::project {
namespace {

constexpr uint64_t kMaxRecordBytes = trust::kMaxProvenanceBytes;

// What a check found, for people, or why it failed.
using Finding = Result<std::string>;

class Verifier {
 public:
  Verifier(const std::string& release, const VerifyOptions& options)
      : release_(release), options_(options), digests_(release, options.quiet) {}

  Result<VerifyReport> Run() {
    Checks();
    // Of a release that is none it would name nothing.
    if (std::ranges::all_of(report_.checks, &ReleaseCheck::ok)) {
      CAIRN_ASSIGN(report_.digest, trust::ReleaseDigest(release_, digests_));
    }
    return std::move(report_);
  }

 private:
  void Checks() {
    // Nothing is read through a link, and nothing that is no file: it could lie elsewhere or have no end.
    Result<std::vector<std::string>> files = ListFiles(release_);
    if (!files.ok()) return Add("files", files.error());
    files_ = std::move(*files);
    Add("signature", Signature());
    Add("provenance", Provenance());
    Transcripts();
    Add("model", ModelFiles());
    Add("eval.json", Evaluation());
    Add("cost.json", Cost());
  }
  void Add(const std::string& name, const Finding& finding) {
    report_.checks.push_back({name, finding.ok(), finding.ok() ? *finding : finding.error().ToString()});
    digests_.HideProgress();
    if (options_.ended) options_.ended(report_.checks.back());
  }
  std::string Path(const std::string& name) const { return release_ + "/" + name; }
  Finding Signature();
  Finding Provenance();
  void Transcripts();
  Finding Transcript(const std::string& phase);
  Finding Samples(const std::string& phase);
  Finding ModelFiles();
  Finding Evaluation();
  Finding Cost();

  const std::string& release_;
  const VerifyOptions& options_;
  const trust::FileDigests digests_;
  VerifyReport report_;
  std::vector<std::string> files_;
  std::string base_;                                // digest of the base model, as the provenance says
  std::optional<std::vector<std::string>> phases_;  // folders of the transcript, as the provenance says
  bool lora_ = false;                               // whether an adapter was trained, as a transcript says
};

Finding Verifier::Signature() {
  if (!PathExists(Path(std::string(trust::kSignatureFile)))) {
    if (options_.allow_unsigned) return std::string("none; accepted, because --allow-unsigned was given");
    return Denied("the release is not signed; --allow-unsigned checks the rest and says nothing about who made it",
                  Path(std::string(trust::kSignatureFile)));
  }
  CAIRN_ASSIGN(trust::SignatureReport report, trust::VerifyDirectory(release_, options_.public_key_pem, {}, digests_));
  CAIRN_TRY(trust::CheckNothingElseUnsigned(report, release_));
  report_.signature = std::move(report);
  std::string text =
      fmt::format("{} files, key with fingerprint {}", report_.signature->files.size(), report_.signature->key_hint);
  if (!report_.signature->note.empty()) text += "; " + report_.signature->note;
  if (!report_.signature->unsigned_files.empty())
    text += fmt::format("; {} files that the signature leaves out, first {}", report_.signature->unsigned_files.size(),
                        report_.signature->unsigned_files.front());
  return text;
}

// Folders of the phases of the project that the provenance holds, sorted.
Result<std::vector<std::string>> PhasesOf(const Json& parameters, const std::string& where) {
  CAIRN_ASSIGN(ProjectConfig config, ReleasedProject(parameters, where));
  const TrainingConfig& training = config.spec.training;
  std::vector<std::string> names;
  for (size_t i = 0; i < training.phases.size(); ++i) names.push_back(PlanOf(training, i).directory_name);
  std::sort(names.begin(), names.end());
  return names;
}

// A text member of the header's "inputs", empty if it is not there.
std::string InputOf(const Json& header, const char* name) {
  if (!header.is_object() || !header.contains("inputs") || !header["inputs"].is_object()) return {};
  const Json& inputs = header["inputs"];
  return inputs.contains(name) && inputs[name].is_string() ? inputs[name].get<std::string>() : std::string();
}

}  // namespace

Result<std::string> BaseModelDigest(const std::vector<trust::ResourceDescriptor>& dependencies,
                                    const std::string& where) {
  std::string base;
  for (const trust::ResourceDescriptor& dependency : dependencies) {
    if (dependency.name != "base model") continue;
    auto sha256 = dependency.digest.find("sha256");
    if (sha256 == dependency.digest.end()) return Corrupt("a base model without a sha256 digest", where);
    if (!base.empty() && base != sha256->second)
      return Corrupt("it names two base models, " + base + " and " + sha256->second, where);
    base = sha256->second;
  }
  if (base.empty()) return Corrupt("no digest of the base model", where);
  return base;
}

Result<void> CheckSamples(const Json& header, const Digest& samples, const std::string& path) {
  if (InputOf(header, "samples") == samples.Hex()) return {};
  return Corrupt("these are not the samples that header.json names (found sha256 " + samples.Hex() + ")", path);
}

namespace {

// Every subject is there with its digest, and every file that decides the release is a subject.
Finding Verifier::Provenance() {
  std::string path = Path("provenance.json");
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxRecordBytes));
  CAIRN_ASSIGN(trust::ProvenanceReport report, trust::CheckProvenance(text, release_, path, digests_));
  CAIRN_ASSIGN(base_, BaseModelDigest(report.resolved_dependencies, path));
  CAIRN_ASSIGN(phases_, PhasesOf(report.external_parameters, path));
  std::set<std::string_view> named;
  for (const trust::Subject& subject : report.subjects) named.insert(subject.name);
  for (const std::string& file : files_) {
    if (!named.contains(file) && file != "provenance.json" && !trust::IsOutsideReleaseDigest(file))
      return Corrupt("this file is not named by provenance.json", Path(file));
  }
  return fmt::format("{} files and {} inputs named", report.subjects.size(), report.resolved_dependencies.size());
}

void Verifier::Transcripts() {
  std::vector<std::string> phases;
  std::error_code code;
  for (auto it = std::filesystem::directory_iterator(Path("transcript"), code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code))
    if (it->is_directory(code)) phases.push_back(it->path().filename().string());
  std::sort(phases.begin(), phases.end());
  if (phases.empty()) return Add("transcript", NotFound("the release holds no transcript", Path("transcript")));
  if (phases_ && phases != *phases_)
    Add("transcript",
        Corrupt("the phases are not those of the project that provenance.json names", Path("transcript")));
  for (const std::string& phase : phases) {
    Add("transcript/" + phase, Transcript(phase));
    Add("transcript/" + phase + "/samples.jsonl", Samples(phase));
  }
}

// A transcript that ends before the training does fits its own root as well.
Result<void> CheckWhole(const train::Transcript& transcript, const std::string& directory) {
  const size_t steps = transcript.records.size();
  const Json training = transcript.header.is_object() ? transcript.header.value("training", Json()) : Json();
  if (!training.is_object() || training.value("steps", Json()) != steps)
    return Corrupt(fmt::format("\"steps\" of \"training\" is not the number of lines of steps.jsonl, {}", steps),
                   directory + "/header.json");
  if (transcript.records.empty() || !transcript.records.back().state)
    return Corrupt("the last step has no state digest", directory + "/steps.jsonl");
  return {};
}

// The states that a replay would begin from are those of the record.
Result<void> CheckKeptStates(const train::Transcript& transcript, const std::string& directory) {
  for (const train::StepRecord& record : transcript.records) {
    const std::string path = train::StatePath(directory + "/states", record.step);
    if (!record.state || !PathExists(path)) continue;
    CAIRN_ASSIGN(const Digest found, train::StateFileDigest(path));
    if (found != *record.state) return Corrupt("this state is not the one in the transcript", path);
  }
  return {};
}

Finding Verifier::Transcript(const std::string& phase) {
  std::string directory = Path("transcript/" + phase);
  CAIRN_ASSIGN(train::Transcript transcript, train::LoadTranscript(directory));
  lora_ = lora_ || InputOf(transcript.header, "method") == "lora";
  CAIRN_TRY(CheckWhole(transcript, directory));
  CAIRN_TRY(CheckKeptStates(transcript, directory));
  size_t states = static_cast<size_t>(std::count_if(transcript.records.begin(), transcript.records.end(),
                                                    [](const train::StepRecord& r) { return r.state.has_value(); }));
  return fmt::format("{} steps, {} state digests, Merkle root {}", transcript.records.size(), states,
                     transcript.Root().Hex());
}

Finding Verifier::Samples(const std::string& phase) {
  std::string directory = Path("transcript/" + phase);
  CAIRN_ASSIGN(Json header, ReadJsonFile(directory + "/header.json", kMaxRecordBytes));
  CAIRN_ASSIGN(Digest digest, digests_.Of(directory + "/samples.jsonl"));
  CAIRN_TRY(CheckSamples(header, digest, directory + "/samples.jsonl"));
  if (!base_.empty() && InputOf(header, "base") != base_)
    return Corrupt("the base model is not the one that provenance.json names", directory + "/header.json");
  return "sha256 " + digest.Hex();
}

// Without these files there is nothing to use, however well the rest fits.
Finding Verifier::ModelFiles() {
  std::vector<std::string> needed = {"config.json", "model.safetensors"};
  if (lora_) needed.insert(needed.end(), {"adapter/adapter_config.json", "adapter/adapter_model.safetensors"});
  for (const std::string& name : needed)
    if (!std::binary_search(files_.begin(), files_.end(), name))
      return NotFound("this file is missing; the release is not complete", Path(name));
  return fmt::format("{}", fmt::join(needed, ", "));
}

// Whether all gates passed, each for itself.
Result<bool> AllGatesPass(const Json& evaluation, const std::string& where) {
  if (!evaluation.contains("gates") || !evaluation["gates"].is_array()) return Corrupt("\"gates\" is missing", where);
  bool all = true;
  for (const Json& gate : evaluation["gates"]) {
    if (!gate.is_object() || !gate.contains("pass") || !gate["pass"].is_boolean())
      return Corrupt("a gate does not say whether it passed", where);
    all = all && gate["pass"].get<bool>();
  }
  return all;
}

Finding Verifier::Evaluation() {
  const std::string path = Path("eval.json");
  CAIRN_ASSIGN(Json json, ReadJsonFile(path, kMaxRecordBytes));
  if (!json.is_object() || !json.contains("passed") || !json["passed"].is_boolean())
    return Corrupt("\"passed\" is missing", path);
  CAIRN_ASSIGN(bool all, AllGatesPass(json, path));
  if (json["passed"].get<bool>() != all) return Corrupt("\"passed\" is not what its gates say", path);
  if (!all) return Denied("it says that the gates did not pass", path);
  return std::string("gates passed, says the builder");
}

Finding Verifier::Cost() {
  CAIRN_ASSIGN(Json json, ReadJsonFile(Path("cost.json"), kMaxRecordBytes));
  if (!json.is_object()) return Corrupt("it is not an object", Path("cost.json"));
  return std::string("readable");
}

}  // namespace

Result<void> CheckIsRelease(const std::string& directory) {
  if (!PathExists(directory)) return NotFound("there is no release here", directory);
  if (PathExists(directory + "/provenance.json") || !PathExists(directory + "/" + kProjectFileName)) return {};
  return NotFound("this is a project; name its release, which `cairn build` puts below build/", directory);
}

Result<VerifyReport> VerifyRelease(const std::string& release, const VerifyOptions& options) {
  CAIRN_TRY(CheckIsRelease(release));
  const auto identity = FileIdentity(release);
  Result<VerifyReport> report = Verifier(release, options).Run();
  if (FileIdentity(release) != identity) return ReplacedWhileRead(release);
  return report;
}

}  // namespace cairn::project
