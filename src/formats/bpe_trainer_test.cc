#include "formats/bpe_trainer.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "formats/tokenizer.h"

namespace cairn::formats {
namespace {

std::function<bool(std::string*)> Texts(std::vector<std::string> texts) {
  return [texts, i = size_t{0}](std::string* text) mutable {
    if (i == texts.size()) return false;
    *text = texts[i++];
    return true;
  };
}

BpeTrainingOptions Options(int extra) {
  return {.vocab_size = 3 + 256 + extra, .special_tokens = {"<|user|>", "<|assistant|>", "<|end|>"}, .min_count = 2};
}

std::vector<std::string> Merges(const std::string& json) {
  return ParseJson(json, "t").value()["model"]["merges"].get<std::vector<std::string>>();
}

TEST(BpeTrainer, MergesByCountThenBytes) {
  // "ab" 5 times, "cd" and "ce" twice: the tie goes to the lower bytes; " " + "ce" has the count 1 only after that.
  std::string json = TrainBpe(Options(10), Texts({"ab", "ab\nab", "ab", "ab", "cd\ncd", "ce\nce"})).value();
  EXPECT_EQ(Merges(json), (std::vector<std::string>{"a b", "c d", "c e"}));
}

TEST(BpeTrainer, KnowsOverlappingPairs) {
  // "aaaa" holds aa three times; merged from the left it becomes aa aa.
  std::string json = TrainBpe(Options(2), Texts({"aaaa", "aaaa"})).value();
  EXPECT_EQ(Merges(json), (std::vector<std::string>{"a a", "aa aa"}));
}

TEST(BpeTrainer, MinimumCountAndVocabularyBoundMerges) {
  EXPECT_TRUE(Merges(TrainBpe(Options(5), Texts({"xyz"})).value()).empty());
  EXPECT_EQ(Merges(TrainBpe(Options(1), Texts({"word word word"})).value()).size(), 1u);
}

TEST(BpeTrainer, SameTextsSameBytes) {
  std::vector<std::string> texts = {"the harbour opens at 9:15", "the tide\r\nturns twice a day", "naïve café 你好"};
  EXPECT_EQ(TrainBpe(Options(40), Texts(texts)).value(), TrainBpe(Options(40), Texts(texts)).value());
}

TEST(BpeTrainer, TrainedTokenizerLoadsAndRoundTrips) {
  std::string sample = "The harbour's 3 gates open at 12:45.\n\n  Tide: 4.5 m — café 你好 🙂";
  Tokenizer t = Tokenizer::Parse(TrainBpe(Options(60), Texts({sample, sample, sample})).value(), "t").value();
  EXPECT_EQ(t.SpecialId("<|user|>"), 0);
  EXPECT_EQ(t.SpecialId("<|end|>"), 2);
  std::vector<TokenId> ids = t.Encode(sample);
  EXPECT_LT(ids.size(), sample.size());
  EXPECT_EQ(t.Decode(ids), sample);
}

TEST(BpeTrainer, DigitsStandAlone) {
  std::vector<std::string> texts(10, "1234 1234");
  Tokenizer single = Tokenizer::Parse(TrainBpe(Options(20), Texts(texts)).value(), "t").value();
  EXPECT_EQ(single.Encode("1234").size(), 4u);
  BpeTrainingOptions options = Options(20);
  options.digits_single = false;
  Tokenizer grouped = Tokenizer::Parse(TrainBpe(options, Texts(texts)).value(), "t").value();
  EXPECT_EQ(grouped.Encode("1234").size(), 2u);
}

TEST(BpeTrainer, SpecialTokensNeverArise) {
  BpeTrainingOptions options = {.vocab_size = 300, .special_tokens = {"abc"}, .min_count = 1};
  Tokenizer t = Tokenizer::Parse(TrainBpe(options, Texts({"abc abc abc abc"})).value(), "t").value();
  for (TokenId id : t.Encode("abc abc")) EXPECT_NE(id, 0);
}

TEST(BpeTrainer, RefusesImpossibleOptions) {
  EXPECT_FALSE(TrainBpe({.vocab_size = 255}, Texts({"a"})).ok());
  EXPECT_FALSE(TrainBpe({.vocab_size = 300, .special_tokens = {"<a>", "<a>"}}, Texts({"a"})).ok());
  EXPECT_FALSE(TrainBpe({.vocab_size = 300, .special_tokens = {""}}, Texts({"a"})).ok());
}

TEST(BpeTrainer, InvalidUtf8IsReplacedNotFatal) {
  EXPECT_TRUE(TrainBpe(Options(4), Texts({std::string("a\xFF\xFE") + "b\xE4\xBD"})).ok());
}

}  // namespace
}  // namespace cairn::formats
