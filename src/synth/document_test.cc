#include "synth/document.h"

#include <gtest/gtest.h>

#include "synth/chunk.h"

namespace cairn::synth {
namespace {

std::vector<std::string> Sentences(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view sentence : SplitSentences(text)) out.emplace_back(sentence);
  return out;
}

using List = std::vector<std::string>;

TEST(DocumentTest, MarkdownBlocksWithLines) {
  auto document = ParseDocument(
      "---\ntitle: x\n---\n# The *Light*\n\nIt was built\nin [1902](http://x). ![alt](y.png)\n\n- first `thing`\n- "
      "second\n\n"
      "| Day | Open |\n|---|---|\n| Monday | 9 to 5 |\n\n```\ncode\n```\n<b>raw</b>\n",
      "a.md");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  ASSERT_EQ(document->blocks.size(), 7u);
  const auto& blocks = document->blocks;
  EXPECT_EQ(blocks[0].kind, Block::Kind::kHeading);
  EXPECT_EQ(blocks[0].text, "The Light");
  EXPECT_EQ(blocks[0].first_line, 4u);
  EXPECT_EQ(blocks[1].text, "It was built in 1902.");
  EXPECT_EQ(blocks[1].first_line, 6u);
  EXPECT_EQ(blocks[1].LineAt(0), 6u);
  EXPECT_EQ(blocks[1].LineAt(14), 7u);
  EXPECT_EQ(blocks[2].kind, Block::Kind::kListItem);
  EXPECT_EQ(blocks[2].text, "first thing");
  EXPECT_EQ(blocks[4].kind, Block::Kind::kTableRow);
  EXPECT_EQ(blocks[4].text, "Day: Monday; Open: 9 to 5.");
  EXPECT_EQ(blocks[5].kind, Block::Kind::kCode);
  EXPECT_EQ(blocks[6].text, "raw");
}

TEST(DocumentTest, PlainTextParagraphs) {
  auto document = ParseDocument("One line\ngoes on.\n\n   \n# no heading\n", "a.txt");
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(document->blocks.size(), 2u);
  EXPECT_EQ(document->blocks[0].text, "One line goes on.");
  EXPECT_EQ(document->blocks[1].text, "# no heading");
  EXPECT_EQ(document->blocks[1].first_line, 5u);
}

TEST(DocumentTest, RefusesHostileInput) {
  EXPECT_FALSE(ParseDocument(std::string(5 << 20, 'x'), "a.md").ok());
  EXPECT_FALSE(ParseDocument(std::string(70000, 'x'), "a.md").ok());
  auto bad = ParseDocument(
      "good\nb\xFF"
      "d\n",
      "a.md");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().where, "a.md:2:1");
  EXPECT_FALSE(ParseDocument(std::string_view("a\0b", 3), "a.txt").ok());
  std::string many;
  for (int i = 0; i < 100001; ++i) many += "x\n\n";
  EXPECT_FALSE(ParseDocument(many, "a.txt").ok());
  EXPECT_FALSE(ParseDocument(many, "a.md").ok());
}

TEST(DocumentTest, DeepNestingEnds) {
  EXPECT_TRUE(ParseDocument(std::string(64, '>') + " x\n", "a.md").ok());
  std::string rule = "a\n\n";
  for (int i = 0; i < 100; ++i) rule += "- ";
  EXPECT_TRUE(ParseDocument(rule + "\n\nb\n", "a.md").ok());
  EXPECT_TRUE(ParseDocument(std::string(60000, '[') + "\n", "a.md").ok());
  EXPECT_TRUE(ParseDocument(std::string(30000, '*') + "a" + std::string(30000, '*'), "a.md").ok());
  EXPECT_TRUE(ParseDocument("", "a.md").ok());
}

// cmark asks every open container about every line.
TEST(DocumentTest, ContainersInContainersAreBounded) {
  std::string items, numbers;
  for (int i = 0; i < 65; ++i) {
    items += i % 2 == 0 ? "- " : "+\t";
    numbers += i % 2 == 0 ? "12. " : "3) ";
  }
  for (const std::string& marks : {items, numbers, std::string(65, '>'), std::string(257, ' '), std::string(65, '\t'),
                                   "> " + std::string(256, ' ')}) {
    auto refused = ParseDocument("one\n\n" + marks + "a\n", "a.md");
    ASSERT_FALSE(refused.ok()) << marks;
    EXPECT_EQ(refused.error().where, "a.md:3:1");
    EXPECT_TRUE(ParseDocument("one\n\n" + marks + "a\n", "a.txt").ok());
  }
  for (const std::string& line :
       {std::string(80, '-'), std::string(80, '*'), std::string(300, ' '), "- " + items.substr(4),
        std::string(256, ' ') + "a", std::string(80, '+') + "a", std::string("1234567890. a")})
    EXPECT_TRUE(ParseDocument("one\n\n" + line + "\n", "a.md").ok()) << line;
  EXPECT_FALSE(ParseDocument(std::string(1000001, '\n'), "a.md").ok());
}

TEST(SentenceTest, AbbreviationsInitialsDecimals) {
  EXPECT_EQ(Sentences("Mr. Bell paid 3.50 to Dr. J. K. Rooke. He left at 9 a.m. on Monday. It was St. Ann's day."),
            (List{"Mr. Bell paid 3.50 to Dr. J. K. Rooke.", "He left at 9 a.m. on Monday.", "It was St. Ann's day."}));
  EXPECT_EQ(Sentences("See No. 5 and p. 12. Was it so? Yes! Done..."),
            (List{"See No. 5 and p. 12.", "Was it so?", "Yes!", "Done..."}));
  EXPECT_EQ(Sentences("They chose plan B. The work began."), (List{"They chose plan B.", "The work began."}));
  EXPECT_EQ(Sentences("1. Wash it. 2. Dry it."), (List{"1. Wash it.", "2. Dry it."}));
}

TEST(SentenceTest, QuotationsAndBrackets) {
  EXPECT_EQ(Sentences("\"Stop! Go home.\" he said. Then he left."),
            (List{"\"Stop! Go home.\" he said.", "Then he left."}));
  EXPECT_EQ(Sentences("She wrote \u201CI know. I saw.\u201D Nobody came."),
            (List{"She wrote \u201CI know. I saw.\u201D", "Nobody came."}));
  EXPECT_EQ(Sentences("It opens late (at ten. No earlier) on Sunday. Bring tea."),
            (List{"It opens late (at ten. No earlier) on Sunday.", "Bring tea."}));
  EXPECT_EQ(Sentences("A stray \" quote. Next one."), (List{"A stray \" quote.", "Next one."}));
}

TEST(SentenceTest, UnicodeAndBadBytes) {
  EXPECT_EQ(Sentences("\u00C9mile came. \u00D6l is dear.").size(), 2u);
  EXPECT_EQ(Sentences("\u5929\u6C17\u3002\u6674\u308C\u3002").size(), 2u);
  EXPECT_EQ(Sentences("bad \xC3 bytes. \xE2\x80").size(), 2u);
  EXPECT_TRUE(Sentences("  \n ").empty());
}

Document Parse(const char* text) {
  auto document = ParseDocument(text, "d.md");
  CAIRN_CHECK(document.ok());
  return *document;
}

std::string Table(size_t header, size_t rows) {
  std::string text = "|" + std::string(header, 'h') + "|k|\n|---|---|\n";
  for (size_t i = 0; i < rows; ++i) text += "|b|c|\n";
  return text;
}

// What is repeated beside each row or sentence must not multiply a small document.
TEST(DocumentTest, RepetitionIsBounded) {
  std::string wide = "|";
  for (int i = 0; i < 300; ++i) wide += "a|";
  EXPECT_FALSE(ParseDocument(wide + "\n", "d.md").ok());
  auto repeated = ParseDocument(Table(200, 10), "d.md"), left_out = ParseDocument(Table(201, 10), "d.md");
  ASSERT_TRUE(repeated.ok() && left_out.ok());
  EXPECT_EQ(repeated->blocks.at(0).text, std::string(200, 'h') + ": b; k: c.");
  EXPECT_EQ(left_out->blocks.at(0).text, "b; k: c.");
  EXPECT_FALSE(ParseDocument(Table(200, 90000), "d.md").ok());
  auto chunks = [](size_t lead_in) {
    std::string list = std::string(lead_in - 1, 'w') + ":\n\n";
    for (int i = 0; i < 10; ++i) list += "- item one two three four five six seven eight nine ten eleven\n";
    return MakeChunks(ParseDocument(list, "d.md").value());
  };
  EXPECT_EQ(chunks(400).back().context, 1u);
  EXPECT_EQ(chunks(401).back().context, 0u);
}

TEST(ChunkTest, WholeSentencesHeadingsAndContext) {
  Document document = Parse(
      "# Light\n\n## Past\n\nThe light was built in 1902 by Ann Marl. It stands on Crow Rock. The lamp burns oil. "
      "It shines far.\nThey paint it every May.\n\n## Now\n\nIt is closed.\n");
  ChunkOptions options;
  options.max_words = 14;
  auto chunks = MakeChunks(document, options);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[0].Text(), "The light was built in 1902 by Ann Marl. It stands on Crow Rock.");
  EXPECT_EQ(chunks[1].Text(), "The lamp burns oil. It shines far. They paint it every May.");
  EXPECT_EQ(chunks[1].context, 0u);
  EXPECT_EQ(chunks[1].first_line, 5u);
  EXPECT_EQ(chunks[1].last_line, 6u);
  // No sentence of another section is taken as context.
  EXPECT_EQ(chunks[2].Text(), "It is closed.");
  EXPECT_EQ(chunks[2].Where(), "d.md:10-10");
}

TEST(ChunkTest, PronounTakesTheSentenceBefore) {
  Document document = Parse("The mill stands on the Ouse near Holt.\n\nIt grinds rye.\n");
  auto chunks = MakeChunks(document);
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[1].Text(), "The mill stands on the Ouse near Holt. It grinds rye.");
  EXPECT_EQ(chunks[1].context, 1u);
  EXPECT_EQ(chunks[1].first_line, 3u);
}

TEST(ChunkTest, ListsCarryTheirIntroduction) {
  Document document = Parse("The shop sells:\n\n- red tea\n- salt\n- rope\n- nails\n");
  auto chunks = MakeChunks(document);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[1].Text(), "The shop sells: red tea salt rope");
  EXPECT_EQ(chunks[2].Text(), "The shop sells: nails");
}

TEST(ChunkTest, EndlessSentenceIsCut) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word ";
  auto chunks = MakeChunks(Parse(text.c_str()));
  EXPECT_EQ(chunks.size(), 5u);
  EXPECT_NE(chunks[0].id, "");
}

}  // namespace
}  // namespace cairn::synth
