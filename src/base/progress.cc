#include "base/progress.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>

#include "base/terminal.h"

namespace cairn {
namespace {

// Global, as a signal handler reaches nothing else; atomic, as all threads read it while one of them is in the handler.
// A whole word: RISC-V lacks instructions for parts of one.
std::atomic<int> g_interrupted = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait for a lock");

void OnInterrupt(int) {
  if (g_interrupted.exchange(1) != 0) _exit(130);
}

double Seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Progress::Progress(std::string_view label, uint64_t total, bool quiet, uint64_t done_before)
    : label_(PrintableLine(label)),
      total_(total),
      done_before_(done_before),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_(start_ - std::chrono::hours(1)) {}

Progress::~Progress() {
  if (!finished_ && !quiet_ && terminal_) std::fputc('\n', stderr);
}

void Progress::Update(uint64_t done, const std::string& detail) {
  auto now = std::chrono::steady_clock::now();
  if (quiet_ || finished_ || Seconds(now - last_) < (terminal_ ? 0.2 : 15.0)) return;
  last_ = now;
  double elapsed = Seconds(now - start_);
  std::string line = label_;
  if (total_ > 0) {
    line += fmt::format(" {:3.0f}% {}/{}", 100 * static_cast<double>(done) / static_cast<double>(total_), done, total_);
    // The first second says too little for an estimate.
    if (done > done_before_ && elapsed > 1) {
      double each = elapsed / static_cast<double>(done - done_before_);
      line += fmt::format(", {} left", HumanDuration(each * static_cast<double>(total_ - std::min(done, total_))));
    }
  } else {
    line += fmt::format(" {}", done);
  }
  if (!detail.empty()) line += ", " + detail;
  line_ = PrintableLine(line);
  ClearLine();
  Say(stderr, "{}{}", line_, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::Note(const std::string& text) {
  if (quiet_ || finished_) return;
  ClearLine();
  Say(stderr, "{}: {}\n{}", label_, PrintableLine(text), terminal_ ? line_ : "");
  std::fflush(stderr);
}

// Say lets no control sequence through.
void Progress::ClearLine() {
  if (terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::Finish(const std::string& summary) {
  if (finished_) return;
  finished_ = true;
  if (quiet_) return;
  double elapsed = Seconds(std::chrono::steady_clock::now() - start_);
  ClearLine();
  Say(stderr, "{} done in {}{}{}\n", label_, HumanDuration(elapsed), summary.empty() ? "" : ", ", summary);
}

std::string HumanDuration(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  auto s = static_cast<uint64_t>(std::llround(seconds));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

std::string HumanBytes(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  for (const char* unit : {"kB", "MB", "GB"}) {
    if (value < 1000) return fmt::format("{:.1f} {}", value, unit);
    value /= 1000;
  }
  return fmt::format("{:.1f} TB", value);
}

void InstallInterruptHandler() {
  struct sigaction action {};
  action.sa_handler = OnInterrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);  // whoever read the messages may go away; writing then fails, which each writer sees
}

bool Interrupted() { return g_interrupted != 0; }

void ClearInterrupt() { g_interrupted = 0; }

}  // namespace cairn
