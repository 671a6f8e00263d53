// Trains a byte-level BPE tokenizer and writes it as tokenizer.json (loadable by Hugging Face tokenizers).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::formats {

struct BpeTrainingOptions {
  int vocab_size = 4096;                    // special tokens and the 256 bytes included
  std::vector<std::string> special_tokens;  // take ids 0, 1, 2, ...
  int min_count = 2;                        // a pair seen less often is not merged
  bool digits_single = true;  // every digit is a token of its own: sums and copying of numbers become learnable
};
// next(text) gives the next text, false at the end. Ties between pairs are broken by bytes (left, right), so the result
// depends only on the texts. Pre-tokenizer: the pattern of GPT-4 and Llama 3, but a line break is a word of its own
// and, with digits_single, so is every digit.
Result<std::string> TrainBpe(const BpeTrainingOptions& options, const std::function<bool(std::string*)>& next);

}  // namespace cairn::formats
