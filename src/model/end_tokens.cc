#include "model/end_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "model/config.h"

namespace cairn::model {
namespace {

using Ends = std::set<formats::TokenId>;

constexpr size_t kMostEnds = 64;
constexpr int64_t kLargestId = 1 << 22;

Result<Ends> EndsOf(const std::string& where) {
  CAIRN_ASSIGN(const Json json, ReadJsonFile(where, kMaxConfigBytes));
  if (!json.is_object()) return BadInput("this file must hold a JSON object", where);
  const Json ids = json.value("eos_token_id", Json());
  const Json list = ids.is_array() ? ids : ids.is_null() ? Json::array() : Json::array({ids});
  if (list.size() > kMostEnds)
    return BadInput(fmt::format("\"eos_token_id\" lists more than {} tokens", kMostEnds), where);
  Ends ends;
  for (const Json& id : list) {
    if (!id.is_number_integer() || id.get<int64_t>() > kLargestId)
      return BadInput(fmt::format("\"eos_token_id\" must be an id up to {} or a list of them", kLargestId), where);
    if (id.get<int64_t>() >= 0) ends.insert(id.get<formats::TokenId>());  // -1 is none
  }
  return ends;
}

Result<Ends> EndsOfGeneration(const std::string& directory) {
  const std::string path = directory + "/generation_config.json";
  return PathExists(path) ? EndsOf(path) : Ends();
}

}  // namespace

Result<std::vector<formats::TokenId>> ReadEndTokens(const std::string& directory) {
  CAIRN_ASSIGN(Ends ends, EndsOf(directory + "/config.json"));
  CAIRN_ASSIGN(const Ends more, EndsOfGeneration(directory));
  ends.insert(more.begin(), more.end());
  return std::vector<formats::TokenId>(ends.begin(), ends.end());
}

bool GenerationConfigDecides(const std::string& directory) {
  const Result<Ends> more = EndsOfGeneration(directory);
  if (!more.ok()) return true;
  const Result<Ends> ends = EndsOf(directory + "/config.json");
  return !ends.ok() ? !more->empty() : !std::ranges::includes(*ends, *more);
}

}  // namespace cairn::model
