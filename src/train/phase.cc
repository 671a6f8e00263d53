#include "train/phase.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "formats/safetensors.h"
#include "train/state_file.h"

namespace cairn::train {
namespace {

using Clock = std::chrono::steady_clock;

struct Paths {
  std::string header, lines, checkpoint, states, transcript;
  explicit Paths(const std::string& d)
      : header(d + "/header.json"),
        lines(d + "/steps.part.jsonl"),
        checkpoint(d + "/checkpoint.safetensors"),
        states(d + "/states"),
        transcript(d + "/transcript") {}
};

// The records of an interrupted run up to `step`.
Result<std::vector<StepRecord>> ReadPartialLines(const std::string& path, uint64_t step) {
  CAIRN_ASSIGN(std::string text, ReadFile(path));
  std::vector<StepRecord> records;
  for (size_t start = 0; records.size() < step;) {
    size_t end = text.find('\n', start);
    if (end == std::string::npos) return Corrupt("the record of steps ends before the checkpoint", path);
    CAIRN_ASSIGN(StepRecord record, ParseStepRecord(std::string_view(text).substr(start, end - start), path));
    records.push_back(record);
    start = end + 1;
  }
  return records;
}

// A checkpoint that cannot be used is no state to go on from; one that could not be read may be read the next time.
Error Damaged(Error error, const Paths& paths) {
  std::error_code code;
  if (error.code != ErrorCode::kIo && std::filesystem::remove(paths.checkpoint, code))
    error.message += "; the checkpoint was removed, the same command begins this phase again";
  return error;
}

// Nothing of an interrupted run is taken over that a disk or a hand has changed since: it would end in the release.
Result<void> CheckUnchanged(const Transcript& transcript, const TrainConfig& config, const PhaseOptions& options,
                            const Paths& paths) {
  CAIRN_ASSIGN(const formats::SafetensorsFile checkpoint, formats::SafetensorsFile::Open(paths.checkpoint));
  const auto root = checkpoint.metadata().find(kRecordsKey);
  if (root == checkpoint.metadata().end() || root->second != transcript.Root().Hex())
    return Corrupt("the checkpoint and the record of steps do not fit together", paths.lines);
  for (const StepRecord& record : transcript.records) {
    if (!KeepsState(record, config, options)) continue;
    const std::string path = StatePath(paths.states, record.step);
    const Result<Digest> found = StateFileDigest(path);
    if (!found.ok() || *found != record.state) return Corrupt("the state that is kept is not that of its step", path);
  }
  return {};
}

// Takes up an interrupted run, or begins again where its header is another. Beginning again first removes the old
// checkpoint: the next run must not take it for this one's.
Result<void> Resume(Trainer& trainer, Transcript& transcript, const TrainConfig& config, const PhaseOptions& options,
                    const Paths& paths) {
  auto old = ReadFile(paths.header);
  if (old.ok() && *old == DumpJson(transcript.header) + "\n" && PathExists(paths.checkpoint)) {
    if (auto loaded = trainer.LoadState(paths.checkpoint); !loaded.ok()) return Damaged(loaded.error(), paths);
    auto records = ReadPartialLines(paths.lines, trainer.step());
    if (!records.ok())
      return Damaged(Corrupt("the checkpoint and the record of steps do not fit together", paths.lines), paths);
    transcript.records = std::move(*records);
    auto unchanged = CheckUnchanged(transcript, config, options, paths);
    if (!unchanged.ok()) return Damaged(unchanged.error(), paths);
    return {};
  }
  std::error_code code;
  for (const std::string& stale : {paths.checkpoint, paths.lines, paths.header, paths.states}) {
    std::filesystem::remove_all(stale, code);
    if (code) return OsError(code.value(), stale);
  }
  return {};
}

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

Result<void> Append(FILE* file, const StepRecord& record, const std::string& path) {
  std::string line = record.ToLine() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file) != line.size() || std::fflush(file) != 0)
    return OsError(errno, path);
  return {};
}

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Lines reach the disk before the checkpoint that counts on them.
Result<void> SaveCheckpoint(Trainer& trainer, const Transcript& transcript, FILE* lines, const Paths& paths) {
  if (::fsync(::fileno(lines)) != 0) return OsError(errno, paths.lines);
  return trainer.SaveState(paths.checkpoint, {{kRecordsKey, transcript.Root().Hex()}});
}

}  // namespace

double CheckpointInterval(double checkpoint_seconds, double save_seconds) {
  constexpr double kTimesOfASave = 20;
  return checkpoint_seconds > 0 ? std::max(checkpoint_seconds, kTimesOfASave * save_seconds) : 0;
}

bool KeepsState(const StepRecord& record, const TrainConfig& config, const PhaseOptions& options) {
  if (!record.state || options.keep_states_every == 0) return false;
  return record.step == config.steps || record.step % (config.segment_steps * options.keep_states_every) == 0;
}

std::string StatePath(const std::string& directory, uint64_t step) {
  return fmt::format("{}/step-{:06}.safetensors", directory, step);
}

Json PhaseHeader(const TrainConfig& config, const std::string& name, const Digest& start, const Json& inputs) {
  return {{"numerics", NumericsName(config.numerics)},
          {"phase", name},
          {"training", TrainConfigToJson(config)},
          {"start_state", start.Hex()},
          {"inputs", inputs}};
}

Result<Transcript> RunPhase(Trainer& trainer, const TrainConfig& config, Json header, const PhaseOptions& options) {
  Paths paths(options.directory);
  CAIRN_TRY(MakeDirectories(options.directory));
  CAIRN_TRY(RemoveTemporaryFiles(options.directory));  // a checkpoint cut off by a kill is as large as the state
  Transcript transcript{std::move(header), {}};
  CAIRN_TRY(Resume(trainer, transcript, config, options, paths));
  CAIRN_TRY(WriteFileAtomic(paths.header, DumpJson(transcript.header) + "\n"));
  std::string lines;
  for (const StepRecord& r : transcript.records) lines += r.ToLine() + "\n";
  CAIRN_TRY(WriteFileAtomic(paths.lines, lines));
  File file(std::fopen(paths.lines.c_str(), "ab"), &std::fclose);
  if (!file) return OsError(errno, paths.lines);

  Progress progress(options.label, config.steps, options.quiet, trainer.step());
  auto saved = Clock::now();
  double save_seconds = 0;
  while (trainer.step() < config.steps) {
    if (Interrupted()) {
      CAIRN_TRY(SaveCheckpoint(trainer, transcript, file.get(), paths));
      return Error{
          ErrorCode::kCancelled,
          fmt::format("stopped after step {} of {}; the same command goes on from there", trainer.step(), config.steps),
          ""};
    }
    CAIRN_ASSIGN(StepRecord record, trainer.Step());
    CAIRN_TRY(Append(file.get(), record, paths.lines));
    transcript.records.push_back(record);
    if (KeepsState(record, config, options)) CAIRN_TRY(trainer.SaveState(StatePath(paths.states, record.step)));
    if (SecondsSince(saved) > CheckpointInterval(options.checkpoint_seconds, save_seconds)) {
      const auto begin = Clock::now();
      CAIRN_TRY(SaveCheckpoint(trainer, transcript, file.get(), paths));
      saved = Clock::now();
      save_seconds = SecondsSince(begin);
    }
    progress.Update(record.step, fmt::format("loss {:.4f}", record.loss));
  }
  CAIRN_TRY(SaveCheckpoint(trainer, transcript, file.get(), paths));
  CAIRN_TRY(SaveTranscript(transcript, paths.transcript));
  progress.Finish(transcript.records.empty() ? "" : fmt::format("loss {:.4f}", transcript.records.back().loss));
  return transcript;
}

Result<uint64_t> ReplaySteps(Trainer& trainer, const Transcript& transcript, uint64_t last, bool quiet) {
  CAIRN_CHECK(trainer.step() <= last && last <= transcript.records.size());
  uint64_t first = trainer.step();
  Progress progress(fmt::format("replaying steps {}..{}", first + 1, last), last - first, quiet);
  while (trainer.step() < last) {
    if (Interrupted()) return Error{ErrorCode::kCancelled, fmt::format("stopped after step {}", trainer.step()), ""};
    CAIRN_ASSIGN(StepRecord computed, trainer.Step());
    std::string difference = DescribeDifference(transcript.records[computed.step - 1], computed);
    if (!difference.empty())
      return Corrupt(fmt::format("step {}: {} differ{} from the transcript", computed.step, difference,
                                 difference.ends_with("bits") ? "" : "s"));
    progress.Update(trainer.step() - first);
  }
  progress.Finish("every bit equal");
  return last - first;
}

}  // namespace cairn::train
