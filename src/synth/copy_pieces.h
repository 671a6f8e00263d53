// Texts in pieces, and where pieces of an answer stand in a question.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "synth/copy_rule.h"

namespace cairn::synth {

using Strings = std::vector<std::string>;

// A text as words and single characters of punctuation. Views `text`.
struct Pieces {
  std::string_view text;
  std::vector<Token> tokens;
  std::vector<bool> word;
  size_t size() const { return tokens.size(); }
  std::string_view operator[](size_t i) const { return tokens[i].In(text); }
  Token Range(size_t begin, size_t end) const { return {tokens[begin].begin, tokens[end - 1].end}; }
};
Pieces Split(std::string_view text);

// The longest common subsequence.
Strings Common(const Strings& a, const Pieces& b);

// What stands before, between and after the constants, each at its first place, or its last. REQUIRES that the
// constants are a subsequence of the answer.
using Gap = std::pair<size_t, size_t>;  // pieces of an answer
std::vector<Gap> Gaps(const Pieces& answer, const Strings& constants, bool from_back);

// Where one slot's text may stand in a question; as in CopySlot.
struct Candidate {
  size_t begin = 0, end = 0;  // pieces
  std::string filler;
  bool capital = false;
};

// Runs of pieces that `op` turns into `slot`, on one line. Articles and the like may lose the capital that begins a
// sentence on their way into the answer; with `any_small` other first words may too, which names seldom do.
std::vector<Candidate> FindSlot(const Pieces& question, std::string_view slot, size_t slot_pieces, CopyOp op,
                                bool any_small);

// Ways to choose one candidate for each slot, none of which overlap; not all if there are very many.
using Assignment = std::vector<Candidate>;
std::vector<Assignment> Assignments(const std::vector<std::vector<Candidate>>& candidates);

// The question with slots in place of the spans; numbered, or all alike.
Strings Frame(const Pieces& question, const Assignment& spans, bool numbered);
// Whether the question is the frame with one piece or more in each slot.
bool Matches(const Strings& frame, const Pieces& question);

}  // namespace cairn::synth
