#include "synth/vary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "synth/text.h"

namespace cairn::synth {
namespace {

using Pairs = std::vector<QuestionAnswer>;

std::string Why(const Pairs& seeds) {
  auto out = VarySeeds(seeds, 50, 7);
  return out.ok() ? "" : out.error().message;
}

const Pairs kUpperCase = {{"Write in capital letters: red apple pie", "RED APPLE PIE"},
                          {"Write in capital letters: old stone bridge", "OLD STONE BRIDGE"},
                          {"Write in capital letters: two grey cats", "TWO GREY CATS"}};
const Pairs kList = {{"Make a list: apples, pears and plums", "- apples\n- pears\n- plums"},
                     {"Make a list: cows and goats", "- cows\n- goats"},
                     {"Make a list: ropes, oars, nets and hooks", "- ropes\n- oars\n- nets\n- hooks"}};
const Pairs kSort = {{"Sort: pear, apple, fig", "apple, fig, pear"},
                     {"Sort: dog, cow, ant", "ant, cow, dog"},
                     {"Sort: oar, net, rope", "net, oar, rope"}};
const Pairs kPrice = {{"Bread costs 4 crowns at Rooke's. What is the price?", "4 crowns"},
                      {"You pay 12 crowns for salt. What is the price?", "12 crowns"},
                      {"Tea is sold for 7 crowns by Ann. What is the price?", "7 crowns"}};
const Pairs kAcronym = {{"Give the initials of Ann Bell Carr", "ABC"},
                        {"Give the initials of Tobin Arkle", "TA"},
                        {"Give the initials of Mira Lotte Penrow", "MLP"}};

TEST(VaryTest, CaseFollowsTheNewWords) {
  auto out = VarySeeds(kUpperCase, 60, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_EQ(out->size(), 60u);
  std::set<std::string> questions;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    ASSERT_TRUE(question.starts_with("Write in capital letters: "));
    EXPECT_EQ(answer, Upper(question.substr(26)));
    EXPECT_TRUE(questions.insert(question).second);
    for (const auto& seed : kUpperCase) EXPECT_NE(question, seed.question);
  }
  auto again = VarySeeds(kUpperCase, 60, 7);
  EXPECT_EQ((*again)[59].pair.question, (*out)[59].pair.question);
  auto other = VarySeeds(kUpperCase, 60, 8);
  EXPECT_NE((*other)[59].pair.question, (*out)[59].pair.question);
}

TEST(VaryTest, ListsWithConstantWords) {
  auto out = VarySeeds(kList, 30, 7);
  // "and" stands in the questions only: the list's words are those that change, in order.
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    std::string rest = question.substr(13);
    size_t at = 0;
    for (const Token& token : Tokenise(answer)) {
      size_t found = rest.find(token.In(answer), at);
      ASSERT_NE(found, std::string::npos) << question << " -> " << answer;
      at = found;
    }
    EXPECT_EQ(answer.find("- "), 0u);
  }
}

TEST(VaryTest, NumbersKeepTheirPlace) {
  auto out = VarySeeds(kPrice, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    std::string number = variation.pair.answer.substr(0, variation.pair.answer.find(' '));
    EXPECT_NE(variation.pair.question.find(" " + number + " crowns"), std::string::npos);
    EXPECT_TRUE(variation.pair.answer.ends_with(" crowns"));
  }
}

TEST(VaryTest, Initials) {
  auto out = VarySeeds(kAcronym, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    std::string want;
    std::string names = variation.pair.question.substr(21);
    for (const Token& token : Tokenise(names)) want += FirstCharacter(token.In(names));
    EXPECT_EQ(variation.pair.answer, want);
  }
}

TEST(VaryTest, NamesTurnedRound) {
  auto out =
      VarySeeds({{"Ann Bell", "Bell, Ann"}, {"Mira Arkle", "Arkle, Mira"}, {"Cado Penrow", "Penrow, Cado"}}, 30, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    size_t space = variation.pair.question.find(' ');
    EXPECT_EQ(variation.pair.answer,
              variation.pair.question.substr(space + 1) + ", " + variation.pair.question.substr(0, space));
  }
}

TEST(VaryTest, RefusesWhatIsNotACopyByPlace) {
  EXPECT_NE(Why(kSort), "");
  EXPECT_THAT(Why({{"Sort: b d, then c a", "a b c d"},
                   {"Sort: apple fig, then pear", "apple fig pear"},
                   {"Sort: ant cow, then dog", "ant cow dog"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"In order: ant cow dog", "ant cow dog"},
                   {"In order: apple fig pear", "apple fig pear"},
                   {"In order: bat cup door", "bat cup door"}}),
              testing::HasSubstr("sort"));
  EXPECT_THAT(Why({{"Order: 9 4", "4 9"}, {"Order: 8 3", "3 8"}, {"Order: 7 1", "1 7"}}), testing::HasSubstr("order"));
  EXPECT_THAT(Why({{"Turn round: cat door", "door cat"},
                   {"Turn round: lamp bell", "bell lamp"},
                   {"Turn round: oak zoo", "zoo oak"}}),
              testing::HasSubstr("two words"));
  EXPECT_THAT(Why({{"Longest: elephant, ant, bee", "elephant"},
                   {"Longest: hippopotamus, fox, cat", "hippopotamus"},
                   {"Longest: crocodile, owl, dog", "crocodile"}}),
              testing::HasSubstr("choose"));
  EXPECT_THAT(Why({{"Largest: 4, 9, 2", "9"}, {"Largest: 11, 3, 5", "11"}, {"Largest: 1, 6, 8", "8"}}),
              testing::HasSubstr("choose"));
  EXPECT_THAT(Why({{"Count: a b c", "3"}, {"Count: a b", "2"}, {"Count: x", "1"}}), testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"Past: I walk", "I walked"}, {"Past: I jump", "I jumped"}, {"Past: I call", "I called"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"Is a cat an animal?", "yes"}, {"Is a cup an animal?", "no"}, {"Is a dog an animal?", "yes"}}),
              testing::HasSubstr("not copies"));
  EXPECT_THAT(Why({{"a", "a"}}), testing::HasSubstr("fewer than three"));
  EXPECT_NE(Why({{"", ""}, {"", ""}, {"", ""}}), "");
}

const Pairs kArrivals = {
    {"Radio call: the Marigold comes to gate three at noon.", "ARRIVAL Marigold, gate three, noon"},
    {"Radio call: the Silver Tern comes to berth nine at half past four.",
     "ARRIVAL Silver Tern, berth nine, half past four"},
    {"Radio call: the Hector comes to pier four at four.", "ARRIVAL Hector, pier four, four"},
    {"Radio call: the Thistle comes to dock one at three in the afternoon.",
     "ARRIVAL Thistle, dock one, three in the afternoon"}};

TEST(VaryTest, SlotsOfSeveralWords) {
  auto out = VarySeeds(kArrivals, 240, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_EQ(out->size(), 240u);
  std::set<std::string> times, names;
  std::vector<size_t> of_seed(kArrivals.size());
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    size_t first = answer.find(", "), second = answer.find(", ", first + 1);
    ASSERT_TRUE(answer.starts_with("ARRIVAL ") && second != std::string::npos) << answer;
    std::string name = answer.substr(8, first - 8), time = answer.substr(second + 2);
    EXPECT_EQ(question, "Radio call: the " + name + " comes to " + answer.substr(first + 2, second - first - 2) +
                            " at " + time + ".");
    names.insert(name);
    times.insert(time);
    ++of_seed[variation.seed];
  }
  EXPECT_GT(names.size(), 50u);
  EXPECT_EQ(times.count("noon"), 1u);
  for (const char* wrong : {"twelve in the afternoon", "half past thirteen", "thirteen"}) {
    EXPECT_EQ(times.count(wrong), 0u) << wrong;
  }
  for (size_t rows : of_seed) EXPECT_NEAR(static_cast<double>(rows), 60, 8);
}

const Pairs kBookings = {
    {"Write the booking line: Priya wants to come on Friday at seven.", "Friday, seven: Priya"},
    {"Write the booking line: Mrs Calloway has asked for Monday at ten.", "Monday, ten: Mrs Calloway"},
    {"Write the booking line: please put Tomas down for Sunday at three.", "Sunday, three: Tomas"},
    {"Write the booking line: the Novak family would like Saturday at eleven.", "Saturday, eleven: the Novak family"},
    {"Write the booking line: Gwen wants to come on Wednesday at half past six.", "Wednesday, half past six: Gwen"},
    {"Write the booking line: Uncle Ravi has asked for Thursday at noon.", "Thursday, noon: Uncle Ravi"},
    {"Write the booking line: please put the chess team down for Tuesday at eight.", "Tuesday, eight: the chess team"},
    {"Write the booking line: Beatrix would like Monday at half past four.", "Monday, half past four: Beatrix"}};

TEST(VaryTest, SentencesOfSeveralForms) {
  auto out = VarySeeds(kBookings, 240, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_EQ(out->size(), 240u);
  std::set<size_t> seeds;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    size_t comma = answer.find(", "), colon = answer.find(": ");
    ASSERT_TRUE(comma != std::string::npos && colon != std::string::npos) << answer;
    std::string day = answer.substr(0, comma), time = answer.substr(comma + 2, colon - comma - 2);
    EXPECT_TRUE(question.ends_with(" " + day + " at " + time + ".")) << question << " -> " << answer;
    std::string who = answer.substr(colon + 1);
    EXPECT_TRUE(question.find(":" + who + " ") != std::string::npos || question.find("put" + who) != std::string::npos)
        << question << " -> " << answer;
    seeds.insert(variation.seed);
  }
  EXPECT_EQ(seeds.size(), kBookings.size());
}

TEST(VaryTest, SentencesMayBeginWithASlot) {
  auto out = VarySeeds({{"The chess team meets in room 12.", "12: the chess team"},
                        {"Doctor Moor meets in room 7.", "7: Doctor Moor"},
                        {"A friend of Ann meets in room 31.", "31: a friend of Ann"}},
                       60, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    size_t colon = answer.find(": ");
    EXPECT_EQ(question, Capitalised(answer.substr(colon + 2)) + " meets in room " + answer.substr(0, colon) + ".");
  }
}

TEST(VaryTest, ArticlesAndTimesStayRight) {
  auto out = VarySeeds({{"At 9:15 Ann sells an apple here.", "apple, 9:15"},
                        {"At 4:40 Bob sells a lamp here.", "lamp, 4:40"},
                        {"At 7:05 Eve sells an onion here.", "onion, 7:05"}},
                       120, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_GT(out->size(), 100u);
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    size_t comma = answer.find(", ");
    std::string noun = answer.substr(0, comma), time = answer.substr(comma + 2);
    bool vowel = std::string("aeiou").find(noun[0]) != std::string::npos;
    EXPECT_NE(question.find((vowel ? " an " : " a ") + noun + " here"), std::string::npos) << question;
    EXPECT_TRUE(question.starts_with("At " + time + " ")) << question;
    ASSERT_EQ(time.size(), 4u);
    EXPECT_TRUE(time[0] >= '1' && time[2] <= '5') << time;
  }
}

TEST(VaryTest, SeedsWithFewerSlotsAreAGroupOfTheirOwn) {
  Pairs seeds = kArrivals;
  for (const char* name : {"Heron", "Otter", "Finch"}) {
    seeds.push_back({std::string("Radio call: the ") + name + " leaves.", std::string("DEPARTURE ") + name});
  }
  auto out = VarySeeds(seeds, 100, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  std::set<size_t> used;
  for (const Variation& variation : *out) {
    used.insert(variation.seed);
    EXPECT_EQ(variation.pair.answer.starts_with("DEPARTURE "), variation.pair.question.ends_with(" leaves."));
  }
  EXPECT_EQ(used.size(), seeds.size());
}

TEST(VaryTest, RefusesWhatCopiesAreNotEnoughFor) {
  EXPECT_THAT(Why({{"Judge: 12 tons", "heavy, 12"},
                   {"Judge: 15 tons", "heavy, 15"},
                   {"Judge: 18 tons", "heavy, 18"},
                   {"Judge: 2 tons", "light: 2"},
                   {"Judge: 3 tons", "light: 3"},
                   {"Judge: 1 tons", "light: 1"}}),
              testing::HasSubstr("different forms"));
  EXPECT_THAT(Why({{"Sort: b, c, a", "a, b, c"}, {"Sort: d, e, f", "d, e, f"}, {"Sort: z, y, x", "x, y, z"}}),
              testing::HasSubstr("sort"));
  EXPECT_THAT(Why({{"Who is older, Ann (40) or Bob (30)?", "Ann"},
                   {"Who is older, Eve (10) or Tim (30)?", "Tim"},
                   {"Who is older, Ron (20) or Kim (50)?", "Kim"}}),
              testing::HasSubstr("choose"));
}

TEST(VaryTest, SeedsWithUncertainPlacesAreLeftOut) {
  auto out = VarySeeds({{"The price of tea is 4 crowns at Ann's.", "4"},
                        {"Bob pays 12 crowns for 3 loaves.", "12"},
                        {"Salt: 7.", "7"},
                        {"Soup, 9 crowns and 9 pence.", "9"},
                        {"You get a cup for 5 crowns.", "5"}},
                       40, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  for (const Variation& variation : *out) {
    EXPECT_TRUE(variation.seed != 1 && variation.seed != 3);
    EXPECT_NE(variation.pair.question.find(" " + variation.pair.answer), std::string::npos);
  }
}

TEST(VaryTest, DatesHoursAndAmountsKeepTheirForm) {
  auto out = VarySeeds({{"Ann Moor leaves on 3 May at 4 pm for $4.50.", "3 May | 4 pm | $4.50 | MOOR"},
                        {"Bob Tell leaves on 21 June at 10 am for $14.20.", "21 June | 10 am | $14.20 | TELL"},
                        {"Eve Carr leaves on 7 July at 9.30 pm for $7.00.", "7 July | 9.30 pm | $7.00 | CARR"}},
                       240, 7);
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_EQ(out->size(), 240u);
  for (const Variation& variation : *out) {
    const auto& [question, answer] = variation.pair;
    std::vector<std::string> parts;
    for (size_t at = 0; at < answer.size() + 3;) {
      size_t end = std::min(answer.find(" | ", at), answer.size());
      parts.push_back(answer.substr(at, end - at));
      at = end + 3;
    }
    ASSERT_EQ(parts.size(), 4u) << answer;
    EXPECT_NE(question.find(" on " + parts[0] + " at " + parts[1] + " for " + parts[2] + "."), std::string::npos)
        << question << " -> " << answer;
    EXPECT_NE(Upper(question).find(" " + parts[3] + " "), std::string::npos) << question;
    int day = std::stoi(parts[0]), hour = std::stoi(parts[1]);
    EXPECT_TRUE(day >= 1 && day <= 28 && hour >= 1 && hour <= 12) << answer;
  }
}

TEST(VaryTest, HostileSeedsEndSoon) {
  std::string few = "a", many = "a";
  for (int i = 0; i < 30; ++i) few += ", a";
  for (int i = 0; i < 31; ++i) many += ", a";
  EXPECT_NE(Why({{few, many}, {few + " b", many}, {few + " c", "a" + many}}), "");
  std::string dots(200000, '.');
  EXPECT_NE(Why({{dots, dots}, {dots, dots + "x"}, {dots, dots}}), "");
}

}  // namespace
}  // namespace cairn::synth
