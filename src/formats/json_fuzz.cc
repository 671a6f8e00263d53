#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"

// Whatever parses must survive a round trip.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto json = cairn::ParseJson({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!json.ok()) return 0;
  std::string text = cairn::DumpJson(*json);
  auto again = cairn::ParseJson(text, "again");
  if (!again.ok() || cairn::DumpJson(*again) != text) std::abort();
  return 0;
}
