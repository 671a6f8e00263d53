#include "infer/decoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "base/philox.h"
#include "infer/testing.h"
#include "infer/tiny_chat_model.h"
#include "model/family_vectors.h"
#include "model/testing.h"

namespace cairn::infer {
namespace {

using formats::TokenId;

std::vector<TokenId> RandomIds(size_t n, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kText, 0);
  std::vector<TokenId> ids(n);
  for (auto& id : ids) id = static_cast<TokenId>(random.Below(300));
  return ids;
}

// Logits [T, V] of one sequence as training computes them: all rows at once, no cache.
std::vector<float> FullForward(ThreadPool& pool, const model::Model& m, const std::vector<TokenId>& ids) {
  size_t t = ids.size(), hidden = static_cast<size_t>(m.config.hidden_size),
         vocab = static_cast<size_t>(m.config.vocab_size);
  std::vector<int32_t> positions(t), start(t, 0);
  for (size_t i = 0; i < t; ++i) positions[i] = static_cast<int32_t>(i);
  model::BlockBuffers b;
  b.Resize(m, t);
  std::vector<float> out(t * hidden), normed(t * hidden), rstd(t), logits(t * vocab);
  kernels::Embedding(pool, m.At(m.offsets.embedding), ids.data(), b.x.data(), t, hidden);
  kernels::AttentionShape shape{t, static_cast<size_t>(m.config.num_attention_heads),
                                static_cast<size_t>(m.config.num_key_value_heads),
                                static_cast<size_t>(m.config.head_dim)};
  for (size_t layer = 0; layer < m.offsets.layers.size(); ++layer) {
    model::BlockForward(
        pool, m, layer, positions.data(), t, b,
        [&](model::BlockBuffers& x) {
          kernels::Attention(pool, shape, start.data(), x.q.data(), x.k.data(), x.v.data(), x.att.data(),
                             x.stats.data());
        },
        out.data());
    std::swap(b.x, out);
  }
  kernels::RmsNorm(pool, b.x.data(), m.At(m.offsets.final_norm), normed.data(), rstd.data(), t, hidden,
                   static_cast<float>(m.config.rms_norm_eps));
  kernels::Linear(pool, normed.data(), m.At(m.offsets.head), logits.data(), t, hidden, vocab);
  return logits;
}

constexpr size_t kVocab = 300;

testing::AssertionResult SameBits(std::span<const float> got, const std::vector<float>& full, size_t row) {
  if (std::memcmp(got.data(), full.data() + row * kVocab, got.size() * sizeof(float)) == 0)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "logits differ from row " << row;
}

// Logits behind a prompt and behind each of some steps, one after the other.
std::vector<float> DecodedLogits(ThreadPool& pool, const model::Model& m, const std::vector<TokenId>& ids) {
  Decoder decoder(pool, m, 1, ids.size());
  std::vector<float> out;
  auto keep = [&](std::span<const float> logits) { out.insert(out.end(), logits.begin(), logits.end()); };
  keep(Append(decoder, 0, std::span(ids).first(20)));
  for (size_t i = 20; i < ids.size(); ++i) keep(Append(decoder, 0, std::span(&ids[i], 1)));
  return out;
}

TEST(Decoder, AFileOfHalvesGivesTheLogitsOfItsWidenedSelf) {
  const std::string directory = testing::TempDir() + "cairn_f16_decoder";
  const model::Model written = TinyModel(5);
  ASSERT_TRUE(model::WriteStored(
                  written, [](size_t) { return kernels::WeightType::kF16; }, 1, directory)
                  .ok());
  const model::Model mapped = model::LoadModel(directory, model::Storage::kAsStored).value();
  const model::Model wide = model::LoadModel(directory).value();
  EXPECT_EQ(mapped.Matrix(mapped.offsets.head).type, kernels::WeightType::kF16);
  ThreadPool pool(3);
  const auto ids = RandomIds(30, 4);
  const std::vector<float> expected = DecodedLogits(pool, wide, ids), got = DecodedLogits(pool, mapped, ids);
  ASSERT_EQ(got.size(), 11 * kVocab);
  EXPECT_EQ(std::memcmp(got.data(), expected.data(), got.size() * sizeof(float)), 0);
  EXPECT_NE(expected, DecodedLogits(pool, written, ids));
  std::filesystem::remove_all(directory);
}

class DecoderTest : public testing::TestWithParam<bool> {
 protected:
  DecoderTest() {
    if (!GetParam()) return;
    model::LoraConfig lora;
    lora.rank = 4;
    lora.alpha = 8;
    model_.adapter = model::Adapter::Create(model_.config, lora, 3);
    RandomStream random(9, RandomPurpose::kInit, 0);
    for (float& v : model_.adapter->values) v = static_cast<float>(random.Normal()) * 0.1f;
  }
  model::Model model_ = TinyModel(5);
  ThreadPool pool_{3};
};

TEST_P(DecoderTest, TokenByTokenEqualsFullForward) {
  auto ids = RandomIds(75, 1);
  auto full = FullForward(pool_, model_, ids);
  Decoder decoder(pool_, model_, 1, 80);
  for (size_t i = 0; i < ids.size(); ++i) ASSERT_TRUE(SameBits(Append(decoder, 0, {&ids[i], 1}), full, i));
  EXPECT_EQ(decoder.length(0), ids.size());
}

TEST_P(DecoderTest, EveryCutOfThePromptGivesTheSameRows) {
  auto ids = RandomIds(40, 2);
  auto full = FullForward(pool_, model_, ids);
  std::span<const TokenId> all(ids);
  Decoder decoder(pool_, model_, 1, 40);
  for (size_t cut : {0u, 1u, 2u, 15u, 16u, 17u, 39u}) {
    decoder.Truncate(0, 0);
    if (cut > 0) {
      ASSERT_TRUE(SameBits(Append(decoder, 0, all.first(cut)), full, cut - 1)) << cut;
    }
    Chunk rest{0, all.subspan(cut)};
    auto rows = decoder.Forward({&rest, 1}, Decoder::Rows::kAll);
    ASSERT_EQ(rows.size(), (ids.size() - cut) * kVocab);
    ASSERT_TRUE(SameBits(rows, full, cut)) << cut;
  }
}

TEST_P(DecoderTest, MixedBatchesGiveTheSameRows) {
  std::vector<std::vector<TokenId>> ids;
  std::vector<std::vector<float>> full;
  for (size_t s = 0; s < 5; ++s) {
    ids.push_back(RandomIds(20 + 13 * s, 10 + s));
    full.push_back(FullForward(pool_, model_, ids[s]));
  }
  Decoder decoder(pool_, model_, 5, 100);
  RandomStream random(4, RandomPurpose::kText, 1);
  // Fresh, continued and resting sequences side by side, in changing order.
  for (int pass = 0; pass < 200; ++pass) {
    std::vector<Chunk> chunks;
    for (uint32_t s : Permutation(5, random)) {
      size_t left = ids[s].size() - decoder.length(s);
      if (left == 0 || random.Chance(0.4)) continue;
      size_t take = 1 + random.Below(static_cast<uint32_t>(std::min<size_t>(left, 9)));
      chunks.push_back({s, std::span<const TokenId>(ids[s]).subspan(decoder.length(s), take)});
    }
    if (chunks.empty()) continue;
    auto logits = decoder.Forward(chunks);
    for (size_t i = 0; i < chunks.size(); ++i) {
      size_t s = chunks[i].sequence;
      ASSERT_TRUE(SameBits(logits.subspan(i * kVocab, kVocab), full[s], decoder.length(s) - 1));
    }
  }
  for (size_t s = 0; s < 5; ++s) EXPECT_EQ(decoder.length(s), ids[s].size());
}

TEST_P(DecoderTest, StepAfterTruncateForgetsWhatWasCut) {
  auto ids = RandomIds(20, 3);
  auto full = FullForward(pool_, model_, ids);
  Decoder decoder(pool_, model_, 2, 30);
  (void)Append(decoder, 1, std::span<const TokenId>(ids).first(10));
  auto other = RandomIds(5, 99);
  (void)Append(decoder, 1, other);
  decoder.Truncate(1, 10);
  ASSERT_TRUE(SameBits(Append(decoder, 1, {&ids[10], 1}), full, 10));
}

// Empty slots, slots that hold a part, and slots that hold something else after a common beginning.
TEST_P(DecoderTest, ASlotTakesOverTheTokensOfAnother) {
  const auto ids = RandomIds(30, 5);
  const auto full = FullForward(pool_, model_, ids);
  Decoder decoder(pool_, model_, 2, 40);
  (void)Append(decoder, 0, std::span<const TokenId>(ids).first(25));
  for (size_t common : {0u, 1u, 12u, 20u}) {
    for (size_t others : {0u, 3u, 15u}) {
      decoder.Truncate(1, 0);
      auto held = RandomIds(common + others, 77);
      std::copy_n(ids.begin(), common, held.begin());
      if (!held.empty()) (void)Append(decoder, 1, held);
      decoder.CopyPrefix(0, 1, 20);
      ASSERT_EQ(decoder.length(1), 20u);
      EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 20, decoder.tokens(1).begin()));
      EXPECT_TRUE(SameBits(Append(decoder, 1, std::span<const TokenId>(ids).subspan(20)), full, 29))
          << common << " " << others;
    }
  }
  EXPECT_EQ(decoder.length(0), 25u);
}

TEST_P(DecoderTest, ThreadsChangeNothing) {
  auto ids = RandomIds(33, 6);
  auto full = FullForward(pool_, model_, ids);
  for (int threads : {1, 2}) {
    ThreadPool pool(threads);
    Decoder decoder(pool, model_, 1, 64);
    ASSERT_TRUE(SameBits(Append(decoder, 0, ids), full, 32));
  }
}

TEST_P(DecoderTest, InstructionSetsChangeNothing) {
  auto ids = RandomIds(33, 6);
  auto full = FullForward(pool_, model_, ids);
  for (const std::string& target : kernels::SupportedTargets()) {
    ASSERT_TRUE(kernels::ForceTarget(target));
    Decoder decoder(pool_, model_, 1, 64);
    (void)Append(decoder, 0, std::span<const TokenId>(ids).first(32));
    EXPECT_TRUE(SameBits(Append(decoder, 0, {&ids[32], 1}), full, 32)) << target;
  }
  kernels::ForceTarget("");
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithAdapter, DecoderTest, testing::Bool());

// The families of model/family.h: cached rows have the bits of the whole pass, and the last logits are transformers'.
TEST(DecoderFamilies, TokenByTokenEqualsTheWholePass) {
  ThreadPool pool(3);
  const Json vectors = model::FamilyVectors();
  const auto ids = vectors["ids"].get<std::vector<TokenId>>();
  for (const Json& expected : vectors["models"]) {
    const model::Model m = model::FormulaModel(model::ParseModelConfig(expected["config"], "config.json").value());
    const auto vocab = static_cast<size_t>(m.config.vocab_size);
    Decoder whole(pool, m, 1, ids.size()), stepped(pool, m, 1, ids.size());
    const Chunk chunk{0, ids};
    const std::span<const float> rows = whole.Forward({&chunk, 1}, Decoder::Rows::kAll);
    for (size_t i = 0; i < ids.size(); ++i) {
      const std::span<const float> row = Append(stepped, 0, {&ids[i], 1});
      ASSERT_EQ(std::memcmp(row.data(), rows.data() + i * vocab, vocab * sizeof(float)), 0) << expected["name"] << i;
    }
    const auto last = expected["last_logits"].get<std::vector<float>>();
    for (size_t v = 0; v < vocab; ++v)
      ASSERT_NEAR(rows[(ids.size() - 1) * vocab + v], last[v], 2e-5f) << expected["name"] << v;
  }
}

}  // namespace
}  // namespace cairn::infer
