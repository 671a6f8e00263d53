#include "formats/token_decoder.h"

namespace cairn::formats {

Result<TokenDecoder> TokenDecoder::FromJson(const Json& json, const std::string& where) {
  TokenDecoder decoder;
  if (json.is_null()) return Unsupported("a tokenizer without \"decoder\"", where);
  CAIRN_TRY(decoder.Add(json, where + ": decoder"));
  return decoder;
}

Result<void> TokenDecoder::Add(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("must be an object", where);
  CAIRN_ASSIGN(std::string type, StringField(json, "type", where));
  if (type == "Sequence") {
    auto list = json.find("decoders");
    if (list == json.end() || !list->is_array()) return BadInput("\"decoders\" must be a list", where);
    for (const Json& item : *list) CAIRN_TRY(Add(item, where));
    return {};
  }
  if (type == "ByteLevel") {
    byte_level_ = true;
    return {};
  }
  if (type == "ByteFallback" || type == "Fuse") return {};  // the model's flag says which tokens are bytes
  if (type == "Strip") return AddStrip(json, where);
  if (replacements_.size() >= 8) return Unsupported("longer than any known tokenizer's", where);
  if (type == "Metaspace") {
    CAIRN_ASSIGN(std::string replacement, StringField(json, "replacement", where));
    if (replacement.empty()) return BadInput("Metaspace's \"replacement\" is empty", where);
    replacements_.emplace_back(replacement, " ");
    auto scheme = json.find("prepend_scheme"), prefix = json.find("add_prefix_space");
    bool never = scheme != json.end() ? *scheme == "never" : prefix != json.end() && *prefix == false;
    strip_ = " ";
    strip_count_ = never ? 0 : 1;
    return {};
  }
  if (type == "Replace") {
    auto pattern = json.find("pattern");
    if (pattern == json.end() || !pattern->is_object() || !pattern->contains("String"))
      return Unsupported("Replace without a literal pattern", where);
    CAIRN_ASSIGN(std::string from, StringField(*pattern, "String", where));
    CAIRN_ASSIGN(std::string to, StringField(json, "content", where));
    if (from.empty() || to.size() > 64) return BadInput("Replace has an unusable pattern or content", where);
    if (!growth_.Add(from, to)) return Unsupported("replacements that multiply a text", where);
    replacements_.emplace_back(from, to);
    return {};
  }
  return Unsupported("\"" + type + "\"; cairn knows ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, Sequence",
                     where);
}

Result<void> TokenDecoder::AddStrip(const Json& json, const std::string& where) {
  CAIRN_ASSIGN(strip_, StringField(json, "content", where));
  auto start = json.find("start"), stop = json.find("stop");
  if (strip_.empty() || start == json.end() || !start->is_number_unsigned())
    return BadInput("Strip needs \"content\" and \"start\"", where);
  if (stop != json.end() && *stop != 0) return Unsupported("Strip at the end", where);
  strip_count_ = start->get<size_t>();
  return {};
}

std::string TokenDecoder::Text(std::string_view token) const {
  std::string text(token);
  for (const auto& [from, to] : replacements_) text = ReplaceAll(text, from, to);
  return text;
}

std::string TokenDecoder::StripStart(std::string text) const {
  size_t at = 0;
  for (size_t i = 0; i < strip_count_ && std::string_view(text).substr(at).starts_with(strip_); ++i)
    at += strip_.size();
  return text.substr(at);
}

}  // namespace cairn::formats
