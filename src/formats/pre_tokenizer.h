// The "pre_tokenizer" part of tokenizer.json: cuts text into the words inside which byte pairs are merged.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/text_pattern.h"

namespace cairn::formats {

// GPT-2's pattern, which a ByteLevel pre-tokenizer with use_regex applies.
extern const char kGpt2Pattern[];

// Words as views into the text given, or into `changed` where a step had to alter them.
struct Words {
  std::vector<std::string_view> views;
  std::deque<std::string> changed;
};

// Split, ByteLevel, Metaspace, Digits and sequences of them. Immutable, thread-safe.
class PreTokenizer {
 public:
  static Result<PreTokenizer> FromJson(const Json& json, const std::string& where);
  // Whether words are to be split into bytes (a ByteLevel step is present).
  bool byte_level() const { return byte_level_; }
  // first: the text stands at the very beginning of the input (Metaspace's prepend_scheme "first"). REQUIRES
  // well-formed UTF-8; the result views text.
  Words Apply(std::string_view text, bool first) const;

 private:
  enum class Kind { kSplit, kPrefixSpace, kMetaspace };
  enum class Behavior { kIsolated, kRemoved, kMergedWithPrevious, kMergedWithNext, kContiguous };
  enum class Prepend { kAlways, kFirst, kNever };
  struct Step {
    explicit Step(Kind k) : kind(k) {}
    Kind kind;
    TextPattern pattern = TextPattern::Literal("");
    Behavior behavior = Behavior::kIsolated;
    bool invert = false;
    std::string replacement;
    Prepend prepend = Prepend::kAlways;
  };
  Result<void> Add(const Json& json, const std::string& where);
  Result<void> AddSplit(const Json& json, const std::string& where);
  Result<void> AddByteLevel(const Json& json, const std::string& where);
  Result<void> AddMetaspace(const Json& json, const std::string& where);
  static void Cut(const Step& step, std::string_view text, std::vector<std::string_view>* out);

  std::vector<Step> steps_;
  bool byte_level_ = false;
};

}  // namespace cairn::formats
