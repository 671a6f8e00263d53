// A phase of a project's training: which samples it trains on and with what configuration. The train step and the
// replay of a release both come through here, so that they cannot differ.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"
#include "project/config.h"
#include "train/data.h"
#include "train/phase.h"

namespace cairn::project {

struct PhasePlan {
  std::string directory_name;  // "1-knowledge"
  uint64_t epochs = 1;
  uint64_t seed = 0;  // of the order of samples and of the adapter
};
PhasePlan PlanOf(const TrainingConfig& training, size_t phase);

// The first `contributed` conversations are trained on in every epoch; the others are base data, of which each epoch
// takes the next ones up to the replay share (of tokens).
struct PhaseSamples {
  std::vector<formats::Conversation> conversations;
  uint64_t contributed = 0;
};
// Contributed rows in order of their ids, equal ones once; base data in a seeded order, as much as all epochs take.
Result<PhaseSamples> MixSamples(std::vector<formats::Conversation> contributed,
                                std::vector<formats::Conversation> base_data, const model::ChatModel& base,
                                const TrainingConfig& training, const PhasePlan& plan);

// Tokens of the samples in epochs; samples longer than the model reads are an error (synthesis does not make any).
Result<train::EpochSource> PhaseSource(const PhaseSamples& samples, const model::ChatModel& base,
                                       const TrainingConfig& training, const PhasePlan& plan);

train::Numerics NumericsOf(const TrainingConfig& training);
train::TrainConfig PhaseTrainConfig(const TrainingConfig& training, const PhasePlan& plan, uint64_t steps);

// The header of the phase's transcript.
Json PhaseHeaderOf(const train::TrainConfig& config, const PhasePlan& plan, const TrainingConfig& training,
                   const Digest& start, const PhaseSamples& samples, const Digest& base_digest);

// Narrows the matrices of a frozen base as spec.training.lora.quantize asks.
Result<void> QuantizeBase(model::Model& model, const TrainingConfig& training);

// Gives the model a fresh adapter for the first phase, or the one saved in `previous`.
Result<void> PrepareTrainable(model::Model& model, const TrainingConfig& training, const std::string& previous,
                              uint64_t seed);

}  // namespace cairn::project
