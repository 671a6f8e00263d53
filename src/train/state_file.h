// A training state as a file: what a checkpoint and a release's states/ hold.
#pragma once

#include <string>

#include "base/digest.h"
#include "base/result.h"

namespace cairn::train {

// Trainer::StateDigest of the state that Trainer::SaveState wrote to `path`, from the file alone. kCorrupt if it is no
// such file.
Result<Digest> StateFileDigest(const std::string& path);

}  // namespace cairn::train
