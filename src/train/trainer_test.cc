// The same-bits promise of training: threads, micro-batches, instruction sets, interruption and replay change nothing.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/philox.h"
#include "train/phase.h"

namespace cairn::train {
namespace {

model::ModelConfig TinyConfig() {
  model::ModelConfig c;
  c.vocab_size = 61;
  c.hidden_size = 32;
  c.intermediate_size = 48;
  c.num_hidden_layers = 2;
  c.num_attention_heads = 4;
  c.num_key_value_heads = 2;
  c.head_dim = 8;
  c.max_position_embeddings = 128;
  c.tie_word_embeddings = true;
  return c;
}

TokenSample Sample(uint64_t i) {
  RandomStream random(5, RandomPurpose::kText, i);
  TokenSample s;
  s.id = std::to_string(i);
  uint32_t n = 5 + random.Below(40), first = random.Below(61);
  for (uint32_t j = 0; j < n; ++j) {
    s.ids.push_back(static_cast<int32_t>((first + j * 3) % 61));
    s.loss_mask.push_back(j % 3 != 0);
  }
  return s;
}

TrainConfig Config() {
  TrainConfig c;
  c.steps = 8;
  c.learning_rate = 3e-3;
  c.warmup_steps = 2;
  c.row_tokens = 64;
  c.segment_steps = 4;
  c.seed = 1;
  return c;
}

model::Model NewModel(bool lora) {
  model::Model m = model::InitModel(TinyConfig(), 2);
  if (lora) {
    model::LoraConfig config;
    config.rank = 4;
    config.alpha = 8;
    m.adapter = model::Adapter::Create(m.config, config, 3);
  }
  return m;
}

Digest StateAfter(int threads, const MemoryOptions& memory, bool lora, uint64_t shards = 1,
                  Optimizer optimizer = Optimizer::kAdamW) {
  ThreadPool pool(threads);
  model::Model m = NewModel(lora);
  GeneratedSource source(Sample, 9, 8, 0);
  TrainConfig config = Config();
  config.optimizer = optimizer;
  config.memory = memory;
  config.shards = shards;
  Trainer trainer(pool, m, config, source);
  while (trainer.step() < config.steps) EXPECT_TRUE(trainer.Step().ok());
  return trainer.StateDigest();
}

TEST(Trainer, ThreadsAndMicroBatchesChangeNoBit) {
  for (bool lora : {false, true}) {
    Digest expected = StateAfter(1, {1}, lora);
    for (int threads : {1, 2, 3, 7})
      for (uint64_t micro_batch : {1, 2, 4})
        EXPECT_EQ(StateAfter(threads, {micro_batch}, lora), expected) << threads << " " << micro_batch;
  }
}

// LoRA on a base that is kept in another type, with and without recomputation.
Digest LoraStateOn(const model::Model& base, bool recompute) {
  ThreadPool pool(2);
  model::Model m = base;
  model::LoraConfig lora;
  lora.rank = 4;
  lora.alpha = 8;
  m.adapter = model::Adapter::Create(m.config, lora, 3);
  GeneratedSource source(Sample, 9, 8, 0);
  TrainConfig config = Config();
  config.memory.recompute = recompute;
  Trainer trainer(pool, m, config, source);
  while (trainer.step() < config.steps) EXPECT_TRUE(trainer.Step().ok());
  return trainer.StateDigest();
}

TEST(Trainer, FrozenBasesTrainLikeTheirWidenedSelves) {
  model::ModelConfig shape = TinyConfig();
  shape.hidden_size = 32;
  shape.head_dim = 8;
  shape.intermediate_size = 64;
  const model::Model base = model::InitModel(shape, 2);
  std::set<std::string> digests;
  for (auto type : {kernels::WeightType::kF32, kernels::WeightType::kBf16, kernels::WeightType::kQ8_0,
                    kernels::WeightType::kQ4_0}) {
    const model::Model narrow = model::Narrowed(base, type);
    model::Model wide = narrow;
    model::Widen(wide);
    EXPECT_FALSE(wide.frozen);
    EXPECT_EQ(model::WeightsDigest(wide), model::WeightsDigest(narrow));
    const Digest expected = LoraStateOn(wide, false);
    for (bool recompute : {false, true})
      EXPECT_EQ(LoraStateOn(narrow, recompute), expected) << kernels::WeightTypeName(type) << " " << recompute;
    digests.insert(expected.Hex());
  }
  EXPECT_EQ(digests.size(), 4u);  // the types differ, so the digests must
}

TEST(Trainer, OwnersOfShardsChangeNoBit) {
  for (bool lora : {false, true}) {
    const Digest expected = StateAfter(1, {2}, lora, 4);
    for (uint64_t workers : {1, 2, 4, 8}) {
      MemoryOptions memory;
      memory.workers = workers;
      for (int threads : {1, 3}) EXPECT_EQ(StateAfter(threads, memory, lora, 4), expected) << workers << " " << threads;
    }
  }
}

TEST(Trainer, InstructionSetsChangeNoBit) {
  for (bool lora : {false, true}) {
    Digest expected = StateAfter(2, {2}, lora, 4);
    EXPECT_NE(expected, StateAfter(2, {2}, lora, 1));
    for (const std::string& target : kernels::SupportedTargets()) {
      ASSERT_TRUE(kernels::ForceTarget(target));
      EXPECT_EQ(StateAfter(1, {4}, lora, 4), expected) << target;
    }
    kernels::ForceTarget("");
  }
}

// Twenty steps of a tiny model. These digests are cairn-f32-1 itself: they hold for every compiler, instruction set,
// number of threads and micro-batch, and if one moves, no older transcript replays any more.
Digest GoldenRun(bool lora, Optimizer optimizer, int threads, uint64_t micro_batch) {
  ThreadPool pool(threads);
  model::Model m = NewModel(lora);
  TrainConfig config = Config();
  config.steps = 20;
  config.weight_decay = 0.05;
  config.shards = 4;
  config.memory.micro_batch = micro_batch;
  config.memory.recompute = threads == 3;
  config.optimizer = optimizer;
  GeneratedSource source(Sample, 9, 20, 0);
  Trainer trainer(pool, m, config, source);
  while (trainer.step() < config.steps) EXPECT_TRUE(trainer.Step().ok());
  return trainer.StateDigest();
}

TEST(Trainer, GoldenDigests) {
  struct Golden {
    bool lora;
    Optimizer optimizer;
    const char* digest;
  };
  constexpr Golden kGoldens[] = {
      {false, Optimizer::kAdamW, "ca90fa7508ea3a75bdf61bc9dc8e21ba815e8b1eb8da30f786c944c0d6e382b0"},
      {false, Optimizer::kMuon, "49041299d01178fe1326eedc21c517e0e581824fc58aa3d1407fb33192d49077"},
      {true, Optimizer::kAdamW, "a16a2d43fd24cab2166da6b4669c9f76dd253e8294404d72fa6229ba07ba5dfc"}};
  for (const Golden& golden : kGoldens) {
    for (auto [threads, rows] : {std::pair{1, 4}, {2, 1}, {3, 2}, {7, 4}})
      EXPECT_EQ(GoldenRun(golden.lora, golden.optimizer, threads, static_cast<uint64_t>(rows)).Hex(), golden.digest)
          << threads << " threads, " << rows << " rows";
    for (const std::string& target : kernels::SupportedTargets()) {
      ASSERT_TRUE(kernels::ForceTarget(target));
      EXPECT_EQ(GoldenRun(golden.lora, golden.optimizer, 2, 2).Hex(), golden.digest) << target;
    }
    kernels::ForceTarget("");
  }
}

TEST(Trainer, MuonTrainsTheBlocksAndChangesNoBitEither) {
  Digest expected = StateAfter(1, {1}, false, 1, Optimizer::kMuon);
  EXPECT_NE(expected, StateAfter(1, {1}, false));
  for (int threads : {2, 3}) EXPECT_EQ(StateAfter(threads, {4}, false, 1, Optimizer::kMuon), expected) << threads;
  EXPECT_EQ(StateAfter(1, {1}, true, 1, Optimizer::kMuon), StateAfter(1, {1}, true)) << "an adapter is AdamW's";
}

void ExpectLearns(Optimizer optimizer, double learning_rate) {
  ThreadPool pool(2);
  model::Model m = NewModel(false);
  TrainConfig config = Config();
  config.steps = 60;
  config.optimizer = optimizer;
  config.learning_rate = learning_rate;
  GeneratedSource source(Sample, 9, 60, 0);
  Trainer trainer(pool, m, config, source);
  auto first = trainer.Step();
  ASSERT_TRUE(first.ok());
  StepRecord last = *first;
  while (trainer.step() < config.steps) last = *trainer.Step();
  EXPECT_LT(last.loss, first->loss * 0.5);
}

TEST(Trainer, LearnsThePattern) { ExpectLearns(Optimizer::kAdamW, 3e-3); }
TEST(Trainer, LearnsThePatternWithMuon) { ExpectLearns(Optimizer::kMuon, 2e-2); }

TEST(Trainer, NotFiniteStopsTheRunAndSaysWhere) {
  ThreadPool pool(1);
  model::Model m = NewModel(false);
  m.weights[0] = std::numeric_limits<float>::infinity();
  GeneratedSource source(Sample, 9, 8, 0);
  Trainer trainer(pool, m, Config(), source);
  Result<StepRecord> record = StepRecord{};
  while (record.ok() && trainer.step() < 8) record = trainer.Step();
  ASSERT_FALSE(record.ok());
  EXPECT_NE(record.error().message.find("step"), std::string::npos);
}

class Phase : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("cairn-phase-" + std::to_string(::getpid()));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Runs the phase, cancelled by a data source that stops the process's patience after `until` steps (0: never).
  Result<Transcript> RunTo(uint64_t until, double checkpoint_seconds, const std::string& name) {
    ThreadPool pool(2);
    model::Model m = NewModel(true);
    TrainConfig config = Config();
    GeneratedSource source(Sample, 9, 8, 0);
    Trainer trainer(pool, m, config, source);
    Json header = PhaseHeader(config, "test", trainer.StateDigest(), Json::object());
    if (until > 0) {  // what a killed run leaves behind: a checkpoint and lines that may reach further
      std::string d = (directory_ / name).string(), lines;
      for (uint64_t s = 0; s < until + 1; ++s) {
        if (s == until) {
          EXPECT_TRUE(trainer.SaveState(d + "/checkpoint.safetensors").ok());
        }
        lines += trainer.Step()->ToLine() + "\n";
      }
      EXPECT_TRUE(WriteFileAtomic(d + "/header.json", DumpJson(header) + "\n").ok());
      EXPECT_TRUE(WriteFileAtomic(d + "/steps.part.jsonl", lines + "{\"step\": cut of").ok());
      return Transcript{};
    }
    PhaseOptions options{.directory = (directory_ / name).string(),
                         .checkpoint_seconds = checkpoint_seconds,
                         .keep_states_every = 1,
                         .quiet = true};
    return RunPhase(trainer, config, header, options);
  }
  std::filesystem::path directory_;
};

TEST_F(Phase, InterruptedRunEndsInTheSameBits) {
  auto whole = RunTo(0, 1e9, "whole");
  ASSERT_TRUE(whole.ok());
  for (uint64_t until : {1, 4, 7}) {
    std::string name = "cut" + std::to_string(until);
    ASSERT_TRUE(RunTo(until, 0, name).ok());
    auto resumed = RunTo(0, 0, name);
    ASSERT_TRUE(resumed.ok()) << resumed.error().ToString();
    EXPECT_EQ(resumed->Root(), whole->Root());
  }
}

TEST_F(Phase, TranscriptIsCheckedAndReplayFindsAChangedByte) {
  ASSERT_TRUE(RunTo(0, 1e9, "run").ok());
  std::string folder = (directory_ / "run/transcript").string();
  auto transcript = LoadTranscript(folder);
  ASSERT_TRUE(transcript.ok()) << transcript.error().ToString();
  std::string lines = *ReadFile(folder + "/steps.jsonl");
  for (size_t i = 0; i < lines.size(); i += 37) {
    std::string changed = lines;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_TRUE(WriteFileAtomic(folder + "/steps.jsonl", changed).ok());
    EXPECT_FALSE(LoadTranscript(folder).ok()) << "byte " << i;
  }

  EXPECT_TRUE(PathExists(StatePath((directory_ / "run/states").string(), 8)));
  // From the state kept at step 4 to the end.
  ThreadPool pool(1);
  model::Model m = NewModel(true);
  TrainConfig config = Config();
  GeneratedSource source(Sample, 9, 8, 0);
  Trainer trainer(pool, m, config, source);
  ASSERT_TRUE(trainer.LoadState(StatePath((directory_ / "run/states").string(), 4)).ok());
  auto replayed = ReplaySteps(trainer, *transcript, 8, true);
  ASSERT_TRUE(replayed.ok()) << replayed.error().ToString();
  EXPECT_EQ(*replayed, 4u);

  // Another sample at step 6.
  GeneratedSource changed([](uint64_t i) { return Sample(i == 50 ? 51 : i); }, 9, 8, 0);
  model::Model m2 = NewModel(true);
  Trainer other(pool, m2, config, changed);
  auto refused = ReplaySteps(other, *transcript, 8, true);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("step 6"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("samples"), std::string::npos) << refused.error().message;
}

TEST(Data, EpochsHoldEverySampleOnceInSeededOrder) {
  std::vector<TokenSample> samples;
  for (uint64_t i = 0; i < 50; ++i) samples.push_back(Sample(i));
  EpochSource a(samples, 120, 2, 7), b(samples, 120, 2, 7), c(samples, 120, 2, 8);
  std::map<std::string, int> seen;
  std::string order_a, order_b, order_c;
  for (uint64_t s = 1; s <= a.steps(); ++s) {
    uint64_t tokens = 0;
    for (const TokenSample& t : a.Samples(s)) {
      ++seen[t.id];
      tokens += t.ids.size();
      order_a += t.id + " ";
    }
    EXPECT_LE(tokens, 120u);
  }
  for (uint64_t s = 1; s <= b.steps(); ++s)
    for (const TokenSample& t : b.Samples(s)) order_b += t.id + " ";
  for (uint64_t s = 1; s <= c.steps(); ++s)
    for (const TokenSample& t : c.Samples(s)) order_c += t.id + " ";
  EXPECT_EQ(seen.size(), 50u);
  for (const auto& [id, n] : seen) EXPECT_EQ(n, 2) << id;
  EXPECT_EQ(order_a, order_b);
  EXPECT_NE(order_a, order_c);
}

}  // namespace
}  // namespace cairn::train
