// The families of chat formats that cairn knows, and how to recognise each by the literals of its template.
#include <vector>

#include "formats/chat.h"

namespace cairn::formats {
namespace {

ChatFormat ChatMl() {
  return {.name = "chatml",
          .system_prefix = "<|im_start|>system\n",
          .user_prefix = "<|im_start|>user\n",
          .assistant_prefix = "<|im_start|>assistant\n",
          .suffix = "<|im_end|>",
          .after_suffix = "\n",
          .stop_token = "<|im_end|>"};
}

ChatFormat Llama3() {
  return {.name = "llama3",
          .begin = "<|begin_of_text|>",
          .system_prefix = "<|start_header_id|>system<|end_header_id|>\n\n",
          .user_prefix = "<|start_header_id|>user<|end_header_id|>\n\n",
          .assistant_prefix = "<|start_header_id|>assistant<|end_header_id|>\n\n",
          .suffix = "<|eot_id|>",
          .stop_token = "<|eot_id|>"};
}

// Granite 3 and later.
ChatFormat Granite() {
  return {.name = "granite",
          .system_prefix = "<|start_of_role|>system<|end_of_role|>",
          .user_prefix = "<|start_of_role|>user<|end_of_role|>",
          .assistant_prefix = "<|start_of_role|>assistant<|end_of_role|>",
          .suffix = "<|end_of_text|>",
          .after_suffix = "\n",
          .stop_token = "<|end_of_text|>"};
}

// granite-7b-lab and merlinite: only answers end in a control token.
ChatFormat InstructLab() {
  return {.name = "instructlab",
          .system_prefix = "<|system|>\n",
          .user_prefix = "<|user|>\n",
          .assistant_prefix = "<|assistant|>\n",
          .suffix = "<|endoftext|>",
          .after_suffix = "\n",
          .input_suffix = "\n",
          .stop_token = "<|endoftext|>"};
}

ChatFormat Zephyr() {
  return {.name = "zephyr",
          .system_prefix = "<|system|>\n",
          .user_prefix = "<|user|>\n",
          .assistant_prefix = "<|assistant|>\n",
          .suffix = "</s>",
          .after_suffix = "\n",
          .stop_token = "</s>"};
}

constexpr size_t kLongestToken = 256;  // bytes

// "bos_token": "<s>" or {"content": "<s>", ...}.
std::string TokenOf(const Json& config, const char* key) {
  auto it = config.find(key);
  if (it == config.end()) return {};
  const Json& text = it->is_object() && it->contains("content") ? (*it)["content"] : *it;
  return text.is_string() ? text.get<std::string>() : std::string();
}

// The template itself, or the one named "default" of a list.
std::string TemplateOf(const Json& config) {
  auto it = config.find("chat_template");
  if (it == config.end()) return {};
  if (it->is_string()) return it->get<std::string>();
  if (!it->is_array()) return {};
  for (const Json& item : *it)
    if (item.is_object() && TokenOf(item, "name") == "default") return TokenOf(item, "template");
  return {};
}

}  // namespace

ChatFormat CairnChatFormat() {
  return {.name = "cairn",
          .system_prefix = "<|system|>",
          .user_prefix = "<|user|>",
          .assistant_prefix = "<|assistant|>",
          .suffix = "<|end|>",
          .stop_token = "<|end|>"};
}

Result<ChatFormat> DetectChatFormat(const Json& config, const std::string& where) {
  const std::string known = "cairn knows cairn, chatml, llama3, granite, instructlab, zephyr";
  if (!config.is_object()) return BadInput("tokenizer_config.json must be a JSON object", where);
  const std::string text = TemplateOf(config);
  if (text.empty()) return Unsupported("no chat_template, so the chat format is unknown; " + known, where);
  auto has = [&](const char* literal) { return text.find(literal) != std::string::npos; };
  for (const ChatFormat& format : {CairnChatFormat(), ChatMl(), Llama3(), Granite(), InstructLab(), Zephyr()})
    if (text == format.Template()) return format;
  if (has("<|im_start|>") && has("<|im_end|>")) {
    ChatFormat format = ChatMl();
    if (has("bos_token")) format.begin = TokenOf(config, "bos_token");
    if (format.begin.size() > kLongestToken) return BadInput("bos_token is no token: it is too long", where);
    return format;
  }
  if (has("<|start_header_id|>") && has("<|eot_id|>")) return Llama3();
  if (has("<|start_of_role|>") && has("<|end_of_role|>") && has("<|end_of_text|>")) return Granite();
  bool roles = has("<|user|>") && has("<|assistant|>") && !has("<|end|>");
  if (roles && has("<|endoftext|>")) return InstructLab();
  if (roles && has("eos_token")) {
    ChatFormat format = Zephyr();
    format.suffix = format.stop_token = TokenOf(config, "eos_token");
    if (format.stop_token.empty() || format.stop_token.size() > kLongestToken)
      return BadInput("the chat template needs eos_token, which is missing or too long", where);
    return format;
  }
  return Unsupported("the chat template is of no known family; " + known, where);
}

}  // namespace cairn::formats
