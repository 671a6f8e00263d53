#include "synth/coverage.h"

#include <algorithm>
#include <map>
#include <set>

#include "synth/filters.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

struct Asked {
  std::vector<std::string> answer;
  std::set<std::string> content;  // of the question
  bool yes_no = false;
};

// By chunk; "": of any.
using AskedByChunk = std::map<std::string, std::vector<Asked>>;

AskedByChunk KeptQuestions(const std::vector<Row>& rows) {
  AskedByChunk out;
  for (const Row& row : rows) {
    if (!row.kept || MadeBySentence(row)) continue;
    Asked asked{Words(row.answer), {}, IsYesNo(row.answer)};
    for (std::string& word : Words(row.question)) {
      if (!IsFunctionWord(word)) asked.content.insert(std::move(word));
    }
    out[row.chunk].push_back(std::move(asked));
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
  AskedByChunk questions = KeptQuestions(rows);
  const std::vector<Asked>& of_any = questions[""];
  std::vector<std::string> out;
  for (const Chunk& chunk : chunks) {
    const std::vector<Asked>& of_chunk = questions[chunk.id];
    for (size_t i = chunk.context; i < chunk.sentences.size(); ++i) {
      std::vector<std::string> words = Words(chunk.sentences[i]);
      auto covers = [&](const Asked& asked) { return Covers(asked, words); };
      const bool covered = std::ranges::any_of(of_chunk, covers) || std::ranges::any_of(of_any, covers);
      if (!covered) out.push_back(chunk.Where() + ": " + chunk.sentences[i]);
    }
  }
  return out;
}

}  // namespace cairn::synth
