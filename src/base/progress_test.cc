#include "base/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace cairn {
namespace {

// A terminal of so many columns in place of standard error.
class FakeTerminal {
 public:
  explicit FakeTerminal(unsigned short columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    const int slave = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    winsize size{};
    size.ws_col = columns;
    good_ = slave >= 0 && ::ioctl(slave, TIOCSWINSZ, &size) == 0;
    std::fflush(stderr);
    before_ = ::dup(STDERR_FILENO);
    if (good_) ::dup2(slave, STDERR_FILENO);
    ::close(slave);
  }
  ~FakeTerminal() { Restore(); }
  bool good() const { return good_; }
  // What was printed; from now on standard error is the old one.
  std::string Shown() {
    Restore();
    std::string shown;
    char buffer[1024];
    // The master fails to read when nobody has the other end any more.
    for (ssize_t n; (n = ::read(master_, buffer, sizeof buffer)) > 0;) shown.append(buffer, static_cast<size_t>(n));
    ::close(master_);
    return shown;
  }

 private:
  void Restore() {
    if (before_ < 0) return;
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    before_ = -1;
  }
  int master_, before_ = -1;
  bool good_ = false;
};

std::string Drawn(unsigned short columns, const std::string& detail) {
  FakeTerminal terminal(columns);
  if (!terminal.good()) return "no terminal";
  { Progress("label", 10).Update(0, detail); }
  return terminal.Shown();
}

TEST(ProgressTest, TheLiveLineStaysInItsLine) {
  const std::string begin = "\r\033[Klabel   0% 0/10, ";
  if (Drawn(0, "x") == "no terminal") GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_EQ(Drawn(20, "loss 1.25, and more"), begin + "lo\r\n");
  EXPECT_EQ(Drawn(20, "lo"), begin + "lo\r\n");
  EXPECT_EQ(Drawn(20, "\u00E9\u00E9\u00E9"), begin + "\u00E9\u00E9\r\n") << "columns are not bytes";
  EXPECT_EQ(Drawn(20, "\u4E00\u4E00"), begin + "\u4E00\r\n") << "wide characters take two columns";
  EXPECT_EQ(Drawn(20, "x\u4E00"), begin + "x\r\n");
  EXPECT_EQ(Drawn(20, "x\ty"), begin + "x\r\n");
  EXPECT_EQ(Drawn(14, "x"), "\r\033[Klab   0% 0/10\r\n") << "the figures stay";
  EXPECT_EQ(Drawn(8, "x"), "\r\033[K   0% 0\r\n");
  EXPECT_EQ(Drawn(0, "a terminal that does not know"), begin + "a terminal that does not know\r\n");
}

TEST(ProgressTest, WhatWasThereAtOnceTakesNoTime) {
  FakeTerminal terminal(80);
  if (!terminal.good()) GTEST_SKIP() << "no pseudo-terminals here";
  const auto start = std::chrono::steady_clock::now();
  {
    Progress progress("asking", 700);
    progress.Update(640);
    if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds(90)) GTEST_SKIP() << "a loaded machine";
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    progress.Update(641);
  }
  const std::string shown = terminal.Shown();
  EXPECT_NE(shown.find("asking  91% 640/700\r\033[K"), shown.npos) << shown;
  EXPECT_NE(shown.find("641/700, 1 min "), shown.npos) << "59 calls of a second each are left: " << shown;
}

}  // namespace
}  // namespace cairn
