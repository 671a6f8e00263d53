#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "formats/safetensors_header.h"

// Whatever parses must lie inside the bytes given.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto bytes = std::as_bytes(std::span<const uint8_t>(data, size));
  auto header = cairn::formats::ParseSafetensorsHeader(bytes, "fuzz");
  if (!header.ok()) return 0;
  for (const auto& [name, info] : header->tensors)
    if (info.begin > info.end || info.end > size - header->data_start) std::abort();
  return 0;
}
