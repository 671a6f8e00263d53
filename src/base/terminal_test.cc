#include "base/terminal.h"

#include <gtest/gtest.h>

#include "base/controls.h"
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

// Some terminals take these bytes for C1 controls: 0x9B is CSI.
TEST(Terminal, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(Printable("a\x9B"
                      "31m\n"),
            "a\uFFFD"
            "31m\n");
  for (const char* text : {"\x9D", "\xE2\x80", "\xC2", "\xFF", "\x1B"}) EXPECT_EQ(PrintableLine(text), "\uFFFD");
}

TEST(Terminal, ReorderingTextIsReplacedAndMarksOfScriptsStay) {
  for (const char* control : {"\u0080", "\u0085", "\u009B", "\u009D", "\u009F", "\u202A", "\u202E", "\u2066", "\u2069"})
    EXPECT_EQ(PrintableLine("a" + std::string(control) + "b"), "a\uFFFDb") << ControlName(control, 0);
  for (const char* text : {"\u00A0", "\u200B", "\u200C", "\u200D", "\u200E", "\u200F", "\u061C", "\u2028", "\u202F",
                           "\u2065", "\u206A", "\u00E9\u05D0\u4E00\U0001F600"})
    EXPECT_EQ(PrintableLine(text), text);
  EXPECT_EQ(ControlName("\u202E", 0), "U+202E");
  EXPECT_EQ(ControlName("\x1B", 0), "U+001B");
}

TEST(Terminal, JsonKeepsItsValue) {
  const Json value = {{"text", "\u009B31m \u202E\x7F\n \u200D\u00E9"}};
  const std::string shown = PrintableJson(value);
  EXPECT_EQ(shown, "{\"text\":\"\\u009B31m \\u202E\\u007F\\n \u200D\u00E9\"}");
  EXPECT_EQ(*ParseJson(shown, "shown"), value);
}

TEST(Terminal, NothingSaidControlsIt) {
  std::FILE* file = std::tmpfile();
  Say(file, "{}\n", "x\u009B31mRED\x1B[2J");
  std::rewind(file);
  char text[64] = {};
  EXPECT_GT(std::fread(text, 1, sizeof text - 1, file), 0u);
  EXPECT_STREQ(text, "x\uFFFD31mRED\uFFFD[2J\n");
  std::fclose(file);
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
