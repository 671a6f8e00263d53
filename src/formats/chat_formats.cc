// The families of chat formats that cairn knows, and how to recognise each by the literals of its template.
#include <algorithm>
#include <vector>

#include "formats/chat.h"
#include "formats/chat_template.h"

namespace cairn::formats {
namespace {

const char kKnown[] =
    "cairn knows the templates of cairn, ChatML (Qwen 2 to 3, SmolLM 1 to 3), Llama 2 and 3, Mistral 7B and Nemo, "
    "Granite 3 and 4, InstructLab, Zephyr (TinyLlama), Phi 3";

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

// A model's template and the tokens that it may name.
struct ModelTemplate {
  std::string text, where;
  std::vector<std::string> literals;
  std::string bos, eos;  // empty if missing

  bool Has(const char* part) const { return text.find(part) != std::string::npos; }
  bool HasLiteral(const char* literal) const {
    return std::find(literals.begin(), literals.end(), literal) != literals.end();
  }
  std::string Begin() const { return Has("bos_token") ? bos : ""; }
  Result<std::string> NeededEos() const {
    if (eos.empty()) return BadInput("the chat template needs eos_token, which is missing or too long", where);
    return eos;
  }
};

// What a ChatML template writes before a conversation without system message: one literal holds it (Qwen 1.5 to 2.5,
// SmolLM 2).
std::string ChatMlWithoutSystem(const ModelTemplate& model) {
  const std::string opening = "<|im_start|>system\n";
  for (const std::string& literal : model.literals)
    if (literal.starts_with(opening) && literal.ends_with("<|im_end|>\n") && literal.size() <= kLongestPiece)
      return literal;
  return {};
}

// SmolLM 3 without thinking. Its template writes today's date into the system text; that line is left out.
ChatFormat SmolLm3(const ModelTemplate& model) {
  ChatFormat format = ChatMl();
  format.name = "smollm3";
  format.first_system_prefix =
      "<|im_start|>system\n## Metadata\n\nKnowledge Cutoff Date: June 2025\nReasoning Mode: /no_think\n\n"
      "## Custom Instructions\n\n";
  // The model's own template ends the message only after a list of tools.
  format.first_system_suffix = model.Has("xml_tools") ? "\n\n" : "\n\n<|im_end|>\n";
  format.no_system = format.first_system_prefix +
                     "You are a helpful AI assistant named SmolLM, trained by Hugging Face." +
                     format.first_system_suffix;
  format.assistant_prefix += "<think>\n\n</think>\n";
  return format;
}

Result<ChatFormat> ReadChatMl(const ModelTemplate& model) {
  if (model.Has("Reasoning Mode: ") && model.Has("/no_think")) return SmolLm3(model);
  const bool switches = model.HasLiteral("<think>\n\n</think>\n\n") && model.Has("enable_thinking");
  if (model.HasLiteral("<|im_start|>assistant\n<think>\n") || (switches && model.HasLiteral("<think>\n")))
    return Unsupported("the chat template opens answers with <think>, which cairn does not do; " + std::string(kKnown),
                       model.where);
  ChatFormat format = ChatMl();
  format.begin = model.Begin();
  format.no_system = ChatMlWithoutSystem(model);
  // Qwen 3 with thinking switched off.
  if (switches) {
    format.name = "qwen3";
    format.last_assistant_prefix = format.assistant_prefix + "<think>\n\n</think>\n\n";
  }
  return format;
}

ChatFormat ReadLlama3(const ModelTemplate& model) {
  ChatFormat format = Llama3();
  if (!model.Begin().empty()) format.begin = model.bos;
  format.trim_input = format.trim_answer = model.Has("| trim");
  if (model.Has("Cutting Knowledge Date: December 2023") && model.Has("26 Jul 2024")) {  // Llama 3.1 to 3.3
    format.name = "llama3.1";
    // The date that their templates fall back to; never today's, or results would change from day to day.
    format.first_system_prefix =
        format.system_prefix + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
    format.first_system_suffix = format.suffix;
    format.no_system = format.first_system_prefix + format.suffix;
  }
  return format;
}

// The first literal that is assigned so; *at moves behind it.
std::optional<std::string> AssignedLiteral(const std::string& text, std::string_view assignment, size_t* at) {
  for (*at = text.find(assignment); *at != std::string::npos; *at = text.find(assignment, *at)) {
    *at += assignment.size();
    if (*at < text.size() && (text[*at] == '\'' || text[*at] == '"')) return JinjaLiteralAt(text, at);
  }
  return std::nullopt;
}

// The default system text of Granite 3.1 to 4.0, without its sentence on today's date; empty if there is none.
std::string GraniteSystemText(const ModelTemplate& model) {
  size_t at = 0;
  auto text = AssignedLiteral(model.text, "default_system_message = ", &at);
  if (!text) text = AssignedLiteral(model.text, "set system_message = ", &at);
  if (!text) return {};
  const std::string date = "Today's Date: ";
  if (text->ends_with(date)) {  // "...Today's Date: " + strftime_now(...) + ". You are..."
    auto rest = AssignedLiteral(model.text.substr(at), ") + ", &at);
    if (!rest || rest->size() < 2) return {};
    *text = text->substr(0, text->size() - date.size()) + rest->substr(2);
  }
  const char* assistant = " You are a helpful AI assistant.";
  return model.HasLiteral(assistant) ? *text + assistant : *text;
}

ChatFormat ReadGranite(const ModelTemplate& model) {
  ChatFormat format = Granite();
  std::string text = GraniteSystemText(model);
  if (!text.empty() && text.size() <= kLongestPiece / 2)
    format.no_system = format.system_prefix + text + format.suffix + format.after_suffix;
  return format;
}

Result<ChatFormat> ReadLlama2(const ModelTemplate& model) {
  CAIRN_ASSIGN(std::string eos, model.NeededEos());
  return ChatFormat{.name = "llama2",
                    .user_prefix = model.Begin() + "[INST] ",
                    .suffix = " " + eos,
                    .input_suffix = " [/INST]",
                    .stop_token = eos,
                    .system_place = SystemPlace::kFirstUser,
                    .first_system_prefix = "<<SYS>>\n",
                    .first_system_suffix = "\n<</SYS>>\n\n",
                    .answer_prefix = " ",
                    .trim_input = true,
                    .trim_answer = true};
}

// Mistral 7B Instruct 0.1 to 0.3, Mixtral and Nemo differ in blanks and in who carries the system text.
Result<ChatFormat> ReadMistral(const ModelTemplate& model) {
  CAIRN_ASSIGN(std::string eos, model.NeededEos());
  ChatFormat format{.name = "mistral", .begin = model.Begin(), .suffix = eos, .stop_token = eos};
  for (const char* open : {"[INST]", "[INST] ", " [INST] "})
    if (model.HasLiteral(open)) format.user_prefix = open;
  for (const char* close : {"[/INST]", " [/INST]"})
    if (model.HasLiteral(close)) format.input_suffix = close;
  if (format.user_prefix.empty() || format.input_suffix.empty())
    return Unsupported("the chat template uses [INST] in a way that cairn does not know", model.where);
  if (model.Has("+ ' ' + eos_token")) format.suffix = " " + eos;
  if (model.Has("eos_token + ' '")) format.after_suffix = " ";
  // A blank of its own is written before each answer, or else after it.
  if (model.HasLiteral(" ") && format.after_suffix.empty()) format.answer_prefix = " ";
  format.trim_answer = model.Has("|trim + eos_token");
  const bool last = model.Has("user_messages") || model.Has("max_idx_user");
  const bool first = model.Has("loop.first and system_message") || !last;
  format.system_place = first ? SystemPlace::kFirstUser : SystemPlace::kLastUser;
  format.first_system_suffix = "\n\n";
  return format;
}

ChatFormat ReadPhi3(const ModelTemplate& model) {
  ChatFormat format{.name = "phi3",
                    .system_prefix = "<|system|>\n",
                    .user_prefix = "<|user|>\n",
                    .assistant_prefix = "<|assistant|>\n",
                    .suffix = "<|end|>",
                    .after_suffix = "\n",
                    .stop_token = "<|end|>"};
  format.begin = model.Begin();
  if (model.Has("{% else %}{{ eos_token }}")) format.end = model.eos;
  return format;
}

bool IsPhi3(const ModelTemplate& model) {
  const bool roles = model.HasLiteral("<|user|>") || model.HasLiteral("<|user|>\n") || model.HasLiteral("<|");
  const bool split = model.HasLiteral("\n");  // '<|end|>' + '\n'
  return roles && (model.HasLiteral("<|end|>\n") || (split && model.HasLiteral("<|end|>"))) &&
         (model.HasLiteral("<|assistant|>\n") || (split && model.HasLiteral("<|assistant|>")));
}

Result<ChatFormat> ReadZephyr(const ModelTemplate& model) {
  ChatFormat format = Zephyr();
  CAIRN_ASSIGN(format.stop_token, model.NeededEos());
  format.suffix = format.stop_token;
  return format;
}

Result<ChatFormat> ReadTemplate(const ModelTemplate& model) {
  auto has = [&](const char* part) { return model.Has(part); };
  if (has("<|im_start|>") && has("<|im_end|>")) return ReadChatMl(model);
  if (has("<|start_header_id|>") && has("<|eot_id|>")) return ReadLlama3(model);
  if (has("<|start_of_role|>") && has("<|end_of_role|>") && has("<|end_of_text|>")) return ReadGranite(model);
  if (has("[INST]") && has("[/INST]") && !has("[SYSTEM_PROMPT]"))
    return has("<<SYS>>") ? ReadLlama2(model) : ReadMistral(model);
  if (IsPhi3(model)) return ReadPhi3(model);
  const bool roles = has("<|user|>") && has("<|assistant|>") && !has("<|end|>");
  if (roles && has("<|endoftext|>")) return InstructLab();
  if (roles && has("eos_token")) return ReadZephyr(model);
  return Unsupported("the chat template is of no known family; " + std::string(kKnown), model.where);
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

std::vector<ChatFormat> PlainChatFormats() {
  return {CairnChatFormat(), ChatMl(), Llama3(), Granite(), InstructLab(), Zephyr()};
}

Result<ChatFormat> DetectChatFormat(const Json& config, const std::string& where) {
  if (!config.is_object()) return BadInput("tokenizer_config.json must be a JSON object", where);
  ModelTemplate model{.text = TemplateOf(config), .where = where};
  if (model.text.empty()) {
    auto it = config.find("chat_template");
    const bool list = it != config.end() && it->is_array();
    return Unsupported(std::string(list ? "none of the chat templates is named \"default\"; "
                                        : "no chat_template, so the chat format is unknown; ") +
                           kKnown,
                       where);
  }
  if (std::optional<ChatFormat> own = FormatOfTemplate(model.text)) return *own;
  model.literals = JinjaLiterals(model.text);
  model.bos = TokenOf(config, "bos_token");
  model.eos = TokenOf(config, "eos_token");
  if (model.bos.size() > kLongestToken) return BadInput("bos_token is no token: it is too long", where);
  if (model.eos.size() > kLongestToken) model.eos.clear();
  return ReadTemplate(model);
}

}  // namespace cairn::formats
