// CREDITS.md: who gave what a release was trained on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::trust {

struct LeafCredit {
  std::string leaf;                  // path in the taxonomy
  std::vector<std::string> authors;  // as in created_by and the commits; empty: unknown
  std::string commit;                // that the leaf was taken from; empty: not under version control
  uint64_t rows_kept = 0;            // training rows made from it
  std::string attribution;           // text of attribution.txt: sources, their authors and licences; may be empty
};

// Text from contributors for a Markdown page: it can neither break a table nor make a heading, nor carry HTML, images
// or links with another text than their target. Line breaks and control characters become spaces.
std::string EscapeMarkdown(std::string_view text);

// Markdown, leaves in byte order, with the sources that they name.
std::string CreditsMarkdown(std::vector<LeafCredit> credits);

}  // namespace cairn::trust
