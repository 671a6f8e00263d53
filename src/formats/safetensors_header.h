// Parses and checks the header of a safetensors file; split from the file so that it can be tested and fuzzed on bytes.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "formats/safetensors.h"

namespace cairn::formats {

struct SafetensorsHeader {
  size_t data_start = 0;  // offset of the data part in the file
  std::map<std::string, TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

// file: all bytes of the file. Every tensor of the result lies inside it. kCorrupt for lengths and offsets that do not
// fit, kBadInput for a header that is not what the format says, kUnsupported for element types that cairn does not
// know.
Result<SafetensorsHeader> ParseSafetensorsHeader(std::span<const std::byte> file, const std::string& where);

}  // namespace cairn::formats
