#include "project/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "dag/testing.h"

namespace cairn::project {
namespace {

using ::testing::HasSubstr;

const Place kRows{"build/data/knowledge/mill", "report.json", "training data"};

TEST(Places, OnlyWhatABuildMadeIsReplaced) {
  dag::TempDir dir;
  const std::string folder = dir / kRows.folder;
  EXPECT_TRUE(CheckPlace(dir / "", kRows).ok());
  ASSERT_TRUE(MakeDirectories(folder).ok());
  EXPECT_TRUE(CheckPlace(dir / "", kRows).ok());
  ASSERT_TRUE(WriteFileAtomic(folder + "/thesis.txt", "mine").ok());
  Result<void> refused = CheckPlace(dir / "", kRows);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().ToString(), HasSubstr("training data belongs here"));
  ASSERT_TRUE(WriteFileAtomic(folder + "/report.json", "{}").ok());
  EXPECT_TRUE(CheckPlace(dir / "", kRows).ok());
}

TEST(Places, EveryFolderOnTheWayMustBeNoLink) {
  for (const char* link : {"build", "build/data", "build/data/knowledge", "build/data/knowledge/mill"}) {
    dag::TempDir dir;
    ASSERT_TRUE(WriteFileAtomic(dir / "elsewhere/report.json", "{}").ok());
    ASSERT_TRUE(MakeDirectories(std::filesystem::path(dir / link).parent_path()).ok());
    std::filesystem::create_directory_symlink(dir / "elsewhere", dir / link);
    Result<void> refused = CheckPlace(dir / "", kRows);
    ASSERT_FALSE(refused.ok()) << link;
    EXPECT_THAT(refused.error().ToString(), HasSubstr(std::string(link) + ": this is a symbolic link"));
    EXPECT_THAT(refused.error().ToString(), HasSubstr("remove the link"));
  }
}

}  // namespace
}  // namespace cairn::project
