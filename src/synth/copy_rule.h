// Finds out whether a skill copies: whether every seed's answer is made of constant words and of words that stand at
// the same places of its question.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "synth/prompts.h"
#include "synth/text.h"

namespace cairn::synth {

// What is done to a text on its way into the answer. The simplest comes first.
enum class CopyOp { kSame, kUpper, kLower, kTitle, kCapital, kInitials, kInitialsUpper, kInitialsLower };
inline constexpr CopyOp kCopyOps[] = {CopyOp::kSame,          CopyOp::kUpper,        CopyOp::kLower,
                                      CopyOp::kTitle,         CopyOp::kCapital,      CopyOp::kInitials,
                                      CopyOp::kInitialsUpper, CopyOp::kInitialsLower};
std::string ApplyCopy(CopyOp op, std::string_view text);
bool MakesInitials(CopyOp op);

// A piece of an answer that is copied. The question holds `filler`, or Capitalised(filler) if `capital`; the answer
// holds ApplyCopy(op, filler).
struct CopySlot {
  Token question, answer;  // ranges of bytes, one or more words
  std::string filler;      // as it stands inside a sentence
  bool capital = false;    // begins a sentence of the question
  CopyOp op = CopyOp::kSame;
  size_t pool = 0;  // slots with the same number may exchange their fillers
};

struct CopiedSeed {
  size_t seed = 0;              // index
  std::vector<CopySlot> slots;  // in the order of the answer, at least one; they don't overlap in the question
};

// At least three seeds; those whose copied places are not certain are left out.
//
// Errors  kUnsupported with the reason, for people: fewer than three seeds; a piece of an answer that its question does
//         not hold; or seeds that a rule of content (sorted, largest, longest, ...) explains as well.
Result<std::vector<CopiedSeed>> FindCopies(const std::vector<QuestionAnswer>& seeds);

// What one way of looking for copies found: `seeds`, or why it must not be done, or (both empty) nothing.
struct CopySearch {
  std::vector<CopiedSeed> seeds;
  std::string refused;    // copies are there, but content may decide what is copied: no other search may try
  std::string not_found;  // what is not a copy
};

}  // namespace cairn::synth
