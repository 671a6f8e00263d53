#include "synth/rows.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cairn::synth {
namespace {

constexpr std::array<const char*, 11> kStages = {kStageRefused,  kStageForm,      kStageLength,    kStageSubject,
                                                 kStageSource,   kStageDuplicate, kStageRoundTrip, kStageJudge,
                                                 kStageConflict, kStageSimilar,   kStageCap};

Result<std::string> Text(const Json& json, const char* key, const std::string& where) {
  auto found = json.find(key);
  if (found == json.end()) return std::string();
  if (!found->is_string()) return Corrupt(std::string(key) + " must be a text", where);
  return found->get<std::string>();
}

Result<uint64_t> Count(const Json& json, const char* key, const std::string& where) {
  auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned()) return Corrupt(std::string(key) + " must be a count", where);
  return found->get<uint64_t>();
}

Result<std::map<std::string, uint64_t>> Counts(const Json& json, const char* key, const std::string& where) {
  auto found = json.find(key);
  if (found == json.end() || !found->is_object()) return Corrupt(std::string(key) + " must be an object", where);
  std::map<std::string, uint64_t> counts;
  for (const auto& [name, value] : found->items()) {
    if (!value.is_number_unsigned()) return Corrupt(std::string(key) + "." + name + " must be a count", where);
    counts[name] = value.get<uint64_t>();
  }
  return counts;
}

}  // namespace

void Row::Drop(const char* at, std::string why) {
  CAIRN_CHECK(kept && std::find_if(kStages.begin(), kStages.end(),
                                   [&](const char* stage) { return std::string_view(stage) == at; }) != kStages.end());
  CAIRN_CHECK(!why.empty());
  kept = false;
  stage = at;
  reason = std::move(why);
}

bool Row::DropIfRefused(const std::string& refusal) {
  if (refusal.empty()) return false;
  Drop(kStageRefused, "the teacher refused: " + refusal);
  return true;
}

std::vector<formats::Message> Row::Messages() const { return {{"user", question, false}, {"assistant", answer, true}}; }

void Row::SetId() { id = formats::ConversationId(Messages()); }

bool MadeBySentence(const Row& row) { return row.step == kStepStatement || row.step == kStepGap; }

std::vector<formats::Conversation> KeptConversations(const std::vector<Row>& rows) {
  std::vector<formats::Conversation> out;
  for (const Row& row : rows) {
    if (row.kept) out.push_back({row.id, row.Messages()});
  }
  return out;
}

Json RowToJson(const Row& row) {
  Json json = {{"id", row.id},         {"question", row.question},   {"answer", row.answer}, {"step", row.step},
               {"source", row.source}, {"confirmed", row.confirmed}, {"kept", row.kept}};
  if (!row.chunk.empty()) json["chunk"] = row.chunk;
  if (!row.parent.empty()) json["parent"] = row.parent;
  if (!row.kept) {
    json["stage"] = row.stage;
    json["reason"] = row.reason;
  }
  return json;
}

Result<Row> RowFromJson(const Json& json, const std::string& where) {
  if (!json.is_object()) return Corrupt("a row must be an object", where);
  Row row;
  for (auto [key, field] :
       std::initializer_list<std::pair<const char*, std::string Row::*>>{{"id", &Row::id},
                                                                         {"question", &Row::question},
                                                                         {"answer", &Row::answer},
                                                                         {"step", &Row::step},
                                                                         {"source", &Row::source},
                                                                         {"chunk", &Row::chunk},
                                                                         {"parent", &Row::parent},
                                                                         {"stage", &Row::stage},
                                                                         {"reason", &Row::reason}}) {
    CAIRN_ASSIGN(row.*field, Text(json, key, where));
  }
  CAIRN_ASSIGN(uint64_t confirmed, Count(json, "confirmed", where));
  row.confirmed = static_cast<uint32_t>(std::min<uint64_t>(confirmed, UINT32_MAX));
  if (!json.contains("kept") || !json["kept"].is_boolean()) return Corrupt("kept must be true or false", where);
  row.kept = json["kept"].get<bool>();
  if (!row.kept && (row.stage.empty() || row.reason.empty())) return Corrupt("a dropped row without a reason", where);
  return row;
}

std::string RowsToJsonl(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) out += DumpJson(RowToJson(row)) + "\n";
  return out;
}

Result<std::vector<Row>> RowsFromJsonl(const std::string& text, const std::string& where) {
  std::vector<Row> rows;
  size_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string at = where + ":" + std::to_string(line);
    if (end > begin) {
      CAIRN_ASSIGN(Json json, ParseJson(std::string_view(text).substr(begin, end - begin), at));
      CAIRN_ASSIGN(Row row, RowFromJson(json, at));
      rows.push_back(std::move(row));
    }
    begin = end + 1;
  }
  return rows;
}

Funnel FunnelOf(const std::vector<Row>& rows) {
  Funnel funnel;
  std::map<std::string, uint64_t> dropped;
  for (const Row& row : rows) {
    ++funnel.made;
    ++funnel.made_by_step[row.step];
    funnel.kept_by_step[row.step] += row.kept ? 1 : 0;
    if (row.kept) {
      ++funnel.kept;
    } else {
      ++dropped[row.stage];
    }
  }
  uint64_t left = funnel.made;
  for (const char* name : kStages) {
    funnel.stages.push_back({name, left, dropped[name]});
    left -= dropped[name];
  }
  CAIRN_CHECK(left == funnel.kept);
  return funnel;
}

Json FunnelToJson(const Funnel& funnel) {
  Json stages = Json::array();
  for (const Funnel::Stage& stage : funnel.stages) {
    stages.push_back({{"stage", stage.name}, {"entered", stage.entered}, {"dropped", stage.dropped}});
  }
  return {{"made", funnel.made},
          {"kept", funnel.kept},
          {"made_by_step", funnel.made_by_step},
          {"kept_by_step", funnel.kept_by_step},
          {"stages", std::move(stages)}};
}

Result<Funnel> FunnelFromJson(const Json& json, const std::string& where) {
  if (!json.is_object()) return Corrupt("the funnel must be an object", where);
  Funnel funnel;
  CAIRN_ASSIGN(funnel.made, Count(json, "made", where));
  CAIRN_ASSIGN(funnel.kept, Count(json, "kept", where));
  CAIRN_ASSIGN(funnel.made_by_step, Counts(json, "made_by_step", where));
  CAIRN_ASSIGN(funnel.kept_by_step, Counts(json, "kept_by_step", where));
  if (!json.contains("stages") || !json["stages"].is_array()) return Corrupt("stages must be a list", where);
  for (const Json& item : json["stages"]) {
    if (!item.is_object()) return Corrupt("a stage must be an object", where);
    Funnel::Stage stage;
    CAIRN_ASSIGN(stage.name, Text(item, "stage", where));
    CAIRN_ASSIGN(stage.entered, Count(item, "entered", where));
    CAIRN_ASSIGN(stage.dropped, Count(item, "dropped", where));
    funnel.stages.push_back(std::move(stage));
  }
  return funnel;
}

}  // namespace cairn::synth
