#include "eval/questions.h"

#include "base/progress.h"
#include "eval/text_score.h"

namespace cairn::eval {
namespace {

LeafScore ScoreLeaf(const LeafQuestions& leaf, const std::string* given) {
  LeafScore score{leaf.path, leaf.kind, {}, 0, {}};
  size_t correct = 0;
  for (size_t i = 0; i < leaf.questions.size(); ++i) {
    const Question& q = leaf.questions[i];
    std::vector<std::string> accepted = q.Accepted();
    ScoredAnswer item{q.question, given[i], q.answer, ExactMatch(given[i], accepted), TokenF1(given[i], accepted)};
    correct += item.correct;
    score.mean_f1 += item.f1;
    score.items.push_back(std::move(item));
  }
  score.accuracy = Accuracy::Of(correct, leaf.questions.size());
  if (!leaf.questions.empty()) score.mean_f1 /= static_cast<double>(leaf.questions.size());
  return score;
}

}  // namespace

std::vector<std::string> Question::Accepted() const {
  std::vector<std::string> all{answer};
  all.insert(all.end(), accept.begin(), accept.end());
  return all;
}

Result<std::vector<std::string>> Ask(ThreadPool& pool, const model::ChatModel& chat,
                                     const std::vector<std::vector<formats::Message>>& conversations,
                                     const std::string& label, const AskOptions& options) {
  std::vector<infer::Request> requests(conversations.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].messages = conversations[i];
    requests[i].sampling.beams = options.beams;
    requests[i].sampling.max_tokens = options.max_tokens;
  }
  Progress progress(label, requests.size(), options.quiet);
  std::vector<bool> begun(requests.size());
  uint64_t count = 0;
  auto on_token = [&](size_t request, std::string_view) {
    if (begun[request]) return;
    begun[request] = true;
    if (++count > options.max_parallel) progress.Update(count - options.max_parallel);
  };
  infer::GenerateLimits limits;
  limits.max_parallel = options.max_parallel;
  CAIRN_ASSIGN(std::vector<infer::Reply> replies, infer::Generate(pool, chat, requests, on_token, limits));
  progress.Finish();
  std::vector<std::string> texts;
  texts.reserve(replies.size());
  for (infer::Reply& reply : replies) texts.push_back(std::move(reply.text));
  return texts;
}

Result<std::vector<LeafScore>> EvaluateQuestions(ThreadPool& pool, const model::ChatModel& chat,
                                                 const std::vector<LeafQuestions>& leaves, const AskOptions& options) {
  std::vector<std::vector<formats::Message>> conversations;
  for (const LeafQuestions& leaf : leaves)
    for (const Question& q : leaf.questions) conversations.push_back({{"user", q.question, true}});
  CAIRN_ASSIGN(std::vector<std::string> given, Ask(pool, chat, conversations, "asking questions", options));
  std::vector<LeafScore> scores;
  size_t first = 0;
  for (const LeafQuestions& leaf : leaves) {
    scores.push_back(ScoreLeaf(leaf, given.data() + first));
    first += leaf.questions.size();
  }
  return scores;
}

}  // namespace cairn::eval
