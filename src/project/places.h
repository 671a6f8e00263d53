// Where a build writes below a project's folder. A project may come from a stranger: nothing is written through a
// symbolic link in it, and nothing is taken away that no build made.
#pragma once

#include <string>

#include "base/result.h"

namespace cairn::project {

// A folder that a build replaces.
struct Place {
  std::string folder;  // relative to the project's
  std::string mark;    // a file that shows that a build made what is there
  std::string holds;   // for messages: "the release"
};

// kBadInput if a folder on the way is a symbolic link, or if there is something else than an empty folder or one with
// the mark.
Result<void> CheckPlace(const std::string& directory, const Place& place);

}  // namespace cairn::project
