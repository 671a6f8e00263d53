#include "formats/chat.h"

#include <array>

#include "base/digest.h"

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

// Text in single quotes as a Jinja literal.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// Collects tokens. Neighbouring plain text is encoded in one go, as a tokenizer would see the rendered conversation.
class ChatEncoder {
 public:
  explicit ChatEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // Text of the format: "<...>" that the tokenizer knows becomes its control token.
  void Control(const std::string& text, bool train) {
    for (size_t at = 0; at < text.size();) {
      size_t end = text[at] == '<' ? text.find('>', at) : std::string::npos;
      std::optional<TokenId> id;
      if (end != std::string::npos) id = tokenizer_.SpecialId(text.substr(at, end + 1 - at));
      if (!id) {
        pending_ += text[at++];
        continue;
      }
      Flush(false);
      Push(*id, train);
      at = end + 1;
    }
  }

  // Text that people or models wrote; never a control token.
  void Content(const std::string& text) { pending_ += text; }

  // The same, cut off from the text before it as it is when a model generates it.
  void Answer(const std::string& text, bool train) {
    std::vector<TokenId> before = tokenizer_.Encode(pending_), whole = tokenizer_.Encode(pending_ + text);
    size_t n = before.size();
    if (n <= whole.size() && std::equal(before.begin(), before.end(), whole.begin())) {
      for (size_t i = 0; i < whole.size(); ++i) Push(whole[i], train && i >= n);
    } else {  // a token would span the border
      for (TokenId id : before) Push(id, false);
      for (TokenId id : tokenizer_.Encode(text)) Push(id, train);
    }
    pending_.clear();
  }

  void Flush(bool train) {
    if (pending_.empty()) return;
    for (TokenId id : tokenizer_.Encode(pending_)) Push(id, train);
    pending_.clear();
  }

  EncodedChat Finish() {
    Flush(false);
    return std::move(out_);
  }

 private:
  void Push(TokenId id, bool train) {
    out_.ids.push_back(id);
    out_.loss_mask.push_back(train ? 1 : 0);
  }
  const Tokenizer& tokenizer_;
  EncodedChat out_;
  std::string pending_;
};

Result<void> CheckStopToken(const ChatFormat& format, const Tokenizer& tokenizer) {
  if (!tokenizer.SpecialId(format.stop_token))
    return BadInput("the tokenizer has no token \"" + format.stop_token + "\", which ends answers in the chat format " +
                    format.name);
  return {};
}

Result<void> AddMessages(const ChatFormat& format, const std::vector<Message>& messages, ChatEncoder* encoder) {
  encoder->Control(format.begin, false);
  for (const Message& message : messages) {
    if (message.role == "assistant") {
      encoder->Control(format.assistant_prefix, false);
      encoder->Answer(message.content, message.train);
      encoder->Control(format.suffix, message.train);
      encoder->Flush(message.train);
      encoder->Control(format.after_suffix, false);
      continue;
    }
    if (!KnownRole(message.role))
      return BadInput("role \"" + message.role + "\" is not one of system, user, assistant");
    encoder->Control(message.role == "system" ? format.system_prefix : format.user_prefix, false);
    encoder->Content(message.content);
    encoder->Control(format.input_suffix.empty() ? format.suffix + format.after_suffix : format.input_suffix, false);
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
    return Corrupt("the id " + DumpJson(*id) + " does not belong to these messages; they give \"" + conversation.id +
                       "\" (leave the id out and it is computed)",
                   where);
  return conversation;
}

std::string ChatFormat::Template() const {
  auto message = [](const std::string& before, const std::string& after) {
    return "{{ " + Quoted(before) + " + message['content'] + " + Quoted(after) + " }}";
  };
  std::string input_end = input_suffix.empty() ? suffix + after_suffix : input_suffix;
  std::string text = begin.empty() ? "" : "{{ " + Quoted(begin) + " }}";
  text += "{% for message in messages %}";
  text += "{% if message['role'] == 'system' %}" + message(system_prefix, input_end);
  text += "{% elif message['role'] == 'user' %}" + message(user_prefix, input_end);
  text += "{% elif message['role'] == 'assistant' %}" + message(assistant_prefix, suffix + after_suffix);
  text += "{% endif %}{% endfor %}";
  return text + "{% if add_generation_prompt %}{{ " + Quoted(assistant_prefix) + " }}{% endif %}";
}

Result<EncodedChat> EncodeChat(const ChatFormat& format, const Tokenizer& tokenizer,
                               const std::vector<Message>& messages) {
  CAIRN_TRY(CheckStopToken(format, tokenizer));
  ChatEncoder encoder(tokenizer);
  CAIRN_TRY(AddMessages(format, messages, &encoder));
  return encoder.Finish();
}

Result<std::vector<TokenId>> EncodePrompt(const ChatFormat& format, const Tokenizer& tokenizer,
                                          const std::vector<Message>& messages) {
  CAIRN_TRY(CheckStopToken(format, tokenizer));
  ChatEncoder encoder(tokenizer);
  CAIRN_TRY(AddMessages(format, messages, &encoder));
  encoder.Control(format.assistant_prefix, false);
  return encoder.Finish().ids;
}

}  // namespace cairn::formats
