// JSON through nlohmann-json, with errors as Results and limits against hostile text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn {

using Json = nlohmann::json;  // object keys are sorted, so dump() is canonical for our own documents

// Parses one JSON document. Refuses duplicate keys, nesting deeper than 64 and invalid UTF-8. Errors name
// where:line:column.
Result<Json> ParseJson(std::string_view text, const std::string& where);

Result<Json> ReadJsonFile(const std::string& path, uint64_t max_bytes = uint64_t{1} << 28);

// Compact text, keys sorted by bytes, invalid UTF-8 replaced: what cairn hashes and writes.
std::string DumpJson(const Json& value);
// The same, indented for people, with a final newline.
std::string PrettyJson(const Json& value);

}  // namespace cairn
