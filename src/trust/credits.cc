#include "trust/credits.h"

#include <algorithm>
#include <string_view>

namespace cairn::trust {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      escaped += ' ';
      continue;
    }
    if (std::string_view("\\`*_{}[]<>()#+!|~&$").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::string CreditsMarkdown(std::vector<LeafCredit> credits) {
  std::sort(credits.begin(), credits.end(), [](const auto& a, const auto& b) { return a.leaf < b.leaf; });
  uint64_t rows = 0;
  std::string table;
  for (const LeafCredit& credit : credits) {
    std::string authors;
    for (const std::string& author : credit.authors) authors += (authors.empty() ? "" : ", ") + Escape(author);
    table += "| " + Escape(credit.leaf) + " | " + (authors.empty() ? "unknown" : authors) + " | " +
             (credit.commit.empty() ? "none" : Escape(credit.commit)) + " | " + std::to_string(credit.rows_kept) +
             " |\n";
    rows += credit.rows_kept;
  }
  return "# Credits\n\nThis model learned from these contributions. Rows are the training examples made from each and "
         "kept after judging.\n\n| Leaf | Authors | Commit | Rows |\n| --- | --- | --- | ---: |\n" +
         table + "\n" + std::to_string(credits.size()) + (credits.size() == 1 ? " leaf, " : " leaves, ") +
         std::to_string(rows) + (rows == 1 ? " row.\n" : " rows.\n");
}

}  // namespace cairn::trust
