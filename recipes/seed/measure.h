// Measures a model on the held-out items of the generator and on the hand-written test set: the figures that the README
// and docs/seed-model.md report.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/thread_pool.h"
#include "corpus.h"
#include "eval/interval.h"
#include "eval/questions.h"
#include "handwritten.h"
#include "model/model.h"
#include "synth/synthesis.h"

namespace cairn::seed {

struct MeasureOptions {
  uint64_t items_per_task = 200;  // held-out items 0..n-1 of each task, 1..100000
  // Questions are written as the teacher of a project writes first; anything else is answered greedily.
  uint64_t writing_beams = synth::SynthesisOptions{}.beams;
  eval::AskOptions ask;
};

// One thing that was counted. Of a written question: the passage's prompt, the pair, and whether it is valid.
struct MeasuredItem {
  std::string set, figure;  // as in Figure
  std::string kind;         // part of the figure, or empty
  std::string prompt;       // the last user message
  std::vector<std::string> accepted;
  std::string given;
  bool correct = false;
};

struct KindAccuracy {
  std::string kind;
  eval::Accuracy accuracy;
};

// The interval takes items as independent; the pairs of one reply are not quite.
struct Figure {
  std::string set;  // held-out | hand-written
  std::string name;
  eval::Accuracy accuracy;
  std::optional<double> goal;
  std::vector<KindAccuracy> kinds;  // by name
};

struct Measurement {
  std::vector<Figure> figures;  // always the same ones in the same order
  std::vector<MeasuredItem> items;
};

// Answers to conversations, in order. label: what is done, for a progress line. beams: of the search for each answer.
using Answerer = std::function<Result<std::vector<std::string>>(
    const std::vector<std::vector<formats::Message>>& conversations, const std::string& label, uint64_t beams)>;

// How answers are counted:
// - reading, judging, unknown: an accepted answer, without case, punctuation and articles.
// - skills: the same; but where the answer is words of the prompt in another form (capitals, commas), the form counts.
// - asking, held-out: pairs valid by CountValidPairs; a question that the reply has already asked is not valid.
// - asking, hand-written: a weaker rule, for want of a list of facts. A pair is valid if its answer stands in the
//   passage word for word and the model, asked the question about the passage, gives the same answer.
Result<Measurement> Measure(const Answerer& answer, const Corpus& corpus, const Handwritten& handwritten,
                            const MeasureOptions& options = {});
// The same with the answers of a model. handwritten_path: recipes/seed/handwritten.yaml.
Result<Measurement> MeasureSeed(ThreadPool& pool, const model::ChatModel& chat, const Corpus& corpus,
                                const std::string& handwritten_path, const MeasureOptions& options = {});

// Is the answer one of the accepted ones in the form that the exercise asks for?
bool RightSkillAnswer(std::string_view prompt, const std::vector<std::string>& accepted, std::string_view given);

// {"figures": [{"set", "name", "n", "correct", "accuracy", "low", "high", "goal": number | null, "met": bool | null,
//   "kinds": [{"kind", "n", "correct", "accuracy", "low", "high"}]}]}
Json MeasurementToJson(const Measurement& measurement);
std::string MeasurementToMarkdown(const Measurement& measurement);
// All items, the wrong ones first, one JSON object a line: {"set", "figure", "kind", "prompt", "accepted", "given",
// "correct"}.
std::string ItemsToJsonl(const Measurement& measurement);

}  // namespace cairn::seed
