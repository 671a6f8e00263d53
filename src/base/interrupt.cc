#include "base/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace cairn {
namespace {

// Global, as a signal handler reaches nothing else; atomic, as all threads read it while one of them is in the handler.
// A whole word: RISC-V lacks instructions for parts of one.
std::atomic<int> g_interrupted = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait for a lock");

void End(int) { _exit(130); }

void OnInterrupt(int signal) {
  if (g_interrupted.exchange(1) != 0) End(signal);
}

}  // namespace

void InstallInterruptHandler(AtInterrupt first) {
  struct sigaction action {};
  action.sa_handler = first == AtInterrupt::kAsk ? OnInterrupt : End;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // Whoever read the messages may go away, and a file may reach its limit (ulimit -f); writing then fails, which each
  // writer sees.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

bool Interrupted() { return g_interrupted != 0; }

void ClearInterrupt() { g_interrupted = 0; }

}  // namespace cairn
