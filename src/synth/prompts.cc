#include "synth/prompts.h"

#include <array>

#include "base/text.h"

namespace cairn::synth {
namespace {

Messages User(std::string text) { return {{"user", std::move(text), false}}; }

// Takes list marks and emphasis off the front: "**1.** Q:" -> "Q:".
std::string_view WithoutMarks(std::string_view line) {
  line = TrimAscii(line);
  for (;;) {
    size_t digits = 0;
    while (digits < line.size() && IsAsciiDigit(line[digits])) ++digits;
    if (digits > 0 && digits <= 3 && digits < line.size() && (line[digits] == '.' || line[digits] == ')')) {
      line = TrimAscii(line.substr(digits + 1));
    } else if (!line.empty() && (line[0] == '*' || line[0] == '-' || line[0] == '#')) {
      line = TrimAscii(line.substr(1));
    } else {
      return line;
    }
  }
}

// What follows one of the labels ("q", "question", with an optional number) and a colon; none if the line has no label.
template <size_t N>
std::optional<std::string_view> AfterLabel(std::string_view line, const std::array<std::string_view, N>& labels) {
  std::string lower = AsciiLower(line);
  for (std::string_view label : labels) {
    if (!std::string_view(lower).starts_with(label)) continue;
    size_t at = label.size();
    while (at < line.size() && (line[at] == ' ' || line[at] == '*' || IsAsciiDigit(line[at]))) ++at;
    if (at >= line.size() || line[at] != ':') continue;
    std::string_view rest = line.substr(at + 1);
    while (!rest.empty() && (IsAsciiSpace(rest[0]) || rest[0] == '*')) rest.remove_prefix(1);
    return TrimAscii(rest);
  }
  return std::nullopt;
}

}  // namespace

std::string_view WithoutFence(std::string_view reply) {
  constexpr std::string_view kFence = "```";
  const std::string_view text = TrimAscii(reply);
  const size_t line = text.find('\n');
  if (!text.starts_with(kFence) || !text.ends_with(kFence) || line == text.npos) return reply;
  if (text.find("\n```", line) + 1 != text.size() - kFence.size()) return reply;  // two blocks
  return TrimAscii(text.substr(line, text.size() - kFence.size() - line));
}

Messages WriteQuestions(std::string_view passage, int count) {
  std::string what = count == 1 ? "1 question" : std::to_string(count) + " questions";
  return User(std::string(passage) + "\n\nWrite " + what + " about this text, with " + (count == 1 ? "its" : "their") +
              (count == 1 ? " answer" : " answers") + ". Use this form:\nQ: question\nA: answer");
}

Messages WriteQuestionAbout(std::string_view passage, std::string_view sentence) {
  return User(std::string(passage) + "\n\nWrite one question, with its answer, about this sentence of the text: " +
              std::string(sentence) + "\nUse this form:\nQ: question\nA: answer");
}

Messages WriteQuestionFor(std::string_view passage, std::string_view answer) {
  return User(std::string(passage) + "\n\nWrite a question about this text whose answer is: " + std::string(answer));
}

Messages AnswerFrom(std::string_view passage, std::string_view question) {
  return User("Answer the question from the text, in a few words. If the text does not tell, say: I don't know.\n\n" +
              std::string(passage) + "\n\nQuestion: " + std::string(question));
}

Messages Judge(std::string_view passage, std::string_view question, std::string_view answer) {
  return User(std::string(passage) + "\n\nQuestion: " + std::string(question) + "\nAnswer: " + std::string(answer) +
              "\nIs this answer right according to the text? Answer yes or no.");
}

Messages RephraseQuestion(std::string_view question) {
  return User("Ask this in another way: " + std::string(question));
}

Messages RephraseStatement(std::string_view statement) {
  return User("Say this in other words: " + std::string(statement));
}

Messages StatementFrom(std::string_view question, std::string_view answer) {
  return User("Say this as one sentence.\n" + FormatQuestion({std::string(question), std::string(answer)}));
}

Messages MoreExamples(const std::vector<QuestionAnswer>& examples) {
  std::string text = "Here are some examples of a task.\n";
  for (const QuestionAnswer& example : examples) text += "\n" + FormatQuestion(example) + "\n";
  return User(text + "\nWrite one new example of the same task, with its answer, in the same form.");
}

std::string FormatQuestion(const QuestionAnswer& pair) { return "Q: " + pair.question + "\nA: " + pair.answer; }

std::vector<QuestionAnswer> ParseQuestions(std::string_view reply) {
  static constexpr std::array<std::string_view, 2> kQuestion = {"question", "q"};
  static constexpr std::array<std::string_view, 2> kAnswer = {"answer", "a"};
  std::vector<QuestionAnswer> pairs;
  reply = WithoutFence(reply);
  std::string question, answer;
  std::string* open = nullptr;
  auto flush = [&] {
    std::string_view q = TrimAscii(question), a = TrimAscii(answer);
    if (!q.empty() && !a.empty()) pairs.push_back({std::string(q), std::string(a)});
    question.clear();
    answer.clear();
    open = nullptr;
  };
  while (!reply.empty()) {
    size_t end = reply.find('\n');
    std::string_view line = WithoutMarks(reply.substr(0, end));
    std::string_view raw = TrimAscii(reply.substr(0, end));
    reply = end == std::string_view::npos ? std::string_view() : reply.substr(end + 1);
    if (auto text = AfterLabel(line, kQuestion)) {
      flush();
      question = *text;
      open = &question;
    } else if (auto text = AfterLabel(line, kAnswer); text && !question.empty()) {
      answer = *text;
      open = &answer;
    } else if (raw.empty()) {
      if (!answer.empty()) open = nullptr;
    } else if (open != nullptr) {
      // An answer or question of several lines, as some skills have.
      if (!open->empty()) *open += '\n';
      *open += raw;
    }
  }
  flush();
  return pairs;
}

std::optional<bool> ParseYesNo(std::string_view reply) {
  std::string word;
  for (char c : TrimAscii(reply)) {
    char lower = AsciiLower(c);
    if (IsAsciiLower(lower)) {
      word += lower;
    } else if (!word.empty()) {
      break;
    }
  }
  if (word == "yes") return true;
  if (word == "no") return false;
  return std::nullopt;
}

bool IsDontKnow(std::string_view reply) {
  std::string lower = AsciiLower(TrimAscii(reply));
  for (std::string_view start : {"i don't know", "i do not know", "i don\xe2\x80\x99t know", "the text does not"}) {
    if (std::string_view(lower).starts_with(start)) return true;
  }
  return false;
}

}  // namespace cairn::synth
