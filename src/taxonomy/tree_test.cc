#include "taxonomy/tree.h"

#include <git2.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/file.h"
#include "taxonomy/git.h"
#include "taxonomy/new_leaf.h"
#include "taxonomy/test_util.h"

namespace cairn::taxonomy {
namespace {

std::string Shown(const TaxonomyReport& report) {
  std::string out;
  for (const Problem& problem : report.problems) out += problem.ToString() + "\n";
  return out;
}

TaxonomyReport Check(const std::string& root, const std::vector<std::string>& paths = {}, LeafOptions options = {}) {
  Result<TaxonomyReport> report = CheckTaxonomy(root, paths, options);
  EXPECT_TRUE(report.ok()) << report.error().ToString();
  return report.ok() ? std::move(*report) : TaxonomyReport{};
}

void WriteHarbour(const TestDirectory& root, const std::string& path) {
  root.Write(path + "/qna.yaml", HarbourQna());
  root.Write(path + "/eval.yaml", Eval("How many piers are there?"));
  root.Write(path + "/harbour.md", HarbourDocument());
}

// Commits everything in the directory, as git add -A and git commit would; returns the hash.
std::string CommitAll(const std::string& path) {
  git_libgit2_init();
  git_repository* repository = nullptr;
  if (git_repository_open(&repository, path.c_str()) != 0) {
    EXPECT_EQ(git_repository_init(&repository, path.c_str(), 0), 0);
  }
  git_index* index = nullptr;
  EXPECT_EQ(git_repository_index(&index, repository), 0);
  EXPECT_EQ(git_index_add_all(index, nullptr, 0, nullptr, nullptr), 0);
  EXPECT_EQ(git_index_update_all(index, nullptr, nullptr, nullptr), 0);
  git_index_write(index);
  git_oid tree_id, id, parent_id;
  EXPECT_EQ(git_index_write_tree(&tree_id, index), 0);
  git_tree* tree = nullptr;
  git_tree_lookup(&tree, repository, &tree_id);
  git_signature* who = nullptr;
  git_signature_new(&who, "ann", "ann@example.org", 1, 0);
  git_commit* parent = nullptr;
  if (git_reference_name_to_id(&parent_id, repository, "HEAD") == 0) git_commit_lookup(&parent, repository, &parent_id);
  const git_commit* parents[] = {parent};
  EXPECT_EQ(git_commit_create(&id, repository, "HEAD", who, who, nullptr, "m", tree, parent ? 1 : 0, parents), 0);
  char hex[41];
  git_oid_tostr(hex, sizeof hex, &id);
  git_commit_free(parent);
  git_signature_free(who);
  git_tree_free(tree);
  git_index_free(index);
  git_repository_free(repository);
  git_libgit2_shutdown();
  return hex;
}

TEST(Tree, FindsAndReadsLeaves) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/harbour");
  root.Write("knowledge/harbour/attribution.txt", "own work");
  root.Write("compositional_skills/sort/qna.yaml", SkillQna());
  root.Write("compositional_skills/sort/eval.yaml", Eval("Sort z, y."));
  root.Write(".git/knowledge/x/qna.yaml", "no");
  std::filesystem::create_directory_symlink(root.path() + "/knowledge", root.path() + "/loop");
  TaxonomyReport report = Check(root.path());
  EXPECT_EQ(Shown(report), "");
  ASSERT_EQ(report.leaves.size(), 2u);
  const Leaf& skill = report.leaves[0];
  const Leaf& knowledge = report.leaves[1];
  EXPECT_EQ(skill.path, "compositional_skills/sort");
  EXPECT_EQ(skill.kind, LeafKind::kSkill);
  EXPECT_EQ(knowledge.path, "knowledge/harbour");
  ASSERT_EQ(knowledge.documents.size(), 1u);
  EXPECT_EQ(knowledge.documents[0].path, "knowledge/harbour/harbour.md");
  EXPECT_EQ(knowledge.documents[0].text, HarbourDocument());
  EXPECT_EQ(knowledge.attribution, "own work");
  EXPECT_EQ(knowledge.files.size(), 4u);
}

TEST(Tree, DigestsSeparateDataFromMeasurement) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/harbour");
  Leaf before = Check(root.path()).leaves.at(0);
  root.Write("knowledge/harbour/eval.yaml", Eval("How many cranes are there?"));
  Leaf eval_changed = Check(root.path()).leaves.at(0);
  EXPECT_EQ(before.DataDigest(), eval_changed.DataDigest());
  EXPECT_NE(before.EvalDigest(), eval_changed.EvalDigest());
  root.Write("knowledge/harbour/harbour.md", HarbourDocument() + "More.\n");
  Leaf document_changed = Check(root.path()).leaves.at(0);
  EXPECT_NE(before.DataDigest(), document_changed.DataDigest());
  EXPECT_EQ(eval_changed.EvalDigest(), document_changed.EvalDigest());
}

TEST(Tree, DocumentsElsewhereInTheTaxonomy) {
  TestDirectory root;
  root.Write("knowledge/h/qna.yaml",
             HarbourQna("document:\n  repo: .\n  commit: HEAD\n  patterns: [docs/**/*.md, sub/x.txt]\n"));
  root.Write("knowledge/h/eval.yaml", Eval("How many piers are there?"));
  root.Write("knowledge/h/sub/x.txt", "\xEF\xBB\xBFmore\r\ntext\r\n");
  root.Write("docs/a/harbour.md", HarbourDocument());
  root.Write("docs/a/plan.pdf", "%PDF");
  TaxonomyReport report = Check(root.path());
  EXPECT_EQ(Shown(report), "");
  ASSERT_EQ(report.leaves.size(), 1u);
  ASSERT_EQ(report.leaves[0].documents.size(), 2u);
  EXPECT_EQ(report.leaves[0].documents[0].path, "docs/a/harbour.md");
  EXPECT_EQ(report.leaves[0].documents[1].text, "more\ntext\n");
}

TEST(Tree, DocumentProblems) {
  struct {
    const char *document, *file, *text, *message;
  } cases[] = {
      {"", "x.pdf", "%PDF", "has no document"},
      {"", "document.txt", "Text.", "beside qna.yaml lies \"document.txt\", but only .md files are read there"},
      {"", "x.md", "a\xFF", "x.md:1:2: the document is not UTF-8"},
      {"", "x.md", "a\n\x1B[m", "x.md:2:1: the document holds a control character (U+001B); remove it"},
      {"", "x.md", "a\n\u00E9\u009B31m", "x.md:2:2: the document holds a control character (U+009B); remove it"},
      {"", "x.md", "a\nb \u202Ec", "x.md:2:3: the document holds a control character (U+202E); remove it"},
      {"", "x.md", " \n", "the document is empty"},
      {"", "x.md", "# TODO: title\n", "x.md:1:3: the document still says TODO"},
      {"", "x.md", "# Tides\r\n\r\nHigh water.\r\n\r\n  TODO: more\r\n", "x.md:5:3: the document still says TODO"},
      {"document:\n  repo: .\n  patterns: ['*.pdf']\n", "x.pdf", "%PDF", "names no document"},
      {"document:\n  repo: .\n  patterns: [absent.md]\n", "x.md", "a", "the pattern \"absent.md\" names no document"},
      {"document:\n  repo: https://e.org/r.git\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a",
       "on another machine"},
      {"document:\n  repo: git@e.org:r.git\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a", "on another machine"},
      {"document:\n  repo: https://ann:hunter2@e.org/r\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a",
       "a user name or a password"},
      {"document:\n  repo: https://hunter2@e.org/a/b\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a",
       "a user name or a password"},
      {"document:\n  repo: --upload-pack=x\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a", "starts with '-'"},
      {"document:\n  repo: /absent/clone\n  commit: abc\n  patterns: [x.md]\n", "x.md", "a",
       "cannot open this git repository"},
      {"document:\n  repo: .\n  commit: main\n  patterns: [x.md]\n", "x.md", "a", "no full commit hash"},
      {"document:\n  repo: .\n  commit: 0123456789012345678901234567890123456789\n  patterns: [x.md]\n", "x.md", "a",
       "in no git repository"},
  };
  for (const auto& c : cases) {
    TestDirectory root;
    root.Write("knowledge/h/qna.yaml", HarbourQna(c.document));
    root.Write(std::string("knowledge/h/") + c.file, c.text);
    LeafOptions trusting;
    trusting.allow_local_repositories = true;
    TaxonomyReport report = Check(root.path(), {}, trusting);
    EXPECT_EQ(report.error_count, 1u) << Shown(report);
    EXPECT_NE(Shown(report).find(c.message), std::string::npos) << c.message << "\n" << Shown(report);
    EXPECT_EQ(Shown(report).find("hunter2"), std::string::npos) << "secrets are not printed";
    EXPECT_TRUE(report.leaves.empty());
  }
}

TEST(Tree, DocumentsKeepTheMarksOfTheirScripts) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/h");
  const std::string text = HarbourDocument() + "\u05D0\u200F \u0915\u094D\u200D\u0937 a\u0085b\u00A0c\f";
  root.Write("knowledge/h/harbour.md", text);
  TaxonomyReport report = Check(root.path());
  ASSERT_EQ(report.leaves.size(), 1u) << Shown(report);
  EXPECT_EQ(report.leaves[0].documents[0].text, text);
}

TEST(Tree, EveryOpenLineOfADocumentIsNamed) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/h");
  root.Write("knowledge/h/harbour.md", HarbourDocument() + "TODO: one\n\nA TODO: in a line.\n\n## TODO: two");
  std::string shown = Shown(Check(root.path()));
  const std::string file = root.path() + "/knowledge/h/harbour.md:";
  EXPECT_NE(shown.find(file + "18:1: "), shown.npos) << shown;
  EXPECT_NE(shown.find(file + "22:4: "), shown.npos) << shown;
  EXPECT_EQ(Check(root.path()).error_count, 2u) << shown;
}

// Whatever is in them; that these are no text saves the test the time of reading them.
TEST(Tree, DocumentsOfALeafHaveALimitTogether) {
  TestDirectory root;
  root.Write("knowledge/h/qna.yaml", HarbourQna());
  const std::string folder = root.path() + "/knowledge/h/";
  root.Write("knowledge/h/a.md", std::string(size_t{4} << 20, '\xFF'));
  for (char name = 'b'; name <= 'r'; ++name) std::filesystem::create_hard_link(folder + "a.md", folder + name + ".md");
  const TaxonomyReport report = Check(root.path());
  EXPECT_EQ(report.error_count, 16u + 1u) << Shown(report);
  const std::string limit = "q.md: the leaf has more than 1000 documents or 64 MiB of them; split the leaf\n";
  EXPECT_NE(Shown(report).find("error: " + folder + limit), std::string::npos) << Shown(report);
}

TEST(Tree, SymbolicLinksAreNoDocuments) {
  TestDirectory outside, root;
  outside.Write("secret.md", "secret");
  root.Write("knowledge/h/qna.yaml", HarbourQna("document:\n  repo: .\n  patterns: ['*.md']\n"));
  std::filesystem::create_symlink(outside.path() + "/secret.md", root.path() + "/knowledge/h/link.md");
  std::string shown = Shown(Check(root.path()));
  EXPECT_NE(shown.find("is a symbolic link and is not followed"), std::string::npos) << shown;
  EXPECT_NE(shown.find("names no document"), std::string::npos) << shown;
}

// A file of a leaf that is a link is an error wherever the leaf is named; other links are warned of.
TEST(Tree, SymbolicLinksAreNamed) {
  for (const char* name : {"qna.yaml", "eval.yaml", "attribution.txt"}) {
    TestDirectory root;
    WriteHarbour(root, "knowledge/h");
    root.Write("knowledge/h/attribution.txt", "own work");
    WriteHarbour(root, "knowledge/good");
    const std::string file = root.path() + "/knowledge/h/" + name, target = root.path() + "/elsewhere";
    std::filesystem::rename(file, target);
    std::filesystem::create_symlink(target, file);
    for (const std::vector<std::string>& paths : {std::vector<std::string>{}, {"knowledge/h"}, {file}}) {
      TaxonomyReport report = Check(root.path(), paths);
      EXPECT_EQ(Shown(report),
                "error: " + file + ": this is a symbolic link and is not followed; put the file itself there\n");
      EXPECT_EQ(report.leaves.size(), paths.empty() ? 1u : 0u);
    }
    EXPECT_EQ(ChangedLeaves(root.path(), "empty")->changed.size(), 2u);
  }
  TestDirectory outside, root;
  WriteHarbour(outside, "leaf");
  WriteHarbour(root, "knowledge/h");
  std::filesystem::create_symlink(outside.path() + "/leaf/harbour.md", root.path() + "/knowledge/h/more.md");
  std::filesystem::create_directory_symlink(outside.path() + "/leaf", root.path() + "/knowledge/linked");
  std::filesystem::create_symlink(outside.path(), root.path() + "/elsewhere");
  const auto warning = [&](const std::string& path) {
    return "warning: " + root.path() + path +
           ": this is a symbolic link and is not followed; put the file or folder itself there\n";
  };
  EXPECT_EQ(Shown(Check(root.path())), warning("/knowledge/h/more.md") + warning("/knowledge/linked"));
  EXPECT_EQ(Shown(Check(root.path(), {"knowledge/h"})), warning("/knowledge/h/more.md"));
}

TEST(Tree, AttributionsAreText) {
  struct {
    std::string text, message;
  } cases[] = {
      {"by Ann\nand Bj\xF6rn",
       "attribution.txt:2:7: the attribution is not UTF-8 text; save it with the encoding UTF-8"},
      {std::string("a\0b", 3), "attribution.txt:1:2: the attribution holds a control character (U+0000); remove it"},
      {"a\n\u009B2J", "attribution.txt:2:1: the attribution holds a control character (U+009B); remove it"},
  };
  for (const auto& c : cases) {
    TestDirectory root;
    WriteHarbour(root, "knowledge/h");
    root.Write("knowledge/h/attribution.txt", c.text);
    TaxonomyReport report = Check(root.path());
    EXPECT_EQ(Shown(report), "error: " + root.path() + "/knowledge/h/" + c.message + "\n");
    EXPECT_TRUE(report.leaves.empty());
  }
}

TEST(Tree, NoLeafIsAnError) {
  TestDirectory root;
  root.Write("knowledge/h/notes.md", "x");
  TaxonomyReport report = Check(root.path());
  EXPECT_EQ(report.error_count, 1u);
  EXPECT_NE(Shown(report).find("error: " + root.path() + ": the taxonomy has no leaf; write one"), std::string::npos)
      << Shown(report);
  for (const Error& error : {LoadTaxonomy(root.path()).error(), ChangedLeaves(root.path(), "empty").error()})
    EXPECT_TRUE(error.message.starts_with("the taxonomy has no leaf; write one")) << error.message;
}

TEST(Tree, ClonesAreReadAtTheirCommit) {
  TestDirectory clone, root;
  clone.Write("docs/harbour.md", HarbourDocument());
  clone.Write("docs/other.md", "other");
  std::filesystem::create_symlink("/etc/passwd", clone.path() + "/docs/passwd.md");
  std::string commit = CommitAll(clone.path());
  clone.Write("docs/harbour.md", "changed since");
  std::filesystem::remove(clone.path() + "/docs/other.md");
  LeafOptions trusting;
  trusting.allow_local_repositories = true;
  for (const std::string& repo : {clone.path(), "file://" + clone.path()}) {
    root.Write("knowledge/h/qna.yaml",
               HarbourQna("document:\n  repo: " + repo + "\n  commit: " + commit + "\n  patterns: ['docs/*.md']\n"));
    root.Write("knowledge/h/eval.yaml", Eval("How many piers are there?"));
    TaxonomyReport report = Check(root.path(), {}, trusting);
    EXPECT_EQ(Shown(report), "");
    ASSERT_EQ(report.leaves.size(), 1u);
    ASSERT_EQ(report.leaves[0].documents.size(), 2u) << "a link in the commit is no document";
    EXPECT_EQ(report.leaves[0].documents[0].text, HarbourDocument());
    EXPECT_EQ(report.leaves[0].files[1].path, commit + ":docs/harbour.md");
  }
  EXPECT_NE(Shown(Check(root.path())).find("may be a private one"), std::string::npos);
  root.Write("knowledge/h/qna.yaml",
             HarbourQna("document:\n  repo: " + clone.path() + "\n  commit: HEAD\n  patterns: ['docs/*.md']\n"));
  EXPECT_NE(Shown(Check(root.path(), {}, trusting)).find("no full commit hash"), std::string::npos);
}

TEST(Git, ABlobBeyondTheLimitIsNotRead) {
  TestDirectory clone;
  clone.Write("a.md", "0123456789");
  const std::string commit = CommitAll(clone.path());
  const GitRepository repository = GitRepository::Open(clone.path()).value();
  const GitFile file = repository.ListCommit(commit, "").value().at(0);
  EXPECT_EQ(repository.ReadBlob(file, 10).value(), "0123456789");
  const Result<std::string> refused = repository.ReadBlob(file, 9);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(refused.error().where, "a.md");
}

TEST(Tree, OwnRepositoryAtACommit) {
  TestDirectory top;
  top.Write("taxonomy/docs/harbour.md", HarbourDocument());
  std::string commit = CommitAll(top.path());
  std::filesystem::remove(top.path() + "/taxonomy/docs/harbour.md");
  top.Write("taxonomy/knowledge/h/qna.yaml",
            HarbourQna("document:\n  repo: .\n  commit: " + commit + "\n  patterns: [docs/harbour.md]\n"));
  top.Write("taxonomy/knowledge/h/eval.yaml", Eval("How many piers are there?"));
  TaxonomyReport report = Check(top.path() + "/taxonomy");
  EXPECT_EQ(Shown(report), "");
  ASSERT_EQ(report.leaves.size(), 1u);
  EXPECT_EQ(report.leaves[0].documents.at(0).path, "docs/harbour.md");
}

TEST(Tree, RulesAboutMeaning) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/harbour");
  WriteHarbour(root, "knowledge/second");
  root.Write("knowledge/second/harbour.md", "Nothing of the kind.\n");
  root.Write("knowledge/second/eval.yaml",
             "questions:\n  - {question: WHEN was  pier number 3, answer: x}\n  - {question: 'Who?', answer: x}\n  - "
             "{question: "
             "who, answer: x}\n");
  TaxonomyReport report = Check(root.path());
  std::string shown = Shown(report), at = root.path() + "/knowledge/second/";
  EXPECT_NE(shown.find("error: " + at + "eval.yaml:2:16: this question is also a seed question (" + root.path() +
                       "/knowledge/harbour/qna.yaml:24:19)"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("error: " + at + "eval.yaml:4:16: this question was asked before, in line 3"), std::string::npos)
      << shown;
  EXPECT_NE(shown.find("warning: " + at + "qna.yaml:6:14: the context"), std::string::npos) << shown;
  EXPECT_EQ(report.error_count, 2u);
  ASSERT_EQ(report.leaves.size(), 1u);
  EXPECT_EQ(report.leaves[0].path, "knowledge/harbour");
  Result<std::vector<Leaf>> loaded = LoadTaxonomy(root.path());
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().where, at + "eval.yaml:2:16");
}

TEST(Tree, SkillQuestionsKeepTheirCase) {
  TestDirectory root;
  root.Write("compositional_skills/s/qna.yaml", SkillQna());
  root.Write("compositional_skills/s/eval.yaml", Eval("Sort B1, A1."));
  EXPECT_EQ(Shown(Check(root.path())), "");
  root.Write("compositional_skills/s/eval.yaml", Eval("Sort b1, a1"));
  EXPECT_EQ(Check(root.path()).error_count, 1u);
}

TEST(Tree, NamesAndPaths) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/harbour");
  WriteHarbour(root, "knowledge/Harbour");
  WriteHarbour(root, "elsewhere/h");
  WriteHarbour(root, "knowledge/-x");
  root.Write("knowledge/qna.yml", "x");
  root.Write("knowledge/deep/leaf.yaml", "x");
  root.Write("knowledge/lone/eval.yaml", "x");
  root.Write("qna.yaml", "x");
  std::string shown = Shown(Check(root.path())), at = root.path() + "/";
  for (const std::string& part : {"error: " + at + "knowledge/harbour: differs from \"knowledge/Harbour\" only in case",
                                  "warning: " + at + "elsewhere/h: this leaf is neither",
                                  "error: " + at + "knowledge/-x: the folder's name is not allowed",
                                  "warning: " + at + "knowledge/qna.yml: this file is not read",
                                  "warning: " + at + "knowledge/deep/leaf.yaml: this file is not read",
                                  "warning: " + at + "knowledge/lone/eval.yaml: there is no qna.yaml",
                                  "error: " + at + "qna.yaml: a leaf needs a folder"})
    EXPECT_NE(shown.find(part), std::string::npos) << part << "\n" << shown;
}

TEST(Tree, ChecksTheNamedPartOnly) {
  TestDirectory root;
  WriteHarbour(root, "knowledge/harbour/old");
  WriteHarbour(root, "knowledge/harbour/new");
  WriteHarbour(root, "knowledge/town");
  using Paths = std::vector<std::string>;
  EXPECT_EQ(Check(root.path(), {"knowledge/town"}).seen, Paths{"knowledge/town"});
  EXPECT_EQ(Check(root.path(), {root.path() + "/knowledge/harbour/"}).seen,
            (Paths{"knowledge/harbour/new", "knowledge/harbour/old"}));
  EXPECT_EQ(Check(root.path(), {"knowledge/town/qna.yaml", "knowledge/harbour/old/harbour.md"}).seen,
            (Paths{"knowledge/harbour/old", "knowledge/town"}));
  EXPECT_EQ(Check(root.path(), {root.path()}).seen.size(), 3u);
  TaxonomyReport none = Check(root.path(), {"knowledge/twon"});
  EXPECT_EQ(none.error_count, 1u);
  EXPECT_TRUE(none.seen.empty());
  root.Write("knowledge/town/file.yaml", "x");
  EXPECT_EQ(Check(root.path(), {"knowledge/town/file.yaml"}).error_count, 1u);
  EXPECT_FALSE(CheckTaxonomy(root.path() + "/absent").ok());
}

TEST(Tree, ChangedLeaves) {
  TestDirectory top;
  std::string root = top.path() + "/taxonomy";
  for (const char* leaf : {"a", "b", "c", "gone"}) WriteHarbour(top, std::string("taxonomy/knowledge/") + leaf);
  top.Write("taxonomy/docs/d.md", HarbourDocument());
  top.Write("taxonomy/knowledge/uses/qna.yaml", HarbourQna("document:\n  repo: .\n  patterns: [docs/*.md]\n"));
  Result<LeafChanges> no_git = ChangedLeaves(root, "HEAD");
  ASSERT_FALSE(no_git.ok());
  EXPECT_EQ(no_git.error().code, ErrorCode::kNotFound);
  EXPECT_NE(no_git.error().message.find("in no git repository"), std::string::npos);
  std::string base = CommitAll(top.path());
  EXPECT_TRUE(ChangedLeaves(root, base)->changed.empty());
  top.Write("taxonomy/knowledge/a/harbour.md", HarbourDocument() + "x");  // committed later
  CommitAll(top.path());
  top.Write("taxonomy/knowledge/b/eval.yaml", Eval("Why?"));  // changed in the work tree
  WriteHarbour(top, "taxonomy/knowledge/new");                // untracked
  top.Write("taxonomy/docs/d.md", "changed");
  top.Write("elsewhere.md", "x");
  std::filesystem::remove_all(root + "/knowledge/gone");
  Result<LeafChanges> changes = ChangedLeaves(root, base);
  ASSERT_TRUE(changes.ok()) << changes.error().ToString();
  EXPECT_EQ(changes->changed,
            (std::vector<std::string>{"knowledge/a", "knowledge/b", "knowledge/new", "knowledge/uses"}));
  EXPECT_EQ(changes->removed, std::vector<std::string>{"knowledge/gone"});
  EXPECT_EQ(ChangedLeaves(root, "empty")->changed.size(), 5u);
  EXPECT_FALSE(ChangedLeaves(root, "no-such-branch").ok());
}

TEST(Tree, CommitHolding) {
  TestDirectory top;
  const std::string root = top.path() + "/taxonomy";
  const auto commit = [&] { return CommitHolding(root, *LoadTaxonomy(root)); };
  WriteHarbour(top, "taxonomy/knowledge/a");
  EXPECT_EQ(commit(), "") << "no repository";
  const std::string first = CommitAll(top.path());
  EXPECT_EQ(commit(), first);
  top.Write("elsewhere.md", "x");
  EXPECT_NE(CommitAll(top.path()), first);
  EXPECT_EQ(commit(), first) << "another folder has nothing to do with the data";
  top.Write("taxonomy/knowledge/a/harbour.md", HarbourDocument() + "x");
  EXPECT_EQ(commit(), "") << "changed on the disk only";
  const std::string second = CommitAll(top.path());
  EXPECT_EQ(commit(), second);
  top.Write(".gitignore", "b/\n");
  CommitAll(top.path());
  EXPECT_EQ(commit(), second);
  WriteHarbour(top, "taxonomy/knowledge/b");
  EXPECT_EQ(commit(), "") << "a leaf that git ignores is in no commit";
  EXPECT_EQ(CommitHolding(root + "/knowledge/b", {}), "") << "HEAD has nothing there";
  const Result<std::string> nothing = GitRepository::Containing(root + "/knowledge/b")->LastChange();
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
  std::filesystem::remove_all(root + "/knowledge/b");
  top.Write(".gitignore", "more.md\n");
  CommitAll(top.path());
  EXPECT_EQ(commit(), second);
  top.Write("taxonomy/knowledge/a/more.md", HarbourDocument());
  EXPECT_EQ(commit(), "") << "a document that git ignores is in no commit";
}

TEST(Tree, HundredLeavesTakeMilliseconds) {
  TestDirectory root;
  for (int i = 0; i < 100; ++i) {
    std::string qna = HarbourQna();
    std::string mark = "pier " + std::to_string(i) + "-";
    root.Write("knowledge/h" + std::to_string(i) + "/qna.yaml", qna);
    root.Write("knowledge/h" + std::to_string(i) + "/eval.yaml",
               Eval("How many piers has harbour " + std::to_string(i) + "?"));
    root.Write("knowledge/h" + std::to_string(i) + "/d.md", HarbourDocument());
  }
  auto start = std::chrono::steady_clock::now();
  TaxonomyReport report = Check(root.path());
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  EXPECT_EQ(report.leaves.size(), 100u) << Shown(report).substr(0, 1000);
  RecordProperty("milliseconds", static_cast<int>(took.count()));
  std::printf("100 leaves: %d ms\n", static_cast<int>(took.count()));
  EXPECT_LT(took.count(), 5000) << "far above what a loaded machine explains";
}

TEST(NewLeaf, FailsTheCheckOnlyByItsTodos) {
  for (LeafKind kind : {LeafKind::kKnowledge, LeafKind::kSkill}) {
    TestDirectory root;
    Result<std::vector<std::string>> written = NewLeaf(root.path(), kind, "harbour/tides/");
    ASSERT_TRUE(written.ok()) << written.error().ToString();
    TaxonomyReport report = Check(root.path());
    ASSERT_EQ(report.seen.size(), 1u);
    EXPECT_GT(report.error_count, 10u);
    for (const Problem& problem : report.problems)
      EXPECT_NE(problem.message.find("still says TODO"), std::string::npos) << problem.ToString();
    // With every TODO replaced the check passes.
    for (const std::string& file : *written) {
      Result<std::string> text = ReadFile(file);
      for (size_t at; (at = text->find("TODO: ")) != std::string::npos;) text->erase(at, 6);
      ASSERT_TRUE(WriteFileAtomic(file, *text).ok());
    }
    report = Check(root.path());
    EXPECT_EQ(report.error_count, 0u) << Shown(report);
    EXPECT_FALSE(NewLeaf(root.path(), kind, "harbour/tides").ok()) << "nothing is overwritten";
  }
  TestDirectory root;
  EXPECT_FALSE(NewLeaf(root.path(), LeafKind::kSkill, "knowledge/x").ok());
  EXPECT_FALSE(NewLeaf(root.path(), LeafKind::kSkill, "../x").ok());
  EXPECT_FALSE(NewLeaf(root.path(), LeafKind::kSkill, "/x").ok());
  EXPECT_FALSE(NewLeaf(root.path(), LeafKind::kSkill, "").ok());
  for (const char* path : {"knowledge", "knowledge/", "knowledge/knowledge/x", "x/knowledge/y",
                           "knowledge/x/compositional_skills/y", "compositional_skills/x"}) {
    Result<std::vector<std::string>> written = NewLeaf(root.path(), LeafKind::kKnowledge, path);
    ASSERT_FALSE(written.ok()) << path;
    EXPECT_EQ(written.error().where, path);
    EXPECT_NE(written.error().message.find("; "), std::string::npos) << written.error().message;
  }
  EXPECT_TRUE(std::filesystem::is_empty(root.path()));
}

// Stands in another directory until the end.
class WorkingIn {
 public:
  explicit WorkingIn(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingIn() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

TEST(Tree, BelowRoot) {
  TestDirectory top;
  top.Write("taxonomy/knowledge/harbour/qna.yaml", "x");
  top.Write("elsewhere/x", "x");
  struct {
    const char *in, *root, *path, *below;
  } cases[] = {
      {".", "taxonomy", "harbour/tides", "harbour/tides"},
      {".", "taxonomy", "knowledge/zoo/", "knowledge/zoo"},
      {".", "taxonomy", "taxonomy/knowledge/zoo", "knowledge/zoo"},
      {".", "./taxonomy/", "taxonomy/zoo", "zoo"},
      {".", "taxonomy", "taxonomy", ""},
      {".", "taxonomy", "elsewhere", "elsewhere"},
      {".", "taxonomy", "../x", "../x"},
      {"taxonomy", "../taxonomy", "zoo", "zoo"},
      {"taxonomy", "../taxonomy", ".", ""},
      {"taxonomy", ".", "taxonomy/knowledge/zoo", "knowledge/zoo"},
      {"taxonomy", ".", "taxonomy/zoo", "taxonomy/zoo"},
      {"taxonomy/knowledge", "../../taxonomy", "knowledge/zoo", "knowledge/zoo"},
      {"taxonomy/knowledge", "../../taxonomy", "harbour", "knowledge/harbour"},
      {"taxonomy/knowledge", "../../taxonomy", "./zoo", "knowledge/zoo"},
      {"taxonomy/knowledge", "../../taxonomy", "zoo", "zoo"},
      {"taxonomy/knowledge", "../../taxonomy", "taxonomy/knowledge/zoo", "knowledge/zoo"},
      {"taxonomy/knowledge/harbour", "../../../taxonomy", "qna.yaml", "knowledge/harbour/qna.yaml"},
      {".", "taxonomy", "", ""},
  };
  for (const auto& c : cases) {
    const WorkingIn there(top.path() + "/" + c.in);
    EXPECT_EQ(BelowRoot(c.root, c.path), c.below) << c.in << " " << c.root << " " << c.path;
  }
  EXPECT_EQ(BelowRoot("/a/taxonomy", "/a/taxonomy/knowledge/x"), "knowledge/x");
}

}  // namespace
}  // namespace cairn::taxonomy
