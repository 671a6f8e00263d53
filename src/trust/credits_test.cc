#include "trust/credits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::trust {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(EscapeMarkdown, LeavesNoMarkup) {
  EXPECT_EQ(EscapeMarkdown("Ann Marl, 1902 - https://example.org/a-b?c=d."),
            "Ann Marl, 1902 - https://example.org/a-b?c=d.");
  EXPECT_EQ(EscapeMarkdown("a|b"), "a\\|b");
  EXPECT_EQ(EscapeMarkdown("<b>&lt; ![x](y) `z` # * _ ~ + $ \\"),
            "\\<b\\>\\&lt; \\!\\[x\\]\\(y\\) \\`z\\` \\# \\* \\_ \\~ \\+ \\$ \\\\");
  EXPECT_EQ(EscapeMarkdown("a\r\nb\x1B[31m\xE2\x80\xAE"), "a  b \\[31m ");
  EXPECT_EQ(EscapeMarkdown(" ---"), " \\---");
  EXPECT_EQ(EscapeMarkdown("==="), "\\===");
}

TEST(Credits, TableSortedByLeaf) {
  EXPECT_EQ(CreditsMarkdown({{"skills/b", {"Ada", "Bo <bo@example.org>"}, "abc123", 12}, {"knowledge/a", {}, "", 1}}),
            "# Credits\n\nThis model learned from these contributions. Rows are the training examples made from each "
            "and kept after all checks.\n\n| Leaf | Authors | Commit | Rows |\n| --- | --- | --- | ---: |\n"
            "| knowledge/a | unknown | none | 1 |\n"
            "| skills/b | Ada, Bo \\<bo@example.org\\> | abc123 | 12 |\n\n2 leaves, 13 rows.\n");
}

TEST(Credits, NamesSources) {
  std::string text =
      CreditsMarkdown({{"k/a", {"Ada"}, "", 1, "From *Tides* by Bo\n# CC BY 4.0\n"}, {"k/b", {"Cy"}, "", 2}});
  EXPECT_TRUE(text.ends_with(
      "\n2 leaves, 3 rows.\n\n## Sources\n\nAs the contributors name them.\n\n### k/a\n\n> From \\*Tides\\* by Bo\n> "
      "\\# CC BY 4.0\n"))
      << text;
}

TEST(Credits, ContributorsCannotBreakThePage) {
  std::string text =
      CreditsMarkdown({{"a|b", {"x\n# y", "[z](http://example.org)", "<script>"}, "`c`", 1, "s\u009B2J\u202Et"}});
  EXPECT_THAT(text, AllOf(HasSubstr("a\\|b"), HasSubstr("x \\# y"), HasSubstr("\\[z\\]\\("), HasSubstr("\\<script\\>"),
                          HasSubstr("\\`c\\`"), HasSubstr("1 leaf, 1 row."), HasSubstr("> s 2J t\n")));
}

}  // namespace
}  // namespace cairn::trust
