// The seed model's training text: an endless sequence of conversations, each a pure function of (seed, index), the same
// on every machine; and the held-out items on which the model is measured.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "formats/chat.h"
#include "passage.h"

namespace cairn::seed {

struct World;

// A held-out task: names, words and sentence forms that Sample never uses.
struct Item {
  std::string task;                      // reading | asking | judging | skills | unknown
  std::string kind;                      // skills: which one, e.g. "sort_words"
  std::vector<formats::Message> prompt;  // ends with a user message
  std::vector<std::string> accepted;     // the first is the model answer; empty for asking
  // asking: for each fact of the passage every question form and its answer.
  struct FactCheck {
    std::vector<std::string> questions;
    std::string answer;
  };
  std::vector<FactCheck> facts;
};

class Corpus {
 public:
  // dir: recipes/seed, with words.yaml, frames/*.yaml and, for wider levels, frames_wide/*.yaml, wordings/*.yaml and
  // stories/*.yaml. Errors name file and line.
  static Result<Corpus> Load(const std::string& dir);
  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  ~Corpus();

  formats::Conversation Sample(uint64_t seed, uint64_t index, Level level = Level::kFull) const;
  // The name of the task that Sample with the same arguments belongs to.
  std::string TaskOf(uint64_t seed, uint64_t index, Level level = Level::kFull) const;

  // Of words.yaml and all frames and wordings that the level draws from.
  const Digest& digest(Level level) const { return digests_[BreadthOf(level)]; }

  static const std::vector<std::string>& HeldOutTasks();
  // task: one of HeldOutTasks().
  Item HeldOut(std::string_view task, uint64_t index) const;

 private:
  Corpus();
  enum Breadth { kBasic, kWithWideFrames, kWithWordings, kWithClearWordings, kWithStories, kBreadths };
  static Breadth BreadthOf(Level level);
  const World& WorldOf(Level level) const { return *worlds_[BreadthOf(level)]; }
  std::array<std::unique_ptr<World>, kBreadths> worlds_;  // each has the frames of the one before at the same places
  std::array<Digest, kBreadths> digests_;
};

// Is the answer right? Texts are compared without case, punctuation and articles. asking: every pair of the reply must
// be valid, and there must be at least one.
bool Score(const Item& item, std::string_view answer);

// asking: how many pairs of the reply are valid (its question is closest to the forms of one fact, with token F1 of at
// least 0.6, and its answer is that fact's), of how many.
struct PairCount {
  int valid = 0;
  int total = 0;
};
PairCount CountValidPairs(const Item& item, std::string_view reply);

}  // namespace cairn::seed
