#include "project/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "base/file.h"
#include "project/build.h"
#include "project/steps.h"

namespace cairn::project {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// An empty folder with the test's name.
std::string FreshDirectory() {
  std::string path =
      ::testing::TempDir() + "cairn_project_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  fs::remove_all(path);
  fs::create_directories(path);
  return path;
}

void WriteModel(const std::string& directory) {
  for (const char* name : {"config.json", "model-00001-of-00002.safetensors", "replay.jsonl", "notes.txt"})
    ASSERT_TRUE(WriteFileAtomic(directory + "/" + name, name).ok());
}

TEST(ModelDirectoryDigest, FollowsLinksAndSeesOnlyWhatDecidesAnswers) {
  std::string root = FreshDirectory(), plain = root + "/blobs", links = root + "/snapshot";
  WriteModel(plain);
  fs::create_directories(links + "/folder");
  for (const auto& entry : fs::directory_iterator(plain))
    fs::create_symlink("../blobs/" + entry.path().filename().string(), links + "/" + entry.path().filename().string());
  fs::create_symlink("nowhere", links + "/.lock");
  Digest digest = ModelDirectoryDigest(plain).value();
  EXPECT_EQ(ModelDirectoryDigest(links).value(), digest);
  ASSERT_TRUE(WriteFileAtomic(plain + "/notes.txt", "other").ok());
  EXPECT_EQ(ModelDirectoryDigest(links).value(), digest);
  for (const char* name :
       {"replay.jsonl", "chat_template.jinja", "model-00001-of-00002.safetensors", "model.safetensors.index.json"}) {
    ASSERT_TRUE(WriteFileAtomic(plain + "/" + name, "other").ok());
    EXPECT_NE(ModelDirectoryDigest(plain).value(), digest) << name;
    digest = ModelDirectoryDigest(plain).value();
  }
  EXPECT_EQ(ModelDirectoryDigest(root + "/none").error().code, ErrorCode::kNotFound);
  fs::remove_all(root);
}

// A project whose base has no file but those that a test writes.
Project ProjectToMeasure(const std::string& file) {
  Project project;
  project.directory = project.base_directory = FreshDirectory();
  EXPECT_TRUE(WriteFileAtomic(project.Path(kProjectFileName), file).ok());
  project.leaves.resize(2);
  project.leaves[0].path = "knowledge/a";
  project.leaves[1].path = "knowledge/b";
  return project;
}

TEST(Project, GateThatNothingIsMeasuredForIsRefused) {
  Project project = ProjectToMeasure("spec:\n  evaluation:\n    gates:\n      base-regression: \">= 0.9 of base\"\n");
  Result<void> checked = CheckGates(project);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(checked.error().where, HasSubstr("cairn.yaml:4:24"));
  EXPECT_THAT(checked.error().message, HasSubstr("needs heldout.jsonl in " + project.base_directory));
  EXPECT_THAT(checked.error().message, HasSubstr("or delete this line"));
  ASSERT_TRUE(WriteFileAtomic(project.base_directory + "/heldout.jsonl", "{}").ok());
  checked = CheckGates(project);  // leaf-questions, a default that nobody wrote
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().message, HasSubstr("no leaf has an eval.yaml"));
  EXPECT_THAT(checked.error().message, HasSubstr("write \"benchmarks: [base-regression]\" below spec.evaluation"));
  project.leaves[1].eval_questions.resize(1);
  EXPECT_TRUE(CheckGates(project).ok());
  project.leaves[1].eval_questions.clear();
  project.config.spec.evaluation.gates.clear();
  EXPECT_TRUE(CheckGates(project).ok());
  fs::remove_all(project.directory);
}

TEST(Project, NotesSayWhatIsMissing) {
  using ::testing::ElementsAre;
  Project project = ProjectToMeasure("");
  project.leaves[1].eval_questions.resize(1);
  EXPECT_THAT(NotesOn(project),
              ElementsAre("no replay.jsonl in " + project.base_directory + ": trained without base data",
                          "not measured: knowledge/a (no eval.yaml)"));
  project.config.spec.training.replay = 0;
  project.config.spec.evaluation.benchmarks = {Benchmark::kBaseRegression};
  EXPECT_THAT(NotesOn(project), ElementsAre());
  fs::remove_all(project.directory);
}

TEST(Project, ModelThatChangedAfterOpeningIsRefused) {
  Project project;
  project.base_directory = FreshDirectory();
  WriteModel(project.base_directory);
  project.base_digest = ModelDirectoryDigest(project.base_directory).value();
  project.teacher_directory = project.base_directory;
  project.teacher_digest = project.base_digest;
  EXPECT_TRUE(CheckBaseUnchanged(project).ok());
  EXPECT_TRUE(CheckTeacherUnchanged(project).ok());
  ASSERT_TRUE(WriteFileAtomic(project.base_directory + "/replay.jsonl", "other").ok());
  for (const Result<void>& checked : {CheckBaseUnchanged(project), CheckTeacherUnchanged(project)}) {
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(checked.error().message, HasSubstr("changed while the step ran; run the same command again"));
  }
  project.config.spec.teacher.endpoint = "http://x";
  EXPECT_TRUE(CheckTeacherUnchanged(project).ok());
  fs::remove_all(project.base_directory);
}

// In place, in the same size, and with the old time of writing: the time of the change still tells.
TEST(ModelDirectoryStamp, SeesEveryChangeOfADecidingFile) {
  const std::string root = FreshDirectory();
  WriteModel(root);
  std::string stamp = ModelDirectoryStamp(root).value();
  const std::string file = root + "/replay.jsonl";
  auto changed = [&] {
    const std::string before = std::exchange(stamp, ModelDirectoryStamp(root).value());
    return before != stamp;
  };
  EXPECT_FALSE(stamp.empty());
  EXPECT_FALSE(changed());
  ASSERT_TRUE(WriteFileAtomic(root + "/notes.txt", "other").ok());
  EXPECT_FALSE(changed());
  ASSERT_TRUE(WriteFileAtomic(file, "other").ok());  // another file of that name
  EXPECT_TRUE(changed());
  const auto written = fs::last_write_time(file);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // beyond the tick of the kernel's clock
  std::ofstream(file) << "order";
  fs::last_write_time(file, written);
  EXPECT_TRUE(changed());
  fs::rename(file, root + "/heldout.jsonl");
  EXPECT_TRUE(changed());
  EXPECT_EQ(ModelDirectoryStamp(root + "/none").error().code, ErrorCode::kNotFound);
  fs::remove_all(root);
}

TEST(ModelDirectoryStamp, SaysNothingOfFilesThatJustChanged) {
  const std::string root = FreshDirectory();
  WriteModel(root);
  const auto now = std::chrono::system_clock::now();
  EXPECT_EQ(ModelDirectoryStamp(root, now - std::chrono::seconds(2)).value(), "");
  EXPECT_EQ(ModelDirectoryStamp(root, now + std::chrono::seconds(10)).value(), ModelDirectoryStamp(root).value());
  fs::remove_all(root);
}

// Another list of end tokens gives other answers; the one that every release of cairn has says nothing new.
TEST(ModelDirectoryDigest, CountsGenerationConfigWhereItNamesFurtherEnds) {
  const std::string root = FreshDirectory();
  WriteModel(root);
  ASSERT_TRUE(WriteFileAtomic(root + "/config.json", R"({"eos_token_id": 1})").ok());
  const Digest plain = ModelDirectoryDigest(root).value();
  auto changed = [&](const std::string& text) {
    EXPECT_TRUE(WriteFileAtomic(root + "/generation_config.json", text).ok());
    return ModelDirectoryDigest(root).value() != plain;
  };
  EXPECT_FALSE(changed(R"({"eos_token_id": 1})"));
  EXPECT_TRUE(changed(R"({"eos_token_id": [1, 2]})"));
  EXPECT_TRUE(changed("{"));
  fs::remove_all(root);
}

// With a digest that is not that of the files: only a stamp that still holds lets them pass unread.
TEST(Project, ModelsAreReadAgainOnlyIfTheirStampDiffers) {
  Project project;
  project.base_directory = project.teacher_directory = FreshDirectory();
  WriteModel(project.base_directory);
  project.base_digest = project.teacher_digest = Sha256Of("other files");
  project.base_stamp = project.teacher_stamp = ModelDirectoryStamp(project.base_directory).value();
  EXPECT_TRUE(CheckBaseUnchanged(project).ok());
  EXPECT_TRUE(CheckTeacherUnchanged(project).ok());
  ASSERT_TRUE(WriteFileAtomic(project.base_directory + "/config.json", "config.json").ok());  // the same bytes
  EXPECT_FALSE(CheckBaseUnchanged(project).ok());
  EXPECT_FALSE(CheckTeacherUnchanged(project).ok());
  project.base_digest = ModelDirectoryDigest(project.base_directory).value();
  EXPECT_TRUE(CheckBaseUnchanged(project).ok());
  fs::remove_all(project.base_directory);
}

TEST(Project, ReleasesNameModelsWithoutTheirPlace) {
  Project project;
  auto names = [&](const std::string& model) {
    project.config.spec.base.model = project.config.spec.teacher.model = model;
    return project.BaseName() + " " + project.TeacherName();
  };
  EXPECT_EQ(names("seed"), "seed seed");
  EXPECT_EQ(names("/models/x"), "x x");
  EXPECT_EQ(names("../models/x//"), "x x");
  EXPECT_EQ(names("~/x/."), "x x");
  EXPECT_EQ(names("/"), "model model");
  EXPECT_EQ(names("/models/seed"), "./seed ./seed");
  project.config.spec.teacher.endpoint = "http://x";
  EXPECT_EQ(names("owner/x"), "x owner/x");
  EXPECT_EQ(names("/models/x"), "x x");
}

// Tokens are read and written with 2 operations a parameter, and trained with at most 6, at half the measured rate.
TEST(EstimateOf, MinutesFollowFromTokensAndTheMeasuredRate) {
  Project project;
  project.base_directory = std::string(CAIRN_SOURCE_DIR) + "/models/seed";
  taxonomy::Leaf leaf;
  leaf.path = "knowledge/x";
  leaf.documents.push_back({"x.md", "One. Two. Three.", {}});
  leaf.eval_questions.push_back({"How many are there?", "three", {}, {}});
  project.leaves.push_back(leaf);
  const std::string root = FreshDirectory();
  const auto store = dag::Store::Open(root, dag::Store::Access::kRead).value();
  ThreadPool pool(1);
  BuildContext context(project, pool, *store, true);
  std::vector<dag::StepReport> steps(3);
  steps[0].id = SynthStepId(leaf);
  steps[1].id = TrainStepId(project, 0);
  steps[2].id = kMeasureStep;
  EXPECT_EQ(EstimateOf(context, steps).value()["minutes"], 0.0);
  for (dag::StepReport& step : steps) step.state = dag::StepState::kRan;
  const Json json = EstimateOf(context, steps).value();
  double tokens = 0;
  for (const char* kind : {"teacher_tokens", "training_tokens", "measured_tokens"}) {
    EXPECT_GT(json[kind].get<double>(), 0) << kind;
    tokens += json[kind].get<double>();
  }
  const auto parameters = static_cast<double>(context.Base().value()->model.list.size());
  const double minute = 60 * json["gflops_measured"].get<double>() * 1e9;
  EXPECT_GE(json["minutes"].get<double>(), tokens * parameters * 2 / minute);
  EXPECT_LE(json["minutes"].get<double>(), tokens * parameters * 6 / (minute / 2));
  fs::remove_all(root);
}

TEST(BuildProject, AsksForTheSigningKeyFirst) {
  Project project;
  project.directory = FreshDirectory();
  project.config.spec.release.sign.key = "absent.key";
  ThreadPool pool(1);
  Result<BuildReport> report = BuildProject(project, pool, {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(report.error().message, HasSubstr("cairn keygen --out " + project.directory + "/absent.key"));
  EXPECT_TRUE(fs::is_empty(project.directory));
  fs::remove_all(project.directory);
}

}  // namespace
}  // namespace cairn::project
