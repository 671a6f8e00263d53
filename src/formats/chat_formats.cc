// The families of chat formats that cairn knows, and how to recognise each by the literals of its template.
#include <algorithm>
#include <vector>

#include "formats/chat_families.h"
#include "formats/chat_template.h"

namespace cairn::formats {
namespace {

const char kKnown[] =
    "cairn knows the templates of cairn, ChatML (Qwen 2 to 3, SmolLM 1 to 3), Llama 2 and 3, Mistral, Granite 3 and 4, "
    "InstructLab, Zephyr (TinyLlama), Tulu, Phi 3 and 4";

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

// What a ChatML template writes before a conversation without system message: one literal holds it with its marks
// (Qwen 1.5 to 2.5, SmolLM 2), or a variable (LLaMA-Factory).
Result<std::string> ChatMlWithoutSystem(const ModelTemplate& model) {
  const std::string opening = "<|im_start|>system\n", end = "<|im_end|>\n";
  for (const auto& [before, literal, behind, alone] : model.Terms()) {
    if (literal == opening && (behind.starts_with('\'') || behind.starts_with('"')))
      return model.CannotTakeOver(std::string(behind));
    if (!literal.starts_with(opening) || literal.size() == opening.size()) continue;
    if (!literal.ends_with(end) || literal.size() > kLongestPiece || !behind.empty())
      return model.CannotTakeOver(std::string(literal.substr(opening.size())));
    return std::string(literal);
  }
  CAIRN_ASSIGN(const std::string text, model.DefaultSystemText());
  return model.OwnSystem(opening, text, end);
}

// Whether each message that a literal opens is one of a known role, with what is to stand behind it.
bool OpensKnownRoles(const ModelTemplate& model, std::string_view opening, std::string_view behind) {
  for (const std::string& literal : model.literals) {
    for (size_t at = literal.find(opening); at != std::string::npos; at = literal.find(opening, at)) {
      at += opening.size();
      const std::string_view rest = std::string_view(literal).substr(at);
      bool known = rest.empty();
      for (std::string_view role : {"system", "user", "assistant", "tool"})
        known = known || (rest.starts_with(role) && (rest == role || rest.substr(role.size()).starts_with(behind)));
      if (!known) return false;
    }
  }
  return true;
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

// Phi 4: ChatML with a mark in place of line breaks.
ChatFormat Phi4() {
  return {.name = "phi4",
          .system_prefix = "<|im_start|>system<|im_sep|>",
          .user_prefix = "<|im_start|>user<|im_sep|>",
          .assistant_prefix = "<|im_start|>assistant<|im_sep|>",
          .suffix = "<|im_end|>",
          .stop_token = "<|im_end|>"};
}

Result<ChatFormat> ReadChatMl(const ModelTemplate& model) {
  const bool phi4 = model.Has("<|im_sep|>");
  if (!OpensKnownRoles(model, "<|im_start|>", phi4 ? "<|im_sep|>" : "\n") || model.Has("{{ system_message }}"))
    return model.Unknown("uses <|im_start|> in a way that cairn does not know");
  if (phi4) return Phi4();
  if (!model.HasBreakBehind("<|im_end|>", "\n"))
    return model.Unknown("writes no line break behind <|im_end|>, which cairn does");
  if (model.Has("Reasoning Mode: ") && model.Has("/no_think")) return SmolLm3(model);
  const bool switches = model.HasLiteral("<think>\n\n</think>\n\n") && model.Has("enable_thinking");
  if (model.HasLiteral("<|im_start|>assistant\n<think>\n") || (switches && model.HasLiteral("<think>\n")))
    return model.Unknown("opens answers with <think>, which cairn does not do");
  ChatFormat format = ChatMl();
  format.begin = model.Begin();
  CAIRN_ASSIGN(format.no_system, ChatMlWithoutSystem(model));
  // Qwen 3 with thinking switched off.
  if (switches) {
    format.name = "qwen3";
    format.last_assistant_prefix = format.assistant_prefix + "<think>\n\n</think>\n\n";
  }
  return format;
}

// Whether messages' contents lose the white space at their ends; what is done to the system text alone does not count.
bool TrimsContents(const ModelTemplate& model) {
  for (const char* before : {" ", "(", "+", "~"})  // a name of its own, not the end of another one
    for (const char* content :
         {"message['content']", "message[\"content\"]", "message.content", "content", "content['text']"})
      for (const char* trim : {" | trim", "|trim", "| trim", ".strip()"})
        if (model.Has(std::string(before) + content + trim)) return true;
  return false;
}

Result<ChatFormat> ReadLlama3(const ModelTemplate& model) {
  ChatFormat format = Llama3();
  if (!model.HasBreakBehind("<|end_header_id|>", "\n\n"))
    return model.Unknown("does not write two line breaks behind <|end_header_id|>, as cairn does");
  if (!model.Begin().empty()) format.begin = model.bos;
  format.trim_input = format.trim_answer = TrimsContents(model);
  if (model.Has("Cutting Knowledge Date: ")) {  // Llama 3.1 to 3.3
    // The date that their templates fall back to; never today's, or results would change from day to day.
    CAIRN_ASSIGN(const std::string date, model.Assigned("set date_string = "));
    if (!model.Has("Cutting Knowledge Date: December 2023") || date.empty() || date.size() > kLongestToken)
      return model.Unknown("writes a cutting knowledge date in a way that cairn does not know");
    format.name = "llama3.1";
    format.first_system_prefix =
        format.system_prefix + "Cutting Knowledge Date: December 2023\nToday Date: " + date + "\n\n";
    format.first_system_suffix = format.suffix;
    CAIRN_ASSIGN(const std::string text, model.DefaultSystemText());
    CAIRN_ASSIGN(format.no_system, model.OwnSystem(format.first_system_prefix, text, format.suffix));
    if (text.empty()) format.no_system = format.first_system_prefix + format.suffix;
    return format;
  }
  for (const auto& [before, literal, behind, alone] : model.Terms()) {
    if (!literal.starts_with(format.system_prefix)) continue;
    if (behind.starts_with('\'') || behind.starts_with('"')) return model.CannotTakeOver(std::string(behind));
    if (literal.size() > format.system_prefix.size())
      return model.CannotTakeOver(std::string(literal.substr(format.system_prefix.size())));
  }
  CAIRN_ASSIGN(const std::string text, model.DefaultSystemText());
  CAIRN_ASSIGN(format.no_system, model.OwnSystem(format.system_prefix, text, format.suffix));
  return format;
}

// The default system text of Granite 3.1 to 4.0, without its sentence on today's date; empty if there is none.
Result<std::string> GraniteSystemText(const ModelTemplate& model) {
  const std::string date = "Today's Date: ";
  CAIRN_ASSIGN(std::string text, model.Assigned("default_system_message = ", date));
  if (text.empty()) {
    CAIRN_ASSIGN(text, model.Assigned("set system_message = ", date));
  }
  const char* assistant = " You are a helpful AI assistant.";
  return !text.empty() && model.HasLiteral(assistant) ? text + assistant : text;
}

Result<ChatFormat> ReadGranite(const ModelTemplate& model) {
  ChatFormat format = Granite();
  if (!model.HasBreakBehind("<|end_of_text|>", "\n"))
    return model.Unknown("writes no line break behind <|end_of_text|>, which cairn does");
  CAIRN_ASSIGN(const std::string text, GraniteSystemText(model));
  CAIRN_ASSIGN(format.no_system, model.OwnSystem(format.system_prefix, text, format.suffix + format.after_suffix));
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

// Zephyr ends each message with eos_token; Tulu only answers, and what is given with a line break.
Result<ChatFormat> ReadZephyr(const ModelTemplate& model) {
  ChatFormat format = Zephyr();
  CAIRN_ASSIGN(format.stop_token, model.NeededEos());
  format.suffix = format.stop_token;
  format.begin = model.Begin();
  const ModelTemplate::Output user = model.OutputWith("<|user|>");
  if (user.text.find("eos_token") != std::string::npos) return format;
  if (user.literals.empty() || user.literals.back() != "\n")
    return model.Unknown("uses <|user|> in a way that cairn does not know");
  format.name = "tulu";
  format.input_suffix = "\n";
  return format;
}

Result<ChatFormat> ReadTemplate(const ModelTemplate& model) {
  auto has = [&](const char* part) { return model.Has(part); };
  if (has("<|im_start|>") && has("<|im_end|>")) return ReadChatMl(model);
  if (has("<|start_header_id|>") && has("<|eot_id|>")) return ReadLlama3(model);
  if (has("<|start_of_role|>") && has("<|end_of_role|>") && has("<|end_of_text|>")) return ReadGranite(model);
  if (has("[INST]") && has("[/INST]"))
    return has("[SYSTEM_PROMPT]") ? ReadMistral7(model) : has("<<SYS>>") ? ReadLlama2(model) : ReadMistral(model);
  if (IsPhi3(model)) return ReadPhi3(model);
  const bool roles = has("<|user|>") && has("<|assistant|>") && !has("<|end|>");
  if (roles && has("<|endoftext|>")) return InstructLab();
  if (roles && has("eos_token")) return ReadZephyr(model);
  const char* thinks = has("<think>") ? ", and opens answers with <think>, which cairn does not do" : "";
  return model.Unknown(std::string("is of no known family") + thinks);
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
  CAIRN_ASSIGN(const ModelTemplate model, ModelTemplate::Read(config, where, kKnown));
  if (std::optional<ChatFormat> own = FormatOfTemplate(model.text)) return *own;
  return ReadTemplate(model);
}

}  // namespace cairn::formats
