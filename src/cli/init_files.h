// The files of a new project, as text.
#pragma once

#include <string>
#include <vector>

namespace cairn::cli {

struct InitFile {
  const char* path;  // below taxonomy/
  const char* text;
};

// cairn.yaml with comments. The name is not checked here.
std::string ProjectFileText(const std::string& name);
// A README and one small, valid leaf.
std::vector<InitFile> ExampleTaxonomy();

}  // namespace cairn::cli
