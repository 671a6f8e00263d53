// A device trains to the same bits as the processor: the emulator for some steps, a real GPU to the golden states.
#include <gtest/gtest.h>

#include "train/prefetch.h"
#include "train/testing.h"

namespace cairn::train {
namespace {

// The emulator, and a GPU if there is one.
std::vector<std::unique_ptr<device::Device>> Devices() {
  std::vector<std::unique_ptr<device::Device>> devices;
  devices.push_back(device::OpenEmulator());
  auto gpu = device::OpenCuda();
  if (gpu.ok()) devices.push_back(std::move(gpu).value());
  return devices;
}

Digest StateAfter(uint64_t steps, const GoldenState& golden, device::Device* device) {
  ThreadPool pool(1);
  model::Model m = TinyModel(golden.lora);
  TrainConfig config = GoldenConfig(golden.optimizer, 2, golden.numerics);
  config.resources.device = device;
  GeneratedSource source(TinySample, 9, 20, 0);
  Trainer trainer(pool, m, config, source);
  while (trainer.step() < steps) {
    auto record = trainer.Step();
    if (record.ok()) continue;
    ADD_FAILURE() << record.error().ToString();
    return {};
  }
  return trainer.StateDigest();
}

TEST(DeviceTraining, EmulatorTrainsToTheSameBits) {
  auto emulator = device::OpenEmulator();
  for (const GoldenState& golden : kGoldenStates) {
    if (golden.numerics == Numerics::kInt8 || golden.all_fields) continue;
    EXPECT_EQ(StateAfter(1, golden, emulator.get()), StateAfter(1, golden, nullptr)) << golden.name;
  }
}

TEST(DeviceTraining, LittleMemoryChangesNoBit) {
  auto small = device::OpenEmulator(size_t{1} << 18);
  const GoldenState& golden = kGoldenStates[0];
  EXPECT_EQ(StateAfter(1, golden, small.get()), StateAfter(1, golden, nullptr));
}

// One step from the same start, on a device or on the processor.
Digest OneStep(const model::Model& start, uint64_t samples, device::Device* device) {
  model::Model m = start;
  ThreadPool pool(1);
  TrainConfig config = GoldenConfig(m.adapter ? Optimizer::kAdamW : Optimizer::kMuon, 2);
  config.resources.device = device;
  GeneratedSource source(TinySample, samples, 20, 0);
  Trainer trainer(pool, m, config, source);
  auto record = trainer.Step();
  EXPECT_TRUE(record.ok()) << record.error().ToString();
  return record.ok() ? trainer.StateDigest() : Digest{};
}

TEST(DeviceTraining, AllHeadSizesAndUntiedHeads) {
  auto devices = Devices();
  for (int64_t head_dim : {8, 32, 64, 128}) {
    model::ModelConfig shape = TinyModelConfig();
    shape.head_dim = head_dim;
    shape.tie_word_embeddings = head_dim != 64;
    const model::Model start = model::InitModel(shape, 2);
    for (auto& device : devices)
      EXPECT_EQ(OneStep(start, 3, device.get()), OneStep(start, 3, nullptr)) << device->name() << " " << head_dim;
  }
}

TEST(DeviceTraining, GpuReachesTheGoldenStates) {
  auto gpu = device::OpenCuda();
  if (!gpu.ok() && gpu.error().code == ErrorCode::kNotFound) GTEST_SKIP() << gpu.error().ToString();
  ASSERT_TRUE(gpu.ok()) << gpu.error().ToString();
  for (const GoldenState& golden : kGoldenStates) {
    if (golden.numerics == Numerics::kInt8 || golden.all_fields) continue;
    EXPECT_EQ(StateAfter(20, golden, gpu->get()).Hex(), golden.digest) << golden.name;
  }
}

TEST(DeviceTraining, RefusesWhatItCannotTrain) {
  auto emulator = device::OpenEmulator();
  ThreadPool pool(1);
  GeneratedSource source(TinySample, 9, 20, 0);
  for (const GoldenState& golden : kGoldenStates) {
    const bool trains = golden.numerics != Numerics::kInt8 && !golden.all_fields;
    model::Model m = TinyModel(golden.lora, golden.all_fields);
    TrainConfig config = GoldenConfig(golden.optimizer, 2, golden.numerics);
    config.resources.device = emulator.get();
    Trainer trainer(pool, m, config, source);
    auto record = trainer.Step();
    ASSERT_EQ(record.ok(), trains) << golden.name;
    if (trains) continue;
    EXPECT_EQ(record.error().code, ErrorCode::kUnsupported);
  }
}

TEST(DeviceTraining, FrozenBasesAreWidened) {
  model::ModelConfig shape = TinyModelConfig();
  shape.intermediate_size = 64;
  model::Model start = model::Narrowed(model::InitModel(shape, 2), kernels::WeightType::kQ8_0);
  model::LoraConfig lora;
  lora.rank = 4;
  lora.alpha = 8;
  start.adapter = model::Adapter::Create(start.config, lora, 3);
  for (auto& device : Devices())
    EXPECT_EQ(OneStep(start, 3, device.get()), OneStep(start, 3, nullptr)) << device->name();
}

// The state that was computed on a device goes on anywhere.
TEST(DeviceTraining, StateMovesBetweenDeviceAndProcessor) {
  const std::string path = testing::TempDir() + "/device_state.safetensors";
  auto emulator = device::OpenEmulator();
  ThreadPool pool(1);
  TrainConfig config = GoldenConfig(Optimizer::kMuon, 2);
  GeneratedSource source(TinySample, 9, 20, 0);
  model::Model there = TinyModel(false), here = TinyModel(false);
  config.resources.device = emulator.get();
  Trainer on_device(pool, there, config, source);
  ASSERT_TRUE(on_device.Step().ok());
  ASSERT_TRUE(on_device.SaveState(path).ok());
  config.resources.device = nullptr;
  Trainer on_processor(pool, here, config, source);
  ASSERT_TRUE(on_processor.LoadState(path).ok());
  ASSERT_TRUE(on_processor.Step().ok());
  ASSERT_TRUE(on_device.Step().ok());
  EXPECT_EQ(on_processor.StateDigest(), on_device.StateDigest());
  EXPECT_EQ(there.weights, here.weights);
}

TEST(PrefetchedSource, GivesTheSamplesOfTheSteps) {
  GeneratedSource source(TinySample, 9, 7, 0);
  const PrefetchedSource ahead(source, 3);
  for (uint64_t step : {1, 2, 3, 5, 6, 7, 2}) {
    const auto expected = source.Samples(step), given = ahead.Samples(step);
    ASSERT_EQ(given.size(), expected.size());
    for (size_t i = 0; i < given.size(); ++i) EXPECT_EQ(given[i].ids, expected[i].ids);
  }
}

}  // namespace
}  // namespace cairn::train
