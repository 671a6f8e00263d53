#include "synth/row_filters.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "synth/similar.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

using Groups = std::map<std::string, std::vector<size_t>>;

template <typename KeyOf>
Groups GroupKept(const std::vector<Row>& rows, KeyOf key_of) {
  Groups groups;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kept && !MadeBySentence(rows[i])) groups[key_of(rows[i])].push_back(i);
  }
  return groups;
}

// Total votes for each normalised answer of a group; a seed outvotes everything.
std::map<std::string, uint64_t> Votes(const std::vector<Row>& rows, const std::vector<size_t>& group) {
  std::map<std::string, uint64_t> votes;
  for (size_t i : group) votes[Normalised(rows[i].answer)] += rows[i].step == "seed" ? 1000000 : rows[i].confirmed;
  return votes;
}

void ResolveConflict(std::vector<Row>& rows, const std::vector<size_t>& group) {
  std::map<std::string, uint64_t> votes = Votes(rows, group);
  if (votes.size() < 2) return;
  const std::string first = Normalised(rows[group[0]].answer);
  std::string best = first;
  for (const auto& [answer, count] : votes) {
    if (count > votes[best]) best = answer;
  }
  bool undecided = false;
  for (const auto& [answer, count] : votes) {
    bool longer_form = ContainsWords(Words(answer), Words(best)) || ContainsWords(Words(best), Words(answer));
    undecided |= answer != best && count == votes[best] && !longer_form;
  }
  std::string winner = rows[group[0]].answer;
  for (size_t i : group) {
    if (Normalised(rows[i].answer) == best) winner = rows[i].answer;
  }
  for (size_t i : group) {
    if (undecided) {
      rows[i].Drop(kStageConflict, "the same question has several answers, none confirmed more often");
    } else if (Normalised(rows[i].answer) != best) {
      rows[i].Drop(kStageConflict, "the same question has the answer \"" + winner + "\"");
    }
  }
}

}  // namespace

void DropDuplicates(std::vector<Row>& rows) {
  std::map<std::string, size_t> first;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].kept) continue;
    std::string key = Normalised(rows[i].question) + "\n" + Normalised(rows[i].answer);
    auto [place, is_new] = first.try_emplace(key, i);
    if (is_new) continue;
    rows[place->second].confirmed += rows[i].confirmed;
    rows[i].Drop(kStageDuplicate, "the same as row " + rows[place->second].id);
  }
}

void DropConflicts(std::vector<Row>& rows) {
  for (const auto& [question, group] : GroupKept(rows, [](const Row& row) { return Normalised(row.question); })) {
    ResolveConflict(rows, group);
  }
}

void DropSimilar(std::vector<Row>& rows) {
  for (const auto& [answer, group] : GroupKept(rows, [](const Row& row) { return Normalised(row.answer); })) {
    std::vector<std::vector<std::string>> questions;
    for (size_t i : group) questions.push_back(Words(rows[i].question));
    SimilarSets similar(questions);
    for (size_t k = 0; k < group.size(); ++k) {
      const std::optional<size_t> same = similar.FirstKept(k);
      Row& row = rows[group[k]];
      if (!same) {
        similar.Keep(k);
      } else if (row.step != "seed") {
        row.Drop(kStageSimilar, "nearly the same question as row " + rows[group[*same]].id);
      }
    }
  }
}

void CapPerFact(std::vector<Row>& rows, size_t most) {
  auto key_of = [](const Row& row) { return row.chunk + "\n" + Normalised(row.answer); };
  for (auto& [fact, members] : GroupKept(rows, key_of)) {
    std::vector<size_t> group;
    std::copy_if(members.begin(), members.end(), std::back_inserter(group),
                 [&](size_t i) { return rows[i].step != "seed"; });
    std::stable_sort(group.begin(), group.end(), [&](size_t a, size_t b) {
      bool a_again = rows[a].step == "rephrase", b_again = rows[b].step == "rephrase";
      return a_again != b_again ? b_again : rows[a].confirmed > rows[b].confirmed;
    });
    for (size_t i = most; i < group.size(); ++i) {
      rows[group[i]].Drop(kStageCap, "there are " + std::to_string(most) + " rows about this answer already");
    }
  }
}

}  // namespace cairn::synth
