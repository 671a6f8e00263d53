#include "synth/knowledge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "synth/caching_teacher.h"
#include "synth/coverage.h"
#include "synth/fake_teacher.h"
#include "synth/filters.h"
#include "synth/pipeline.h"
#include "synth/row_filters.h"
#include "synth/spans.h"
#include "synth/statements.h"

namespace cairn::synth {
namespace {

constexpr const char* kText =
    "# Facts\n\nThe keeper of Crow Light is Ann Marl. The colour of Crow Light is dark red.\n\n"
    "The price of Tolman Bread is nine crowns. Nobody has said more about it yet today.\n";

taxonomy::Leaf KnowledgeLeaf() {
  taxonomy::Leaf leaf;
  leaf.path = "knowledge/crow";
  leaf.documents.push_back({"crow.md", kText, {}});
  taxonomy::SeedExample example;
  example.context = "The keeper of Crow Light is Ann Marl.";
  example.questions_and_answers.push_back({"Who is the keeper of Crow Light?", "Ann Marl", {}});
  leaf.seed_examples.push_back(example);
  leaf.eval_questions.push_back({"SECRET?", "SECRET", {}, {}});
  return leaf;
}

size_t Kept(const LeafData& data, const std::string& step) {
  size_t count = 0;
  for (const Row& row : data.rows) count += row.kept && row.step == step ? 1 : 0;
  return count;
}

uint64_t Dropped(const LeafData& data, const std::string& stage) {
  for (const Funnel::Stage& entry : data.funnel.stages) {
    if (entry.name == stage) return entry.dropped;
  }
  return 0;
}

void ExpectEveryRowDecided(const LeafData& data) {
  uint64_t kept = 0;
  for (const Row& row : data.rows) {
    EXPECT_EQ(row.kept, row.reason.empty());
    EXPECT_EQ(row.kept, row.stage.empty());
    EXPECT_FALSE(row.id.empty());
    kept += row.kept ? 1 : 0;
  }
  EXPECT_EQ(kept, data.funnel.kept);
  EXPECT_EQ(data.rows.size(), data.funnel.made);
}

TEST(KnowledgeTest, SentencesMakeRowsThemselves) {
  auto gaps = [](const std::string& sentence) {
    std::string out;
    for (const QuestionAnswer& gap : GapSentences(sentence, sentence)) out += gap.question + " -> " + gap.answer + "\n";
    return out;
  };
  EXPECT_EQ(gaps("The smith Peter Lowen cleaned the pipe with a copper spoon."),
            "What is missing? The smith ___ cleaned the pipe with a copper spoon. -> Peter Lowen\n"
            "What is missing? The smith Peter Lowen cleaned ___ with a copper spoon. -> the pipe\n"
            "What is missing? The smith Peter Lowen cleaned the pipe with ___. -> a copper spoon\n");
  // Neither what the sentence begins with nor what stands in it twice.
  EXPECT_EQ(gaps("Crow Light and the tower of Crow Light are red."),
            "What is missing? Crow Light and ___ of Crow Light are red. -> the tower\n");
  EXPECT_EQ(gaps("Too short for that."), "");
  EXPECT_FALSE(StandsAlone("It was built in 1902."));
  EXPECT_TRUE(StandsAlone("Crow Light was built in 1902."));
}

TEST(KnowledgeTest, PerfectTeacher) {
  FakeTeacher teacher([](const TeacherRequest& request) {
    for (const auto& message : request.messages) EXPECT_EQ(message.content.find("SECRET"), std::string::npos);
    return PerfectReply(request);
  });
  auto data = Synthesise(KnowledgeLeaf(), teacher, {});
  ASSERT_TRUE(data.ok()) << data.error().ToString();
  ExpectEveryRowDecided(*data);
  std::map<std::string, std::string> answers;
  for (const Row& row : data->rows) {
    if (row.kept && row.step == "questions") answers[row.question] = row.answer;
  }
  EXPECT_EQ(answers, (std::map<std::string, std::string>{{"What is the keeper of Crow Light?", "Ann Marl"},
                                                         {"What is the colour of Crow Light?", "dark red"},
                                                         {"What is the price of Tolman Bread?", "nine crowns"}}));
  EXPECT_EQ(Kept(*data, "seed"), 1u);
  EXPECT_GE(Kept(*data, "rephrase"), 3u);
  EXPECT_EQ(Kept(*data, "statement"), 4u);
  // The same questions came many times; each copy says which row it repeats.
  EXPECT_GT(Dropped(*data, kStageDuplicate), 10u);
  EXPECT_EQ(Dropped(*data, kStageRoundTrip), 0u);
  ASSERT_EQ(data->uncovered.size(), 1u);
  EXPECT_EQ(data->uncovered[0], "crow.md:5-5: Nobody has said more about it yet today.");
  auto again = Synthesise(KnowledgeLeaf(), teacher, {});
  EXPECT_EQ(RowsToJsonl(data->rows), RowsToJsonl(again->rows));
}

TEST(KnowledgeTest, LyingTeacherIsCaught) {
  // Writes wrong answers that stand in the text, but reads well.
  FakeTeacher teacher([](const TeacherRequest& request) {
    std::string reply = PerfectReply(request);
    if (reply.starts_with("Q: ")) {
      size_t at = reply.find("A: Ann Marl");
      if (at != std::string::npos) reply.replace(at, 11, "A: dark red");
    }
    return reply;
  });
  SynthesisOptions options;
  options.rephrasings = 0;
  auto data = Synthesise(KnowledgeLeaf(), teacher, options);
  ASSERT_TRUE(data.ok());
  ExpectEveryRowDecided(*data);
  EXPECT_GT(Dropped(*data, kStageRoundTrip), 0u);
  for (const Row& row : data->rows) {
    bool lie = row.question == "What is the keeper of Crow Light?" && row.answer == "dark red";
    EXPECT_FALSE(row.kept && lie);
  }
}

TEST(KnowledgeTest, JudgeDrops) {
  FakeTeacher teacher([](const TeacherRequest& request) {
    const std::string& text = request.messages.back().content;
    if (text.find("Is this answer right") == std::string::npos) return PerfectReply(request);
    return std::string(text.find("Answer: dark red") != std::string::npos ? "No." : "Yes, it is.");
  });
  auto data = Synthesise(KnowledgeLeaf(), teacher, {});
  ASSERT_TRUE(data.ok());
  EXPECT_GE(Dropped(*data, kStageJudge), 1u);
  for (const Row& row : data->rows) EXPECT_FALSE(row.kept && row.answer == "dark red");
}

TEST(KnowledgeTest, MalformedTeacherKeepsOnlyWhatPeopleWrote) {
  for (std::string reply : {std::string(), std::string("blah blah"), std::string("Q: \nA: "), std::string("A: x\nQ: y"),
                            std::string(100000, 'x'),
                            std::string("Q: a\xFF"
                                        "b c d?\nA: <|end|>"),
                            std::string("Q: When was it built?\nA: dark red")}) {
    FakeTeacher teacher([&](const TeacherRequest&) { return reply; });
    auto data = Synthesise(KnowledgeLeaf(), teacher, {});
    ASSERT_TRUE(data.ok());
    ExpectEveryRowDecided(*data);
    EXPECT_EQ(data->funnel.kept, Kept(*data, "seed") + Kept(*data, "statement") + Kept(*data, "gap"))
        << reply.substr(0, 50);
    EXPECT_EQ(data->uncovered.size(), 3u);  // the seed covers one
  }
}

TEST(KnowledgeTest, ARefusedRequestDropsItsRowAndSaysSo) {
  FakeTeacher willing(PerfectReply);
  auto without = Synthesise(KnowledgeLeaf(), willing, {});
  ASSERT_TRUE(without.ok()) << without.error().ToString();
  for (const char* part : {"sentence of the text: ", "whose answer is: ", "Answer the question from the text",
                           "Is this answer right", "Ask this in another way: "}) {
    FakeTeacher teacher(PerfectReply);
    teacher.refuses = [&](const TeacherRequest& request) {
      return request.messages.back().content.find(part) != std::string::npos;
    };
    auto data = Synthesise(KnowledgeLeaf(), teacher, {});
    ASSERT_TRUE(data.ok()) << data.error().ToString();
    ExpectEveryRowDecided(*data);
    EXPECT_GT(Dropped(*data, kStageRefused), 0u) << part;
    for (const Row& row : data->rows)
      EXPECT_EQ(row.stage == kStageRefused, row.reason == "the teacher refused: HTTP 400");
    for (const char* stage : {kStageForm, kStageRoundTrip, kStageJudge})
      EXPECT_LE(Dropped(*data, stage), Dropped(*without, stage)) << part;
  }
}

TEST(KnowledgeTest, TeacherErrorsPassThrough) {
  class Broken : public Teacher {
    Result<void> Answer(const std::vector<TeacherRequest>&, const ReplySink&) override { return IoError("down"); }
    Json Identity() const override { return {}; }
  } teacher;
  auto data = Synthesise(KnowledgeLeaf(), teacher, {});
  ASSERT_FALSE(data.ok());
  EXPECT_EQ(data.error().message, "down");
}

TEST(KnowledgeTest, CapKeepsOriginalsFirst) {
  std::vector<Row> rows;
  for (int i = 0; i < 6; ++i) {
    Row row;
    row.question = "question number " + std::to_string(i);
    row.answer = "x";
    row.step = i < 3 ? "rephrase" : "questions";
    rows.push_back(row);
  }
  CapPerFact(rows, 4);
  EXPECT_TRUE(rows[0].kept && rows[3].kept && rows[4].kept && rows[5].kept);
  EXPECT_FALSE(rows[1].kept || rows[2].kept);
}

TEST(KnowledgeTest, ConflictGoesToTheMostConfirmed) {
  auto row = [](const char* question, const char* answer, uint32_t confirmed, const char* step = "questions") {
    Row out;
    out.question = question;
    out.answer = answer;
    out.confirmed = confirmed;
    out.step = step;
    return out;
  };
  std::vector<Row> rows = {row("Q a?", "one", 1), row("q A", "two", 3),       row("Q b?", "x", 2),
                           row("Q b?", "y", 2),   row("Q c?", "nine", 1),     row("Q c?", "nine days", 1),
                           row("Q d?", "m", 9),   row("Q d?", "n", 1, "seed")};
  DropConflicts(rows);
  std::vector<bool> kept;
  for (const Row& r : rows) kept.push_back(r.kept);
  EXPECT_EQ(kept, (std::vector<bool>{false, true, false, false, true, false, false, true}));
}

TEST(KnowledgeTest, VotesOfDuplicatesCount) {
  std::vector<Row> rows(3);
  for (Row& row : rows) row.question = "Who keeps it?";
  rows[0].answer = "Bell";
  rows[1].answer = rows[2].answer = "Ann Marl";
  DropDuplicates(rows);
  DropConflicts(rows);
  EXPECT_EQ(rows[0].stage, kStageConflict);
  EXPECT_TRUE(rows[1].kept);
  EXPECT_EQ(rows[2].stage, kStageDuplicate);
}

// Of twenty words, 17 and 19 are shared.
TEST(KnowledgeTest, QuestionsAreSimilarAboveNineTenths) {
  auto kept = [](size_t shared) {
    std::vector<Row> rows(2);
    for (size_t i = 0; i < 20; ++i) {
      const std::string word = "w" + std::to_string(i) + " ";
      if (i < shared || i % 2 == 0) rows[0].question += word;
      if (i < shared || i % 2 == 1) rows[1].question += word;
    }
    rows[0].answer = rows[1].answer = "x";
    DropSimilar(rows);
    EXPECT_TRUE(rows[0].kept);
    return rows[1].kept;
  };
  EXPECT_TRUE(kept(17));
  EXPECT_FALSE(kept(19));
}

// The sentence that a passage repeats from the one before it is reported there.
TEST(KnowledgeTest, SentencesOfAContextAreNotReported) {
  Chunk chunk;
  chunk.sentences = {"Crow Light is old.", "It was built in 1902."};
  chunk.source = "crow.md";
  chunk.first_line = chunk.last_line = 7;
  EXPECT_EQ(UncoveredSentences({chunk}, {}).size(), 2u);
  chunk.context = 1;
  EXPECT_THAT(UncoveredSentences({chunk}, {}), testing::ElementsAre("crow.md:7-7: It was built in 1902."));
}

TEST(FilterTest, EachRule) {
  EXPECT_FALSE(CheckForm({"Who is Ann?", "a baker"}));
  EXPECT_TRUE(CheckForm({"Who is\nAnn?", "a baker"}));
  EXPECT_TRUE(CheckForm({"Who is Ann?", "I don't know."}));
  EXPECT_TRUE(CheckForm({"Who is Ann? A: me", "a baker"}));
  EXPECT_TRUE(CheckForm({"Who is Ann?", "<|end|> b"}));
  EXPECT_TRUE(CheckLength({"Who, Ann?", "a baker"}));
  EXPECT_TRUE(CheckLength({"What colour is the dark red light?", "dark red"}));
  EXPECT_FALSE(CheckLength({"Is it red or green today?", "green"}));
  EXPECT_TRUE(CheckSubject({"When was it built?", "1902"}));
  EXPECT_TRUE(CheckSubject({"What is the name of his dog?", "Rex"}));
  EXPECT_TRUE(CheckSubject({"Where does she live?", "Holt"}));
  EXPECT_TRUE(CheckSubject({"What does the text say about tea?", "it is hot"}));
  EXPECT_FALSE(CheckSubject({"When did Tolman open his shop?", "1902"}));
  EXPECT_FALSE(CheckSubject({"When does the mill open its doors?", "at nine"}));
  EXPECT_FALSE(CheckSubject({"How far is it from Holt to Crow?", "nine miles"}));
  EXPECT_FALSE(CheckSource({"q", "The Dark-red"}, "A dark-red light."));
  EXPECT_FALSE(CheckSource({"q", "yes"}, "A dark light."));
  EXPECT_TRUE(CheckSource({"q", "red light"}, "A red and light room."));
  EXPECT_TRUE(Confirms("In 1902.", "1902"));
  EXPECT_TRUE(Confirms("9 days", "nine days"));
  EXPECT_FALSE(Confirms("about nine days", "nine days"));
  EXPECT_FALSE(Confirms("I don't know.", "I don't know."));
}

TEST(SpanTest, NumbersNamesTimesAndQuotes) {
  std::string sentence =
      "Mr. Tobin Arkle paid $2,300 for nine days at 9:15 on 4 March 1902 near the House of Salt, \"Old Bess\".";
  EXPECT_THAT(AnswerSpans(sentence, sentence),
              testing::ElementsAre("Old Bess", "Mr. Tobin Arkle", "$2,300", "nine days", "nine", "9:15", "4 March 1902",
                                   "4", "House of Salt"));
  EXPECT_TRUE(AnswerSpans("Nothing here is special.", "Nothing here is special.").empty());
}

TEST(RowTest, JsonRoundTrip) {
  Row row;
  row.question = "q";
  row.answer = "a";
  row.step = "questions";
  row.SetId();
  Row dropped = row;
  dropped.Drop(kStageJudge, "no");
  std::string text = RowsToJsonl({row, dropped});
  auto rows = RowsFromJsonl(text, "x");
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(RowsToJsonl(*rows), text);
  EXPECT_EQ(KeptConversations(*rows).size(), 1u);
  Funnel funnel = FunnelOf(*rows);
  auto back = FunnelFromJson(FunnelToJson(funnel), "x");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, funnel);
  EXPECT_FALSE(RowsFromJsonl("{\"kept\":false,\"confirmed\":1}\n", "x").ok());
  EXPECT_FALSE(RowsFromJsonl("[]\n", "x").ok());
  EXPECT_FALSE(RowsFromJsonl("{", "x").ok());
}

class MapCache : public CallCache {
 public:
  std::optional<std::string> Get(const Digest& key) override {
    auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }
  Result<void> Put(const Digest& key, const std::string& reply) override {
    if (map.size() >= limit) return IoError("disk full");
    map[key] = reply;
    return {};
  }
  std::map<Digest, std::string> map;
  size_t limit = SIZE_MAX;
};

TEST(CachingTeacherTest, SecondRunCostsNothingAndAKilledOneResumes) {
  FakeTeacher teacher(PerfectReply);
  MapCache cache;
  cache.limit = 20;  // as if the process had died there
  CachingTeacher first(teacher, cache, 4);
  EXPECT_FALSE(Synthesise(KnowledgeLeaf(), first, {}).ok());
  size_t before = teacher.calls;
  EXPECT_LE(before, 24u);
  cache.limit = SIZE_MAX;
  CachingTeacher second(teacher, cache, 4);
  auto data = Synthesise(KnowledgeLeaf(), second, {});
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(teacher.calls - before, cache.map.size() - 20);
  size_t total = teacher.calls;
  CachingTeacher third(teacher, cache);
  auto again = Synthesise(KnowledgeLeaf(), third, {});
  EXPECT_EQ(teacher.calls, total);
  EXPECT_EQ(RowsToJsonl(data->rows), RowsToJsonl(again->rows));
  FakeTeacher plain(PerfectReply);
  EXPECT_EQ(RowsToJsonl(Synthesise(KnowledgeLeaf(), plain, {})->rows), RowsToJsonl(data->rows));
}

TEST(CachingTeacherTest, KeysSeparateWhatMatters) {
  TeacherRequest a{{{"user", "q", false}}, 0, 1, 16}, b = a;
  b.seed = 2;
  EXPECT_EQ(CallKey({}, a), CallKey({}, b));  // greedy
  a.temperature = b.temperature = 0.7;
  EXPECT_NE(CallKey({}, a), CallKey({}, b));
  EXPECT_NE(CallKey({{"m", 1}}, a), CallKey({{"m", 2}}, a));
  b = a;
  b.messages[0].role = "system";
  EXPECT_NE(CallKey({}, a), CallKey({}, b));
  // A key of earlier versions, as a cache may have been paid for.
  EXPECT_EQ(CallKey({}, a), Sha256Of(DumpJson(Json::array({Json(), TeacherRequestToJson(a)}))));
  b = a;
  b.beams = 4;
  EXPECT_NE(CallKey({}, a), CallKey({}, b));
}

// Writing searches once and draws then; checking is greedy.
TEST(AskerTest, WritesAndChecksInItsOwnWay) {
  FakeTeacher teacher(PerfectReply);
  const Asker asker(teacher, 7, 5, {});
  const Messages messages = {{"user", "q", false}};
  const TeacherRequest first = asker.Write(messages, 0, 9), second = asker.Write(messages, 1, 9),
                       check = asker.Check(messages, 9);
  EXPECT_EQ(first.beams, 5);
  EXPECT_EQ(first.temperature, 0);
  EXPECT_EQ(second.beams, 1);
  EXPECT_EQ(second.temperature, 0.7);
  EXPECT_NE(second.seed, asker.Write(messages, 2, 9).seed);
  EXPECT_EQ(check.beams, 1);
  EXPECT_EQ(check.temperature, 0);
}

TEST(AskerTest, CutsRepliesBetweenCharacters) {
  std::string said;
  FakeTeacher teacher([&](const TeacherRequest&) { return said; });
  Asker asker(teacher, 7, 1, {});
  auto heard = [&] { return asker.Ask("asking", {asker.Check({{"user", "q", false}}, 9)}).value()[0].text; };
  for (const char* wide : {"", "\u00E9", "\u20AC", "\U0001F600"}) {
    said = std::string(3999, 'a') + wide + "bb";
    EXPECT_EQ(heard(), std::string(3999, 'a') + (*wide == 0 ? "b" : "")) << wide;
  }
  said = std::string(4000, 'a');
  EXPECT_EQ(heard(), said);
}

}  // namespace
}  // namespace cairn::synth
