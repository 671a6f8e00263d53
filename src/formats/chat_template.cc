#include "formats/chat_template.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "formats/unicode.h"

namespace cairn::formats {
namespace {

const char kCommentStart[] = "{# cairn ", kCommentEnd[] = " #}";

// The fields of a format by name, for the comment. Visitor: (name, std::string&), (name, bool&) or (name,
// SystemPlace&).
template <typename Format, typename Visitor>
void ForEachField(Format& format, Visitor&& visit) {
  visit("name", format.name);
  visit("begin", format.begin);
  visit("system_prefix", format.system_prefix);
  visit("user_prefix", format.user_prefix);
  visit("assistant_prefix", format.assistant_prefix);
  visit("suffix", format.suffix);
  visit("after_suffix", format.after_suffix);
  visit("input_suffix", format.input_suffix);
  visit("stop_token", format.stop_token);
  visit("system_place", format.system_place);
  visit("first_system_prefix", format.first_system_prefix);
  visit("first_system_suffix", format.first_system_suffix);
  visit("no_system", format.no_system);
  visit("last_assistant_prefix", format.last_assistant_prefix);
  visit("answer_prefix", format.answer_prefix);
  visit("end", format.end);
  visit("trim_input", format.trim_input);
  visit("trim_answer", format.trim_answer);
}

const char* const kPlaces[] = {"message", "first_user", "last_user"};  // by SystemPlace

Json ToJson(const ChatFormat& format) {
  struct {
    Json json = Json::object();
    void operator()(const char* name, const std::string& text) {
      if (!text.empty()) json[name] = text;
    }
    void operator()(const char* name, bool flag) {
      if (flag) json[name] = true;
    }
    void operator()(const char* name, SystemPlace place) {
      if (place != SystemPlace::kMessage) json[name] = kPlaces[static_cast<size_t>(place)];
    }
  } writer;
  ForEachField(format, writer);
  return writer.json;
}

std::optional<ChatFormat> FromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  struct {
    const Json& json;
    bool good = true;
    const Json* Find(const char* name) {
      auto it = json.find(name);
      return it == json.end() ? nullptr : &*it;
    }
    void operator()(const char* name, std::string& text) {
      const Json* value = Find(name);
      if (value == nullptr) return;
      good = good && value->is_string() && value->get_ref<const std::string&>().size() <= kLongestPiece;
      if (good) text = value->get<std::string>();
    }
    void operator()(const char* name, bool& flag) {
      const Json* value = Find(name);
      flag = value != nullptr && *value == true;
    }
    void operator()(const char* name, SystemPlace& place) {
      const Json* value = Find(name);
      for (size_t i = 0; i < std::size(kPlaces); ++i)
        if (value != nullptr && *value == kPlaces[i]) place = static_cast<SystemPlace>(i);
    }
  } reader{json};
  ChatFormat format;
  ForEachField(format, reader);
  if (!reader.good) return std::nullopt;
  return format;
}

// As a Jinja comment. "#}" would end it, so it is written in JSON's other way.
std::string Comment(const ChatFormat& format) {
  std::string text = DumpJson(ToJson(format));
  for (size_t at = text.find("#}"); at != std::string::npos; at = text.find("#}", at)) text.replace(at, 2, "#\\u007d");
  return kCommentStart + text + kCommentEnd;
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

// {{ a + b + ... }} of Jinja expressions, without the empty literals; nothing if there are no others.
std::string Output(std::initializer_list<std::string> parts) {
  std::string sum;
  for (const std::string& part : parts)
    if (part != "''") sum += (sum.empty() ? "" : " + ") + part;
  return sum.empty() ? "" : "{{ " + sum + " }}";
}

std::string Content(bool trim) { return trim ? "message['content'] | trim" : "message['content']"; }

// The loop over messages where system texts are messages of their own.
std::string SystemBranch(const ChatFormat& f) {
  std::string any = Output({Quoted(f.system_prefix), Content(f.trim_input), Quoted(f.InputEnd())});
  std::string out = "{% if message['role'] == 'system' %}";
  if (f.first_system_prefix.empty()) return out + any;
  std::string own = Output({Quoted(f.first_system_prefix), Content(f.trim_input), Quoted(f.first_system_suffix)});
  if (f.OnlyFirstSystem()) any = "{{ raise_exception('a system message may stand at the start only') }}";
  return out + "{% if loop.first %}" + own + "{% else %}" + any + "{% endif %}";
}

// The same where a user message carries the text: `system` holds it, `turns` the messages after it.
std::string FoldSystem(const ChatFormat& f) {
  std::string text = Quoted(f.first_system_prefix) + " + messages[0]['content'] + " + Quoted(f.first_system_suffix);
  return "{% if messages[0]['role'] == 'system' %}{% set system = " + text +
         " %}{% set turns = messages[1:] %}{% else %}{% set system = " + Quoted(f.no_system) +
         " %}{% set turns = messages %}{% endif %}";
}

std::string UserBranch(const ChatFormat& f) {
  std::string content = Content(f.trim_input);
  if (f.system_place != SystemPlace::kMessage) {
    const char* carries = f.system_place == SystemPlace::kFirstUser ? "loop.first" : "loop.revindex <= 2";
    content = std::string("((system if ") + carries + " else '') + message['content'])";
    if (f.trim_input) content += " | trim";
  }
  return Output({Quoted(f.user_prefix), content, Quoted(f.InputEnd())});
}

std::string AssistantBranch(const ChatFormat& f) {
  std::string opening = Quoted(f.assistant_prefix);
  if (!f.last_assistant_prefix.empty())
    opening = "(" + Quoted(f.last_assistant_prefix) + " if loop.last else " + opening + ")";
  return Output({opening, Quoted(f.answer_prefix), Content(f.trim_answer), Quoted(f.suffix + f.after_suffix)});
}

std::string Loop(const ChatFormat& f) {
  if (f.system_place == SystemPlace::kMessage)
    return "{% for message in messages %}" + SystemBranch(f) + "{% elif message['role'] == 'user' %}" + UserBranch(f) +
           "{% elif message['role'] == 'assistant' %}" + AssistantBranch(f) + "{% endif %}{% endfor %}";
  return "{% for message in turns %}{% if message['role'] != ('user' if loop.index0 % 2 == 0 else 'assistant') %}"
         "{{ raise_exception('after a system message, if any, user and assistant must take turns') }}{% endif %}"
         "{% if message['role'] == 'user' %}" +
         UserBranch(f) + "{% else %}" + AssistantBranch(f) + "{% endif %}{% endfor %}";
}

std::string Body(const ChatFormat& f) {
  std::string text = Output({Quoted(f.begin)});
  if (f.system_place != SystemPlace::kMessage) {
    text += FoldSystem(f);
  } else if (!f.no_system.empty()) {
    text += "{% if messages[0]['role'] != 'system' %}" + Output({Quoted(f.no_system)}) + "{% endif %}";
  }
  text += Loop(f);
  const std::string opening = Output({Quoted(f.Opening())});
  if (!f.end.empty())
    return text + "{% if add_generation_prompt %}" + opening + "{% else %}" + Output({Quoted(f.end)}) + "{% endif %}";
  return opening.empty() ? text : text + "{% if add_generation_prompt %}" + opening + "{% endif %}";
}

// Where the block or comment that begins at text[at] ends; inside quotes nothing ends it.
size_t SkipBlock(std::string_view text, size_t at, std::vector<std::string>* literals, JinjaPlaces* places) {
  const char close = text[at + 1] == '{' ? '}' : '%';
  for (at += 2; at < text.size();) {
    if (text[at] == '\'' || text[at] == '"') {
      const size_t begin = at;
      std::optional<std::string> literal = JinjaLiteralAt(text, &at);
      if (!literal) return text.size();
      literals->push_back(std::move(*literal));
      if (places != nullptr) places->emplace_back(begin, at);
    } else if (text[at] == close && text.substr(at + 1).starts_with('}')) {
      return at + 2;
    } else {
      ++at;
    }
  }
  return at;
}

// A number of at most `most` digits at text[at], if there are as many as `least`.
std::optional<uint32_t> NumberAt(std::string_view text, size_t* at, size_t least, size_t most, int base) {
  const std::string_view digits = text.substr(*at, most);
  uint32_t value = 0;
  const char* end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  const auto read = static_cast<size_t>(end - digits.data());
  if (read < least) return std::nullopt;
  *at += read;
  return value;
}

// What Python makes of the escape that goes on at text[at], behind its backslash; returns where the text goes on.
size_t AppendEscape(std::string_view text, size_t at, std::string* out) {
  constexpr std::string_view kLetters = "ntrabfv\\'\"", kMeant = "\n\t\r\a\b\f\v\\'\"";
  const char c = text[at];
  if (const size_t i = kLetters.find(c); i != std::string_view::npos) {
    *out += kMeant[i];
    return at + 1;
  }
  if (c == '\n') return at + 1;  // the line goes on
  const size_t hex = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  size_t end = hex > 0 ? at + 1 : at;
  const std::optional<uint32_t> code = hex > 0 ? NumberAt(text, &end, hex, hex, 16) : NumberAt(text, &end, 1, 3, 8);
  if (code && *code < 0x110000 && (*code < 0xD800 || *code > 0xDFFF)) {
    AppendUtf8(*code, out);
    return end;
  }
  *out += '\\';
  *out += c;
  return at + 1;
}

}  // namespace

std::string ChatFormat::Template() const {
  const Json fields = ToJson(*this);
  for (const ChatFormat& plain : PlainChatFormats())
    if (fields == ToJson(plain)) return Body(*this);
  return Comment(*this) + Body(*this);
}

std::optional<ChatFormat> FormatOfTemplate(std::string_view text) {
  for (const ChatFormat& plain : PlainChatFormats())
    if (text == Body(plain)) return plain;
  if (!text.starts_with(kCommentStart)) return std::nullopt;
  const size_t start = sizeof kCommentStart - 1, end = text.find(kCommentEnd, start);
  if (end == std::string_view::npos) return std::nullopt;
  auto json = ParseJson(text.substr(start, end - start), "chat_template");
  if (!json.ok()) return std::nullopt;
  std::optional<ChatFormat> format = FromJson(*json);
  // Somebody may have changed one of the two.
  if (format && format->Template() != text) return std::nullopt;
  return format;
}

std::optional<std::string> JinjaLiteralAt(std::string_view text, size_t* at) {
  const char quote = text[*at];
  std::string out;
  for (size_t i = *at + 1; i < text.size();) {
    if (text[i] == quote) {
      *at = i + 1;
      return out;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      i = AppendEscape(text, i + 1, &out);
    } else {
      out += text[i++];
    }
  }
  return std::nullopt;
}

std::vector<std::string> JinjaLiterals(std::string_view text, JinjaPlaces* places) {
  std::vector<std::string> literals;
  for (size_t at = text.find('{'); at != std::string_view::npos && at + 1 < text.size(); at = text.find('{', at)) {
    if (text[at + 1] == '#') {
      at = text.find("#}", at + 2);
      if (at == std::string_view::npos) break;
    } else if (text[at + 1] == '{' || text[at + 1] == '%') {
      at = SkipBlock(text, at, &literals, places);
    } else {
      ++at;
    }
  }
  return literals;
}

}  // namespace cairn::formats
