#include "synth/copy_pieces.h"

#include <algorithm>

#include "formats/unicode.h"

namespace cairn::synth {
namespace {

constexpr size_t kMaxAssignments = 64, kMaxSteps = 4096;

bool BeginsSentence(const Pieces& question, size_t i) {
  if (i == 0) return true;
  char before = question[i - 1].back();
  return before == '.' || before == '!' || before == '?' ||
         question.text.substr(0, question.tokens[i].begin).find_last_of('\n') + 1 == question.tokens[i].begin;
}

std::string WithoutCapital(std::string_view text) {
  std::string_view first = FirstCharacter(text);
  return Lower(first) + std::string(text.substr(first.size()));
}

// Ways to choose one candidate for each slot, none of which overlap; as many as `steps` and kMaxAssignments allow.
void Choose(const std::vector<std::vector<Candidate>>& candidates, Assignment& chosen, size_t& steps,
            std::vector<Assignment>& out) {
  if (out.size() >= kMaxAssignments || steps == 0) return;
  --steps;
  if (chosen.size() == candidates.size()) {
    out.push_back(chosen);
    return;
  }
  for (const Candidate& candidate : candidates[chosen.size()]) {
    bool apart = std::all_of(chosen.begin(), chosen.end(), [&](const Candidate& other) {
      return other.end <= candidate.begin || candidate.end <= other.begin;
    });
    if (!apart) continue;
    chosen.push_back(candidate);
    Choose(candidates, chosen, steps, out);
    chosen.pop_back();
  }
}

}  // namespace

Pieces Split(std::string_view text) {
  Pieces out{text, {}, {}};
  size_t at = 0;
  auto punctuation = [&](size_t end) {
    while (at < end) {
      Utf8Char character = Utf8At(text, at);
      if (!character.valid || !formats::IsSpace(formats::CodePointAt(text, at))) {
        out.tokens.push_back({at, at + character.length});
        out.word.push_back(false);
      }
      at += character.length;
    }
  };
  for (const Token& token : Tokenise(text)) {
    punctuation(token.begin);
    out.tokens.push_back(token);
    out.word.push_back(true);
    at = token.end;
  }
  punctuation(text.size());
  return out;
}

Strings Common(const Strings& a, const Pieces& b) {
  std::vector<std::vector<uint32_t>> length(a.size() + 1, std::vector<uint32_t>(b.size() + 1));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    }
  }
  Strings out;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      out.push_back(a[i++]);
      ++j;
    } else {
      length[i + 1][j] >= length[i][j + 1] ? ++i : ++j;
    }
  }
  return out;
}

std::vector<Gap> Gaps(const Pieces& answer, const Strings& constants, bool from_back) {
  std::vector<Gap> gaps(constants.size() + 1);
  if (from_back) {
    size_t end = answer.size();
    for (size_t c = constants.size(); c-- > 0;) {
      size_t at = end - 1;
      while (answer[at] != constants[c]) --at;
      gaps[c + 1] = {at + 1, end};
      end = at;
    }
    gaps[0] = {0, end};
    return gaps;
  }
  size_t begin = 0;
  for (size_t c = 0; c < constants.size(); ++c) {
    size_t at = begin;
    while (answer[at] != constants[c]) ++at;
    gaps[c] = {begin, at};
    begin = at + 1;
  }
  gaps.back() = {begin, answer.size()};
  return gaps;
}

std::vector<Candidate> FindSlot(const Pieces& question, std::string_view slot, size_t slot_pieces, CopyOp op,
                                bool any_small) {
  std::vector<Candidate> out;
  size_t width = slot_pieces;
  if (MakesInitials(op)) {
    width = 0;
    for (size_t at = 0; at < slot.size(); at += Utf8At(slot, at).length) ++width;
  }
  for (size_t begin = 0; width > 0 && begin + width <= question.size(); ++begin) {
    std::string text(question.Range(begin, begin + width).In(question.text));
    if (text.find('\n') != std::string::npos) continue;
    if (MakesInitials(op) &&
        !std::all_of(question.word.begin() + static_cast<ptrdiff_t>(begin),
                     question.word.begin() + static_cast<ptrdiff_t>(begin + width), [](bool word) { return word; })) {
      continue;
    }
    bool initial = BeginsSentence(question, begin);
    bool same = ApplyCopy(op, text) == slot;
    std::string small = WithoutCapital(text);
    bool article = IsFunctionWord(question[begin]);
    bool as_small = small != text && ApplyCopy(op, small) == slot &&
                    ((initial && article) || (any_small && !same && (initial || article)));
    if (as_small) {
      out.push_back({begin, begin + width, std::move(small), true});
    } else if (same) {
      out.push_back({begin, begin + width, std::move(text), initial});
    }
  }
  return out;
}

std::vector<Assignment> Assignments(const std::vector<std::vector<Candidate>>& candidates) {
  std::vector<Assignment> out;
  Assignment chosen;
  size_t steps = kMaxSteps;
  Choose(candidates, chosen, steps, out);
  return out;
}

Strings Frame(const Pieces& question, const Assignment& spans, bool numbered) {
  Strings out;
  for (size_t i = 0; i < question.size();) {
    size_t next = i + 1;
    std::string piece(question[i]);
    for (size_t j = 0; j < spans.size(); ++j) {
      if (spans[j].begin != i) continue;
      next = spans[j].end;
      piece = "\n" + (numbered ? std::to_string(j) : std::string());  // no piece holds a line feed
    }
    out.push_back(std::move(piece));
    i = next;
  }
  return out;
}

bool Matches(const Strings& frame, const Pieces& question) {
  std::vector<bool> now(question.size() + 1);  // [j]: the frame so far matches the first j pieces
  now[0] = true;
  for (const std::string& piece : frame) {
    std::vector<bool> next(question.size() + 1);
    for (size_t j = 1; j <= question.size(); ++j) {
      next[j] = piece[0] == '\n' ? now[j - 1] || next[j - 1] : now[j - 1] && piece == question[j - 1];
    }
    now = std::move(next);
  }
  return now.back();
}

}  // namespace cairn::synth
