// Fuzz entry of the project file: whatever is accepted is valid and reads back from its own JSON.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "project/config.h"
#include "project/lock.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Result<project::ProjectConfig> config = project::ParseProjectConfig(text, "cairn.yaml");
  if (config.ok()) {
    CAIRN_CHECK(config->Validate("cairn.yaml").ok());
    std::string canonical = DumpJson(project::ProjectConfigToJson(*config));
    Result<project::ProjectConfig> again = project::ParseProjectConfig(canonical, "canonical");
    CAIRN_CHECK(again.ok() && DumpJson(project::ProjectConfigToJson(*again)) == canonical);
  }
  Result<Json> json = ParseJson(text, "cairn.lock");
  if (json.ok()) {
    Result<project::Lock> lock = project::LockFromJson(*json, "cairn.lock");
    if (lock.ok()) CAIRN_CHECK(project::LockToJson(*lock) == *json);
  }
  return 0;
}
