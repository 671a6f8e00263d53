// Mistral's tokenizers, built from their SentencePiece files, against SentencePiece's ids and mistral-common's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "base/json.h"
#include "base/testing.h"
#include "formats/chat.h"
#include "formats/tokenizer.h"

namespace cairn::formats {
namespace {

std::string Folder() { return ConformanceFile("tokenizer/mistral/"); }

struct Piece {
  std::string text;
  float score = 0;
  uint64_t type = 1;  // 1: a piece of text
};

uint64_t Varint(std::string_view bytes, size_t* at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    auto byte = static_cast<uint8_t>(bytes[(*at)++]);
    value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

// Field after field of a protobuf message; visit(number, varint, bytes) with what the field holds.
template <typename Visitor>
void ForEachProtobufField(std::string_view bytes, Visitor&& visit) {
  for (size_t at = 0; at < bytes.size();) {
    const uint64_t key = Varint(bytes, &at), wire = key & 7;
    const uint64_t value = wire == 0 || wire == 2 ? Varint(bytes, &at) : 0;
    const size_t size = wire == 2 ? value : wire == 5 ? 4 : wire == 1 ? 8 : 0;
    visit(key >> 3, value, bytes.substr(at, size));
    at += size;
  }
}

std::vector<Piece> ReadPieces(const std::string& model) {
  std::vector<Piece> pieces;
  ForEachProtobufField(model, [&](uint64_t number, uint64_t, std::string_view bytes) {
    if (number != 1) return;
    Piece& piece = pieces.emplace_back();
    ForEachProtobufField(bytes, [&](uint64_t field, uint64_t value, std::string_view content) {
      if (field == 1) piece.text = content;
      if (field == 2) std::memcpy(&piece.score, content.data(), sizeof piece.score);
      if (field == 3) piece.type = value;
    });
  });
  return pieces;
}

// Every pair that makes a piece, by the piece's score; as Hugging Face converts such models.
Json MergesOf(const std::vector<Piece>& pieces, const Json& vocab) {
  struct Merge {
    float score;
    std::string left, right;
  };
  std::vector<Merge> merges;
  for (const Piece& piece : pieces) {
    if (piece.type != 1) continue;
    const size_t start = merges.size();
    for (size_t cut = 1; cut < piece.text.size(); ++cut) {
      std::string left = piece.text.substr(0, cut), right = piece.text.substr(cut);
      if ((static_cast<uint8_t>(right[0]) & 0xC0) != 0x80 && vocab.contains(left) && vocab.contains(right))
        merges.push_back({piece.score, left, right});
    }
    std::sort(merges.begin() + static_cast<std::ptrdiff_t>(start), merges.end(), [&](const Merge& a, const Merge& b) {
      return std::pair(vocab[a.left].get<int>(), vocab[a.right].get<int>()) <
             std::pair(vocab[b.left].get<int>(), vocab[b.right].get<int>());
    });
  }
  std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) { return a.score > b.score; });
  Json list = Json::array();
  for (const Merge& merge : merges) list.push_back({merge.left, merge.right});
  return list;
}

// legacy: a blank before every text; otherwise only before the first of an input, as in newer tokenizer.json.
Tokenizer TokenizerOf(const std::string& version, bool legacy) {
  std::vector<Piece> pieces = ReadPieces(ReadFile(Folder() + "tokenizer.model." + version).value());
  Json vocab = Json::object(), added = Json::array();
  for (const Piece& piece : pieces) vocab.emplace(piece.text, vocab.size());
  for (const char* token : {"<unk>", "<s>", "</s>", "[INST]", "[/INST]"})
    if (vocab.contains(token)) added.push_back({{"id", vocab[token]}, {"content", token}, {"special", true}});
  auto replace = [](const char* from, const char* to) {
    return Json{{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
  };
  Json tokenizer = {
      {"added_tokens", added},
      {"decoder",
       {{"type", "Sequence"},
        {"decoders",
         {replace("▁", " "), {{"type", "ByteFallback"}}, {{"type", "Strip"}, {"content", " "}, {"start", 1}}}}}},
      {"model",
       {{"type", "BPE"},
        {"unk_token", "<unk>"},
        {"fuse_unk", true},
        {"byte_fallback", true},
        {"vocab", vocab},
        {"merges", MergesOf(pieces, vocab)}}}};
  if (legacy) {
    Json prepend = {{"type", "Prepend"}, {"prepend", "▁"}};
    tokenizer["normalizer"] = {{"type", "Sequence"}, {"normalizers", {prepend, replace(" ", "▁")}}};
  } else {
    tokenizer["pre_tokenizer"] = {
        {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}, {"split", false}};
  }
  return Tokenizer::Parse(DumpJson(tokenizer), version).value();
}

TEST(TokenizerConformance, MistralAgreesWithSentencePiece) {
  if (!PathExists(Folder())) GTEST_SKIP() << "no conformance data";
  for (const char* version : {"v1", "v3"}) {
    Tokenizer t = TokenizerOf(version, true);
    Json rows = ReadJsonFile(Folder() + "sentencepiece_expected_" + version + ".json").value();
    ASSERT_GT(rows.size(), 100u);
    for (const Json& row : rows) {
      std::string text = row["text"];
      EXPECT_EQ(t.Encode(text), row["ids"].get<std::vector<TokenId>>()) << version << ": " << text;
    }
  }
}

// Mistral's own ids of a conversation of seven messages.
TEST(ChatConformance, MistralAgreesWithMistralCommon) {
  if (!PathExists(Folder())) GTEST_SKIP() << "no conformance data";
  const std::string sample = Folder() + "samples/no_tools/";
  std::vector<Message> messages;
  Json request = ReadJsonFile(sample + "sample.json").value();
  for (const Json& m : request["messages"]) messages.push_back({m["role"], m["content"]});
  for (const char* version : {"v1", "v2", "v3"}) {
    Tokenizer t = TokenizerOf(version, false);
    Json config = {{"chat_template", ReadFile(Folder() + "chat_templates/" + version + "_spm.jinja").value()},
                   {"bos_token", "<s>"},
                   {"eos_token", "</s>"}};
    ChatFormat format = DetectChatFormat(config, version).value();
    Json want = ReadJsonFile(sample + "tokens_" + version + ".json").value();
    EXPECT_EQ(EncodePrompt(format, t, messages).value(), want["tokens"].get<std::vector<TokenId>>()) << version;
  }
}

}  // namespace
}  // namespace cairn::formats
