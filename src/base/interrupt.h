// Ctrl-C and SIGTERM.
#pragma once

namespace cairn {

// What the first signal does. kAsk: it sets a flag that long loops ask for between steps, so that they can save what
// they have; a second signal ends the process at once. kEnd: for what only reads, the first one ends it.
enum class AtInterrupt { kAsk, kEnd };
void InstallInterruptHandler(AtInterrupt first = AtInterrupt::kAsk);
bool Interrupted();
// Forgets the signal: for a program that goes on with something else, as a chat does after a stopped answer.
void ClearInterrupt();

}  // namespace cairn
