// Fuzz entry of the YAML reader and the two files of a leaf.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "taxonomy/qna.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::taxonomy;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (auto kind : {std::optional<LeafKind>(), std::optional(LeafKind::kKnowledge), std::optional(LeafKind::kSkill)}) {
    Problems problems;
    ParseQna(text, "qna.yaml", kind, &problems);
  }
  Problems problems;
  ParseEval(text, "eval.yaml", &problems);
  return 0;
}
