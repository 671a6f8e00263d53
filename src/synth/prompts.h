// The one place of the wordings with which Cairn asks a teacher, and the parsers of its replies. The built-in teacher
// was trained on these very wordings (recipes/seed uses these functions); they are plain enough for any other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/chat.h"

namespace cairn::synth {

using Messages = std::vector<formats::Message>;

struct QuestionAnswer {
  std::string question, answer;
};

Messages WriteQuestions(std::string_view passage, int count);
Messages WriteQuestionAbout(std::string_view passage, std::string_view sentence);
Messages WriteQuestionFor(std::string_view passage, std::string_view answer);
Messages AnswerFrom(std::string_view passage, std::string_view question);
Messages Judge(std::string_view passage, std::string_view question, std::string_view answer);
Messages RephraseQuestion(std::string_view question);
Messages RephraseStatement(std::string_view statement);
Messages StatementFrom(std::string_view question, std::string_view answer);
Messages MoreExamples(const std::vector<QuestionAnswer>& examples);

// "Q: ...\nA: ..." as prompts and replies write it.
std::string FormatQuestion(const QuestionAnswer& pair);

// A reply without the Markdown fence that is around all of it, if there is one.
std::string_view WithoutFence(std::string_view reply);

// The pairs of a reply in the form that WriteQuestions asks for. Lenient: numbering, "Question 1:", bold marks and
// blank lines are understood; a question without an answer is left out.
std::vector<QuestionAnswer> ParseQuestions(std::string_view reply);
// The first word decides; none if it is neither yes nor no.
std::optional<bool> ParseYesNo(std::string_view reply);
// A reply that says that the text does not tell.
bool IsDontKnow(std::string_view reply);

}  // namespace cairn::synth
