#include "formats/yaml_errors.h"

#include <iterator>

#include "formats/unicode.h"

namespace cairn::formats {
namespace {

struct Explanation {
  std::string_view message, what, remedy;
};
const Explanation kExplanations[] = {
    {YAML::ErrorMsg::MAP_VALUE, "a ':' stands where no value may follow",
     "put text that holds \": \" in quotes, or write it as a block after '|'"},
    {YAML::ErrorMsg::END_OF_MAP, "this line does not belong to the mapping above it",
     "indent it like its neighbours, and check the quotes of the line before"},
    {YAML::ErrorMsg::END_OF_SEQ, "this line does not belong to the list above it",
     "start it with '- ' or indent it like its neighbours"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' is not closed", "close it with '}', or put the text in quotes"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' is not closed", "close it with ']', or put the text in quotes"},
    {YAML::ErrorMsg::FLOW_END, "a ']' or '}' closes nothing", "remove it, or put the text in quotes"},
    {YAML::ErrorMsg::MAP_KEY, "a key cannot stand here", "check the indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '- ' cannot stand here", "check the indentation"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted text never ends", "add the closing quote"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "'---' or '...' stands inside a quoted text", "indent it, or close the quote"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "text follows '|' or '>' on the same line",
     "start the text on the next line, indented, or put it in quotes"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab stands in the indentation", "use spaces"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "text cannot start with this character", "put the text in quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "anchors (&) and aliases (*) are not allowed",
     "write the text out, or put it in quotes"},
};

// Slips that yaml-cpp notices only where nothing fits any more, which is often a line later.
struct Slip {
  YamlPosition at;
  std::string what, remedy;
};

// "key" in a line such as "  - key: text": bytes from `begin` to the colon at `colon`.
struct LineKey {
  size_t begin = 0, colon = 0;
};
std::optional<LineKey> KeyOf(std::string_view line) {
  size_t begin = std::min(line.find_first_not_of(' '), line.size());
  while (line.substr(begin).starts_with("- ")) begin = std::min(line.find_first_not_of(' ', begin + 1), line.size());
  size_t end = begin;
  const auto letter = [](char c) { return IsAsciiLetter(c) || c == '_'; };
  const auto inner = [](char c) { return IsAsciiDigit(c) || c == '-'; };
  while (end < line.size() && (letter(line[end]) || (end > begin && inner(line[end])))) ++end;
  if (end == begin || end >= line.size() || line[end] != ':') return std::nullopt;
  return LineKey{begin, end};
}
std::string Named(std::string_view line, const LineKey& key) {
  return "\"" + Excerpt(line.substr(key.begin, key.colon + 1 - key.begin)) + "\"";
}

// What separates a dash or a key from its text is a plain space.
std::optional<Slip> SpacingSlip(const YamlMarks& marks, int number) {
  const std::string_view line = marks.Line(number);
  const std::optional<LineKey> key = KeyOf(line);
  const size_t fixed = line.find("\u00A0"), first = line.find_first_not_of(' ');
  if (fixed != line.npos && (line.find_first_not_of(" -") == fixed || (key && fixed == key->colon + 1)))
    return Slip{marks.At(number, fixed), "a no-break space stands where a plain one belongs", "type it again"};
  if (first != line.npos && line[first] == '-' && !line.substr(first).starts_with("- ")) {
    const std::string_view rest = line.substr(first + 1);
    if (auto behind = KeyOf(rest); behind && behind->begin == 0)
      return Slip{marks.At(number, first), "no blank stands between '-' and " + Named(rest, *behind), "write one"};
  }
  // "http://" is no key.
  if (key && key->colon + 1 < line.size() && std::string_view(" \t/").find(line[key->colon + 1]) == line.npos)
    return Slip{marks.At(number, key->colon + 1), "no blank stands after " + Named(line, *key), "write one"};
  return std::nullopt;
}

// The line before that holds more than a comment and is indented by at most `indent`; -1 if there is none.
int LineBefore(const YamlMarks& marks, int number, size_t indent) {
  for (--number; number >= 0; --number) {
    const std::string_view line = marks.Line(number);
    const size_t begin = line.find_first_not_of(" \t");
    if (begin != line.npos && line[begin] != '#' && begin <= indent) break;
  }
  return number;
}

std::optional<Slip> SpacingSlipAbout(const YamlMarks& marks, int number) {
  const size_t indent = std::min(marks.Line(number).find_first_not_of(' '), marks.Line(number).size());
  for (int line : {number, LineBefore(marks, number, marks.text().size()), LineBefore(marks, number, indent)}) {
    if (auto slip = SpacingSlip(marks, line)) return slip;
  }
  return std::nullopt;
}

// Text behind the quoted text that starts at `quoted`: a quote inside it, or none at its end.
std::optional<Slip> QuoteSlip(const YamlMarks& marks, const YAML::Mark& quoted, const YAML::Mark& error) {
  if (!marks.HasLine(quoted.line) || !marks.HasLine(error.line)) return std::nullopt;
  const size_t begin = marks.OffsetOf(quoted), there = marks.OffsetOf(error);
  if (!marks.IsQuote(begin)) return std::nullopt;
  const size_t end = marks.BehindQuoted(begin);
  if (end > there || marks.text().substr(end, there - end).find_first_not_of(" \t") != std::string_view::npos)
    return std::nullopt;
  if (quoted.line != error.line)
    return Slip{marks.At(quoted.line, static_cast<size_t>(quoted.column)),
                "this quoted text ends only in line " + std::to_string(error.line + 1) + ", where more text follows",
                "add the closing quote where the text ends"};
  return Slip{marks.At(error.line, static_cast<size_t>(error.column)), "text follows the closing quote",
              marks.text()[begin] == '"' ? "write \\\" for a quote inside the text, or put it in single quotes"
                                         : "write '' for a quote inside the text, or put it in double quotes"};
}

// A field that is indented deeper than the one before continues that one's text.
std::optional<Slip> IndentSlip(const YamlMarks& marks, const YAML::Mark& error) {
  const std::string_view line = marks.Line(error.line);
  const int above = LineBefore(marks, error.line, marks.text().size());
  const std::optional<LineKey> key = KeyOf(line), before = KeyOf(marks.Line(above));
  if (!key || !before || key->colon != static_cast<size_t>(error.column) || key->begin <= before->begin)
    return std::nullopt;
  return Slip{marks.At(error.line, key->begin),
              Named(line, *key) + " is indented deeper than the line before, so it continues that line's text",
              "begin it in column " + std::to_string(before->begin + 1) + ", or put the whole text in quotes"};
}

std::optional<Slip> FindSlip(const YAML::ParserException& exception, const std::optional<YAML::Mark>& last_scalar,
                             const YamlMarks& marks) {
  const YAML::Mark& mark = exception.mark;
  if (exception.msg == YAML::ErrorMsg::CHAR_IN_BLOCK && marks.HasLine(mark.line)) {
    const std::string_view line = marks.Line(mark.line);
    const size_t begin = line.find(">=");
    if (begin == line.npos) return std::nullopt;
    std::string_view value = line.substr(begin);
    value = value.substr(0, value.find(" #"));
    value = value.substr(0, value.find_last_not_of(' ') + 1);
    return Slip{marks.At(mark.line, begin), "text that begins with '>' stands in quotes",
                "write \"" + Excerpt(value) + "\""};
  }
  bool structure = false;
  for (const char* message : {YAML::ErrorMsg::MAP_VALUE, YAML::ErrorMsg::END_OF_MAP, YAML::ErrorMsg::END_OF_SEQ,
                              YAML::ErrorMsg::BLOCK_ENTRY, YAML::ErrorMsg::MAP_KEY})
    structure = structure || exception.msg == message;
  if (!structure) return std::nullopt;
  std::optional<Slip> slip;
  if (last_scalar) slip = QuoteSlip(marks, *last_scalar, mark);
  if (!slip) slip = SpacingSlipAbout(marks, mark.line);
  if (!slip && exception.msg == YAML::ErrorMsg::MAP_VALUE) slip = IndentSlip(marks, mark);
  return slip;
}

}  // namespace

Error ExplainYaml(const YAML::ParserException& exception, const std::optional<YAML::Mark>& last_scalar,
                  YamlMarks& marks, const std::string& file) {
  YamlPosition at = marks.Of(exception.mark);
  if (marks.TabIndents(exception.mark))
    return BadInput("a tab stands in the indentation; use spaces", YamlWhere(file, {at.line, 1}));
  if (auto slip = FindSlip(exception, last_scalar, marks))
    return BadInput(slip->what + "; " + slip->remedy, YamlWhere(file, slip->at));
  std::string where = YamlWhere(file, at);
  for (const Explanation& e : kExplanations) {
    if (exception.msg == e.message) return BadInput(std::string(e.what) + "; " + std::string(e.remedy), where);
  }
  return BadInput(Excerpt(ReplaceInvalidUtf8(exception.msg)) + "; check the indentation and the quotes here", where);
}

}  // namespace cairn::formats
