// Teachers for tests, which know sentences of the form "The <what> of <whom> is <value>."
#pragma once

#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "synth/prompts.h"
#include "synth/teacher.h"

namespace cairn::synth {

class FakeTeacher : public Teacher {
 public:
  using Script = std::function<std::string(const TeacherRequest&)>;
  explicit FakeTeacher(Script script) : script_(std::move(script)) {}
  Result<void> Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) override {
    for (size_t i = 0; i < requests.size(); ++i) {
      ++calls;
      CAIRN_TRY(
          sink(i, refuses && refuses(requests[i]) ? TeacherReply{"", "HTTP 400"} : TeacherReply{script_(requests[i])}));
    }
    return {};
  }
  Json Identity() const override { return {{"kind", "fake"}}; }
  size_t calls = 0;
  std::function<bool(const TeacherRequest&)> refuses;

 private:
  Script script_;
};

inline std::vector<QuestionAnswer> FactsOf(const std::string& text) {
  static const std::regex kFact("The ([a-z]+) of ([A-Z][A-Za-z ]*?) is ([A-Za-z0-9 ]+)\\.");
  std::vector<QuestionAnswer> facts;
  for (std::sregex_iterator it(text.begin(), text.end(), kFact), end; it != end; ++it) {
    facts.push_back({"What is the " + (*it)[1].str() + " of " + (*it)[2].str() + "?", (*it)[3].str()});
  }
  return facts;
}

// Whatever words a question has, its last part names the fact.
inline std::string Core(const std::string& question) {
  size_t at = question.find("the ");
  return at == std::string::npos ? question : question.substr(at);
}

// Always right.
inline std::string PerfectReply(const TeacherRequest& request) {
  const std::string& text = request.messages.back().content;
  auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  std::vector<QuestionAnswer> facts = FactsOf(text);
  auto answer = [&](const std::string& question) {
    for (const QuestionAnswer& fact : facts) {
      if (Core(fact.question) == Core(question)) return fact.answer;
    }
    return std::string("I don't know.");
  };
  if (text.starts_with("Ask this in another way: ")) {
    const char* start = request.seed % 2 == 0 ? "Can you tell me " : "Please name ";
    return start + Core(text.substr(25));
  }
  if (text.starts_with("Answer the question from the text")) return answer(text.substr(text.rfind("Question: ") + 10));
  if (has("Is this answer right")) {
    size_t q = text.rfind("Question: "), a = text.rfind("\nAnswer: "), end = text.rfind("\nIs this");
    return answer(text.substr(q + 10, a - q - 10)) == text.substr(a + 9, end - a - 9) ? "yes" : "no";
  }
  if (has("whose answer is: ")) {
    std::string wanted = text.substr(text.rfind("whose answer is: ") + 17);
    for (const QuestionAnswer& fact : facts) {
      if (fact.answer == wanted) return fact.question;
    }
    return "I don't know.";
  }
  if (size_t at = text.find("sentence of the text: "); at != std::string::npos) facts = FactsOf(text.substr(at));
  std::string reply;
  for (const QuestionAnswer& fact : facts) reply += FormatQuestion(fact) + "\n";
  return reply;
}

}  // namespace cairn::synth
