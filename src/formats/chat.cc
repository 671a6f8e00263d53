#include "formats/chat.h"

#include <algorithm>
#include <span>

#include "base/digest.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

Json MessagesToJson(const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& message : messages) {
    Json item = {{"role", message.role}, {"content", message.content}};
    if (!message.train && message.role == "assistant") item["train"] = false;
    list.push_back(std::move(item));
  }
  return list;
}

bool KnownRole(const std::string& role) { return role == "system" || role == "user" || role == "assistant"; }

Result<Message> MessageFromJson(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("a message must be an object", where);
  Message message;
  for (const auto& [key, value] : json.items()) {
    if (key == "role" && value.is_string()) {
      message.role = value.get<std::string>();
    } else if (key == "content" && value.is_string()) {
      message.content = value.get<std::string>();
    } else if (key == "train" && value.is_boolean()) {
      message.train = value.get<bool>();
    } else if (key == "role" || key == "content" || key == "train") {
      return BadInput("a message's \"" + key + "\" has the wrong type", where);
    } else {
      return BadInput("unknown field \"" + key + "\" in a message; known: role, content, train", where);
    }
  }
  if (!json.contains("content")) return BadInput("a message has no \"content\"", where);
  if (!KnownRole(message.role))
    return BadInput("role \"" + message.role + "\" is not one of system, user, assistant", where);
  return message;
}

// Collects tokens. Neighbouring plain text is encoded in one go, as a tokenizer would see the rendered conversation.
class ChatEncoder {
 public:
  explicit ChatEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // Text of the format: "<...>" or "[...]" that the tokenizer knows becomes its control token.
  void Control(const std::string& text, bool train) {
    for (size_t at = 0; at < text.size();) {
      const char close = text[at] == '<' ? '>' : text[at] == '[' ? ']' : '\0';
      size_t end = close ? text.find(close, at) : std::string::npos;
      std::optional<TokenId> id;
      if (end != std::string::npos) id = tokenizer_.SpecialId(text.substr(at, end + 1 - at));
      if (!id) {
        Content(std::string_view(text).substr(at++, 1));
        continue;
      }
      if (tokenizer_.SwallowsBefore(*id)) pending_ = TrimEnd(pending_, IsSpace);
      Flush();
      Push(*id, train);
      swallow_ = tokenizer_.SwallowsAfter(*id);
      at = end + 1;
    }
  }

  // Text that people or models wrote; never a control token.
  void Content(std::string_view text) {
    if (swallow_) text = TrimStart(text, IsSpace);
    if (text.empty()) return;
    swallow_ = false;
    pending_ += text;
  }

  // Plain text from here to EndAnswer is an answer: cut off from the text before it as when a model generates it.
  void BeginAnswer(bool train) {
    answer_at_ = pending_.size();
    train_ = train;
  }
  void EndAnswer() {
    Flush();
    answer_at_.reset();
  }

  EncodedChat Finish() {
    Flush();
    return std::move(out_);
  }

 private:
  void Flush() {
    const bool first = out_.ids.empty();
    const size_t border = std::min(answer_at_.value_or(pending_.size()), pending_.size());
    const std::string_view text = pending_;
    std::vector<TokenId> before = tokenizer_.Encode(text.substr(0, border), first);
    std::vector<TokenId> whole = border < text.size() ? tokenizer_.Encode(text, first) : before;
    size_t n = before.size();
    if (n <= whole.size() && std::equal(before.begin(), before.end(), whole.begin())) {
      for (size_t i = 0; i < whole.size(); ++i) Push(whole[i], train_ && i >= n);
    } else {  // a token would span the border
      for (TokenId id : before) Push(id, false);
      for (TokenId id : tokenizer_.Encode(text.substr(border), first && before.empty())) Push(id, train_);
    }
    pending_.clear();
    if (answer_at_) answer_at_ = 0;
  }
  void Push(TokenId id, bool train) {
    out_.ids.push_back(id);
    out_.loss_mask.push_back(train ? 1 : 0);
  }
  const Tokenizer& tokenizer_;
  EncodedChat out_;
  std::string pending_;
  std::optional<size_t> answer_at_;  // where in pending_ the answer begins, while one is open
  bool train_ = false;
  bool swallow_ = false;  // white space that comes next is part of the control token before it
};

Result<void> CheckStopToken(const ChatFormat& format, const Tokenizer& tokenizer) {
  if (!tokenizer.SpecialId(format.stop_token))
    return BadInput("the tokenizer has no token \"" + format.stop_token + "\", which ends answers in the chat format " +
                    format.name);
  return {};
}

// The system text that a conversation begins with, or null, and the messages after it.
struct Turns {
  const std::string* system = nullptr;
  std::span<const Message> rest;
};

Result<Turns> SplitSystem(const ChatFormat& format, const std::vector<Message>& messages) {
  Turns turns{nullptr, messages};
  if (!messages.empty() && messages[0].role == "system") {
    turns.system = &messages[0].content;
    turns.rest = turns.rest.subspan(1);
  }
  for (const Message& message : turns.rest)
    if (!KnownRole(message.role))
      return BadInput("role \"" + message.role + "\" is not one of system, user, assistant");
  if (format.system_place == SystemPlace::kMessage) {
    for (const Message& message : turns.rest)
      if (message.role == "system" && format.OnlyFirstSystem())
        return BadInput("the chat format " + format.name + " takes a system message at the start only");
    return turns;
  }
  const std::string rule = "the chat format " + format.name +
                           " takes a system message at most at the start, then user and assistant in turn; ";
  for (size_t i = 0; i < turns.rest.size(); ++i)
    if (turns.rest[i].role != (i % 2 == 0 ? "user" : "assistant"))
      return BadInput(rule + "message " + std::to_string(i + 1 + (turns.system ? 1 : 0)) + " is of role " +
                      turns.rest[i].role);
  if (turns.rest.empty()) return BadInput(rule + "there is no message of a user");
  return turns;
}

std::string Trimmed(const std::string& text, bool trim) {
  return trim ? std::string(TrimEnd(TrimStart(text, IsBlank), IsBlank)) : text;
}

// The system text in a message of its own.
void AddSystem(const ChatFormat& format, const std::string& content, bool first, ChatEncoder* encoder) {
  const bool own = first && !format.first_system_prefix.empty();
  encoder->Control(own ? format.first_system_prefix : format.system_prefix, false);
  encoder->Content(Trimmed(content, format.trim_input));
  encoder->Control(own ? format.first_system_suffix : format.InputEnd(), false);
}

void AddAnswer(const ChatFormat& format, const Message& message, bool last, ChatEncoder* encoder) {
  encoder->Control(last ? format.Opening() : format.assistant_prefix, false);
  encoder->BeginAnswer(message.train);
  encoder->Content(format.answer_prefix + Trimmed(message.content, format.trim_answer));
  encoder->Control(format.suffix, message.train);
  encoder->EndAnswer();
  encoder->Control(format.after_suffix, false);
}

Result<void> AddMessages(const ChatFormat& format, const std::vector<Message>& messages, ChatEncoder* encoder) {
  CAIRN_ASSIGN(Turns turns, SplitSystem(format, messages));
  encoder->Control(format.begin, false);
  const bool own_message = format.system_place == SystemPlace::kMessage;
  if (own_message && turns.system) AddSystem(format, *turns.system, true, encoder);
  if (own_message && !turns.system) encoder->Control(format.no_system, false);
  const size_t n = turns.rest.size();
  const size_t carrier = format.system_place == SystemPlace::kFirstUser ? 0 : (n - 1) / 2 * 2;  // the last user's
  for (size_t i = 0; i < n; ++i) {
    const Message& message = turns.rest[i];
    if (message.role == "assistant") {
      AddAnswer(format, message, i + 1 == n, encoder);
    } else if (message.role == "system") {
      AddSystem(format, message.content, false, encoder);
    } else {
      std::string text = message.content;
      if (!own_message && i == carrier)
        text = (turns.system ? format.first_system_prefix + *turns.system + format.first_system_suffix
                             : format.no_system) +
               text;
      encoder->Control(format.user_prefix, false);
      encoder->Content(Trimmed(text, format.trim_input));
      encoder->Control(format.InputEnd(), false);
    }
  }
  return {};
}

}  // namespace

std::string ConversationId(const std::vector<Message>& messages) {
  return Sha256Of(DumpJson(MessagesToJson(messages))).Hex().substr(0, 16);
}

Json ConversationToJson(const Conversation& conversation) {
  return {{"id", conversation.id}, {"messages", MessagesToJson(conversation.messages)}};
}

Result<Conversation> ConversationFromJson(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("a conversation must be an object", where);
  auto list = json.find("messages");
  if (list == json.end() || !list->is_array() || list->empty())
    return BadInput("\"messages\" must be a list of at least one message", where);
  Conversation conversation;
  for (const Json& item : *list) {
    CAIRN_ASSIGN(Message message, MessageFromJson(item, where));
    conversation.messages.push_back(std::move(message));
  }
  conversation.id = ConversationId(conversation.messages);
  auto id = json.find("id");
  if (id != json.end() && *id != conversation.id)
    return BadInput("the id " + DumpJson(*id) + " does not belong to these messages; they give \"" + conversation.id +
                        "\" (leave the id out and it is computed)",
                    where);
  return conversation;
}

Result<EncodedChat> EncodeChat(const ChatFormat& format, const Tokenizer& tokenizer,
                               const std::vector<Message>& messages) {
  CAIRN_TRY(CheckStopToken(format, tokenizer));
  ChatEncoder encoder(tokenizer);
  CAIRN_TRY(AddMessages(format, messages, &encoder));
  encoder.Control(format.end, false);
  return encoder.Finish();
}

Result<std::vector<TokenId>> EncodePrompt(const ChatFormat& format, const Tokenizer& tokenizer,
                                          const std::vector<Message>& messages) {
  CAIRN_TRY(CheckStopToken(format, tokenizer));
  ChatEncoder encoder(tokenizer);
  CAIRN_TRY(AddMessages(format, messages, &encoder));
  encoder.Control(format.Opening(), false);
  return encoder.Finish().ids;
}

}  // namespace cairn::formats
