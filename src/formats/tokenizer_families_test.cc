// Tokenizers of model families: their settings over small vocabularies, against Hugging Face's ids.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "formats/chat.h"
#include "formats/tokenizer.h"

namespace cairn::formats {
namespace {

Json Families() {
  return ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/formats/testdata/tokenizer_families.json").value();
}

Tokenizer TokenizerOf(const Json& data, const std::string& name) {
  const Json& family = data["families"][name];
  Json model = data["models"][family["model"].get<std::string>()], vocab = Json::object();
  for (const Json& token : model["vocab"]) vocab.emplace(token.get<std::string>(), vocab.size());
  model["vocab"] = vocab;
  model["type"] = "BPE";
  model["ignore_merges"] = family["ignore_merges"];
  return Tokenizer::Parse(DumpJson({{"added_tokens", family["added_tokens"]},
                                    {"normalizer", family["normalizer"]},
                                    {"pre_tokenizer", family["pre_tokenizer"]},
                                    {"decoder", family["decoder"]},
                                    {"model", model}}),
                          name)
      .value();
}

TEST(TokenizerFamilies, AgreeWithHuggingFace) {
  Json data = Families();
  ASSERT_EQ(data["families"].size(), 7u);
  for (const auto& [name, family] : data["families"].items()) {
    Tokenizer t = TokenizerOf(data, name);
    ASSERT_EQ(family["ids"].size(), data["texts"].size());
    for (size_t i = 0; i < data["texts"].size(); ++i) {
      std::string text = data["texts"][i];
      EXPECT_EQ(t.EncodeWithSpecial(text), family["ids"][i].get<std::vector<TokenId>>()) << name << ": " << text;
    }
  }
}

// The ids of a conversation are those of its rendered text: no blank is put before text that follows a control token
// ("prepend_scheme": "first"), and control tokens swallow what Hugging Face's do.
TEST(TokenizerFamilies, ConversationsAreEncodedAsTheirText) {
  Json data = Families();
  const std::vector<std::pair<std::string, Json>> models = {
      {"Mistral 7B",
       {{"chat_template", "{{ bos_token }}{{ '[INST] ' }}{{ '[/INST]' }}{{ ' ' }}"},
        {"bos_token", "<s>"},
        {"eos_token", "</s>"}}},
      {"Phi 3", {{"chat_template", "{{ '<|user|>\\n' }}{{ '<|assistant|>\\n' }}{{ '<|end|>\\n' }}"}}}};
  for (const auto& [name, config] : models) {
    Tokenizer t = TokenizerOf(data, name);
    ChatFormat format = DetectChatFormat(config, name).value();
    std::vector<Message> messages = {{"user", "hello there"}, {"assistant", "  hello 12"}, {"user", "\n to"}};
    std::string text = format.begin + format.user_prefix + "hello there" + format.InputEnd() + format.assistant_prefix +
                       format.answer_prefix + "  hello 12" + format.suffix + format.after_suffix + format.user_prefix +
                       "\n to" + format.InputEnd() + format.Opening();
    EXPECT_EQ(EncodePrompt(format, t, messages).value(), t.EncodeWithSpecial(text)) << name;
  }
}

}  // namespace
}  // namespace cairn::formats
