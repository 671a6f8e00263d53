// The families that open a user's turn with [INST].
#include <algorithm>
#include <functional>
#include <set>

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

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \n") == std::string_view::npos; }

// What stands between the system text and the message of a user that carries it; two line breaks where the template
// takes no system text.
Result<std::string> BehindSystem(const ModelTemplate& model) {
  std::set<std::string, std::less<>> found;
  for (const auto& [before, literal, behind, alone] : model.Terms()) {
    const bool variable = before.ends_with("system_message") || before.ends_with(".system");
    const bool content = before.ends_with("messages[0]['content']") || before.ends_with("messages[0][\"content\"]");
    if (IsBlank(literal) && (variable || (content && behind.starts_with("messages[1]")))) found.emplace(literal);
  }
  if (found.empty() && !model.Has("system")) return std::string("\n\n");
  if (found.size() != 1) return model.Unknown("joins the system text to a user's in a way that cairn does not know");
  return *found.begin();
}

// A blank that is added to the message of an answer, or written for itself.
bool WritesBlankBeforeAnswers(const ModelTemplate& model) {
  return std::ranges::any_of(model.Terms(), [](const ModelTemplate::Term& term) {
    return term.literal == " " &&
           (term.alone || term.behind.starts_with("message[") || term.behind.starts_with("message."));
  });
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
  if (WritesBlankBeforeAnswers(model)) format.answer_prefix = " ";
  format.trim_answer = model.Has("|trim + eos_token");
  const bool last = model.Has("user_messages") || model.Has("max_idx_user");
  const bool first = model.Has("loop.first and system_message") || !last;
  format.system_place = first ? SystemPlace::kFirstUser : SystemPlace::kLastUser;
  CAIRN_ASSIGN(format.first_system_suffix, BehindSystem(model));
  return format;
}

}  // namespace cairn::formats
