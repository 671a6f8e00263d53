// Conversations and how a model wants them written: role markers around each message, taken from the model's chat
// template.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/tokenizer.h"

namespace cairn::formats {

struct Message {
  std::string role;  // system | user | assistant
  std::string content;
  bool train = true;  // assistant messages only: whether their tokens count in the loss
};

// One training row: {"id": ..., "messages": [{"role", "content", "train"?}]}. The id is the first 16 hex digits of the
// SHA-256 of the messages' JSON.
struct Conversation {
  std::string id;
  std::vector<Message> messages;
};
std::string ConversationId(const std::vector<Message>& messages);
Json ConversationToJson(const Conversation& conversation);
Result<Conversation> ConversationFromJson(const Json& json, const std::string& where);

// Where the system text stands that a conversation begins with. Inside a user message, users and assistants must take
// turns after it.
enum class SystemPlace { kMessage, kFirstUser, kLastUser };

// A chat format as literal pieces; control tokens in them are encoded as special tokens, contents never are.
struct ChatFormat {
  std::string name;   // of the family, for messages
  std::string begin;  // before the first message, e.g. "<|begin_of_text|>"
  std::string system_prefix, user_prefix, assistant_prefix;
  std::string suffix;        // ends each message; after an assistant message it is trained on, too
  std::string after_suffix;  // e.g. "\n" after ChatML's <|im_end|>; not trained on
  std::string input_suffix;  // if not empty, ends system and user messages instead of suffix + after_suffix
  std::string stop_token;    // the special token that ends an answer
  // The system text at the start. Empty in a message of its own: the pieces of any system message.
  SystemPlace system_place = SystemPlace::kMessage;
  std::string first_system_prefix, first_system_suffix;
  std::string no_system;                         // in place of all that where a conversation begins without
  std::string last_assistant_prefix;             // if not empty, opens the last message and what is generated
  std::string answer_prefix;                     // begins each answer; generated, so trained on and absent from prompts
  std::string end;                               // after the last message of training text
  bool trim_input = false, trim_answer = false;  // contents lose white space at both ends

  // A system message has a place at the start only.
  bool OnlyFirstSystem() const { return system_prefix.empty() && !first_system_prefix.empty(); }
  const std::string& Opening() const {
    return last_assistant_prefix.empty() ? assistant_prefix : last_assistant_prefix;
  }
  std::string InputEnd() const { return input_suffix.empty() ? suffix + after_suffix : input_suffix; }
  // As Jinja text for tokenizer_config.json, same rendering. DetectChatFormat reads the same format from it.
  std::string Template() const;
};
// Seed's own format: <|user|>text<|end|><|assistant|>text<|end|>.
ChatFormat CairnChatFormat();
// Recognises the family by the literals of tokenizer_config.json's chat_template, a text or a list of named ones, of
// which "default" is taken; kUnsupported names the families that cairn knows. The template is not executed.
Result<ChatFormat> DetectChatFormat(const Json& tokenizer_config, const std::string& where);

struct EncodedChat {
  std::vector<TokenId> ids;
  std::vector<uint8_t>
      loss_mask;  // 1 where the token is to be predicted: contents and suffixes of trained assistant messages
};
// All messages as training text.
Result<EncodedChat> EncodeChat(const ChatFormat& format, const Tokenizer& tokenizer,
                               const std::vector<Message>& messages);
// The messages followed by the opening of an assistant turn: what generation continues.
Result<std::vector<TokenId>> EncodePrompt(const ChatFormat& format, const Tokenizer& tokenizer,
                                          const std::vector<Message>& messages);

}  // namespace cairn::formats
