#include "eval/held_out.h"

#include <map>

#include "base/file.h"
#include "eval/text_score.h"

namespace cairn::eval {
namespace {

constexpr uint64_t kMaxFile = uint64_t{1} << 26;
constexpr size_t kMaxItems = 100000;

Result<std::string> StringOf(const Json& json, const char* key, const std::string& where) {
  auto found = json.find(key);
  if (found == json.end() || !found->is_string())
    return BadInput("\"" + std::string(key) + "\" must be a string", where);
  return found->get<std::string>();
}

Result<std::vector<formats::Message>> ReadMessages(const Json& json, const std::string& where) {
  auto found = json.find("messages");
  if (found == json.end() || !found->is_array() || found->empty())
    return BadInput("\"messages\" must be a list of messages", where);
  std::vector<formats::Message> messages;
  for (const Json& entry : *found) {
    if (!entry.is_object()) return BadInput("a message must be an object", where);
    formats::Message message;
    CAIRN_ASSIGN(message.role, StringOf(entry, "role", where));
    CAIRN_ASSIGN(message.content, StringOf(entry, "content", where));
    if (message.role != "system" && message.role != "user" && message.role != "assistant")
      return BadInput("role \"" + message.role + "\" is not one of system, user, assistant", where);
    messages.push_back(std::move(message));
  }
  if (messages.back().role != "user") return BadInput("the last message must be the user's", where);
  return messages;
}

Result<std::vector<std::string>> ReadAccepted(const Json& json, const std::string& where) {
  auto found = json.find("accepted");
  if (found == json.end() || !found->is_array() || found->empty())
    return BadInput("\"accepted\" must be a list of at least one answer", where);
  std::vector<std::string> accepted;
  for (const Json& entry : *found) {
    if (!entry.is_string()) return BadInput("an accepted answer must be a string", where);
    accepted.push_back(entry.get<std::string>());
  }
  return accepted;
}

Result<HeldOutItem> ReadItem(std::string_view line, const std::string& where) {
  CAIRN_ASSIGN(Json json, ParseJson(line, where));
  if (!json.is_object()) return BadInput("a held-out item must be an object", where);
  for (const auto& [key, value] : json.items())
    if (key != "task" && key != "messages" && key != "accepted" && key != "id")
      return BadInput("unknown field \"" + key + "\"; known: id, task, messages, accepted", where);
  HeldOutItem item;
  CAIRN_ASSIGN(item.task, StringOf(json, "task", where));
  CAIRN_ASSIGN(item.messages, ReadMessages(json, where));
  CAIRN_ASSIGN(item.accepted, ReadAccepted(json, where));
  return item;
}

}  // namespace

Result<std::vector<HeldOutItem>> ParseHeldOut(std::string_view text, const std::string& where) {
  std::vector<HeldOutItem> items;
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (items.size() == kMaxItems) return BadInput("more than 100000 held-out items", where);
    CAIRN_ASSIGN(HeldOutItem item, ReadItem(line, where + ":" + std::to_string(number)));
    items.push_back(std::move(item));
  }
  if (items.empty()) return BadInput("no held-out item in the file", where);
  return items;
}

Result<std::vector<HeldOutItem>> LoadHeldOut(const std::string& model_directory) {
  std::string path = model_directory + "/" + kHeldOutFile;
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxFile));
  return ParseHeldOut(text, path);
}

Result<HeldOutScore> EvaluateHeldOut(ThreadPool& pool, const model::ChatModel& chat,
                                     const std::vector<HeldOutItem>& items, const AskOptions& options) {
  std::vector<std::vector<formats::Message>> conversations;
  for (const HeldOutItem& item : items) conversations.push_back(item.messages);
  CAIRN_ASSIGN(std::vector<std::string> given, Ask(pool, chat, conversations, "asking held-out questions", options));
  HeldOutScore score;
  struct Count {
    size_t n = 0, correct = 0;
  };
  std::map<std::string, Count> tasks;
  size_t correct = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const HeldOutItem& item = items[i];
    ScoredAnswer answer{item.messages.back().content, given[i], item.accepted[0], ExactMatch(given[i], item.accepted),
                        TokenF1(given[i], item.accepted)};
    Count& count = tasks[item.task];
    ++count.n;
    count.correct += answer.correct;
    correct += answer.correct;
    score.mean_f1 += answer.f1;
    score.items.push_back(std::move(answer));
  }
  score.accuracy = Accuracy::Of(correct, items.size());
  if (!items.empty()) score.mean_f1 /= static_cast<double>(items.size());
  for (const auto& [task, count] : tasks) score.tasks.push_back({task, Accuracy::Of(count.correct, count.n)});
  return score;
}

}  // namespace cairn::eval
