// README.md of a release: what the model is for, what it was made from, what it can do before and after, what it
// cannot.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "project/project.h"

namespace cairn::project {

// evaluation: eval.json. reports: one LeafReport of synth a leaf. Same inputs, same text.
std::string ModelCard(const Project& project, const Json& evaluation, const std::vector<Json>& reports);

}  // namespace cairn::project
