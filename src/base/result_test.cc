#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace cairn {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return BadInput("odd", "f:1:2");
  return n / 2;
}
Result<void> Even(int n) {
  CAIRN_TRY(Half(n));
  return {};
}
Result<std::unique_ptr<int>> Quarter(int n) {
  CAIRN_ASSIGN(int half, Half(n));
  CAIRN_ASSIGN(auto quarter, Half(half));
  return std::make_unique<int>(quarter);
}

TEST(Result, ValueOrError) {
  EXPECT_EQ(Half(4).value(), 2);
  EXPECT_FALSE(Half(3));
  EXPECT_EQ(Half(3).error().ToString(), "f:1:2: odd");
  EXPECT_EQ(Corrupt("cut").ToString(), "cut");
  EXPECT_TRUE(Even(2).ok());
  EXPECT_EQ(Even(3).error().message, "odd");
  EXPECT_EQ(*Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error().message, "odd");
}

TEST(Result, ExitCodes) {
  EXPECT_EQ(ExitCodeOf(ErrorCode::kBadInput), 2);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kNotFound), 2);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kUnsupported), 2);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kIo), 1);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kCorrupt), 1);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kDenied), 1);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kCancelled), 130);
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kBadInput), "bad_input");
}

TEST(ResultDeathTest, ReadingAMissingValueIsOurDefect) {
  EXPECT_DEATH((void)Half(3).value(), "a defect in cairn");
  EXPECT_DEATH((void)Half(2).error(), "a defect in cairn");
}

}  // namespace
}  // namespace cairn
