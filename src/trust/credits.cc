#include "trust/credits.h"

#include <algorithm>
#include <string_view>

#include "base/controls.h"

namespace cairn::trust {

std::string EscapeMarkdown(std::string_view text) {
  std::string escaped;
  for (size_t at = 0; at < text.size(); ++at) {
    if (const size_t length = ControlLength(text, at); length > 0) {
      escaped += ' ';
      at += length - 1;
      continue;
    }
    const char c = text[at];
    // A line of - or = makes a heading of the one before, wherever it begins.
    const bool first = escaped.find_first_not_of(' ') == std::string::npos;
    if (std::string_view("\\`*_{}[]<>()#+!|~&$").find(c) != std::string_view::npos || (first && (c == '-' || c == '=')))
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

namespace {

// A heading for the leaf and its text as a quotation, line by line.
std::string Sources(const LeafCredit& credit) {
  std::string text = "\n### " + EscapeMarkdown(credit.leaf) + "\n\n";
  std::string_view rest = credit.attribution;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    text += "> " + EscapeMarkdown(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

}  // namespace

std::string CreditsMarkdown(std::vector<LeafCredit> credits) {
  std::sort(credits.begin(), credits.end(), [](const auto& a, const auto& b) { return a.leaf < b.leaf; });
  uint64_t rows = 0;
  std::string table, sources;
  for (const LeafCredit& credit : credits) {
    std::string authors;
    for (const std::string& author : credit.authors) authors += (authors.empty() ? "" : ", ") + EscapeMarkdown(author);
    table += "| " + EscapeMarkdown(credit.leaf) + " | " + (authors.empty() ? "unknown" : authors) + " | " +
             (credit.commit.empty() ? "none" : EscapeMarkdown(credit.commit)) + " | " +
             std::to_string(credit.rows_kept) + " |\n";
    rows += credit.rows_kept;
    if (!credit.attribution.empty()) sources += Sources(credit);
  }
  return "# Credits\n\nThis model learned from these contributions. Rows are the training examples made from each and "
         "kept after all checks.\n\n| Leaf | Authors | Commit | Rows |\n| --- | --- | --- | ---: |\n" +
         table + "\n" + std::to_string(credits.size()) + (credits.size() == 1 ? " leaf, " : " leaves, ") +
         std::to_string(rows) + (rows == 1 ? " row.\n" : " rows.\n") +
         (sources.empty() ? "" : "\n## Sources\n\nAs the contributors name them.\n" + sources);
}

}  // namespace cairn::trust
