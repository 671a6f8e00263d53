// libFuzzer entry: no text, taken as model.sig, as its payload or as provenance, may crash the parsers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/bundle.h"
#include "trust/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto bundle = cairn::trust::ParseBundle(text, "fuzz");
  if (bundle.ok()) (void)cairn::trust::ParseStatement(bundle->envelope.payload, "fuzz").ok();
  auto manifest = cairn::trust::ParseStatement(text, "fuzz");
  if (manifest.ok()) {
    // What parses must write back to a text that parses to the same.
    auto again = cairn::trust::ParseStatement(cairn::trust::ManifestToStatement(*manifest), "fuzz");
    if (!again.ok() || again->files.size() != manifest->files.size()) std::abort();
  }
  (void)cairn::trust::ParseProvenance(text, "fuzz").ok();
  return 0;
}
