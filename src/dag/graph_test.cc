#include "dag/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>

#include "base/file.h"
#include "dag/testing.h"

namespace cairn::dag {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeClock : public Clock {
 public:
  double Seconds() override { return now_ += 2; }

 private:
  double now_ = 0;
};

// Two leaves are synthesised from their files, a training joins them, a report reads the training.
class GraphTest : public ::testing::Test {
 protected:
  GraphTest() {
    Edit("harbour.yaml", "a lighthouse");
    Edit("tide.yaml", "a moon");
  }
  void Edit(const std::string& name, const std::string& text) { ASSERT_TRUE(WriteFileAtomic(dir_ / name, text).ok()); }

  Step Synth(const std::string& leaf) {
    Step step{"synth:" + leaf, "synth", synth_version_, {{"seed", 7}}};
    const std::string file = dir_ / (leaf + ".yaml");
    step.files["qna.yaml"] = Sha256OfFile(file).value();
    step.run = [this, leaf, file](const StepContext& c) -> Result<void> {
      ran_.push_back("synth:" + leaf);
      CAIRN_ASSIGN(std::string text, ReadFile(file));
      // Only the first word matters: an edit behind it changes the key, not the result.
      return WriteFileAtomic(c.output_dir + "/samples.jsonl", text.substr(0, text.find(' ')) + "!");
    };
    return step;
  }

  Graph MakeGraph() {
    Graph graph;
    Step train{"train", "train", 1, {{"learningRate", learning_rate_}, {"lora", {{"rank", 16}}}}};
    train.steps = {{"harbour", "synth:harbour"}, {"tide", "synth:tide"}};
    train.run = [this](const StepContext& c) { return Train(c); };
    Step report{"report", "report", 1, Json::object()};
    report.steps = {{"model", "train"}};
    report.run = [this](const StepContext& c) -> Result<void> {
      ran_.push_back("report");
      CAIRN_ASSIGN(std::string model, ReadFile(c.Input("model") + "/weights/model"));
      return WriteFileAtomic(c.output_dir + "/report", "size " + std::to_string(model.size()));
    };
    // Added upside down: order comes from the edges.
    for (Step& step : std::vector<Step>{report, train, Synth("harbour"), Synth("tide")})
      EXPECT_TRUE(graph.Add(std::move(step)).ok());
    return graph;
  }

  // Counts to three with a checkpoint after each step, as a real training does.
  Result<void> Train(const StepContext& c) {
    ran_.push_back("train");
    Result<std::string> checkpoint = ReadFile(c.work_dir + "/checkpoint");
    resumed_from_ = checkpoint.ok() ? *checkpoint : "";
    std::string done = resumed_from_;
    while (done.size() < 3) {
      if (train_fails_at_ == done.size()) return IoError("lost the power");
      if (train_dies_at_ == done.size()) ::raise(SIGKILL);
      done += "x";
      CAIRN_TRY(WriteFileAtomic(c.work_dir + "/checkpoint", done));
      CAIRN_TRY(WriteFileAtomic(c.output_dir + "/stale-" + done, "left by a killed run if found in the end"));
    }
    for (size_t i = 1; i <= 3; ++i) CAIRN_TRY(Disk().Remove(c.output_dir + "/stale-" + std::string(i, 'x')));
    CAIRN_ASSIGN(std::string harbour, ReadFile(c.Input("harbour") + "/samples.jsonl"));
    CAIRN_ASSIGN(std::string tide, ReadFile(c.Input("tide") + "/samples.jsonl"));
    return WriteFileAtomic(c.output_dir + "/weights/model", harbour + tide + done + std::to_string(learning_rate_));
  }

  Result<std::vector<StepReport>> TryRun(std::unique_ptr<Disk> disk = std::make_unique<Disk>()) {
    ran_.clear();
    CAIRN_ASSIGN(std::unique_ptr<Store> store, Store::Open(dir_ / "store", Store::Access::kExclusive, std::move(disk)));
    FakeClock clock;
    return MakeGraph().Run(*store, clock);
  }
  std::map<std::string, StepReport> Run() {
    Result<std::vector<StepReport>> reports = TryRun();
    EXPECT_TRUE(reports.ok()) << reports.error().ToString();
    std::map<std::string, StepReport> by_id;
    for (const StepReport& report : *reports) by_id[report.id] = report;
    return by_id;
  }
  size_t WorkDirectories() {
    std::filesystem::directory_iterator it(dir_ / "store/work");
    return static_cast<size_t>(std::distance(it, std::filesystem::directory_iterator()));
  }

  TempDir dir_;
  double learning_rate_ = 0.002;
  int synth_version_ = 1;
  size_t train_fails_at_ = 99, train_dies_at_ = 99;
  std::string resumed_from_;
  std::vector<std::string> ran_;
};

TEST_F(GraphTest, RunsInOrderOfNeedThenNothing) {
  auto first = Run();
  EXPECT_THAT(ran_, ElementsAre("synth:harbour", "synth:tide", "train", "report"));
  EXPECT_THAT(first["train"].reasons, ElementsAre("first time"));
  EXPECT_EQ(first["train"].seconds, 2);
  auto second = Run();
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_EQ(second["report"].output, first["report"].output);
  EXPECT_EQ(second["train"].state, StepState::kUnchanged);
  EXPECT_THAT(second["train"].reasons, IsEmpty());
  EXPECT_EQ(WorkDirectories(), 0u);
}

TEST_F(GraphTest, OneChangedInputRerunsOnlyItsChain) {
  Run();
  Edit("tide.yaml", "the moon");
  auto reports = Run();
  EXPECT_THAT(ran_, ElementsAre("synth:tide", "train", "report"));
  EXPECT_THAT(reports["synth:tide"].reasons, ElementsAre("input qna.yaml changed"));
  EXPECT_THAT(reports["train"].reasons, ElementsAre("input tide changed"));
}

TEST_F(GraphTest, RemembersWhatAStepLastEndedWith) {
  auto last = [&] { return LastOutput(*Store::Open(dir_ / "store", Store::Access::kRead).value(), "report"); };
  EXPECT_EQ(last(), std::nullopt);
  const Digest first = Run()["report"].output;
  EXPECT_EQ(last(), first);
  learning_rate_ = 2000;
  train_fails_at_ = 1;
  EXPECT_FALSE(TryRun().ok());
  EXPECT_EQ(last(), first);
  train_fails_at_ = 99;
  EXPECT_NE(Run()["report"].output, first);
  EXPECT_NE(last(), first);
  learning_rate_ = 0.002;
  Run();  // nothing runs, but this is the last one
  EXPECT_EQ(last(), first);
  std::filesystem::remove_all(dir_ / "store/objects");
  EXPECT_EQ(last(), std::nullopt);
}

TEST_F(GraphTest, EqualOutputEndsTheChain) {
  Run();
  Edit("tide.yaml", "a full moon");
  Run();
  EXPECT_THAT(ran_, ElementsAre("synth:tide"));
}

TEST_F(GraphTest, ExplainsParametersAndVersions) {
  Run();
  learning_rate_ = 0.001;
  synth_version_ = 2;
  auto reports = Run();
  EXPECT_THAT(reports["train"].reasons, ElementsAre("parameter learningRate changed: 0.002 -> 0.001"));
  EXPECT_THAT(reports["synth:tide"].reasons, ElementsAre("cairn's synth changed: version 1 -> 2"));
  learning_rate_ = 0.002;
  Run();  // the old result is still there
  EXPECT_THAT(ran_, IsEmpty());
  learning_rate_ = 0.003;
  EXPECT_THAT(Run()["train"].reasons, ElementsAre("parameter learningRate changed: 0.002 -> 0.003"));
}

TEST_F(GraphTest, DamagedOutputIsNamedAndMadeAgain) {
  auto first = Run();
  Digest samples = Sha256Of("a!");  // both leaves' samples
  std::string hex = samples.Hex();
  std::ofstream(dir_ / ("store/objects/" + hex.substr(0, 2) + "/" + hex.substr(2))) << "b!";
  auto reports = Run();
  EXPECT_THAT(ran_, ElementsAre("synth:harbour"));  // mends the object, so the other leaf's is whole again
  ASSERT_EQ(reports["synth:harbour"].reasons.size(), 1u);
  EXPECT_THAT(reports["synth:harbour"].reasons[0], HasSubstr("output damaged: file samples.jsonl is damaged"));
  EXPECT_EQ(reports["report"].output, first["report"].output);
}

TEST_F(GraphTest, FailedStepIsContinuedWithTheSameKeyOnly) {
  train_fails_at_ = 2;
  Result<std::vector<StepReport>> failed = TryRun();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().ToString(), "step train: lost the power");
  train_fails_at_ = 99;
  auto reports = Run();
  EXPECT_THAT(ran_, ElementsAre("train", "report"));
  EXPECT_EQ(resumed_from_, "xx");
  EXPECT_THAT(reports["train"].reasons, ElementsAre("first time", "continues a run that was stopped"));
  EXPECT_EQ(WorkDirectories(), 0u);

  learning_rate_ = 0.5;
  train_fails_at_ = 1;
  ASSERT_FALSE(TryRun().ok());
  train_fails_at_ = 99;
  learning_rate_ = 0.6;
  Run();
  EXPECT_EQ(resumed_from_, "");
  EXPECT_EQ(WorkDirectories(), 0u);
}

TEST_F(GraphTest, AnotherStepsUnfinishedWorkIsKept) {
  train_fails_at_ = 2;
  ASSERT_FALSE(TryRun().ok());
  train_fails_at_ = 99;
  Edit("tide.yaml", "a full moon");  // synthesised anew, with the same result
  Run();
  EXPECT_THAT(ran_, ElementsAre("synth:tide", "train", "report"));
  EXPECT_EQ(resumed_from_, "xx");
}

TEST_F(GraphTest, KilledStepIsContinuedAndEndsInTheSameBytes) {
  Digest whole = Run()["train"].output;
  std::filesystem::remove_all(dir_ / "store");
  pid_t child = ::fork();
  if (child == 0) {
    train_dies_at_ = 2;
    (void)TryRun();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(Run()["train"].output, whole);
  EXPECT_EQ(resumed_from_, "xx");
}

TEST_F(GraphTest, SurvivesSigkillAtEveryChangeOfTheDisk) {
  Digest whole = Run()["report"].output;
  int kills = 0;
  for (bool finished = false; !finished; ++kills) {
    std::filesystem::remove_all(dir_ / "store");
    pid_t child = ::fork();
    if (child == 0) ::_exit(TryRun(std::make_unique<FaultyDisk>(FaultyDisk::Fault::kKill, kills)).ok() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    ASSERT_TRUE(!finished || WEXITSTATUS(status) == 0);
    EXPECT_EQ(Run()["report"].output, whole) << "killed at change " << kills;
    EXPECT_EQ(WorkDirectories(), 0u);
    Run();
    EXPECT_THAT(ran_, IsEmpty());
  }
  EXPECT_GT(kills, 50);
}

TEST_F(GraphTest, FullDiskAtEveryChangeIsReportedAndMended) {
  Digest whole = Run()["report"].output;
  for (int at = 0;; ++at) {
    std::filesystem::remove_all(dir_ / "store");
    Result<std::vector<StepReport>> reports = TryRun(std::make_unique<FaultyDisk>(FaultyDisk::Fault::kFull, at));
    if (reports.ok()) {
      EXPECT_GT(at, 50);
      break;
    }
    ASSERT_EQ(reports.error().code, ErrorCode::kIo) << at;
    ASSERT_THAT(reports.error().message, HasSubstr("No space left")) << at;
    if (PathExists(dir_ / "store/tmp")) {
      EXPECT_THAT(ListFiles(dir_ / "store/tmp").value(), IsEmpty()) << at;
    }
    EXPECT_EQ(Run()["report"].output, whole) << at;
  }
}

TEST_F(GraphTest, PlanSaysWhatWouldRunAndChangesNothing) {
  auto plan = [&] {
    auto store = Store::Open(dir_ / "store", Store::Access::kRead).value();
    std::map<std::string, StepReport> by_id;
    Result<std::vector<StepReport>> reports = MakeGraph().Plan(*store);
    for (const StepReport& report : *reports) by_id[report.id] = report;
    return by_id;
  };
  EXPECT_EQ(plan()["synth:tide"].state, StepState::kRan);
  EXPECT_EQ(plan()["train"].state, StepState::kUnknown);
  EXPECT_FALSE(PathExists(dir_ / "store"));
  Run();
  EXPECT_EQ(plan()["report"].state, StepState::kUnchanged);
  Edit("tide.yaml", "one moon");
  ran_.clear();
  auto changed = plan();
  EXPECT_EQ(changed["synth:harbour"].state, StepState::kUnchanged);
  EXPECT_EQ(changed["synth:tide"].state, StepState::kRan);
  EXPECT_EQ(changed["train"].state, StepState::kUnknown);
  EXPECT_THAT(changed["train"].reasons, ElementsAre("input tide comes from synth:tide, which runs first"));
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(GraphTest, ObserverAndCancel) {
  auto store = Store::Open(dir_ / "store", Store::Access::kExclusive).value();
  FakeClock clock;
  std::vector<std::string> seen;
  auto note = [&](const char* what) {
    return [&seen, what](const StepReport& r, size_t i, size_t n) {
      seen.push_back(std::string(what) + " " + r.id + " " + std::to_string(i) + "/" + std::to_string(n));
    };
  };
  Observer observer{note("start"), note("end"), note("skip")};
  int asked = 0;
  Result<std::vector<StepReport>> stopped = MakeGraph().Run(*store, clock, observer, [&] { return asked++ == 1; });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(seen, ElementsAre("start synth:harbour 1/4", "end synth:harbour 1/4"));
  seen.clear();
  ASSERT_TRUE(MakeGraph().Run(*store, clock, observer).ok());
  EXPECT_EQ(seen[0], "skip synth:harbour 1/4");
}

TEST(Graph, RefusesCirclesUnknownStepsAndDoubleNames) {
  auto step = [](const std::string& id, const std::string& needs) {
    Step s{id, "k"};
    if (!needs.empty()) s.steps["in"] = needs;
    s.run = [](const StepContext&) { return Result<void>(); };
    return s;
  };
  Graph circle;
  ASSERT_TRUE(circle.Add(step("a", "b")).ok());
  ASSERT_TRUE(circle.Add(step("b", "c")).ok());
  ASSERT_TRUE(circle.Add(step("c", "b")).ok());
  EXPECT_EQ(circle.Order().error().message, "steps wait for each other: b -> c -> b");
  Graph unknown;
  ASSERT_TRUE(unknown.Add(step("a", "z")).ok());
  EXPECT_THAT(unknown.Order().error().message, HasSubstr("needs step z"));
  EXPECT_FALSE(unknown.Add(step("a", "")).ok());
  Step twice = step("b", "a");
  twice.files["in"] = {};
  EXPECT_FALSE(unknown.Add(twice).ok());
}

TEST(Explain, DifferencesByLine) {
  StepRecord before{"k", 1, {{"a", {{"b", 1}, {"gone", true}}}, {"same", 0}}, {{"x", Sha256Of("1")}, {"y", {}}}};
  StepRecord now{"k", 1, {{"a", {{"b", 2}, {"new", "n"}}}, {"same", 0}}, {{"x", Sha256Of("2")}, {"z", {}}}};
  EXPECT_THAT(Differences(before, now),
              ElementsAre("parameter a.gone removed (was true)", "parameter a.b changed: 1 -> 2",
                          "parameter a.new added: \"n\"", "input y removed", "input x changed", "input z added"));
  EXPECT_THAT(Differences(now, now), IsEmpty());
  Result<StepRecord> read = StepRecordFromJson(StepRecordToJson(now), "r");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(StepKey(*read), StepKey(now));
  EXPECT_NE(StepKey(before), StepKey(now));
  EXPECT_FALSE(StepRecordFromJson(Json::array(), "r").ok());
  EXPECT_FALSE(StepRecordFromJson({{"format", "cairn-step-1"}}, "r").ok());
}

}  // namespace
}  // namespace cairn::dag
