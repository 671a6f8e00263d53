// The same-bits promise of training: threads, micro-batches, instruction sets, interruption and replay change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>

#include "base/file.h"
#include "train/phase.h"
#include "train/state_file.h"
#include "train/testing.h"

namespace cairn::train {
namespace {

Digest StateAtEnd(ThreadPool& pool, model::Model& m, const TrainConfig& config, const DataSource& source) {
  Trainer trainer(pool, m, config, source);
  while (trainer.step() < config.steps) EXPECT_TRUE(trainer.Step().ok());
  return trainer.StateDigest();
}

Digest StateAfter(int threads, const Resources& resources, bool lora, uint64_t shards = 1,
                  Optimizer optimizer = Optimizer::kAdamW, Numerics numerics = Numerics::kF32) {
  ThreadPool pool(threads);
  model::Model m = TinyModel(lora);
  GeneratedSource source(TinySample, 9, 8, 0);
  TrainConfig config = TinyTraining();
  config.optimizer = optimizer;
  config.numerics = numerics;
  config.resources = resources;
  config.shards = shards;
  return StateAtEnd(pool, m, config, source);
}

TEST(Trainer, ThreadsAndMicroBatchesChangeNoBit) {
  for (bool lora : {false, true}) {
    Digest expected = StateAfter(1, {1}, lora);
    for (int threads : {1, 2, 3, 7})
      for (uint64_t micro_batch : {1, 2, 4})
        EXPECT_EQ(StateAfter(threads, {micro_batch}, lora), expected) << threads << " " << micro_batch;
  }
}

// In 8-bit numbers a thread takes rows of its own through half a block; with 40 threads some have none.
TEST(Trainer, RowsOfThreadsChangeNoBit) {
  auto state = [](int threads, const Resources& resources) {
    return StateAfter(threads, resources, true, 1, Optimizer::kAdamW, Numerics::kInt8);
  };
  const Digest expected = state(1, {1});
  for (int threads : {2, 3, 7, 40})
    for (bool recompute : {false, true})
      for (uint64_t micro_batch : {1, 2, 4})
        EXPECT_EQ(state(threads, {.micro_batch = micro_batch, .recompute = recompute}), expected)
            << threads << " " << micro_batch << " " << recompute;
}

// Rows that do not count have no output in the last block; a batch of nothing else is not run at all.
TEST(Trainer, SamplesWithoutLossChangeNoBit) {
  auto state = [](bool lora, bool with_mute, uint64_t micro_batch) {
    ThreadPool pool(2);
    model::Model m = TinyModel(lora);
    auto sample = [&](uint64_t i) {
      if (!with_mute) return TinySample(i);
      TokenSample s = TinySample(i / 2);
      if (i % 2 == 1) std::fill(s.loss_mask.begin(), s.loss_mask.end(), uint8_t{0});
      return s;
    };
    GeneratedSource source(sample, with_mute ? 8 : 4, 8, 0);
    TrainConfig config = TinyTraining();
    config.resources.micro_batch = micro_batch;
    config.row_tokens = 1;  // a row for each sample
    return StateAtEnd(pool, m, config, source);
  };
  for (bool lora : {false, true}) {
    const Digest expected = state(lora, false, 1);
    for (uint64_t micro_batch : {1, 3}) EXPECT_EQ(state(lora, true, micro_batch), expected) << lora << micro_batch;
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
  GeneratedSource source(TinySample, 9, 8, 0);
  TrainConfig config = TinyTraining();
  config.resources.recompute = recompute;
  return StateAtEnd(pool, m, config, source);
}

TEST(Trainer, FrozenBasesTrainLikeTheirWidenedSelves) {
  model::ModelConfig shape = TinyModelConfig();
  shape.hidden_size = 32;
  shape.head_dim = 8;
  shape.intermediate_size = 64;
  const model::Model base = model::InitModel(shape, 2);
  std::set<std::string> digests;
  for (auto type : {kernels::WeightType::kF32, kernels::WeightType::kBf16, kernels::WeightType::kF16,
                    kernels::WeightType::kQ8_0, kernels::WeightType::kQ4_0}) {
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
  EXPECT_EQ(digests.size(), 5u);  // the types differ, so the digests must
}

TEST(Trainer, ABaseInAFileOfHalvesTrainsLikeItsWidenedSelf) {
  const std::string directory = testing::TempDir() + "cairn_f16_base";
  const model::Model base = model::InitModel(TinyModelConfig(), 2);
  ASSERT_TRUE(model::WriteStored(
                  base, [](size_t) { return kernels::WeightType::kF16; }, 1, directory)
                  .ok());
  const model::Model mapped = model::LoadModel(directory, model::Storage::kAsStored).value();
  const model::Model wide = model::LoadModel(directory).value();
  EXPECT_EQ(mapped.Matrix(mapped.offsets.embedding).type, kernels::WeightType::kF16);
  EXPECT_FALSE(wide.frozen);
  EXPECT_NE(LoraStateOn(base, false), LoraStateOn(wide, false));
  for (bool recompute : {false, true}) EXPECT_EQ(LoraStateOn(mapped, recompute), LoraStateOn(wide, false)) << recompute;
  std::filesystem::remove_all(directory);
}

TEST(Trainer, OwnersOfShardsChangeNoBit) {
  for (bool lora : {false, true}) {
    const Digest expected = StateAfter(1, {2}, lora, 4);
    for (uint64_t workers : {1, 2, 4, 8}) {
      Resources resources;
      resources.workers = workers;
      for (int threads : {1, 3})
        EXPECT_EQ(StateAfter(threads, resources, lora, 4), expected) << workers << " " << threads;
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

Digest GoldenRun(const GoldenState& golden, int threads, uint64_t micro_batch) {
  ThreadPool pool(threads);
  model::Model m = TinyModel(golden.lora, golden.all_fields);
  TrainConfig config = GoldenConfig(golden.optimizer, micro_batch, golden.numerics);
  config.resources.recompute = threads == 3;
  const GeneratedSource source = golden.Source();
  return StateAtEnd(pool, m, config, source);
}

TEST(Trainer, GoldenDigests) {
  for (const GoldenState& golden : kGoldenStates) {
    for (auto [threads, rows] : {std::pair{1, 4}, {2, 1}, {3, 2}, {7, 4}})
      EXPECT_EQ(GoldenRun(golden, threads, static_cast<uint64_t>(rows)).Hex(), golden.digest)
          << threads << " threads, " << rows << " rows";
    for (const std::string& target : kernels::SupportedTargets()) {
      ASSERT_TRUE(kernels::ForceTarget(target));
      EXPECT_EQ(GoldenRun(golden, 2, 2).Hex(), golden.digest) << target;
    }
    kernels::ForceTarget("");
  }
}

TEST(Trainer, Int8IsNearF32AndEndsWithTheTrainer) {
  auto loss = [](Numerics numerics) {
    ThreadPool pool(2);
    model::Model m = TinyModel(true);
    TrainConfig config = TinyTraining();
    config.numerics = numerics;
    GeneratedSource source(TinySample, 9, config.steps, 0);
    double last = 0;
    {
      Trainer trainer(pool, m, config, source);
      while (trainer.step() < config.steps) last = trainer.Step().value().loss;
      EXPECT_EQ(m.int8 != nullptr, numerics == Numerics::kInt8);
    }
    EXPECT_EQ(m.int8, nullptr);
    return last;
  };
  const double exact = loss(Numerics::kF32), narrow = loss(Numerics::kInt8);
  EXPECT_NE(narrow, exact);
  EXPECT_NEAR(narrow, exact, 0.02 * exact);
}

TEST(Trainer, MuonTrainsTheBlocksAndChangesNoBitEither) {
  Digest expected = StateAfter(1, {1}, false, 1, Optimizer::kMuon);
  EXPECT_NE(expected, StateAfter(1, {1}, false));
  for (int threads : {2, 3}) EXPECT_EQ(StateAfter(threads, {4}, false, 1, Optimizer::kMuon), expected) << threads;
  EXPECT_EQ(StateAfter(1, {1}, true, 1, Optimizer::kMuon), StateAfter(1, {1}, true)) << "an adapter is AdamW's";
}

void ExpectLearns(Optimizer optimizer, double learning_rate) {
  ThreadPool pool(2);
  model::Model m = TinyModel(false);
  TrainConfig config = TinyTraining();
  config.steps = 60;
  config.optimizer = optimizer;
  config.learning_rate = learning_rate;
  GeneratedSource source(TinySample, 9, 60, 0);
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
  model::Model m = TinyModel(false);
  m.weights[0] = std::numeric_limits<float>::infinity();
  GeneratedSource source(TinySample, 9, 8, 0);
  Trainer trainer(pool, m, TinyTraining(), source);
  Result<StepRecord> record = StepRecord{};
  while (record.ok() && trainer.step() < 8) record = trainer.Step();
  ASSERT_FALSE(record.ok());
  EXPECT_NE(record.error().message.find("step"), std::string::npos);
}

// B is zero at the start: a huge A shows in B's gradient alone, and the loss stays finite.
TEST(Trainer, AGradientThatIsNotFiniteIsNamed) {
  ThreadPool pool(1);
  model::Model m = TinyModel(true);
  const std::string layer = "base_model.model.model.layers.1.mlp.down_proj.";
  for (const model::TensorSpec& t : m.adapter->list.tensors())
    if (t.name == layer + "lora_A.weight")
      for (size_t i = 0; i < t.size(); ++i) m.adapter->values[t.offset + i] *= 1e38f;
  const auto norm = static_cast<std::ptrdiff_t>(m.offsets.final_norm);
  std::fill_n(m.weights.begin() + norm, m.config.hidden_size, 1e8f);
  GeneratedSource source(TinySample, 9, 8, 0);
  Trainer trainer(pool, m, TinyTraining(), source);
  const Result<StepRecord> record = trainer.Step();
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(record.error().message,
              testing::HasSubstr("step 1: the gradient of " + layer + "lora_B.weight is not finite"));
}

TEST(Trainer, ABatchWithoutATokenToLearnIsAnError) {
  ThreadPool pool(1);
  model::Model m = TinyModel(true);
  auto sample = [](uint64_t i) {
    TokenSample s = TinySample(i);
    if (i >= 9) std::fill(s.loss_mask.begin(), s.loss_mask.end(), uint8_t{0});
    return s;
  };
  GeneratedSource source(sample, 9, 8, 0);
  Trainer trainer(pool, m, TinyTraining(), source);
  ASSERT_TRUE(trainer.Step().ok());
  const Result<StepRecord> record = trainer.Step();
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(record.error().message, "step 2 has no token to learn");
}

TEST(Trainer, MuonLeavesEmbeddingAndHeadToAdamW) {
  auto trained = [](Optimizer optimizer) {
    ThreadPool pool(1);
    model::ModelConfig shape = TinyModelConfig();
    shape.tie_word_embeddings = false;
    model::Model m = model::InitModel(shape, 2);
    TrainConfig config = TinyTraining();
    config.optimizer = optimizer;
    GeneratedSource source(TinySample, 9, 8, 0);
    Trainer trainer(pool, m, config, source);
    EXPECT_TRUE(trainer.Step().ok());
    return m;
  };
  const model::Model adamw = trained(Optimizer::kAdamW), muon = trained(Optimizer::kMuon);
  ASSERT_NE(muon.offsets.head, muon.offsets.embedding);
  for (const model::TensorSpec& t : muon.list.tensors()) {
    const bool in_block = t.name.find(".layers.") != std::string::npos;
    EXPECT_EQ(std::equal(muon.At(t.offset), muon.At(t.offset) + t.size(), adamw.At(t.offset)), t.is_vector || !in_block)
        << t.name;
  }
}

// A transcript without one of them would replay with its default.
TEST(TrainConfig, JsonHoldsEveryFieldThatDecidesTheResult) {
  auto keys = [](const TrainConfig& config) {
    std::vector<std::string> names;
    const Json json = TrainConfigToJson(config);
    for (const auto& [name, value] : json.items()) names.push_back(name);
    return names;
  };
  std::vector<std::string> expected = {"beta1",         "beta2",      "clip_norm",    "eps",         "final_ratio",
                                       "learning_rate", "row_tokens", "schedule",     "seed",        "segment_steps",
                                       "shards",        "steps",      "warmup_steps", "weight_decay"};
  EXPECT_THAT(keys(TinyTraining()), testing::UnorderedElementsAreArray(expected));
  TrainConfig muon = TinyTraining();
  muon.optimizer = Optimizer::kMuon;
  expected.insert(expected.end(), {"momentum", "optimizer"});
  EXPECT_THAT(keys(muon), testing::UnorderedElementsAreArray(expected));
}

class Phase : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("cairn-phase-" + std::to_string(::getpid()));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Runs the phase, cancelled by a data source that stops the process's patience after `until` steps (0: never).
  Result<Transcript> RunTo(uint64_t until, double checkpoint_seconds, const std::string& name,
                           const Json& inputs = Json::object()) {
    ThreadPool pool(2);
    model::Model m = TinyModel(true);
    TrainConfig config = TinyTraining();
    GeneratedSource source(TinySample, 9, 8, 0);
    Trainer trainer(pool, m, config, source);
    Json header = PhaseHeader(config, "test", trainer.StateDigest(), inputs);
    if (until > 0) {  // what a killed run leaves behind: a checkpoint and lines that may reach further
      std::string d = (directory_ / name).string(), lines;
      Transcript before{header, {}};
      for (uint64_t s = 0; s < until + 1; ++s) {
        if (s == until) {
          EXPECT_TRUE(trainer.SaveState(d + "/checkpoint.safetensors", {{kRecordsKey, before.Root().Hex()}}).ok());
        }
        before.records.push_back(trainer.Step().value());
        lines += before.records.back().ToLine() + "\n";
        if (before.records.back().state) {
          EXPECT_TRUE(trainer.SaveState(StatePath(d + "/states", s + 1)).ok());
        }
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

TEST_F(Phase, SavingALargeStateTakesATwentiethOfTheTime) {
  EXPECT_EQ(CheckpointInterval(20, 0.1), 20);
  EXPECT_EQ(CheckpointInterval(20, 60), 1200);
  EXPECT_EQ(CheckpointInterval(0, 60), 0);
}

TEST_F(Phase, ADamagedCheckpointIsRemoved) {
  ASSERT_TRUE(RunTo(4, 0, "cut").ok());
  const std::string checkpoint = (directory_ / "cut/checkpoint.safetensors").string();
  std::string bytes = *ReadFile(checkpoint);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  ASSERT_TRUE(WriteFileAtomic(checkpoint, bytes).ok());
  auto resumed = RunTo(0, 0, "cut");
  ASSERT_FALSE(resumed.ok());
  EXPECT_NE(resumed.error().message.find("begins this phase again"), std::string::npos) << resumed.error().message;
  EXPECT_FALSE(PathExists(checkpoint));
  EXPECT_TRUE(RunTo(0, 0, "cut").ok());
}

// What a disk or a hand changed between two runs must not end in a release.
TEST_F(Phase, NothingDamagedIsTakenOver) {
  auto whole = RunTo(0, 1e9, "whole");
  ASSERT_TRUE(whole.ok());
  const std::string lines = (directory_ / "cut/steps.part.jsonl").string();
  const std::string state = StatePath((directory_ / "cut/states").string(), 4);
  auto flip = [](const std::string& path, size_t at) {
    std::string bytes = *ReadFile(path);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    EXPECT_TRUE(WriteFileAtomic(path, bytes).ok());
  };
  const std::vector<std::pair<const char*, std::function<void()>>> damages = {
      {"steps.part.jsonl", [&] { flip(lines, ReadFile(lines)->find("\"loss\":\"") + 9); }},
      {"step-000004", [&] { flip(state, ReadFile(state)->size() - 2); }},
      {"step-000004", [&] { std::filesystem::resize_file(state, 100); }},
      {"step-000004", [&] { std::filesystem::remove(state); }},
  };
  for (const auto& [named, damage] : damages) {
    ASSERT_TRUE(RunTo(5, 0, "cut").ok());
    damage();
    auto resumed = RunTo(0, 0, "cut");
    ASSERT_FALSE(resumed.ok()) << named;
    EXPECT_THAT(resumed.error().ToString(), testing::HasSubstr(named));
    EXPECT_THAT(resumed.error().message, testing::HasSubstr("begins this phase again"));
    auto again = RunTo(0, 0, "cut");
    ASSERT_TRUE(again.ok()) << again.error().ToString();
    EXPECT_EQ(again->Root(), whole->Root());
    std::filesystem::remove_all(directory_ / "cut");
  }
}

TEST_F(Phase, AnotherHeaderBeginsAtTheStart) {
  const Json inputs = {{"samples", "others"}};
  auto fresh = RunTo(0, 1e9, "fresh", inputs);
  ASSERT_TRUE(RunTo(5, 0, "cut").ok());
  auto resumed = RunTo(0, 0, "cut", inputs);
  ASSERT_TRUE(fresh.ok() && resumed.ok());
  EXPECT_EQ(resumed->Root(), fresh->Root());
}

TEST_F(Phase, AStatesDigestIsThatOfItsFile) {
  auto whole = RunTo(0, 1e9, "run");
  ASSERT_TRUE(whole.ok());
  for (uint64_t step : {4, 8}) {
    auto digest = StateFileDigest(StatePath((directory_ / "run/states").string(), step));
    ASSERT_TRUE(digest.ok()) << digest.error().ToString();
    EXPECT_EQ(*digest, whole->records[step - 1].state);
  }
}

// One text for each content: what hashes the files of a release and what hashes the transcript see the same.
TEST_F(Phase, ATranscriptHasOneForm) {
  ASSERT_TRUE(RunTo(0, 1e9, "run").ok());
  const std::string folder = (directory_ / "run/transcript").string();
  const std::string header = *ReadFile(folder + "/header.json"), root = *ReadFile(folder + "/root.json");
  auto error = [&](const std::string& name, const std::string& text, const std::string& right) {
    EXPECT_TRUE(WriteFileAtomic(folder + name, text).ok());
    auto loaded = LoadTranscript(folder);
    EXPECT_TRUE(WriteFileAtomic(folder + name, right).ok());
    if (loaded.ok()) return std::string("accepted");
    EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
    return loaded.error().ToString();
  };
  const Json json = ParseJson(header, "header").value();
  const std::string compact = header.substr(0, header.size() - 1);
  for (const std::string& text : {PrettyJson(json), compact, " " + header, header + "\n", compact + "\r\n"})
    EXPECT_NE(error("/header.json", text, header).find("header.json: the header is not in canonical form"),
              std::string::npos)
        << text;
  Json other = json;
  other["numerics"] = "another";
  EXPECT_NE(error("/header.json", DumpJson(other) + "\n", header).find("Merkle root"), std::string::npos);
  const std::string digest = ParseJson(root, "root").value()["merkle_root"].get<std::string>();
  for (const Json& steps : {Json(7), Json(9), Json("8"), Json()})
    EXPECT_NE(
        error("/root.json", PrettyJson({{"merkle_root", digest}, {"steps", steps}}), root).find("\"steps\" is not"),
        std::string::npos);
  EXPECT_NE(error("/root.json", PrettyJson({{"merkle_root", digest}}), root).find("\"steps\" is not"),
            std::string::npos);
  const std::string steps = *ReadFile(folder + "/steps.jsonl");
  const size_t second = steps.find('\n') + 1, third = steps.find('\n', second) + 1;
  const std::string spaced = "{ " + steps.substr(1);
  const std::string swapped = steps.substr(second, third - second) + steps.substr(0, second) + steps.substr(third);
  EXPECT_NE(error("/steps.jsonl", spaced, steps).find("canonical form"), std::string::npos);
  EXPECT_NE(error("/steps.jsonl", swapped, steps).find("1, 2, 3"), std::string::npos);
  EXPECT_TRUE(LoadTranscript(folder).ok());
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
  model::Model m = TinyModel(true);
  TrainConfig config = TinyTraining();
  GeneratedSource source(TinySample, 9, 8, 0);
  Trainer trainer(pool, m, config, source);
  ASSERT_TRUE(trainer.LoadState(StatePath((directory_ / "run/states").string(), 4)).ok());
  auto replayed = ReplaySteps(trainer, *transcript, 8, true);
  ASSERT_TRUE(replayed.ok()) << replayed.error().ToString();
  EXPECT_EQ(*replayed, 4u);

  // Lines that lie about what a step was given.
  for (auto& [field, lie] : std::vector<std::pair<const char*, std::function<void(StepRecord&)>>>{
           {"tokens", [](StepRecord& r) { r.tokens_digest = Sha256Of("x"); }},
           {"learning rate", [](StepRecord& r) { r.learning_rate += 1; }},
           {"state", [](StepRecord& r) { r.state = Sha256Of("x"); }}}) {
    Transcript lying = *transcript;
    lie(lying.records[7]);
    model::Model m3 = TinyModel(true);
    Trainer again(pool, m3, config, source);
    auto found = ReplaySteps(again, lying, 8, true);
    ASSERT_FALSE(found.ok()) << field;
    EXPECT_THAT(found.error().message, testing::HasSubstr("step 8: the " + std::string(field)));
  }

  // Another sample at step 6.
  GeneratedSource changed([](uint64_t i) { return TinySample(i == 50 ? 51 : i); }, 9, 8, 0);
  model::Model m2 = TinyModel(true);
  Trainer other(pool, m2, config, changed);
  auto refused = ReplaySteps(other, *transcript, 8, true);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("step 6"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("samples"), std::string::npos) << refused.error().message;
}

TEST(Data, EpochsHoldEverySampleOnceInSeededOrder) {
  std::vector<TokenSample> samples;
  for (uint64_t i = 0; i < 50; ++i) samples.push_back(TinySample(i));
  const EpochSamples all{samples, {}, 0};
  EpochSource a(all, 120, 2, 7), b(all, 120, 2, 7), c(all, 120, 2, 8);
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

TEST(Data, ALineThatIsTooLongIsNamed) {
  std::string path = ::testing::TempDir() + "/long_line.jsonl";
  std::string good =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
  ASSERT_TRUE(WriteFileAtomic(path, good + std::string((size_t{4} << 20) + 1, ' ') + "\n").ok());
  auto read = ReadConversations(path);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().where, path + ":2");
  ASSERT_TRUE(WriteFileAtomic(path, good).ok());
  EXPECT_EQ(ReadConversations(path).value().size(), 1u);
  std::filesystem::remove(path);
}

// A record with few steps must not make its reader plan millions.
TEST(Data, StopsBehindTheMostSteps) {
  EpochSamples all;
  for (uint64_t i = 0; i < 50; ++i) all.every_epoch.push_back(TinySample(i));
  const uint64_t whole = EpochSource(all, 120, 2, 7).steps();
  EXPECT_EQ(EpochSource(all, 120, 2, 7, whole).steps(), whole);
  EXPECT_EQ(EpochSource(all, 120, 1000000, 7, whole).steps(), whole + 1);
}

// Each epoch takes samples until it has the tokens.
uint64_t TakenInEpochs(const EpochSamples& samples, uint64_t epochs) {
  uint64_t taken = 0;
  for (uint64_t epoch = 0; epoch < epochs; ++epoch)
    for (uint64_t tokens = 0; tokens < samples.in_turn_tokens; ++taken)
      tokens += samples.in_turn[taken % samples.in_turn.size()].ids.size();
  return taken;
}

TEST(Data, EpochsTakeOtherBaseSamplesInTurn) {
  EpochSamples samples;
  std::set<std::string> fixed;
  for (uint64_t i = 0; i < 4; ++i) {
    samples.every_epoch.push_back(TinySample(i));
    fixed.insert(samples.every_epoch.back().id);
  }
  for (uint64_t i = 4; i < 10; ++i) samples.in_turn.push_back(TinySample(i));
  const EpochSamples given = samples;
  // Room for two samples, by their tokens.
  samples.in_turn_tokens = given.in_turn[0].ids.size() + 1;
  for (uint64_t epochs : {1, 2, 4}) {
    EpochSource source(samples, 1000000, epochs, 7);  // one step an epoch
    std::map<std::string, int> seen;
    for (uint64_t s = 1; s <= source.steps(); ++s)
      for (const TokenSample& t : source.Samples(s)) ++seen[t.id];
    for (const std::string& id : fixed) EXPECT_EQ(seen[id], static_cast<int>(epochs));
    uint64_t from_pool = 0;
    for (const auto& [id, times] : seen) {
      if (fixed.contains(id)) continue;
      from_pool += static_cast<uint64_t>(times);
      EXPECT_TRUE(times == 1 || epochs == 4) << id << ": the pool is not used up yet";
    }
    EXPECT_EQ(from_pool, TakenInEpochs(samples, epochs));
    EXPECT_TRUE(seen.contains(given.in_turn[0].id));
  }
  samples.in_turn_tokens = 1000000;  // more than there are: all of them, once
  EXPECT_EQ(EpochSource(samples, 1000000, 1, 7).Samples(1).size(), 10u);
}

}  // namespace
}  // namespace cairn::train
