#include "synth/chat_completion.h"

#include "formats/unicode.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

// The member of an object; null if it is another kind of value or has none.
const Json& Member(const Json& json, const char* name) {
  static const Json null;
  return json.is_object() && json.contains(name) ? json[name] : null;
}

std::optional<std::string> TextOf(const Json& content) {
  if (content.is_null()) return std::string();
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return std::nullopt;
  std::string text;  // parts of several kinds
  for (const Json& part : content)
    if (Member(part, "text").is_string()) text += part["text"].get<std::string>();
  return text;
}

// Servers that know no field for it leave what a model thought in its text. Where the prompt opened it, only the end is
// there.
std::string WithoutThought(const std::string& text) {
  constexpr std::string_view kBegin = "<think>", kEnd = "</think>";
  if (const size_t end = text.rfind(kEnd); end != std::string::npos)
    return std::string(TrimAscii(std::string_view(text).substr(end + kEnd.size())));
  return TrimAscii(text).starts_with(kBegin) ? std::string() : text;
}

// {"error": {"message", "code"}}, as gateways write it beside status 200.
bool ReadError(const Json& error, Completion& completion) {
  if (!(error.is_object() || error.is_string()) || error.empty() || error == "") return false;
  const Json& message = error.is_string() ? error : Member(error, "message");
  completion.error = message.is_string() ? message.get<std::string>() : DumpJson(error);
  const Json& code = Member(error, "code");
  const bool status = code.is_number_integer() && code >= 400 && code < 600;
  completion.error_status = status ? code.get<long>() : 500;
  return true;
}

}  // namespace

std::string CompletionRequest(const std::string& model, const TeacherRequest& request, const CompletionForm& form) {
  Json json = TeacherRequestToJson(request);
  json["model"] = model;
  json["seed"] = json["seed"].get<uint64_t>() & 0x7FFFFFFF;  // some servers hold it in 32 signed bits
  if (form.stream) json["stream"] = false;
  if (!form.seed) json.erase("seed");
  if (!form.temperature) json.erase("temperature");
  json["max_tokens"] = request.max_tokens + form.thinking_tokens;
  if (form.max_completion_tokens) {
    json["max_completion_tokens"] = json["max_tokens"];
    json.erase("max_tokens");
  }
  return DumpJson(json);
}

std::optional<CompletionForm> FormAfterRefusal(const CompletionForm& form, std::string_view words) {
  auto names = [&](std::string_view parameter) { return words.find(parameter) != words.npos; };
  CompletionForm next = form;
  if (form.thinking_tokens > 0 && (names("max_tokens") || names("max_completion_tokens") || names("context"))) {
    next.thinking_tokens = 0;
    next.may_think = false;
  } else if (names("max_tokens") && !form.max_completion_tokens) {
    next.max_completion_tokens = true;
  } else if (names("temperature")) {
    next.temperature = false;
  } else if (names("seed")) {
    next.seed = false;
  } else if (names("stream")) {
    next.stream = false;
  }
  if (next == form) return std::nullopt;
  return next;
}

Result<Completion> ReadCompletion(std::string_view body, const std::string& where) {
  const Error wrong = Corrupt("the endpoint's reply is not a chat completion: no choices[0].message", where);
  Result<Json> json = ParseJson(ReplaceInvalidUtf8(body), where);
  if (!json.ok()) return Corrupt("the endpoint's reply is not JSON", where);
  Completion completion;
  if (ReadError(Member(*json, "error"), completion)) return completion;
  const Json& choices = Member(*json, "choices");
  if (!choices.is_array() || choices.empty()) return wrong;
  const Json& choice = choices[0];
  if (ReadError(Member(choice, "error"), completion)) return completion;
  if (!Member(choice, "message").is_object()) return wrong;
  const std::optional<std::string> text = TextOf(Member(choice["message"], "content"));
  if (!text) return wrong;
  completion.text = WithoutThought(*text);
  completion.out_of_tokens = TrimAscii(completion.text).empty() && Member(choice, "finish_reason") == "length";
  return completion;
}

}  // namespace cairn::synth
