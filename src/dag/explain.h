// Why a step runs: the difference between what it ran with last time and what it would run with now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"

namespace cairn::dag {

// All that decides a step's result.
struct StepRecord {
  std::string kind;
  int version = 1;
  Json parameters = Json::object();
  std::map<std::string, Digest> inputs;
};

Json StepRecordToJson(const StepRecord& record);
Result<StepRecord> StepRecordFromJson(const Json& json, const std::string& where);

// SHA-256 of the canonical JSON of the record: the name of the step's result. Equal records of different steps share
// it.
Digest StepKey(const StepRecord& record);

// One line per difference, e.g. "parameter optimizer.learningRate changed: 0.002 -> 0.001", "input qna.yaml changed".
// Empty if there is none.
std::vector<std::string> Differences(const StepRecord& before, const StepRecord& now);

}  // namespace cairn::dag
