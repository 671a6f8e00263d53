#include "taxonomy/qna.h"

#include <gtest/gtest.h>

#include "taxonomy/test_util.h"
#include "taxonomy/text.h"

namespace cairn::taxonomy {
namespace {

std::string Shown(const Problems& problems) {
  std::string out;
  for (const Problem& problem : problems.list()) out += problem.ToString() + "\n";
  return out;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string ManyPatterns(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? ", a" : "a") + std::to_string(i) + ".md";
  return list;
}

TEST(Qna, AcceptsKnowledge) {
  Problems problems;
  Leaf leaf = ParseQna(HarbourQna("document:\n  repo: ./\n  patterns: [docs/*.md]\n"), "f", std::nullopt, &problems);
  EXPECT_EQ(Shown(problems), "");
  EXPECT_EQ(leaf.kind, LeafKind::kKnowledge) << "a document makes it knowledge";
  EXPECT_EQ(leaf.domain, "harbours");
  ASSERT_EQ(leaf.seed_examples.size(), 5u);
  ASSERT_EQ(leaf.seed_examples[4].questions_and_answers.size(), 3u);
  EXPECT_EQ(leaf.seed_examples[4].questions_and_answers[0].answer, "In 1905.");
  EXPECT_EQ(leaf.seed_examples[0].at.line, 6);
  EXPECT_EQ(leaf.document->repo, ".");
  EXPECT_EQ(leaf.document->patterns, std::vector<std::string>{"docs/*.md"});
}

TEST(Qna, AcceptsSkillsOfEveryVersion) {
  for (const char* version : {"version: 3", "version: 2"}) {
    Problems problems;
    Leaf leaf = ParseQna(
        Replaced(SkillQna("  - context: |\n\n      c  \n    question: q\n    answer: yes\n"), "version: 3", version),
        "f", LeafKind::kSkill, &problems);
    EXPECT_EQ(
        Shown(problems),
        "warning: f:19:13: seed_examples[5].answer looks like a number, date or truth value and is taken as text; "
        "put it in quotes, as InstructLab requires\n");
    ASSERT_EQ(leaf.seed_examples.size(), 6u);
    EXPECT_EQ(leaf.seed_examples[5].context, "c");
    EXPECT_EQ(leaf.seed_examples[5].questions_and_answers[0].answer, "yes");
  }
  Problems problems;
  Leaf leaf = ParseQna("created_by: x\ntask_description: ''\nseed_examples: [{question: a, answer: b}]\n", "f",
                       LeafKind::kSkill, &problems);
  EXPECT_FALSE(problems.has_errors()) << Shown(problems);
  EXPECT_EQ(leaf.version, 1);
}

struct Refused {
  const char* name;
  std::string text, where, message;
};

// `where` is that of the only error.
void ExpectRefused(const Refused& c, LeafKind kind) {
  Problems problems;
  ParseQna(c.text, "f", kind, &problems);
  EXPECT_EQ(problems.error_count(), 1u) << c.name << "\n" << Shown(problems);
  for (const Problem& problem : problems.list()) {
    if (problem.severity != Severity::kError) continue;
    EXPECT_EQ(problem.where, c.where) << c.name << ": " << problem.ToString();
    EXPECT_NE(problem.ToString().find(c.message), std::string::npos) << c.name << ": " << problem.ToString();
    EXPECT_NE(problem.remedy, "") << c.name;
  }
}

TEST(Qna, RefusesKnowledge) {
  std::string good = HarbourQna();
  std::string question = "question: When was pier number 1?";
  std::string last = "  - context: The pier number 5";
  std::string four = good.substr(0, good.find(last));
  const Refused cases[] = {
      {"empty", "", "f:1:1", "the file is empty"},
      {"list", "- a\n", "f:1:1", "no mapping"},
      {"text", "hello\n", "f:1:1", "no mapping"},
      {"syntax", Replaced(good, "ann", "ann: bob"), "f:2:16", "a ':' stands where no value may follow"},
      {"no version", Replaced(good, "version: 3\n", ""), "f:1:1", "version is missing"},
      {"old version", Replaced(good, "version: 3", "version: 2"), "f:1:10", "no longer read"},
      {"new version", Replaced(good, "version: 3", "version: 4"), "f:1:10", "\"version: 3\""},
      {"version in quotes", Replaced(good, "version: 3", "version: '3'"), "f:1:10", "without quotes"},
      {"unknown field", Replaced(good, "domain: harbours", "domain: harbours\ndocment_outline: x"), "f:4:1",
       "did you mean \"document_outline\"?"},
      {"skill's field", Replaced(good, "domain: harbours", "domain: harbours\ntask_description: x"), "f:4:1",
       "unknown field \"task_description\""},
      {"missing field", Replaced(good, "domain: harbours\n", ""), "f:1:1", "domain is missing"},
      {"no value", Replaced(good, "ann", ""), "f:2:1", "created_by has no value"},
      {"blank", Replaced(good, "ann", "' '"), "f:2:13", "created_by is empty"},
      {"path", Replaced(good, "ann", "/home/ann"), "f:2:13", "created_by looks like a path"},
      {"spaced path", Replaced(good, "ann", "/home/ann smith"), "f:2:13", "created_by looks like a path"},
      {"file prefix", Replaced(good, "ann", "'file:ann'"), "f:2:13", "created_by looks like a path"},
      {"file", Replaced(good, "ann", "'see file:/home/ann'"), "f:2:13", "created_by looks like a path"},
      {"list for text", Replaced(good, "ann", "[ann, bob]"), "f:2:13", "created_by is a list"},
      {"to do", Replaced(good, "ann", "'TODO: name'"), "f:2:13", "still says TODO"},
      {"no examples", Replaced(four.substr(0, four.find("  - context")), "seed_examples:", "seed_examples: x"),
       "f:5:16", "seed_examples is text"},
      {"four examples", four, "f:6:3", "has 4 items, but at least 5 are needed; add 1 more"},
      {"example is text", four + "  - hello\n", "f:38:5", "seed_examples[4] is text"},
      {"two questions",
       four + "  - context: c\n    questions_and_answers:\n      - {question: a, answer: b}\n      - {question: c, "
              "answer: d}\n",
       "f:40:7", "seed_examples[4].questions_and_answers has 2 items, but at least 3 are needed"},
      {"no context",
       four + "  - questions_and_answers:\n      - {question: a, answer: b}\n      - {question: c, answer: d}\n      - "
              "{question: e, answer: f}\n",
       "f:38:5", "seed_examples[4].context is missing"},
      {"no answer", Replaced(good, question + "\n        answer: In 1901.", question), "f:8:9",
       "seed_examples[0].questions_and_answers[0].answer is missing"},
      {"key of the pair", Replaced(good, question, question + "\n        anwser: x"), "f:9:9",
       "did you mean \"answer\"?"},
      {"same pair twice", Replaced(good, "In which year did they build pier 1?", "When was pier number 1?"), "f:10:19",
       "repeats an earlier question and answer"},
      {"too long", Replaced(good, "ann", std::string(300, 'a')), "f:2:13", "longer than 256 bytes"},
      {"document is text", HarbourQna("document: docs/x.md\n"), "f:46:11", "document is text"},
      {"document without commit", HarbourQna("document:\n  repo: https://e.org/r\n  patterns: [a.md]\n"), "f:47:3",
       "document.commit is missing"},
      {"no patterns", HarbourQna("document:\n  repo: .\n  patterns: []\n"), "f:48:13", "document.patterns has 0 items"},
      {"too many patterns", HarbourQna("document:\n  repo: .\n  patterns: [" + ManyPatterns(101) + "]\n"), "f:48:13",
       "more than 100 items"},
      {"pattern leaves", HarbourQna("document:\n  repo: .\n  patterns: [a/../../b.md]\n"), "f:48:14", "a part \"..\""},
      {"pattern absolute", HarbourQna("document:\n  repo: .\n  patterns: [/etc/*.md]\n"), "f:48:14", "starts with '/'"},
      {"pattern twice", HarbourQna("document:\n  repo: .\n  patterns: [a.md, a.md]\n"), "f:48:20", "repeats"},
  };
  for (const Refused& c : cases) ExpectRefused(c, LeafKind::kKnowledge);
}

TEST(Qna, RefusesSkills) {
  std::string good = SkillQna();
  std::string four = good.substr(0, good.find("  - question: Sort b5"));
  const Refused cases[] = {
      {"four examples", four, "f:5:3", "has 4 items"},
      {"same example twice", SkillQna("  - question: Sort b1, a1.\n    answer: a1, b1\n"), "f:15:5",
       "seed_examples[5] repeats an earlier example"},
      {"empty context", SkillQna("  - context:\n    question: q\n    answer: a\n"), "f:15:5",
       "seed_examples[5].context has no value"},
      {"knowledge's field", Replaced(good, "created_by", "domain: x\ncreated_by"), "f:2:1", "unknown field \"domain\""},
      {"blank description", Replaced(good, "sort words", "''"), "f:3:19", "task_description is empty"},
      {"hyphens", Replaced(good, "created_by: ann", "created_by: ann\ncreated-by: ann"), "f:3:1",
       "did you mean \"created_by\"?"},
      {"attribution", SkillQna("    attribution: [x]\n"), "f:15:5", "known here: context, question, answer"},
  };
  for (const Refused& c : cases) ExpectRefused(c, LeafKind::kSkill);
}

TEST(Qna, WarnsOfCommentsBehindText) {
  Problems problems;
  std::string text = Replaced(HarbourQna(), "When was pier number 1?", "Who drew plan #7 of the pier?");
  text = Replaced(text, "In 1901.", "\"In 1901.\"  # quoted");
  text = Replaced(text, "version: 3", "version: 3  # the format");
  Leaf leaf = ParseQna(text, "f", LeafKind::kKnowledge, &problems);
  EXPECT_EQ(Shown(problems),
            "warning: f:8:33: seed_examples[0].questions_and_answers[0].question ends before this \" #\": what follows "
            "is a comment and is not read; put the text in quotes, or the comment on a line of its own\n");
  EXPECT_EQ(leaf.seed_examples[0].questions_and_answers[0].question, "Who drew plan");
  Problems measured;
  ParseEval("questions:\n  - question: a\n    answer: no #2\n    accept: [b]  # more\n", "f", &measured);
  EXPECT_EQ(Shown(measured).rfind("warning: f:3:16: questions[0].answer ends before this \" #\"", 0), 0u)
      << Shown(measured);
  EXPECT_EQ(measured.list().size(), 1u);
}

TEST(Qna, CollectsAllProblems) {
  Problems problems;
  ParseQna("version: 3\ncreated_by:\ndomain: ''\nseed: 1\nseed_examples: []\n", "f", LeafKind::kKnowledge, &problems);
  EXPECT_EQ(problems.error_count(), 5u) << Shown(problems);
}

TEST(Eval, ReadsAndRefuses) {
  Problems problems;
  std::vector<EvalQuestion> questions = ParseEval(Eval("Which year?"), "f", &problems);
  EXPECT_EQ(Shown(problems), "");
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].answer, "1901");
  EXPECT_EQ(questions[0].accept, (std::vector<std::string>{"in 1901", "1901"}));
  const Refused cases[] = {
      {"empty", "", "f:1:1", "the file is empty; write \"questions:\""},
      {"no list", "questions:\n", "f:1:1", "questions has no value; write a list"},
      {"none", "questions: []\n", "f:1:12", "at least 1 is needed"},
      {"list", "- question: a\n  answer: b\n", "f:1:1", "the file is a list"},
      {"accept is text", "questions:\n  - question: a\n    answer: b\n    accept: c\n", "f:4:13",
       "questions[0].accept is text"},
      {"accept holds a map", "questions:\n  - question: a\n    answer: b\n    accept: [{c: d}]\n", "f:4:14",
       "questions[0].accept[0] is a mapping"},
      {"unknown", "questions:\n  - question: a\n    answer: b\n    accepts: [c]\n", "f:4:5",
       "did you mean \"accept\"?"},
  };
  for (const Refused& c : cases) {
    Problems found;
    ParseEval(c.text, "f", &found);
    ASSERT_EQ(found.error_count(), 1u) << c.name << Shown(found);
    EXPECT_EQ(found.list()[0].where, c.where) << c.name;
    EXPECT_NE(found.list()[0].ToString().find(c.message), std::string::npos) << Shown(found);
  }
}

TEST(Text, Normalisation) {
  EXPECT_EQ(Trim(" \n a b\t\xC2\xA0"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(NormalizeQuestion("  When  WAS\nit ? ", true), "when was it");
  EXPECT_EQ(NormalizeQuestion("Write \xC3\x89"
                              "A",
                              false),
            "Write \xC3\x89"
            "A");
  EXPECT_EQ(NormalizeQuestion("Write \xC3\x89"
                              "A",
                              true),
            "write \xC3\xA9"
            "a");
  EXPECT_NE(NormalizeQuestion("3 + 4", true), NormalizeQuestion("3 - 4", true));
  EXPECT_EQ(WordsOnly("The *pier*,\n\xE2\x80\x9Cold\xE2\x80\x9D_one_."), " the pier old one ");
  EXPECT_EQ(CountWords(" a  b\nc "), 3u);
}

}  // namespace
}  // namespace cairn::taxonomy
