// agree_run SHAPE DIR: trains a tiny model and writes all that another program needs to do the same and compare:
// run.json (model, training, adapter), model.safetensors and adapter.safetensors (f32, before the first step),
// samples.jsonl (what each step saw) and curve.jsonl (loss and gradient norm of each step).
#include <fmt/format.h>

#include "base/file.h"
#include "bench/shapes.h"
#include "formats/safetensors.h"
#include "train/trainer.h"

namespace cairn::bench {
namespace {

constexpr uint64_t kSteps = 50, kPerStep = 6;

// Samples of odd lengths, some tokens without loss, and a pattern that can be learnt, so that losses move.
train::TokenSample PatternSample(const Shape& shape, uint64_t i) {
  RandomStream random(1, RandomPurpose::kText, i);
  const auto vocab = static_cast<uint32_t>(shape.config.vocab_size);
  const auto n = 5 + random.Below(static_cast<uint32_t>(shape.sample_tokens) - 5);
  const uint32_t first = random.Below(vocab), stride = 1 + random.Below(3);
  train::TokenSample s;
  s.id = std::to_string(i);
  for (uint32_t j = 0; j < n; ++j) {
    s.ids.push_back(static_cast<formats::TokenId>((first + j * stride) % vocab));
    s.loss_mask.push_back(j % 4 != 0);
  }
  return s;
}

// What a real run uses, where each part has something to do: warm-up, decay, clipping, weight decay, rows of
// several samples, several micro-batches.
train::TrainConfig AgreeConfig(bool adapter) {
  train::TrainConfig config;
  config.steps = kSteps;
  config.learning_rate = adapter ? 1e-2 : 2e-3;
  config.final_ratio = 0.1;
  config.warmup_steps = 5;
  config.weight_decay = 0.1;
  config.clip_norm = adapter ? 0.25 : 1.0;  // near the norms that occur, so that some steps are clipped
  config.row_tokens = 96;
  return config;
}

Result<void> WriteTensors(const std::string& file, const model::ParameterList& list, const std::vector<float>& values) {
  std::vector<formats::TensorToWrite> tensors;
  for (const model::TensorSpec& t : list.tensors())
    tensors.push_back(
        {t.name, formats::DType::kF32, t.shape(), std::as_bytes(std::span(values.data() + t.offset, t.size()))});
  return formats::WriteSafetensors(file, tensors, {{"format", "pt"}});
}

Json SamplesToJson(uint64_t step, const std::vector<train::TokenSample>& samples) {
  Json list = Json::array();
  for (const train::TokenSample& s : samples) list.push_back({{"ids", s.ids}, {"loss_mask", s.loss_mask}});
  return {{"step", step}, {"samples", list}};
}

Result<void> Run(const std::string& name, const std::string& directory) {
  CAIRN_ASSIGN(Shape shape, LoadShape(name));
  ThreadPool pool(1);
  model::Model m = RandomModel(pool, shape);
  const train::TrainConfig config = AgreeConfig(m.adapter.has_value());
  train::GeneratedSource source([&](uint64_t i) { return PatternSample(shape, i); }, kPerStep, kSteps, 0);
  Json run = {{"config", model::ModelConfigToJson(m.config)}, {"training", train::TrainConfigToJson(config)}};
  CAIRN_TRY(WriteTensors(directory + "/model.safetensors", m.list, m.weights));
  if (m.adapter) {
    run["lora"] = {{"rank", m.adapter->config.rank}, {"alpha", m.adapter->config.alpha}};
    CAIRN_TRY(WriteTensors(directory + "/adapter.safetensors", m.adapter->list, m.adapter->values));
  }
  train::Trainer trainer(pool, m, config, source);
  std::string samples, curve;
  while (trainer.step() < kSteps) {
    samples += DumpJson(SamplesToJson(trainer.step() + 1, source.Samples(trainer.step() + 1))) + "\n";
    CAIRN_ASSIGN(train::StepRecord r, trainer.Step());
    curve += DumpJson({{"step", r.step}, {"loss", r.loss}, {"grad_norm", r.grad_norm}}) + "\n";
  }
  CAIRN_TRY(WriteFileAtomic(directory + "/samples.jsonl", samples));
  CAIRN_TRY(WriteFileAtomic(directory + "/curve.jsonl", curve));
  return WriteFileAtomic(directory + "/run.json", PrettyJson(run));
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: agree_run SHAPE DIR\n");
    return 2;
  }
  if (auto run = cairn::bench::Run(argv[1], argv[2]); !run.ok()) {
    fmt::print(stderr, "agree_run: {}\n", run.error().ToString());
    return 1;
  }
  return 0;
}
