// The hand-written test set, handwritten.yaml: passages, skill exercises and unanswerable questions written by a person
// outside the generator's forms. Nothing of it is ever trained on.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "eval/questions.h"

namespace cairn::seed {

struct HandwrittenQuestion {
  eval::Question question;
  std::string wrong;  // an answer that the passage does not support
};

struct HandwrittenPassage {
  std::string id, text;
  std::vector<HandwrittenQuestion> questions;
  std::string unanswerable;  // a question about the passage that it does not answer
};

struct Handwritten {
  std::vector<HandwrittenPassage> passages;
  std::vector<eval::Question> skills;
  std::vector<std::string> unknown;
};

// Three YAML documents in one file, in the order of Handwritten's fields. Errors name file, line and column.
Result<Handwritten> LoadHandwritten(const std::string& path);

}  // namespace cairn::seed
