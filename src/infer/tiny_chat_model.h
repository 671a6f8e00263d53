// For tests: a small random model with a byte-level tokenizer and cairn's chat format.
#pragma once

#include <string>

#include "base/json.h"
#include "formats/unicode.h"
#include "model/model.h"
#include "model/testing.h"

namespace cairn::infer {

// Weights far larger than at the start of a training, so that answers vary.
inline model::Model TinyModel(uint64_t seed) {
  model::Model m = model::InitModel(model::TinyConfig(300, 192), seed);
  for (float& w : m.weights) w = w == 1.0f ? w : w * 8;
  return m;
}

// 256 bytes, the merges "th", "he" and "Ġt", and three control tokens; 262 ids.
inline std::string TinyTokenizerJson() {
  Json vocab = Json::object();
  for (int byte = 0; byte < 256; ++byte) vocab[formats::ToByteAlphabet(std::string(1, static_cast<char>(byte)))] = byte;
  vocab["th"] = 256;
  vocab["he"] = 257;
  vocab["\u0120t"] = 258;
  Json added = Json::array();
  int id = 259;
  for (const char* text : {"<|user|>", "<|assistant|>", "<|end|>"})
    added.push_back({{"id", id++},
                     {"content", text},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  Json level = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  Json root = {{"version", "1.0"},
               {"added_tokens", added},
               {"normalizer", nullptr},
               {"pre_tokenizer", level},
               {"post_processor", nullptr},
               {"decoder", level},
               {"model",
                {{"type", "BPE"},
                 {"vocab", vocab},
                 {"merges", Json::array({"t h", "h e", "\u0120 t"})},
                 {"dropout", nullptr},
                 {"unk_token", nullptr},
                 {"continuing_subword_prefix", nullptr},
                 {"end_of_word_suffix", nullptr},
                 {"fuse_unk", false},
                 {"byte_fallback", false}}}};
  return DumpJson(root);
}

inline model::ChatModel TinyChatModel(uint64_t seed = 1) {
  auto tokenizer = formats::Tokenizer::Parse(TinyTokenizerJson(), "tiny tokenizer");
  CAIRN_CHECK(tokenizer.ok());
  return {TinyModel(seed), std::move(tokenizer).value(), formats::CairnChatFormat(), "tiny"};
}

}  // namespace cairn::infer
