// cairn verify: whether a release is what its signer released, and whether its records fit each other.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include "base/file.h"
#include "cli/command.h"
#include "project/phase.h"
#include "project/replay.h"
#include "train/state_file.h"
#include "train/transcript.h"
#include "trust/model_signing.h"
#include "trust/release_digest.h"
#include "trust/statement.h"

namespace cairn::cli {
namespace {

constexpr uint64_t kMaxRecordBytes = trust::kMaxProvenanceBytes;

struct Options {
  std::string release, key;
  bool allow_unsigned = false;
};

struct Check {
  std::string name;
  bool ok = false;
  std::string detail;  // what was found, or why it failed
};

// What a check found, for people, or why it failed.
using Finding = Result<std::string>;

class Verifier {
 public:
  // ended: called with each check when it has ended, since one may take long.
  Verifier(const Options& options, std::optional<std::string> key, std::function<void(const Check&)> ended)
      : options_(options), key_(std::move(key)), ended_(std::move(ended)) {}

  std::vector<Check> Run() {
    // Nothing is read through a link, and nothing that is no file: it could lie elsewhere or have no end.
    Result<std::vector<std::string>> files = ListFiles(options_.release);
    if (!files.ok()) {
      Add("files", files.error());
      return std::move(checks_);
    }
    files_ = std::move(*files);
    Add("signature", Signature());
    Add("provenance", Provenance());
    Transcripts();
    Add("model", ModelFiles());
    Add("eval.json", Evaluation());
    Add("cost.json", Cost());
    return std::move(checks_);
  }
  const std::optional<trust::SignatureReport>& signature() const { return signature_; }

 private:
  void Add(const std::string& name, const Finding& finding) {
    checks_.push_back({name, finding.ok(), finding.ok() ? *finding : finding.error().ToString()});
    ended_(checks_.back());
  }
  std::string Path(const std::string& name) const { return options_.release + "/" + name; }
  Finding Signature();
  Finding Provenance();
  void Transcripts();
  Finding Transcript(const std::string& phase);
  Finding Samples(const std::string& phase);
  Finding ModelFiles();
  Finding Evaluation();
  Finding Cost();

  const Options& options_;
  std::optional<std::string> key_;
  std::function<void(const Check&)> ended_;
  std::vector<Check> checks_;
  std::optional<trust::SignatureReport> signature_;
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
  CAIRN_ASSIGN(trust::SignatureReport report, trust::VerifyDirectory(options_.release, key_));
  CAIRN_TRY(trust::CheckNothingElseUnsigned(report, options_.release));
  signature_ = std::move(report);
  std::string text = fmt::format("{} files, key {}", signature_->files.size(), signature_->key_hint);
  if (!signature_->note.empty()) text += "; " + signature_->note;
  if (!signature_->unsigned_files.empty())
    text += fmt::format("; {} files that the signature leaves out, first {}", signature_->unsigned_files.size(),
                        signature_->unsigned_files.front());
  return text;
}

// Folders of the phases of the project that the provenance holds, sorted.
Result<std::vector<std::string>> PhasesOf(const Json& parameters, const std::string& where) {
  CAIRN_ASSIGN(project::ProjectConfig config, project::ReleasedProject(parameters, where));
  const project::TrainingConfig& training = config.spec.training;
  std::vector<std::string> names;
  for (size_t i = 0; i < training.phases.size(); ++i) names.push_back(project::PlanOf(training, i).directory_name);
  std::sort(names.begin(), names.end());
  return names;
}

// The digest of the base model. Two that differ would let each reader take another one.
Result<std::string> BaseOf(const std::vector<trust::ResourceDescriptor>& dependencies, const std::string& where) {
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

// Every subject is there with its digest, and every file that decides the release is a subject.
Finding Verifier::Provenance() {
  std::string path = Path("provenance.json");
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxRecordBytes));
  CAIRN_ASSIGN(trust::ProvenanceReport report, trust::CheckProvenance(text, options_.release, path));
  CAIRN_ASSIGN(base_, BaseOf(report.resolved_dependencies, path));
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

// A text member of the header's "inputs", empty if it is not there.
std::string InputOf(const Json& header, const char* name) {
  if (!header.is_object() || !header.contains("inputs") || !header["inputs"].is_object()) return {};
  const Json& inputs = header["inputs"];
  return inputs.contains(name) && inputs[name].is_string() ? inputs[name].get<std::string>() : std::string();
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
  CAIRN_ASSIGN(Digest digest, Sha256OfFile(directory + "/samples.jsonl"));
  if (InputOf(header, "samples") != digest.Hex())
    return Corrupt("these are not the samples that header.json names (found sha256 " + digest.Hex() + ")",
                   directory + "/samples.jsonl");
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

// digest: of the release, null if a check failed.
Json ReportToJson(const Options& options, const Verifier& verifier, const std::vector<Check>& checks,
                  const Json& digest) {
  Json list = Json::array();
  for (const Check& check : checks)
    list.push_back({{"name", check.name}, {"ok", check.ok}, {check.ok ? "detail" : "reason", check.detail}});
  const auto& signature = verifier.signature();
  return {{"release", options.release},
          {"ok", digest.is_string()},
          {"signed", signature.has_value()},
          {"key", signature ? Json(signature->key_hint) : Json()},
          {"key_given", signature && !signature->self_signed},
          {"digest", digest},
          {"checks", list}};
}

void PrintCheck(const Check& check) {
  Say(stdout, "{:<7} {}: {}\n", check.ok ? "ok" : "FAILED", PrintableLine(check.name), PrintableLine(check.detail));
  std::fflush(stdout);  // the next check may take long
}

Result<int> Verify(const Options& options, const Context& context) {
  if (!PathExists(options.release)) return NotFound("there is no release here", options.release);
  std::optional<std::string> key;
  if (!options.key.empty()) {
    CAIRN_ASSIGN(trust::PublicKey given, trust::LoadPublicKey(options.key));
    key = given.Pem();
  }
  Verifier verifier(options, key, [&](const Check& check) {
    if (!context.json && (!context.quiet || !check.ok)) PrintCheck(check);
  });
  const auto identity = FileIdentity(options.release);
  std::vector<Check> checks = verifier.Run();
  if (FileIdentity(options.release) != identity) return project::ReplacedWhileRead(options.release);
  auto failed = std::count_if(checks.begin(), checks.end(), [](const Check& check) { return !check.ok; });
  // It reads every file once more; of a release that is none it would name nothing.
  Json digest;
  if (failed == 0) {
    CAIRN_ASSIGN(Digest whole, trust::ReleaseDigest(options.release));
    digest = whole.Hex();
  }
  if (failed == 0 && !context.quiet && !context.json)
    Say(stdout, "release {}\ndigest  {}\n", options.release, digest.get<std::string>());
  if (failed > 0) Say(stderr, "cairn: {}: {} of {} checks failed\n", options.release, failed, checks.size());
  if (context.json) SayJson(ReportToJson(options, verifier, checks, digest));
  return failed == 0 ? 0 : 1;
}

}  // namespace

void AddVerify(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command verify = app.AddCommand(
      "verify",
      "check a release's signature and records. The signature must be the key's, every file must be as signed, the "
      "provenance must name every file, each transcript must be whole and its Merkle root fit its lines, the samples "
      "must be those that the transcript names, and the model must be there. Without --key the public key inside the "
      "release is taken: then you know that nothing "
      "changed since somebody signed, not who that was. Exit code 1 and the reason if a check fails. To check the "
      "training itself use cairn replay.");
  AddCommon(verify, context);
  verify.AddValue("release", options->release, "the release's folder").Required();
  Option key = verify.AddValue("--key", options->key, "the signer's public key, got from the signer");
  verify.AddFlag("--allow-unsigned", options->allow_unsigned, "accept a release without a signature").Without(key);
  verify.Footer("Example: cairn verify build/harbour-guide --key harbour.pub");
  verify.OnChosen([options, &context] { context.run = [options, &context] { return Verify(*options, context); }; });
}

}  // namespace cairn::cli
