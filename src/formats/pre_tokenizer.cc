#include "formats/pre_tokenizer.h"

#include "formats/normalizer.h"
#include "formats/unicode.h"

namespace cairn::formats {

const char kGpt2Pattern[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

Result<bool> BoolField(const Json& object, const char* key, bool absent, const std::string& where) {
  auto it = object.find(key);
  if (it == object.end() || it->is_null()) return absent;
  if (!it->is_boolean()) return BadInput(std::string("\"") + key + "\" must be true or false", where);
  return it->get<bool>();
}

struct Part {
  std::string_view text;
  bool match = false;
};

// Matches and the text between them, in order; empty matches show as empty parts.
std::vector<Part> Parts(std::string_view text, const std::vector<TextRange>& matches, bool invert) {
  std::vector<Part> parts;
  size_t at = 0;
  for (const TextRange& m : matches) {
    if (m.begin > at) parts.push_back({text.substr(at, m.begin - at), invert});
    parts.push_back({text.substr(m.begin, m.end - m.begin), !invert});
    at = m.end;
  }
  if (at < text.size()) parts.push_back({text.substr(at), invert});
  return parts;
}

// Two neighbouring views of one text as one.
std::string_view Join(std::string_view a, std::string_view b) { return {a.data(), a.size() + b.size()}; }

}  // namespace

Result<PreTokenizer> PreTokenizer::FromJson(const Json& json, const std::string& where) {
  PreTokenizer result;
  if (!json.is_null()) CAIRN_TRY(result.Add(json, where + ": pre_tokenizer"));
  return result;
}

Result<void> PreTokenizer::Add(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("must be an object", where);
  CAIRN_ASSIGN(std::string type, StringField(json, "type", where));
  if (type == "Sequence") {
    auto list = json.find("pretokenizers");
    if (list == json.end() || !list->is_array()) return BadInput("\"pretokenizers\" must be a list", where);
    for (const Json& item : *list) CAIRN_TRY(Add(item, where));
    return {};
  }
  // After ByteLevel the text is in the byte alphabet; no step that cairn knows is used on that.
  if (byte_level_) return Unsupported("\"" + type + "\" after ByteLevel", where);
  if (steps_.size() >= 32) return Unsupported("longer than any known tokenizer's", where);
  if (type == "Split") return AddSplit(json, where);
  if (type == "ByteLevel") return AddByteLevel(json, where);
  if (type == "Metaspace") return AddMetaspace(json, where);
  if (type == "Digits") {
    CAIRN_ASSIGN(bool individual, BoolField(json, "individual_digits", false, where));
    Step step(Kind::kSplit);
    CAIRN_ASSIGN(step.pattern, TextPattern::Compile(individual ? "\\p{N}" : "\\p{N}+", where));
    steps_.push_back(std::move(step));
    return {};
  }
  return Unsupported("\"" + type + "\"; cairn knows Split, ByteLevel, Metaspace, Digits, Sequence", where);
}

Result<void> PreTokenizer::AddSplit(const Json& json, const std::string& where) {
  Step step(Kind::kSplit);
  auto pattern = json.find("pattern");
  if (pattern == json.end() || !pattern->is_object()) return BadInput("Split needs a \"pattern\"", where);
  if (pattern->contains("Regex")) {
    CAIRN_ASSIGN(std::string text, StringField(*pattern, "Regex", where));
    CAIRN_ASSIGN(step.pattern, TextPattern::Compile(text, where));
  } else {
    CAIRN_ASSIGN(std::string text, StringField(*pattern, "String", where));
    step.pattern = TextPattern::Literal(text);
  }
  CAIRN_ASSIGN(std::string behavior, StringField(json, "behavior", where));
  if (behavior == "Isolated") {
    step.behavior = Behavior::kIsolated;
  } else if (behavior == "Removed") {
    step.behavior = Behavior::kRemoved;
  } else if (behavior == "MergedWithPrevious") {
    step.behavior = Behavior::kMergedWithPrevious;
  } else if (behavior == "MergedWithNext") {
    step.behavior = Behavior::kMergedWithNext;
  } else if (behavior == "Contiguous") {
    step.behavior = Behavior::kContiguous;
  } else {
    return BadInput("unknown Split behavior \"" + behavior + "\"", where);
  }
  CAIRN_ASSIGN(step.invert, BoolField(json, "invert", false, where));
  steps_.push_back(std::move(step));
  return {};
}

Result<void> PreTokenizer::AddByteLevel(const Json& json, const std::string& where) {
  CAIRN_ASSIGN(bool prefix, BoolField(json, "add_prefix_space", true, where));
  CAIRN_ASSIGN(bool regex, BoolField(json, "use_regex", true, where));
  if (prefix) steps_.emplace_back(Kind::kPrefixSpace);
  if (regex) {
    Step step(Kind::kSplit);
    CAIRN_ASSIGN(step.pattern, TextPattern::Compile(kGpt2Pattern, where));
    steps_.push_back(std::move(step));
  }
  byte_level_ = true;
  return {};
}

Result<void> PreTokenizer::AddMetaspace(const Json& json, const std::string& where) {
  Step step(Kind::kMetaspace);
  CAIRN_ASSIGN(step.replacement, StringField(json, "replacement", where));
  if (step.replacement.empty() || step.replacement == " " ||
      Utf8At(step.replacement, 0).length != step.replacement.size())
    return BadInput("Metaspace's \"replacement\" must be one character and no space", where);
  // Each would put a character before every word that the steps before it have cut.
  for (const Step& before : steps_)
    if (before.kind == Kind::kMetaspace) return Unsupported("two Metaspace steps", where);
  CAIRN_ASSIGN(bool prefix, BoolField(json, "add_prefix_space", true, where));
  step.prepend = prefix ? Prepend::kAlways : Prepend::kNever;
  if (json.contains("prepend_scheme")) {
    CAIRN_ASSIGN(std::string scheme, StringField(json, "prepend_scheme", where));
    if (scheme != "always" && scheme != "first" && scheme != "never")
      return BadInput("unknown prepend_scheme \"" + scheme + "\"", where);
    step.prepend = scheme == "always" ? Prepend::kAlways : scheme == "first" ? Prepend::kFirst : Prepend::kNever;
  }
  CAIRN_ASSIGN(bool split, BoolField(json, "split", true, where));
  std::string replacement = step.replacement;
  steps_.push_back(std::move(step));
  if (split) {
    Step cut(Kind::kSplit);
    cut.pattern = TextPattern::Literal(replacement);
    cut.behavior = Behavior::kMergedWithNext;
    steps_.push_back(std::move(cut));
  }
  return {};
}

void PreTokenizer::Cut(const Step& step, std::string_view text, std::vector<std::string_view>* out) {
  std::vector<Part> parts = Parts(text, step.pattern.FindAll(text), step.invert);
  const size_t start = out->size();
  switch (step.behavior) {
    case Behavior::kIsolated:
      for (const Part& part : parts) out->push_back(part.text);
      break;
    case Behavior::kRemoved:
      for (const Part& part : parts)
        if (!part.match) out->push_back(part.text);
      break;
    case Behavior::kContiguous:
      for (size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && parts[i].match == parts[i - 1].match) {
          out->back() = Join(out->back(), parts[i].text);
        } else {
          out->push_back(parts[i].text);
        }
      }
      break;
    case Behavior::kMergedWithPrevious:
      for (size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && parts[i].match && !parts[i - 1].match) {
          out->back() = Join(out->back(), parts[i].text);
        } else {
          out->push_back(parts[i].text);
        }
      }
      break;
    case Behavior::kMergedWithNext:
      for (size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && parts[i - 1].match && !parts[i].match) {
          out->back() = Join(out->back(), parts[i].text);
        } else {
          out->push_back(parts[i].text);
        }
      }
      break;
  }
  // Empty matches have done their work as places to cut.
  size_t kept = start;
  for (size_t i = start; i < out->size(); ++i)
    if (!(*out)[i].empty()) (*out)[kept++] = (*out)[i];
  out->resize(kept);
}

Words PreTokenizer::Apply(std::string_view text, bool first) const {
  Words words;
  if (text.empty()) return words;
  words.views.push_back(text);
  for (const Step& step : steps_) {
    std::vector<std::string_view> next;
    for (size_t i = 0; i < words.views.size(); ++i) {
      std::string_view word = words.views[i];
      if (step.kind == Kind::kSplit) {
        Cut(step, word, &next);
      } else if (step.kind == Kind::kPrefixSpace) {
        next.push_back(word.starts_with(' ') ? word : words.changed.emplace_back(" " + std::string(word)));
      } else {
        std::string changed = ReplaceAll(word, " ", step.replacement);
        bool wanted = step.prepend == Prepend::kAlways || (step.prepend == Prepend::kFirst && first && i == 0);
        if (wanted && !changed.starts_with(step.replacement)) changed.insert(0, step.replacement);
        next.push_back(words.changed.emplace_back(std::move(changed)));
      }
    }
    words.views = std::move(next);
  }
  return words;
}

}  // namespace cairn::formats
