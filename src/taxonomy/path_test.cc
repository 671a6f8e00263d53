#include "taxonomy/path.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "taxonomy/test_util.h"

namespace cairn::taxonomy {
namespace {

TEST(Path, RefuseList) {
  for (const char* path : {"a", "knowledge/a b & c/d.md", "\xC3\xA9t\xC3\xA9/x", "a.b/c-d", ".hidden", "common", "~",
                           "a/~/b", "\u05D0\u200F", "a\u200Db"})
    EXPECT_EQ(RefusePath(path), "") << path;
  for (const char* path :
       {"",     "/a",        "a//b",          "a/",         "../a",     "a/../b",   "a/./b",    "a\\b",
        "a\nb", "a\x7F",     "-rf/a",         "a /b",       "a./b",     "con",      "a/NUL.md", "com1",
        "\xFF", "a/file:/x", "x\u009B31mRED", "x\u009D0;t", "x\u0085y", "x\u202Ey", "x\u2066y", "~/knowledge/mill"})
    EXPECT_NE(RefusePath(path), "") << path;
  EXPECT_NE(RefusePath(std::string(256, 'a')), "");
  EXPECT_NE(RefusePath(std::string("a\0b", 3)), "");
}

TEST(Path, Globs) {
  struct {
    const char *pattern, *path;
    bool match;
  } cases[] = {
      {"a.md", "a.md", true},
      {"*.md", "a.md", true},
      {"*.md", "d/a.md", false},
      {"d/*.md", "d/a.md", true},
      {"**/*.md", "a.md", true},
      {"**/*.md", "d/e/a.md", true},
      {"d/**", "d/e/a.md", true},
      {"d/**/a.md", "d/a.md", true},
      {"d/**/b/*", "d/x/y/b/c", true},
      {"d/**/b/*", "d/x/y/c", false},
      {"?.md", "\xC3\xA9.md", true},
      {"[a-c]x", "bx", true},
      {"[!a-c]x", "bx", false},
      {"[!a-c]x", "dx", true},
      {"[x", "[x", true},
      {"[a-\u00E9]x", "zx", true},  // bytes count from 0 to 255, on every machine
      {"[\u00E9-a]x", "Ax", false},
      {"a*b*c", "aXbYbZc", true},
      {"a*b*c", "aXbYbZ", false},
      {"*", ".x", true},
      {"", "a", false},
      {"a", "b", false},
  };
  for (const auto& c : cases) EXPECT_EQ(MatchGlob(c.pattern, c.path), c.match) << c.pattern << " on " << c.path;
  std::string many, name(1000, 'a');
  for (int i = 0; i < 500; ++i) many += "*a";
  EXPECT_FALSE(MatchGlob(many + "b", name)) << "and in polynomial time";
}

TEST(Path, ReadsOnlyBeneath) {
  TestDirectory outside, root;
  outside.Write("secret.md", "secret");
  root.Write("a/b.md", "text");
  std::filesystem::create_symlink(outside.path() + "/secret.md", root.path() + "/a/link.md");
  std::filesystem::create_directory_symlink(outside.path(), root.path() + "/d");
  ASSERT_EQ(::mkfifo((root.path() + "/a/pipe.md").c_str(), 0600), 0);
  EXPECT_EQ(*ReadBeneath(root.path(), "a/b.md", 10), "text");
  for (const char* path : {"a/link.md", "d/secret.md", "../x", "a/pipe.md", "a", "a/b.md/c", "absent"})
    EXPECT_FALSE(ReadBeneath(root.path(), path, 10).ok()) << path;
  EXPECT_FALSE(ReadBeneath(root.path(), "a/b.md", 3).ok()) << "longer than allowed";
  Result<Listing> tree = ListTree(root.path());
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->files, std::vector<std::string>{"a/b.md"});
  EXPECT_EQ(tree->symlinks, (std::vector<std::string>{"a/link.md", "d"}));
  EXPECT_FALSE(ListTree(root.path() + "/absent").ok());
}

}  // namespace
}  // namespace cairn::taxonomy
