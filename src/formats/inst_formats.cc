// The families that open a user's turn with [INST].
#include "formats/chat_families.h"
#include "formats/chat_template.h"

namespace cairn::formats {

Result<ChatFormat> ReadLlama2(const ModelTemplate& model) {
  CAIRN_ASSIGN(std::string eos, model.NeededEos());
  // Most begin each turn of a user anew.
  const bool each = model.OutputWith("[INST]").text.find("bos_token") != std::string::npos;
  ChatFormat format{.name = "llama2",
                    .begin = each ? "" : model.Begin(),
                    .user_prefix = (each ? model.Begin() : "") + "[INST] ",
                    .suffix = " " + eos,
                    .input_suffix = " [/INST]",
                    .stop_token = eos,
                    .system_place = SystemPlace::kFirstUser,
                    .first_system_prefix = "<<SYS>>\n",
                    .first_system_suffix = "\n<</SYS>>\n\n",
                    .answer_prefix = " ",
                    .trim_input = true,
                    .trim_answer = true};
  CAIRN_ASSIGN(const std::string text, model.DefaultSystemText());
  CAIRN_ASSIGN(format.no_system, model.OwnSystem(format.first_system_prefix, text, format.first_system_suffix));
  return format;
}

Result<ChatFormat> ReadMistral7(const ModelTemplate& model) {
  CAIRN_ASSIGN(std::string eos, model.NeededEos());
  if (model.Has("[THINK]")) return model.Unknown("opens answers with [THINK], which cairn does not do");
  const std::string blank = model.HasLiteral("[INST] ") ? " " : "";
  if (blank.empty() && !model.HasLiteral("[INST]"))
    return Unsupported("the chat template uses [INST] in a way that cairn does not know", model.where);
  ChatFormat format{.name = "mistral7",
                    .begin = model.Begin(),
                    .user_prefix = "[INST]" + blank,
                    .suffix = eos,
                    .input_suffix = "[/INST]",
                    .stop_token = eos,
                    .first_system_prefix = "[SYSTEM_PROMPT]" + blank,
                    .first_system_suffix = "[/SYSTEM_PROMPT]",
                    .answer_prefix = blank};
  CAIRN_ASSIGN(const std::string text, model.Assigned("default_system_message = ", "The current date is "));
  const std::string own_prefix = model.HasLiteral("[SYSTEM_PROMPT]") ? "[SYSTEM_PROMPT]" : format.first_system_prefix;
  CAIRN_ASSIGN(format.no_system, model.OwnSystem(own_prefix, text, format.first_system_suffix));
  return format;
}

// They differ in blanks and in who carries the system text.
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

}  // namespace cairn::formats
