// What a person at the terminal sees on stderr: one live line with an honest estimate, or a plain line now and then
// when stderr is not a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace cairn {

// Threads  Update and Note may be called from any.
class Progress {
 public:
  // total: units of work, 0 if unknown. quiet: prints nothing. done_before: units that an earlier run has done, which
  // took none of this run's time.
  Progress(std::string_view label, uint64_t total, bool quiet = false, uint64_t done_before = 0);
  ~Progress();
  // done: units finished so far; detail: shown at the end of the line, e.g. "loss 1.23".
  void Update(uint64_t done, const std::string& detail = {});
  // A line of its own at once, for what happens now and then: why nothing moves, say.
  void Note(const std::string& text);
  // Takes the live line away until the next Update: something else is printed.
  void Clear();
  // Ends the live line with a summary.
  void Finish(const std::string& summary = {});

 private:
  void ClearLine();
  std::mutex mutex_;
  std::string label_, line_;  // line_: as drawn last
  uint64_t total_, done_before_;
  bool quiet_, terminal_, finished_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

// "2 h 05 min", "3 min 20 s", "4.1 s".
std::string HumanDuration(double seconds);
// "1.5 GB".
std::string HumanBytes(uint64_t bytes);

}  // namespace cairn
