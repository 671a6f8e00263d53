#include "synth/coverage.h"

#include <algorithm>
#include <set>

#include "synth/filters.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

struct Asked {
  std::string chunk;  // empty: any
  std::vector<std::string> answer;
  std::set<std::string> content;  // of the question
  bool yes_no = false;
};

std::vector<Asked> KeptQuestions(const std::vector<Row>& rows) {
  std::vector<Asked> out;
  for (const Row& row : rows) {
    if (!row.kept || MadeBySentence(row)) continue;
    Asked asked{row.chunk, Words(row.answer), {}, IsYesNo(row.answer)};
    for (std::string& word : Words(row.question)) {
      if (!IsFunctionWord(word)) asked.content.insert(std::move(word));
    }
    out.push_back(std::move(asked));
  }
  return out;
}

bool Covers(const Asked& asked, const std::vector<std::string>& sentence) {
  if (!asked.yes_no && !ContainsWords(sentence, asked.answer)) return false;
  std::set<std::string> shared;
  for (const std::string& word : sentence) {
    if (asked.content.count(word) > 0) shared.insert(word);
  }
  return shared.size() >= (asked.yes_no ? 2u : 1u);
}

}  // namespace

std::vector<std::string> UncoveredSentences(const std::vector<Chunk>& chunks, const std::vector<Row>& rows) {
  std::vector<Asked> questions = KeptQuestions(rows);
  std::vector<std::string> out;
  for (const Chunk& chunk : chunks) {
    for (size_t i = chunk.context; i < chunk.sentences.size(); ++i) {
      std::vector<std::string> words = Words(chunk.sentences[i]);
      bool covered = std::any_of(questions.begin(), questions.end(), [&](const Asked& asked) {
        return (asked.chunk.empty() || asked.chunk == chunk.id) && Covers(asked, words);
      });
      if (!covered) out.push_back(chunk.Where() + ": " + chunk.sentences[i]);
    }
  }
  return out;
}

}  // namespace cairn::synth
