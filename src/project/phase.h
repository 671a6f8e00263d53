// A phase of a project's training: which samples it trains on and with what configuration. The train step and the
// replay of a release both come through here, so that they cannot differ.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "model/model.h"
#include "project/config.h"
#include "taxonomy/leaf.h"
#include "train/data.h"
#include "train/phase.h"

namespace cairn::project {

bool TrainsOn(PhaseData data, taxonomy::LeafKind kind);

struct PhasePlan {
  std::string directory_name;  // "1-knowledge"
  uint64_t epochs = 1;
  uint64_t seed = 0;  // of the order of samples and of the adapter
};
PhasePlan PlanOf(const TrainingConfig& training, size_t phase);

// Contributed rows, trained on in every epoch, then base data, of which each epoch takes the next rows up to the replay
// share (of tokens). A contributed sample longer than the model reads is an error.
struct PhaseSamples {
  std::vector<formats::Conversation> conversations;
  train::EpochSamples tokens;  // of the same, in the same order
  // Base data that were passed over, as they are too long or have nothing to learn: id and reason.
  std::vector<std::pair<std::string, std::string>> left_out;
};
// Contributed rows in order of their ids, equal ones once; base data in a seeded order, as much as all epochs take.
Result<PhaseSamples> MixSamples(std::vector<formats::Conversation> contributed,
                                std::vector<formats::Conversation> base_data, const model::ChatModel& base,
                                const TrainingConfig& training, const PhasePlan& plan);
// The samples of a release: what MixSamples gave, of which so many were contributed.
Result<PhaseSamples> RecordedSamples(std::vector<formats::Conversation> conversations, size_t contributed,
                                     const model::ChatModel& base, const TrainingConfig& training);

// most_steps: as for train::EpochSource.
Result<train::EpochSource> PhaseSource(const PhaseSamples& samples, const TrainingConfig& training,
                                       const PhasePlan& plan,
                                       uint64_t most_steps = std::numeric_limits<uint64_t>::max());

// A whole phase has about this many segments: enough to replay a small slice, few enough to keep their states.
inline constexpr uint64_t kPhaseSegments = 6;
// Values of an adapter up to which the state at every segment's end is kept, so that any slice can be replayed alone;
// of a larger one, the last state only.
inline constexpr size_t kSmallAdapter = 4 << 20;

train::Numerics NumericsOf(const TrainingConfig& training);
model::LoraConfig LoraConfigOf(const TrainingConfig& training);
train::TrainConfig PhaseTrainConfig(const TrainingConfig& training, const PhasePlan& plan, uint64_t steps);

// The header of the phase's transcript.
Json PhaseHeaderOf(const train::TrainConfig& config, const PhasePlan& plan, const TrainingConfig& training,
                   const Digest& start, const PhaseSamples& samples, const Digest& base_digest);

// Whether the base's matrices can be narrowed as spec.training.lora.quantize asks; where: of that field.
Result<void> CheckQuantizes(const model::ModelConfig& base, const TrainingConfig& training, const std::string& where);
// Narrows them.
Result<void> QuantizeBase(model::Model& model, const TrainingConfig& training);

// Gives the model a fresh adapter for the first phase, or the one saved in `previous`.
Result<void> PrepareTrainable(model::Model& model, const TrainingConfig& training, const std::string& previous,
                              uint64_t seed);

// Makes a trained adapter the released one: it counts lora.mergeScale times. On the way from the trained weights back
// to the base's, what the base knew returns before what was learnt goes (WiSE-FT, Wortsman et al. 2022,
// arXiv:2109.01903).
void ScaleForRelease(model::Adapter& adapter, const TrainingConfig& training);

}  // namespace cairn::project
