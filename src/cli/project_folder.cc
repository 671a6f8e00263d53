// Which project a command works on, and what is said of it before the work begins.
#include <filesystem>

#include "base/file.h"
#include "cli/command.h"
#include "taxonomy/path.h"

namespace cairn::cli {

std::string ProjectFileAbove() {
  std::error_code code;
  std::filesystem::path folder = std::filesystem::current_path(code);
  for (std::string file = project::kProjectFileName; !code; file = "../" + file) {
    if (PathExists(file)) return file;
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return {};
}

std::string ProjectFolderAbove() {
  const std::string folder(taxonomy::ParentPath(ProjectFileAbove()));
  return folder.empty() ? "." : folder;
}

Result<project::Project> OpenProjectIn(const std::string& directory) {
  const std::string above = ProjectFolderAbove();
  if (directory == "." && above != ".")
    return NotFound("no project file here, but there is one above; use -C " + above, project::kProjectFileName);
  return project::OpenProject(directory, ModelResolverFor(directory));
}

void PrintNotes(const project::Project& project, const Context& context) {
  if (context.quiet) return;
  for (const std::string& note : project::NotesOn(project)) Say(stderr, "note: {}\n", PrintableLine(note));
}

}  // namespace cairn::cli
