#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/terminal.h"
#include "base/text.h"

namespace cairn {
namespace {

double Seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

// Columns of the terminal, 0 if it does not say.
size_t TerminalColumns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Columns of the character that begins at line[at]; 0 for its further bytes. From U+1100 on, where wide ones begin,
// each counts as two: a line cut too early does no harm, one that wraps cannot be cleared.
size_t ColumnsAt(std::string_view line, size_t at) {
  const auto byte = static_cast<unsigned char>(line[at]);
  if (IsUtf8Tail(static_cast<char>(byte))) return 0;
  if (byte == '\t') return 8;
  const bool wide =
      byte > 0xE1 || (byte == 0xE1 && at + 1 < line.size() && static_cast<unsigned char>(line[at + 1]) >= 0x84);
  return wide ? 2 : 1;
}

size_t Columns(std::string_view line) {
  size_t columns = 0;
  for (size_t at = 0; at < line.size(); ++at) columns += ColumnsAt(line, at);
  return columns;
}

// As much of a line as stands in `columns`.
std::string_view CutToColumns(std::string_view line, size_t columns) {
  for (size_t at = 0, used = 0; at < line.size(); ++at) {
    used += ColumnsAt(line, at);
    if (used > columns) return line.substr(0, at);
  }
  return line;
}

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
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  const double elapsed = Seconds(now - start_);
  // What is there at once was there before, as replies in a cache are: it tells nothing of the time that others take.
  if (elapsed < 0.1) done_before_ = std::max(done_before_, done);
  const double pause = !terminal_ ? 15 : elapsed < 1 ? 0.02 : 0.2;
  if (quiet_ || finished_ || Seconds(now - last_) < pause) return;
  last_ = now;
  std::string figures;
  if (total_ > 0) {
    figures =
        fmt::format(" {:3.0f}% {}/{}", 100 * static_cast<double>(done) / static_cast<double>(total_), done, total_);
    // The first second says too little for an estimate.
    if (done > done_before_ && elapsed > 1) {
      double each = elapsed / static_cast<double>(done - done_before_);
      figures += fmt::format(", {} left", HumanDuration(each * static_cast<double>(total_ - std::min(done, total_))));
    }
  } else {
    figures = fmt::format(" {}", done);
  }
  // The last column stays free: some terminals go to the next line when it is filled. The figures matter most.
  const size_t columns = terminal_ ? TerminalColumns() : 0, room = columns > 1 ? columns - 1 : std::string::npos;
  const std::string label(CutToColumns(label_, room - std::min(room, Columns(figures))));
  line_ = PrintableLine(label + figures + (detail.empty() ? "" : ", " + detail));
  line_.resize(CutToColumns(line_, room).size());
  ClearLine();
  Say(stderr, "{}{}", line_, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::Clear() {
  std::lock_guard lock(mutex_);
  if (!quiet_ && !finished_) ClearLine();
  std::fflush(stderr);
}

void Progress::Note(const std::string& text) {
  std::lock_guard lock(mutex_);
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

}  // namespace cairn
