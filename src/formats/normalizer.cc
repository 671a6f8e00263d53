#include "formats/normalizer.h"

#include <algorithm>

namespace cairn::formats {

std::string ReplaceAll(std::string_view text, std::string_view pattern, std::string_view content) {
  std::string out;
  size_t from = 0;
  for (size_t at = text.find(pattern); at != std::string_view::npos; at = text.find(pattern, from)) {
    out.append(text.substr(from, at - from)).append(content);
    from = at + pattern.size();
  }
  out.append(text.substr(from));
  return out;
}

bool Growth::Add(std::string_view pattern, std::string_view content) {
  return Multiply((content.size() + pattern.size() - 1) / pattern.size());
}

// In UTF-8, by Unicode Standard Annex 15: U+FDFA takes 33 bytes where it took 3.
bool Growth::Add(NormalForm form) { return Multiply(form == NormalForm::kNfkc || form == NormalForm::kNfkd ? 11 : 3); }

bool Growth::Multiply(size_t factor) {
  constexpr size_t kMost = 64;
  factor_ *= std::max<size_t>(1, factor);
  if (factor_ <= kMost) return true;
  factor_ = kMost + 1;
  return false;
}

Result<std::string> StringField(const Json& object, const char* key, const std::string& where) {
  auto it = object.find(key);
  if (it == object.end() || !it->is_string()) return BadInput(std::string("\"") + key + "\" must be a string", where);
  return it->get<std::string>();
}

Result<Normalizer> Normalizer::FromJson(const Json& json, const std::string& where) {
  Normalizer normalizer;
  if (!json.is_null()) CAIRN_TRY(normalizer.Add(json, where + ": normalizer"));
  return normalizer;
}

Result<void> Normalizer::Add(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("must be an object", where);
  CAIRN_ASSIGN(std::string type, StringField(json, "type", where));
  Step step;
  if (type == "Sequence") {
    auto list = json.find("normalizers");
    if (list == json.end() || !list->is_array()) return BadInput("\"normalizers\" must be a list", where);
    for (const Json& item : *list) CAIRN_TRY(Add(item, where));
    return {};
  } else if (type == "NFC") {
    step.form = NormalForm::kNfc;
  } else if (type == "NFD") {
    step.form = NormalForm::kNfd;
  } else if (type == "NFKC") {
    step.form = NormalForm::kNfkc;
  } else if (type == "NFKD") {
    step.form = NormalForm::kNfkd;
  } else if (type == "Prepend") {
    step.kind = Kind::kPrepend;
    CAIRN_ASSIGN(step.content, StringField(json, "prepend", where));
  } else if (type == "Replace") {
    step.kind = Kind::kReplace;
    auto pattern = json.find("pattern");
    if (pattern == json.end() || !pattern->is_object()) return BadInput("\"pattern\" must be an object", where);
    if (!pattern->contains("String")) return Unsupported("Replace with pattern " + DumpJson(*pattern), where);
    CAIRN_ASSIGN(step.pattern, StringField(*pattern, "String", where));
    CAIRN_ASSIGN(step.content, StringField(json, "content", where));
    if (step.pattern.empty()) return BadInput("Replace has an empty pattern", where);
    if (!growth_.Add(step.pattern, step.content)) return Unsupported("replacements that multiply a text", where);
  } else {
    return Unsupported("\"" + type + "\"; cairn knows NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence", where);
  }
  if (step.kind == Kind::kForm && !growth_.Add(step.form))
    return Unsupported("normal forms that multiply a text", where);
  if (steps_.size() >= 16 || step.content.size() > 64) return Unsupported("longer than any known tokenizer's", where);
  steps_.push_back(std::move(step));
  return {};
}

std::string Normalizer::Apply(std::string_view text) const {
  std::string out(text);
  for (const Step& step : steps_) {
    if (step.kind == Kind::kForm) out = NormalizeUnicode(step.form, out);
    if (step.kind == Kind::kPrepend && !out.empty()) out.insert(0, step.content);
    if (step.kind == Kind::kReplace) out = ReplaceAll(out, step.pattern, step.content);
  }
  return out;
}

}  // namespace cairn::formats
