// Asks a model the questions of the taxonomy's leaves closed-book: only the question is in the conversation.
#pragma once

#include <string>
#include <vector>

#include "eval/interval.h"
#include "infer/generate.h"

namespace cairn::eval {

// One entry of eval.yaml.
struct Question {
  std::string question, answer;
  std::vector<std::string> accept;            // other accepted answers
  std::vector<std::string> Accepted() const;  // answer and accept
};
struct LeafQuestions {
  std::string path;  // of the leaf in the taxonomy
  std::string kind;  // knowledge | skill
  std::vector<Question> questions;
};

struct ScoredAnswer {
  std::string question, given, expected;
  bool correct = false;
  double f1 = 0;
};
struct LeafScore {
  std::string path, kind;
  Accuracy accuracy;
  double mean_f1 = 0;
  std::vector<ScoredAnswer> items;
};

struct AskOptions {
  uint64_t beams = 1;        // 1: answers are greedy
  int64_t max_tokens = 256;  // an answer that has not ended by then is cut, and judged as it is
  size_t max_parallel = 16;
  bool quiet = true;  // false: a progress line on stderr
};

// Answers of the model to conversations, in order.
Result<std::vector<std::string>> Ask(ThreadPool& pool, const model::ChatModel& chat,
                                     const std::vector<std::vector<formats::Message>>& conversations,
                                     const std::string& label, const AskOptions& options = {});

// Scores in the order of the leaves. Errors as infer::Generate's.
Result<std::vector<LeafScore>> EvaluateQuestions(ThreadPool& pool, const model::ChatModel& chat,
                                                 const std::vector<LeafQuestions>& leaves,
                                                 const AskOptions& options = {});

}  // namespace cairn::eval
