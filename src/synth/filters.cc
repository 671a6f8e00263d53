#include "synth/filters.h"

#include <algorithm>
#include <vector>

#include "synth/text.h"

namespace cairn::synth {
namespace {

bool Has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> WithoutLeadingPreposition(std::vector<std::string> words) {
  while (words.size() > 1 && IsPreposition(words[0])) words.erase(words.begin());
  return words;
}

// Whether something before word `at` names what a pronoun could stand for: a capitalised name, or for "it" and "they"
// also "the ..." ("When does the mill open its doors?").
bool HasAntecedent(std::string_view question, const std::vector<Token>& tokens, size_t at) {
  std::string pronoun = Lower(tokens[at].In(question));
  bool thing = pronoun.starts_with("it") || pronoun.starts_with("the");
  if (at >= 1 && Lower(tokens[at - 1].In(question)) == "of") return false;  // "the name of his dog"
  for (size_t i = 0; i < at; ++i) {
    std::string_view word = tokens[i].In(question);
    if (i > 0 && StartsUpper(word)) return true;
    if (thing && i + 1 < at && IsArticle(Lower(word))) return true;
  }
  return false;
}

}  // namespace

bool IsYesNo(std::string_view answer) {
  std::string plain = Normalised(answer);
  return plain == "yes" || plain == "no";
}

Verdict CheckForm(const QuestionAnswer& pair) {
  if (Tokenise(pair.question).empty() || IsDontKnow(pair.question)) return "no question";
  if (Words(pair.answer).empty()) return "no answer";
  if (pair.question.find('\n') != std::string::npos || pair.answer.find('\n') != std::string::npos) {
    return "more than one line";
  }
  for (const std::string* text : {&pair.question, &pair.answer}) {
    if (text->find("<|") != std::string::npos || text->find("|>") != std::string::npos) return "a control token";
    if (text->find("\uFFFD") != std::string::npos) return "broken characters";
    for (std::string_view label : {"Q:", "A:", "Question:", "Answer:"}) {
      if (text->find(label) != std::string::npos) return "a label inside the text";
    }
  }
  if (IsDontKnow(pair.answer)) return "the answer is not known";
  return std::nullopt;
}

Verdict CheckLength(const QuestionAnswer& pair) {
  size_t words = Tokenise(pair.question).size();
  if (words < 3) return "the question has fewer than 3 words";
  if (words > 40) return "the question has more than 40 words";
  if (Tokenise(pair.answer).size() > 30) return "the answer has more than 30 words";
  std::vector<std::string> question = Words(pair.question);
  bool choice = Has(question, "or");
  if (!IsYesNo(pair.answer) && !choice && ContainsWords(question, Words(pair.answer))) {
    return "the question holds its own answer";
  }
  return std::nullopt;
}

Verdict CheckSubject(const QuestionAnswer& pair) {
  std::string_view question = pair.question;
  std::vector<Token> tokens = Tokenise(question);
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::string word = Lower(tokens[i].In(question));
    if (word == "this" || word == "these") return "\"" + word + "\" points to the text";
    if ((word == "text" || word == "passage" || word == "paragraph") && i > 0) {
      std::string before = Lower(tokens[i - 1].In(question));
      if (before == "the" || before == "this") return "it speaks of the " + word + " itself";
    }
    // "What time is it ...", "How far is it from ..." need no antecedent.
    bool impersonal = word == "it" && i >= 2 && Lower(tokens[i - 1].In(question)) == "is" &&
                      (Lower(tokens[0].In(question)) == "how" || Lower(tokens[i - 2].In(question)) == "time");
    if (IsPersonalPronoun(word) && !impersonal && !HasAntecedent(question, tokens, i)) {
      return "\"" + word + "\" stands for nothing that the question names";
    }
  }
  return std::nullopt;
}

Verdict CheckSource(const QuestionAnswer& pair, std::string_view passage) {
  if (IsYesNo(pair.answer) || ContainsWords(Words(passage), Words(pair.answer))) return std::nullopt;
  return "the answer does not stand in the text";
}

bool Confirms(std::string_view reply, std::string_view answer) {
  if (IsDontKnow(reply)) return false;
  std::vector<std::string> words = WithoutLeadingPreposition(Words(reply));
  return !words.empty() && words == WithoutLeadingPreposition(Words(answer));
}

}  // namespace cairn::synth
