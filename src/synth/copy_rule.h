// Finds out whether a skill copies: whether one rule of place explains each word of every seed's answer from its
// question.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "synth/prompts.h"
#include "synth/text.h"

namespace cairn::synth {

// What is done to a word on its way into the answer.
enum class CopyOp { kSame, kUpper, kLower, kCapital, kFirst, kFirstUpper, kFirstLower };
inline constexpr CopyOp kCopyOps[] = {CopyOp::kSame,  CopyOp::kUpper,      CopyOp::kLower,     CopyOp::kCapital,
                                      CopyOp::kFirst, CopyOp::kFirstUpper, CopyOp::kFirstLower};
std::string ApplyCopy(CopyOp op, std::string_view word);

// One word (or, in acronyms, one letter) of an answer.
struct AnswerSlot {
  Token token;            // in the answer
  bool constant = false;  // stands in every seed's answer; not copied
  size_t source = 0;      // token of the question
  CopyOp op = CopyOp::kSame;
};

// A seed with the rule laid over it.
struct CopiedSeed {
  std::vector<Token> question;  // tokens
  std::vector<AnswerSlot> answer;
};

struct CopyRule {
  std::string description;  // "the words after the colon, in order"
  std::vector<CopiedSeed> seeds;
  std::vector<std::string> fixed;  // lower-case words that must stay: instructions and constants
};

// REQUIRES nothing; kUnsupported with the reason if there is no rule: fewer than three seeds; a word of an answer that
// is not explained; or seeds that a rule of content (sorted, largest, longest, ...) explains as well.
Result<CopyRule> FindCopyRule(const std::vector<QuestionAnswer>& seeds);

}  // namespace cairn::synth
