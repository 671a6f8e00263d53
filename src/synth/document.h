// Documents as a list of plain-text blocks. Markdown goes through cmark-gfm, and this is the only file that calls it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::synth {

struct Block {
  enum class Kind { kHeading, kParagraph, kListItem, kTableRow, kCode };
  Kind kind = Kind::kParagraph;
  std::string text;                 // without markup; source lines are joined by single spaces
  size_t first_line = 1;            // in the source, counted from 1
  std::vector<size_t> line_starts;  // offsets in text at which a further source line begins, ascending

  size_t LineAt(size_t offset) const;
};

struct Document {
  std::string source;  // path, for messages and rows
  std::vector<Block> blocks;
};

// Names ending in .md or .markdown are Markdown (GitHub's dialect: tables; a YAML front matter is skipped); everything
// else is plain text with paragraphs between empty lines. A table row becomes "Header: cell; Header: cell.". Raw HTML
// and images are left out.
//
// Errors  kBadInput: not UTF-8, larger than 4 MiB, a line longer than 64 KiB, more than 100000 blocks.
Result<Document> ParseDocument(std::string_view text, const std::string& source);

}  // namespace cairn::synth
