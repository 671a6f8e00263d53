#include "synth/document.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "formats/unicode.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

constexpr size_t kMaxBytes = size_t{4} << 20;
constexpr size_t kMaxLine = size_t{64} << 10;
constexpr size_t kMaxBlocks = 100000;
constexpr size_t kMaxCells = 256;           // of a table row; cmark fills up short rows to the header's width
constexpr size_t kMaxHeader = 200;          // bytes of a header cell that is repeated in every row
constexpr size_t kMaxMarks = 64;            // that open lists and quotations on one line
constexpr size_t kMaxIndent = 256;          // columns; each level of a list takes two of them
constexpr size_t kMaxRows = 1000000;        // cmark asks all open lists and quotations about each
constexpr size_t kMaxText = 4 * kMaxBytes;  // of all blocks, repeated header cells included

Result<void> CheckLimits(std::string_view text, const std::string& source) {
  if (text.size() > kMaxBytes) return BadInput("the document is larger than 4 MiB; split it into several", source);
  size_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    size_t end = std::min(text.find('\n', begin), text.size());
    const std::string where = source + ":" + std::to_string(line) + ":1";
    if (end - begin > kMaxLine) return BadInput("a line is longer than 64 KiB; break it into paragraphs", where);
    std::string_view row = text.substr(begin, end - begin);
    if (!IsValidUtf8(row)) return BadInput("not UTF-8; save the document as UTF-8 text", where);
    if (row.find('\0') != std::string_view::npos) {
      return BadInput("a zero byte: this is not a text file", where);
    }
    begin = end + 1;
  }
  return {};
}

Result<void> CheckTables(std::string_view text, const std::string& source) {
  size_t line = 1, bars = 0;
  for (char c : text) {
    bars += c == '|' ? 1 : 0;
    if (bars > kMaxCells)
      return BadInput("a line with more than 256 table cells; split the table",
                      source + ":" + std::to_string(line) + ":1");
    if (c != '\n') continue;
    ++line;
    bars = 0;
  }
  return {};
}

// Length of the mark at row[at] that opens a quotation or a list item, 0 if there is none.
size_t ContainerMark(std::string_view row, size_t at) {
  constexpr size_t kMaxDigits = 9;
  size_t end = at + 1;
  if (row[at] == '>') return 1;
  if (row[at] != '-' && row[at] != '*' && row[at] != '+') {
    end = std::min(row.find_first_not_of("0123456789", at), row.size()) + 1;
    if (end - 1 == at || end - 1 > at + kMaxDigits || end > row.size()) return 0;
    if (row[end - 1] != '.' && row[end - 1] != ')') return 0;
  }
  return end == row.size() || row[end] == ' ' || row[end] == '\t' ? end - at : 0;
}

// "- - -" and the like: a thematic break, which opens nothing.
bool IsRule(std::string_view row) {
  const char mark = row[row.find_first_not_of(" \t")];
  const auto fits = [&](char c) { return c == mark || c == ' ' || c == '\t'; };
  return (mark == '-' || mark == '*' || mark == '_') && std::ranges::all_of(row, fits) &&
         std::ranges::count(row, mark) >= 3;
}

// What is wrong with the beginning of a row of Markdown, null if nothing is.
const char* RefuseOpening(std::string_view row) {
  constexpr size_t kTab = 4;
  if (row.find_first_not_of(" \t") == row.npos || IsRule(row)) return nullptr;
  size_t marks = 0, indent = 0;
  for (size_t at = 0, length = 1; at < row.size(); at += length) {
    const bool tab = row[at] == '\t', blank = tab || row[at] == ' ';
    length = blank ? 1 : ContainerMark(row, at);
    if (length == 0) return nullptr;
    marks += blank ? 0 : 1;
    indent += tab ? kTab : blank ? 1 : 0;
    if (marks > kMaxMarks) return "a line that opens more than 64 lists and quotations; nest fewer of them";
    if (indent > kMaxIndent) return "a line that is indented by more than 256 columns; indent it less";
  }
  return nullptr;
}

// Bounds rows times depth, which is the time that cmark takes.
Result<void> CheckContainers(std::string_view text, const std::string& source) {
  size_t line = 1, rows = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    if (++rows > kMaxRows) return BadInput("more than 1,000,000 lines; split the document", source);
    if (const char* fault = RefuseOpening(text.substr(begin, end - begin)))
      return BadInput(fault, source + ":" + std::to_string(line) + ":1");
    const std::string_view ends = text.substr(end, text.substr(end, 2) == "\r\n" ? 2 : 1);
    line += ends.ends_with('\n') ? 1 : 0;
    begin = end + std::max<size_t>(ends.size(), 1);
  }
  return {};
}

// Replaces a leading "---" ... "---" by empty lines, so that the line numbers below stay right.
std::string BlankFrontMatter(std::string_view text) {
  std::string out(text);
  if (!text.starts_with("---\n") && !text.starts_with("---\r\n")) return out;
  size_t end = text.find("\n---", 3);
  if (end == std::string_view::npos) return out;
  for (size_t i = 0; i < end + 4; ++i) {
    if (out[i] != '\n') out[i] = ' ';
  }
  return out;
}

bool IsMarkdown(const std::string& source) {
  std::string name = Lower(source);
  return name.ends_with(".md") || name.ends_with(".markdown");
}

// Collects the text of one block while its inline nodes go by.
class BlockText {
 public:
  void Add(std::string_view text) { text_ += text; }
  void NewLine() {
    if (!text_.empty() && text_.back() != ' ') text_ += ' ';
    starts_.push_back(text_.size());
  }
  Block Take(Block::Kind kind, size_t first_line) {
    Block block;
    block.kind = kind;
    block.first_line = first_line;
    size_t end = text_.find_last_not_of(" \t\r\n");
    text_.resize(end == std::string::npos ? 0 : end + 1);
    block.text = std::exchange(text_, {});
    block.line_starts = std::exchange(starts_, {});
    return block;
  }

 private:
  std::string text_;
  std::vector<size_t> starts_;
};

void AddPlainText(std::string_view text, std::vector<Block>& blocks) {
  BlockText current;
  size_t line = 1, first = 0;
  auto flush = [&] {
    if (first != 0) blocks.push_back(current.Take(Block::Kind::kParagraph, first));
    first = 0;
  };
  for (size_t begin = 0; begin <= text.size(); ++line) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view row = TrimAscii(text.substr(begin, end - begin));
    if (row.empty()) {
      flush();
    } else {
      if (first == 0) {
        first = line;
      } else {
        current.NewLine();
      }
      current.Add(row);
    }
    begin = end + 1;
  }
  flush();
}

struct NodeDeleter {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserDeleter {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct IterDeleter {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};

bool IsType(cmark_node* node, const char* type) { return std::strcmp(cmark_node_get_type_string(node), type) == 0; }

// Walks cmark's tree without recursion: hostile nesting costs no stack.
class MarkdownWalk {
 public:
  explicit MarkdownWalk(std::vector<Block>& blocks) : blocks_(blocks) {}

  size_t bytes() const { return bytes_; }

  void Event(cmark_event_type event, cmark_node* node) {
    bool enter = event == CMARK_EVENT_ENTER;
    if (IsType(node, "table")) {
      if (enter) header_.clear();
    } else if (IsType(node, "table_header") || IsType(node, "table_row")) {
      if (enter) cells_.clear();
      if (!enter) EndRow(node);
    } else if (IsType(node, "table_cell")) {
      if (!enter) cells_.push_back(text_.Take(Block::Kind::kTableRow, 1).text);
    } else {
      Standard(enter, node);
    }
  }

 private:
  void Standard(bool enter, cmark_node* node) {
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_ITEM) {
      items_ += enter ? 1 : -1;
    } else if (type == CMARK_NODE_IMAGE) {
      images_ += enter ? 1 : -1;
    } else if (type == CMARK_NODE_PARAGRAPH) {
      if (!enter) End(items_ > 0 ? Block::Kind::kListItem : Block::Kind::kParagraph, node);
    } else if (type == CMARK_NODE_HEADING) {
      if (!enter) End(Block::Kind::kHeading, node);
    } else if (type == CMARK_NODE_CODE_BLOCK) {
      text_.Add(Literal(node));
      End(Block::Kind::kCode, node);
    } else if (images_ == 0 && enter) {
      if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) text_.Add(Literal(node));
      if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) text_.NewLine();
    }
  }

  static const char* Literal(cmark_node* node) {
    const char* text = cmark_node_get_literal(node);
    return text == nullptr ? "" : text;
  }

  void End(Block::Kind kind, cmark_node* node) {
    Block block = text_.Take(kind, static_cast<size_t>(std::max(cmark_node_get_start_line(node), 1)));
    bytes_ += block.text.size();
    if (!block.text.empty()) blocks_.push_back(std::move(block));
  }

  void EndRow(cmark_node* node) {
    if (cmark_gfm_extensions_get_table_row_is_header(node) != 0) {
      header_ = cells_;
      return;
    }
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].empty()) continue;
      if (i > 0) text_.Add("; ");
      if (i < header_.size() && !header_[i].empty() && header_[i].size() <= kMaxHeader) text_.Add(header_[i] + ": ");
      text_.Add(cells_[i]);
    }
    text_.Add(".");
    End(Block::Kind::kTableRow, node);
  }

  std::vector<Block>& blocks_;
  BlockText text_;
  std::vector<std::string> header_, cells_;
  int items_ = 0, images_ = 0;
  size_t bytes_ = 0;
};

Result<void> AddMarkdown(std::string_view text, const std::string& source, std::vector<Block>& blocks) {
  CAIRN_TRY(CheckTables(text, source));
  CAIRN_TRY(CheckContainers(text, source));
  cmark_gfm_core_extensions_ensure_registered();
  std::unique_ptr<cmark_parser, ParserDeleter> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  cmark_syntax_extension* table = cmark_find_syntax_extension("table");
  CAIRN_CHECK(parser != nullptr && table != nullptr);
  cmark_parser_attach_syntax_extension(parser.get(), table);
  cmark_parser_feed(parser.get(), text.data(), text.size());
  std::unique_ptr<cmark_node, NodeDeleter> root(cmark_parser_finish(parser.get()));
  std::unique_ptr<cmark_iter, IterDeleter> iter(cmark_iter_new(root.get()));
  MarkdownWalk walk(blocks);
  for (cmark_event_type event; (event = cmark_iter_next(iter.get())) != CMARK_EVENT_DONE;) {
    walk.Event(event, cmark_iter_get_node(iter.get()));
    if (blocks.size() > kMaxBlocks) return BadInput("more than 100000 paragraphs, list items and rows", source);
    if (walk.bytes() > kMaxText) return BadInput("the tables repeat too much text; shorten their headers", source);
  }
  return {};
}

}  // namespace

size_t Block::LineAt(size_t offset) const {
  auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  return first_line + static_cast<size_t>(after - line_starts.begin());
}

Result<Document> ParseDocument(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CAIRN_TRY(CheckLimits(text, source));
  Document document{source, {}};
  if (IsMarkdown(source)) {
    CAIRN_TRY(AddMarkdown(BlankFrontMatter(text), source, document.blocks));
  } else {
    AddPlainText(text, document.blocks);
    if (document.blocks.size() > kMaxBlocks) return BadInput("more than 100000 paragraphs", source);
  }
  return document;
}

}  // namespace cairn::synth
