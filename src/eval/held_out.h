// The base model's own held-out set: a guard against forgetting. A file heldout.jsonl in the model's directory, one
// item a line: {"task": "reading", "messages": [{"role", "content"}, ...], "accepted": ["...", ...]}, the last message
// the user's. "id" may be given and is ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eval/questions.h"

namespace cairn::eval {

inline constexpr const char* kHeldOutFile = "heldout.jsonl";

struct HeldOutItem {
  std::string task;
  std::vector<formats::Message> messages;
  std::vector<std::string> accepted;
};
// where: the file's name; errors name where:line.
Result<std::vector<HeldOutItem>> ParseHeldOut(std::string_view text, const std::string& where);
// directory/heldout.jsonl; kNotFound if the model has none.
Result<std::vector<HeldOutItem>> LoadHeldOut(const std::string& model_directory);

struct TaskScore {
  std::string task;
  Accuracy accuracy;
};
struct HeldOutScore {
  Accuracy accuracy;  // over all items
  double mean_f1 = 0;
  std::vector<TaskScore> tasks;     // by name
  std::vector<ScoredAnswer> items;  // in order of the file; question is the last message
};
Result<HeldOutScore> EvaluateHeldOut(ThreadPool& pool, const model::ChatModel& chat,
                                     const std::vector<HeldOutItem>& items, const AskOptions& options = {});

}  // namespace cairn::eval
