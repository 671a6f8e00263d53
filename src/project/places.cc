#include "project/places.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "dag/disk.h"

namespace cairn::project {
namespace fs = std::filesystem;

Result<void> CheckPlace(const std::string& directory, const Place& place) {
  const std::string path = directory + "/" + place.folder;
  for (size_t end = directory.size() + 1; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    CAIRN_TRY(dag::RefuseLink(path.substr(0, end)));
  }
  std::error_code code;
  const auto status = fs::symlink_status(path, code);
  if (!fs::exists(status)) return {};
  if (fs::is_directory(status) && (PathExists(path + "/" + place.mark) || fs::is_empty(path, code))) return {};
  return BadInput(place.holds + " belongs here, and what is here was not made by a build; move it away", path);
}

}  // namespace cairn::project
