#include "base/terminal.h"

#include <gtest/gtest.h>

#include "base/progress.h"

namespace cairn {
namespace {

TEST(Terminal, ControlCharactersAreReplaced) {
  EXPECT_EQ(Printable("a\x1b[2Jb\r\nc\td\x7f"), "a\uFFFD[2Jb\uFFFD\nc\td\uFFFD");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "1m caf\xC3\xA9"),
            "\uFFFD"
            "1m caf\xC3\xA9");
  EXPECT_EQ(PrintableLine("x\n::stop-commands::t"), "x\uFFFD::stop-commands::t");
}

TEST(Terminal, AFullDiskEndsNoWork) {
  std::FILE* full = std::fopen("/dev/full", "w");
  if (full == nullptr) GTEST_SKIP() << "no /dev/full here";
  std::setvbuf(full, nullptr, _IONBF, 0);
  Say(full, "{} of {}\n", 1, 2);
  EXPECT_NE(std::ferror(full), 0);
  std::fclose(full);
}

TEST(ProgressTest, ANoteIsALineAtOnce) {
  testing::internal::CaptureStderr();
  {
    Progress progress("asking", 10), quiet("quiet", 10, true);
    progress.Update(0);
    progress.Note("waits\x1b[2J");
    quiet.Note("waits");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "asking   0% 0/10\nasking: waits\uFFFD[2J\n");
}

}  // namespace
}  // namespace cairn
