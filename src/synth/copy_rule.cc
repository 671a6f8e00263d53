#include "synth/copy_rule.h"

#include "synth/copy_lists.h"
#include "synth/copy_spans.h"

namespace cairn::synth {
namespace {

constexpr size_t kMinSeeds = 3, kMaxWords = 400;

std::string Initials(std::string_view text) {
  std::string out;
  for (const Token& token : Tokenise(text)) out += FirstCharacter(token.In(text));
  return out;
}

std::string Title(std::string_view text) {
  std::string out;
  size_t at = 0;
  for (const Token& token : Tokenise(text)) {
    out += text.substr(at, token.begin - at);
    out += Capitalised(Lower(token.In(text)));
    at = token.end;
  }
  return out + std::string(text.substr(at));
}

}  // namespace

bool MakesInitials(CopyOp op) {
  return op == CopyOp::kInitials || op == CopyOp::kInitialsUpper || op == CopyOp::kInitialsLower;
}

std::string ApplyCopy(CopyOp op, std::string_view text) {
  switch (op) {
    case CopyOp::kSame:
      return std::string(text);
    case CopyOp::kUpper:
      return Upper(text);
    case CopyOp::kLower:
      return Lower(text);
    case CopyOp::kTitle:
      return Title(text);
    case CopyOp::kCapital:
      return Capitalised(text);
    case CopyOp::kInitials:
      return Initials(text);
    case CopyOp::kInitialsUpper:
      return Upper(Initials(text));
    case CopyOp::kInitialsLower:
      return Lower(Initials(text));
  }
  return {};
}

Result<std::vector<CopiedSeed>> FindCopies(const std::vector<QuestionAnswer>& seeds) {
  if (seeds.size() < kMinSeeds) return Unsupported("fewer than three seeds show no rule");
  for (const QuestionAnswer& seed : seeds) {
    if (Tokenise(seed.question).size() > kMaxWords || Tokenise(seed.answer).size() > kMaxWords) {
      return Unsupported("a seed has more than 400 words");
    }
  }
  CopySearch spans = FindSpans(seeds);
  if (!spans.refused.empty()) return Unsupported(spans.refused);
  if (!spans.seeds.empty()) return std::move(spans.seeds);
  CopySearch lists = FindLists(seeds);
  if (!lists.refused.empty()) return Unsupported(lists.refused);
  if (!lists.seeds.empty()) return std::move(lists.seeds);
  return Unsupported("the answers are not copies of words at fixed places of the questions: " + spans.not_found);
}

}  // namespace cairn::synth
