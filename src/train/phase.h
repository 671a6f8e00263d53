// Runs a training phase to its end whatever interrupts it, and runs slices of it again to compare bits.
#pragma once

#include <functional>
#include <string>

#include "train/trainer.h"

namespace cairn::train {

struct PhaseOptions {
  std::string
      directory;  // holds header.json, steps.part.jsonl, checkpoint.safetensors, states/, and at the end transcript/
  double checkpoint_seconds = 20;  // how much work a SIGKILL may cost; of a large state more (CheckpointInterval)
  // Keeps the whole state under states/ every so many segments and at the end, for replay from there; 0: never.
  uint64_t keep_states_every = 0;
  std::string label = "training";
  bool quiet = false;
};

// Trains to config.steps, going on from what the directory holds if its header is the same (else from the start).
// kCorrupt if that was damaged since; then the checkpoint is removed, and the next call begins at the start.
// Ctrl-C saves and returns kCancelled. The result has the same bits whether or not the run was interrupted.
Result<Transcript> RunPhase(Trainer& trainer, const TrainConfig& config, Json header, const PhaseOptions& options);

// In a checkpoint's metadata: Transcript::Root of the steps before it, in hexadecimal.
inline constexpr const char* kRecordsKey = "records";

// Seconds of training between checkpoints where the last one took save_seconds: a state of many gigabytes must not
// take more than a twentieth of the time. 0 stays 0: after every step.
double CheckpointInterval(double checkpoint_seconds, double save_seconds);

// Whether a phase keeps the state after this step.
bool KeepsState(const StepRecord& record, const TrainConfig& config, const PhaseOptions& options);

// The header of a phase's transcript: numerics version, configuration, digests that name what goes in.
Json PhaseHeader(const TrainConfig& config, const std::string& name, const Digest& start, const Json& inputs);

// Runs the trainer (standing at some step) up to `last` and compares every record with the transcript's. kCorrupt names
// step and field.
Result<uint64_t> ReplaySteps(Trainer& trainer, const Transcript& transcript, uint64_t last, bool quiet);

std::string StatePath(const std::string& directory, uint64_t step);  // <directory>/step-000050.safetensors

}  // namespace cairn::train
