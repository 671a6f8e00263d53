// Chat templates of models that people use: what is recognised, and what it renders.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/testing.h"
#include "formats/bpe_trainer.h"
#include "formats/chat.h"
#include "formats/chat_template.h"

namespace cairn::formats {
namespace {

// Knows the control tokens of all families, so that decoding with them shows what was rendered.
Tokenizer AnyFamilysTokenizer() {
  bool done = false;
  BpeTrainingOptions options = {.vocab_size = 340,
                                .special_tokens = {"<|im_start|>",
                                                   "<|im_end|>",
                                                   "<|im_sep|>",
                                                   "<|begin_of_text|>",
                                                   "<|start_header_id|>",
                                                   "<|end_header_id|>",
                                                   "<|eot_id|>",
                                                   "<|start_of_role|>",
                                                   "<|end_of_role|>",
                                                   "<|end_of_text|>",
                                                   "<|system|>",
                                                   "<|user|>",
                                                   "<|assistant|>",
                                                   "<|end|>",
                                                   "<|endoftext|>",
                                                   "<s>",
                                                   "</s>",
                                                   "[INST]",
                                                   "[/INST]",
                                                   "[SYSTEM_PROMPT]",
                                                   "[/SYSTEM_PROMPT]",
                                                   "<think>",
                                                   "</think>"}};
  auto next = [&](std::string* text) {
    *text = "system user assistant";
    return !std::exchange(done, true);
  };
  return Tokenizer::Parse(TrainBpe(options, next).value(), "t").value();
}

std::vector<Message> Messages(const Json& pairs) {
  std::vector<Message> messages;
  for (const Json& pair : pairs) messages.push_back({pair[0], pair[1]});
  return messages;
}

std::string Rendered(const ChatFormat& format, const Tokenizer& t, const std::vector<Message>& messages,
                     bool generate) {
  if (generate) return t.Decode(EncodePrompt(format, t, messages).value(), true);
  return t.Decode(EncodeChat(format, t, messages).value().ids, true);
}

// chat_families.json holds Jinja2's renderings of the models' templates and of our own; see testdata/README.md.
TEST(ChatFamilies, RenderAsTheirTemplates) {
  Tokenizer t = AnyFamilysTokenizer();
  Json data = ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/formats/testdata/chat_families.json").value();
  ASSERT_GE(data["families"].size(), 27u);
  for (const Json& family : data["families"]) {
    const std::string name = family["family"];
    auto format = DetectChatFormat(family, name);
    ASSERT_TRUE(format.ok()) << name << ": " << format.error().message;
    EXPECT_EQ(format->name, family["format"]) << name;
    EXPECT_EQ(format->Template(), family["own_template"]) << name;
    for (const auto& [key, conversation] : data["conversations"].items())
      EXPECT_EQ(Rendered(*format, t, Messages(conversation["messages"]), conversation["generate"]),
                family["texts"][key])
          << name << " " << key;
  }
}

TEST(ChatFamilies, OwnTemplatesAreReadBack) {
  Json data = ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/formats/testdata/chat_families.json").value();
  for (const Json& family : data["families"]) {
    const std::string own = family["own_template"];
    auto format = DetectChatFormat({{"chat_template", own}}, "t");
    ASSERT_TRUE(format.ok()) << family["family"];
    EXPECT_EQ(format->name, family["format"]);
    EXPECT_EQ(format->Template(), own);
  }
  // A template that somebody changed is not what its comment says.
  ChatFormat format =
      DetectChatFormat({{"chat_template", "<|im_start|><|im_end|>\n{{ bos_token }}"}, {"bos_token", "#}"}}, "t")
          .value();
  EXPECT_EQ(FormatOfTemplate(format.Template())->begin, "#}");
  EXPECT_FALSE(FormatOfTemplate(format.Template() + " "));
  EXPECT_FALSE(FormatOfTemplate("{# cairn [] #}"));
  EXPECT_FALSE(FormatOfTemplate("{# cairn {\"suffix\":3} #}"));
  EXPECT_FALSE(FormatOfTemplate("{# cairn "));
}

TEST(ChatFamilies, PromptIsThePrefixOfTheTrainingText) {
  Tokenizer t = AnyFamilysTokenizer();
  Json data = ReadJsonFile(std::string(CAIRN_SOURCE_DIR) + "/src/formats/testdata/chat_families.json").value();
  for (const Json& family : data["families"]) {
    ChatFormat format = DetectChatFormat(family, "t").value();
    for (std::vector<Message> messages : {std::vector<Message>{{"user", "q"}},
                                          {{"system", "s"}, {"user", "q"}},
                                          {{"system", "s"}, {"user", "q"}, {"assistant", "a"}, {"user", "r"}}}) {
      std::vector<TokenId> prompt = EncodePrompt(format, t, messages).value();
      messages.push_back({"assistant", "the answer"});
      EncodedChat chat = EncodeChat(format, t, messages).value();
      ASSERT_LT(prompt.size(), chat.ids.size());
      EXPECT_TRUE(std::equal(prompt.begin(), prompt.end(), chat.ids.begin())) << family["family"];
      // Of the text after the prompt everything up to the stop token is trained on.
      std::vector<TokenId> answer;
      for (size_t i = prompt.size(); i < chat.ids.size(); ++i)
        if (chat.loss_mask[i]) answer.push_back(chat.ids[i]);
      EXPECT_EQ(t.Decode(answer, true), format.answer_prefix + "the answer" + format.suffix) << family["family"];
    }
  }
}

TEST(ChatFamilies, RolesMustAlternateWhereAUserCarriesTheSystemText) {
  Tokenizer t = AnyFamilysTokenizer();
  Json config = {
      {"chat_template", "{{ bos_token }}{{ '[INST]' }}{{ '[/INST]' }}"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}};
  ChatFormat format = DetectChatFormat(config, "t").value();
  const std::vector<std::vector<Message>> bad = {{},
                                                 {{"system", "s"}},
                                                 {{"assistant", "a"}},
                                                 {{"user", "a"}, {"user", "b"}},
                                                 {{"user", "a"}, {"system", "s"}},
                                                 {{"system", "s"}, {"system", "s"}, {"user", "u"}}};
  for (const auto& messages : bad) EXPECT_FALSE(EncodeChat(format, t, messages).ok());
  EXPECT_NE(EncodeChat(format, t, bad[3]).error().message.find("message 2"), std::string::npos);
  EXPECT_EQ(Rendered(format, t, {{"system", "s"}, {"user", "u"}}, true), "<s>[INST]s\n\nu[/INST]");
}

TEST(ChatFamilies, RefusesWhatItWouldRenderWrongly) {
  auto refused = [](const Json& config) {
    auto format = DetectChatFormat(config, "t");
    return !format.ok() && !format.error().message.empty();
  };
  EXPECT_TRUE(refused({{"chat_template", "{{ '<|im_start|>assistant\\n<think>\\n' }}<|im_end|>"}}));
  EXPECT_TRUE(refused({{"chat_template", "{{ '[INST]' }}{{ '[/INST]' }}"}}));  // no eos_token
  EXPECT_TRUE(refused({{"chat_template", "{{ '[INST]: ' }}{{ '[/INST]' }}"}, {"eos_token", "</s>"}}));
  EXPECT_TRUE(refused({{"chat_template", "[SYSTEM_PROMPT][INST][/INST]"}, {"eos_token", "</s>"}}));
}

// Each looks like a family and is none: to take it for one would be to write its prompts wrongly without a word.
TEST(ChatFamilies, RefusesWhatOnlyLooksLikeAFamily) {
  auto why = [](const std::string& text) {
    auto format = DetectChatFormat({{"chat_template", text}, {"bos_token", "<s>"}, {"eos_token", "</s>"}}, "t");
    return format.ok() ? "taken for " + format->name : format.error().message;
  };
  const std::string chatml = "{{ '<|im_start|>user\n' + content + '<|im_end|>\n<|im_start|>assistant\n' }}";
  EXPECT_EQ(why(chatml), "taken for chatml");
  const std::string own = "writes a system text of its own that cairn cannot take over: \"Obey";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{{ '<|im_start|>question\n' + content + '<|im_end|>' }}", "uses <|im_start|> in a way"},
      {"{{ '<|im_start|>users\n' + content + '<|im_end|>' }}", "uses <|im_start|> in a way"},
      {"{{ '<|im_start|>user\n' + content + '<|im_end|><|im_sep|>' }}", "uses <|im_start|> in a way"},
      {"{{ system_message }}" + chatml, "uses <|im_start|> in a way"},
      {"{{ '<|im_start|>system\nObey: ' + tools }}" + chatml, own},
      {"{{ '<|im_start|>system\nObey<|im_end|>\n' + tools }}" + chatml, own},
      {"{{ '<|im_start|>system\n' ~ 'Obey.' }}" + chatml, "cannot take over: \"'Obey."},
      {"{% set system_message = 'Obey ' ~ master %}" + chatml, own},
      {"{% set system_message = 'Obey ' if tools else 'Be kind' %}" + chatml, own},
      {"{% set system_message = 'Obey '\n 'me.' %}" + chatml, own},
      {"{% set system_message = ' Obey ' | trim %}" + chatml, "cannot take over: \" Obey"},
      {"{{ '<|im_start|>user\n' + content + '<|im_end|>' }}", "no line break behind <|im_end|>"},
      {"{{ '<|start_header_id|>user<|end_header_id|>\n' }}<|eot_id|>", "two line breaks behind <|end_header_id|>"},
      {"{{ '<|start_of_role|>user<|end_of_role|>' + content + '<|end_of_text|>' }}", "break behind <|end_of_text|>"},
      {"{{ '[INST] ' + system + content + ' [/INST]' + eos_token }}", "joins the system text to a user's"},
      {"{{ '<|im_start|>user' }}<|im_end|>\n" + std::string(1 << 18, ' '), "longer than 256 kB"},
      {"{% set system_message = 'Obey ' + master %}" + chatml, own},
      {"{% set system_message = 'Obey" + std::string(5000, '!') + "' %}" + chatml, own},
      {"{{ '<|start_header_id|>system<|end_header_id|>\n\nObey.' }}<|eot_id|>", own},
      {"{{ '<|start_header_id|>system<|end_header_id|>\n\n' ~ 'Obey.' }}<|eot_id|>", "cannot take over: \"'Obey."},
      {"{{ '<|start_header_id|><|end_header_id|>\n\n' + 'Cutting Knowledge Date: December 2023' }}<|eot_id|>",
       "cutting knowledge date"},
      {"{% set date_string = '1 May' %}{{ 'Cutting Knowledge Date: May 2023<|start_header_id|><|end_header_id|>\n\n' "
       "}}<|eot_id|>",
       "cutting knowledge date"},
      {"{{ '<|user|>' + content }}{{ '<|assistant|>' + content + eos_token }}", "uses <|user|> in a way"},
      {"{{ '[SYSTEM_PROMPT][INST]' + '[/INST][THINK]' }}", "opens answers with [THINK]"},
      {"{{ '<User>' + '<think>' }}", "of no known family, and opens answers with <think>"}};
  for (const auto& [text, reason] : cases)
    EXPECT_NE(why(text).find(reason), std::string::npos) << text << "\n" << why(text);
}

TEST(ChatFamilies, DefaultTextsThatNothingSetsAreNotWritten) {
  const std::string text =
      "{% if USE_DEFAULT_PROMPT %}{% set system_message = 'Obey.' %}{% endif %}"
      "{{ '<|im_start|>user\n' + content + '<|im_end|>\n' }}";
  EXPECT_EQ(DetectChatFormat({{"chat_template", text}}, "t")->no_system, "");
}

// Fine-tunes write their own blanks and line breaks (Unsloth's Mistral joins the system text with a blank).
TEST(ChatFamilies, MistralsBlanksAreReadFromTheTemplate) {
  Tokenizer t = AnyFamilysTokenizer();
  auto rendered = [&](const std::string& system, const std::string& answer) {
    const std::string text = "{{ bos_token }}{{ " + system + " }}{{ '[INST] ' + message['content'] + ' [/INST]' }}{{ " +
                             answer + " + eos_token }}";
    Json config = {{"chat_template", text}, {"bos_token", "<s>"}, {"eos_token", "</s>"}};
    ChatFormat format = DetectChatFormat(config, "t").value();
    return Rendered(format, t, {{"system", "S"}, {"user", "u"}, {"assistant", "a"}}, false);
  };
  const std::string first = "'[INST] ' + messages[0]['content'] + ' ' + messages[1]['content'] + 'system'";
  EXPECT_EQ(rendered(first, "message['content']"), "<s>[INST] S u [/INST]a</s>");
  EXPECT_EQ(rendered(first, "' ' + message['content']"), "<s>[INST] S u [/INST] a</s>");
  EXPECT_EQ(rendered("system_message ~ \"\\n\"", "\" \" + message.content"), "<s>[INST] S\nu [/INST] a</s>");
  EXPECT_EQ(rendered("ns.system + '\n\n' + x", "' ' }}{{ message['content']"), "<s>[INST] S\n\nu [/INST] a</s>");
  EXPECT_EQ(rendered("messages", "message['content']"), "<s>[INST] S\n\nu [/INST]a</s>");
}

TEST(ChatFamilies, Llama31WritesTheSystemTextOfAFineTune) {
  const std::string text =
      "{% set date_string = '1 May' %}{% set system_message = '' %}{% set system_message = 'Be kind.' %}"
      "{{ '<|start_header_id|>system<|end_header_id|>\n\n' }}Cutting Knowledge Date: December 2023<|eot_id|>";
  EXPECT_EQ(DetectChatFormat({{"chat_template", text}}, "t")->no_system,
            "<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: "
            "1 May\n\nBe kind.<|eot_id|>");
}

TEST(ChatFamilies, Llama3TrimsContentsHoweverItIsWritten) {
  auto trims = [](const std::string& content) {
    const std::string text = "{{ '<|start_header_id|><|end_header_id|>\n\n' + " + content + " + '<|eot_id|>' }}";
    const ChatFormat format = DetectChatFormat({{"chat_template", text}}, "t").value();
    return format.trim_input && format.trim_answer;
  };
  for (const char* with : {"message['content'] | trim", "message['content']|trim", "message.content| trim",
                           "message[\"content\"].strip()", "content | trim"})
    EXPECT_TRUE(trims(with)) << with;
  for (const char* without : {"message['content']", "messages[0]['content'] | trim + message['content']",
                              "system_message['content'] | trim + message['content']"})
    EXPECT_FALSE(trims(without)) << without;
}

// A hostile template may not take the time of its length squared: one of 192 kB took 5 seconds.
TEST(ChatFamilies, LongTemplatesAreReadAtOnce) {
  std::string text = "<|user|><|assistant|>eos_token";
  while (text.size() + 4 < size_t{1} << 18) text += "{{ ' ";
  for (const char* tail : {"", "}}"})
    EXPECT_FALSE(DetectChatFormat({{"chat_template", text + tail}, {"eos_token", "</s>"}}, "t").ok());
}

TEST(ChatFamilies, SystemMessagesStandWhereTheFamilyHasAPlaceForThem) {
  Tokenizer t = AnyFamilysTokenizer();
  Json config = {{"chat_template", "{{ '[SYSTEM_PROMPT]' }}{{ '[INST]' + '[/INST]' + eos_token }}"},
                 {"eos_token", "</s>"}};
  ChatFormat format = DetectChatFormat(config, "t").value();
  EXPECT_EQ(Rendered(format, t, {{"system", "s"}, {"user", "u"}}, true),
            "[SYSTEM_PROMPT]s[/SYSTEM_PROMPT][INST]u[/INST]");
  auto late = EncodePrompt(format, t, {{"user", "u"}, {"system", "s"}});
  ASSERT_FALSE(late.ok());
  EXPECT_NE(late.error().message.find("takes a system message at the start only"), std::string::npos);
}

TEST(JinjaLiterals, AreReadFromBlocksOnly) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(JinjaLiterals(R"(it's {{ 'a\n' + "b'c" }} 'd' {%- set x = '\\' %}{# 'e' #}{{ '}}' }})"),
            (Strings{"a\n", "b'c", "\\", "}}"}));
  EXPECT_EQ(JinjaLiterals(R"({{ '\x41\u00e9\U0001F600\101\d\ud800\x4' + "\t\"\
b" }})"),
            (Strings{"A\u00e9\U0001F600A\\d\\ud800\\x4", "\t\"b"}));
  EXPECT_EQ(JinjaLiterals("{{ 'open"), Strings());
  EXPECT_EQ(JinjaLiterals("{{ 'a' {# {"), (Strings{"a"}));
  EXPECT_EQ(JinjaLiterals("{"), Strings());
}

// The whole templates, by llama.cpp's test cases and its files.
TEST(ChatConformance, WholeTemplatesOfTheFamilies) {
  const std::string root = ConformanceFile("chat_templates/");
  if (!PathExists(root)) GTEST_SKIP() << "no conformance data";
  Tokenizer t = AnyFamilysTokenizer();
  const std::map<std::string, std::string> files = {
      {"Qwen-Qwen2.5-7B-Instruct", "chatml"},           {"Qwen-Qwen3-0.6B", "qwen3"},
      {"ibm-granite-granite-4.0", "granite"},           {"meta-llama-Llama-3.1-8B-Instruct", "llama3.1"},
      {"meta-llama-Llama-3.2-3B-Instruct", "llama3.1"}, {"meta-llama-Llama-3.3-70B-Instruct", "llama3.1"},
      {"microsoft-Phi-3.5-mini-instruct", "phi3"}};
  int checked = 0;
  Json golden = ReadJsonFile(root + "rendered_golden.json").value();
  for (const Json& row : golden) {
    std::string name = row["template"], context = row["context"];
    auto known = files.find(name.substr(0, name.size() - std::string(".jinja").size()));
    if (known == files.end() || (context != "simple" && context != "nogen")) continue;
    Json config = ReadJsonFile(root + "contexts/" + context + ".json").value();
    config["chat_template"] = ReadFile(root + "templates/" + name).value();
    ChatFormat format = DetectChatFormat(config, name).value();
    EXPECT_EQ(format.name, known->second);
    std::vector<Message> messages;
    for (const Json& m : config["messages"]) messages.push_back({m["role"], m["content"]});
    EXPECT_EQ(Rendered(format, t, messages, config["add_generation_prompt"]), row["expected"]) << name << context;
    ++checked;
  }
  EXPECT_GE(checked, 8);
  Json cases = ReadJsonFile(root + "llamacpp_test_chat_template.json").value();
  std::vector<Message> messages;
  for (const Json& m : cases["messages"]) messages.push_back({m["role"], m["content"]});
  for (const Json& row : cases["cases"]) {
    std::string name = row["name"];
    if (name.find("istral-") == std::string::npos || name.find("'v") == std::string::npos ||
        name.find("'v7'") != std::string::npos)
      continue;
    Json config = {{"chat_template", row["template"]}, {"bos_token", row["bos_token"]}, {"eos_token", "</s>"}};
    ChatFormat format = DetectChatFormat(config, name).value();
    EXPECT_EQ(Rendered(format, t, messages, true), row["hf_expected"]) << name;
    ++checked;
  }
  EXPECT_GE(checked, 11);
}

}  // namespace
}  // namespace cairn::formats
