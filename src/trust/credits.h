// CREDITS.md: who gave what a release was trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cairn::trust {

struct LeafCredit {
  std::string leaf;                  // path in the taxonomy
  std::vector<std::string> authors;  // as in created_by and the commits; empty: unknown
  std::string commit;                // that the leaf was taken from; empty: not under version control
  uint64_t rows_kept = 0;            // training rows made from it
};

// Markdown, leaves in byte order. Text from contributors is escaped: it can neither break the table nor carry HTML,
// images or links with another text than their target.
std::string CreditsMarkdown(std::vector<LeafCredit> credits);

}  // namespace cairn::trust
