// What is wrong with a text that yaml-cpp refuses, as a person would say it, and where the slip is, which yaml-cpp
// often notices a line later.
#pragma once

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "formats/yaml.h"

namespace cairn::formats {

// yaml-cpp counts columns in bytes; lines are those of the text.
class YamlMarks {
 public:
  explicit YamlMarks(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }
  YamlPosition Of(const YAML::Mark& mark) {
    if (mark.line < 0) return {};
    YamlPosition at{mark.line + 1, 1};
    if (static_cast<size_t>(mark.line) >= starts_.size()) return at;
    size_t begin = starts_[static_cast<size_t>(mark.line)], end = OffsetOf(mark);
    // Marks come in order, so counting goes on from the last one: a file of one long line stays linear.
    if (begin <= last_offset_ && last_offset_ <= end) {
      begin = last_offset_;
      at.column = last_column_;
    }
    for (size_t i = begin; i < end; ++i) {
      if (!IsUtf8Tail(text_[i])) ++at.column;
    }
    last_offset_ = end;
    last_column_ = at.column;
    return at;
  }
  bool TabIndents(const YAML::Mark& mark) const {
    const std::string_view line = Line(mark.line);
    return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
  }
  // Whether the quoted text that starts at the mark never ends: yaml-cpp takes the end of the file for its end.
  bool LacksClosingQuote(const YAML::Mark& mark) const {
    return HasLine(mark.line) && IsQuote(OffsetOf(mark)) && BehindQuoted(OffsetOf(mark)) == text_.npos;
  }
  // Of the quoted text that starts at the offset: where it is over, npos if it never is.
  size_t BehindQuoted(size_t at) const {
    const char quote = text_[at];
    for (++at; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '"' || at + 1 >= text_.size() || text_[at + 1] != quote) return at + 1;
        ++at;
      }
    }
    return text_.npos;
  }
  bool IsQuote(size_t at) const { return at < text_.size() && (text_[at] == '"' || text_[at] == '\''); }
  // The comment on the line on which the plain text ends that starts at the mark. value: that text.
  std::optional<YamlPosition> CommentBehind(const YAML::Mark& mark, std::string_view value) const {
    if (!HasLine(mark.line)) return std::nullopt;
    constexpr std::string_view kFolded = " \t\r\n";  // runs of these may differ between file and value
    size_t at = OffsetOf(mark);
    for (char c : value) {
      if (kFolded.find(c) != kFolded.npos) continue;
      at = text_.find_first_not_of(kFolded, at);
      if (at == text_.npos || text_[at++] != c) return std::nullopt;
    }
    const size_t hash = text_.find_first_not_of(" \t", at);
    if (hash == text_.npos || hash == at || text_[hash] != '#') return std::nullopt;
    const auto line = std::upper_bound(starts_.begin(), starts_.end(), hash) - starts_.begin() - 1;
    return At(static_cast<int>(line), hash - starts_[static_cast<size_t>(line)]);
  }

  // Lines count from 0, as in marks.
  bool HasLine(int line) const { return line >= 0 && static_cast<size_t>(line) < starts_.size(); }
  std::string_view Line(int line) const {
    if (!HasLine(line)) return {};
    std::string_view rest = text_.substr(starts_[static_cast<size_t>(line)]);
    rest = rest.substr(0, rest.find('\n'));
    return rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
  }
  YamlPosition At(int line, size_t byte) const {
    YamlPosition at{line + 1, 1};
    for (char c : Line(line).substr(0, byte)) {
      if (!IsUtf8Tail(c)) ++at.column;
    }
    return at;
  }
  // REQUIRES HasLine(mark.line).
  size_t OffsetOf(const YAML::Mark& mark) const {
    size_t begin = starts_[static_cast<size_t>(mark.line)];
    return std::min(text_.size(), begin + static_cast<size_t>(std::max(0, mark.column)));
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
  size_t last_offset_ = 0;
  int last_column_ = 1;
};

// last_scalar: where the last text began that was read whole.
Error ExplainYaml(const YAML::ParserException& exception, const std::optional<YAML::Mark>& last_scalar,
                  YamlMarks& marks, const std::string& file);

}  // namespace cairn::formats
