#include "project/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"

namespace cairn::project {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Lock Example() {
  return {{"seed", Sha256Of("base")},
          {"seed", Sha256Of("teacher")},
          {{"knowledge/harbour", Sha256Of("h")}, {"knowledge/tide", Sha256Of("t")}}};
}

TEST(Lock, ReadsBackWhatItWrote) {
  std::string directory = ::testing::TempDir() + "cairn_lock_test";
  std::string path = directory + "/cairn.lock";
  std::filesystem::remove_all(directory);
  EXPECT_EQ(ReadLock(path).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(WriteLock(path, Example()).ok());
  EXPECT_EQ(ReadLock(path).value(), Example());
  auto written = std::filesystem::last_write_time(path);
  ASSERT_TRUE(WriteLock(path, Example()).ok());
  EXPECT_EQ(std::filesystem::last_write_time(path), written);
  EXPECT_THAT(ListFiles(directory).value(), ElementsAre("cairn.lock"));
  std::filesystem::remove_all(directory);
}

TEST(Lock, ReportsWhatMoved) {
  EXPECT_THAT(CompareLocks(Example(), Example()), IsEmpty());
  Lock now = Example();
  now.base.digest = Sha256Of("other");
  now.teacher = {"big", Sha256Of("big")};
  now.leaves.erase("knowledge/harbour");
  now.leaves["knowledge/tide"] = Sha256Of("t2");
  now.leaves["knowledge/wind"] = Sha256Of("w");
  EXPECT_THAT(CompareLocks(Example(), now),
              ElementsAre(HasSubstr("base model seed changed: "), HasSubstr("teacher is another: seed ("),
                          "leaf knowledge/harbour removed", HasSubstr("leaf knowledge/tide changed: "),
                          "leaf knowledge/wind added"));
}

TEST(Lock, RefusesWhatItDidNotWrite) {
  std::vector<std::function<void(Json&)>> damages = {
      [](Json& j) { j = Json::array(); },
      [](Json& j) { j["version"] = 2; },
      [](Json& j) { j.erase("version"); },
      [](Json& j) { j["extra"] = 1; },
      [](Json& j) { j.erase("base"); },
      [](Json& j) { j["base"] = "x"; },
      [](Json& j) { j["base"]["name"] = 1; },
      [](Json& j) { j["teacher"]["digest"] = "12"; },
      [](Json& j) { j["teacher"]["url"] = "x"; },
      [](Json& j) { j["taxonomy"] = Json::array(); },
      [](Json& j) { j["taxonomy"]["knowledge/harbour"] = nullptr; },
      [](Json& j) { j["taxonomy"]["knowledge/harbour"] = std::string(64, 'g'); },
  };
  for (size_t i = 0; i < damages.size(); ++i) {
    Json json = LockToJson(Example());
    damages[i](json);
    Result<Lock> lock = LockFromJson(json, "cairn.lock");
    ASSERT_FALSE(lock.ok()) << i;
    EXPECT_EQ(lock.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(lock.error().ToString(), HasSubstr("cairn.lock: ")) << i;
    EXPECT_THAT(lock.error().message, HasSubstr("remove the file")) << i;
  }
}

}  // namespace
}  // namespace cairn::project
