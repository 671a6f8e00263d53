#include "base/terminal.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cairn
