// Stories: short texts as people write them, with slots whose values are drawn anew each time, and the questions that
// they answer. The format is described in STORIES.md.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "passage.h"
#include "pools.h"

namespace cairn::seed {

struct Story {
  enum class Draws { kPool, kMan, kWoman, kFirstName };
  struct Slot {
    std::string name;
    Draws draws = Draws::kPool;
    const Pool* pool = nullptr;  // of kPool
  };
  struct Ask {
    std::vector<std::string> questions;  // the first one stands for itself, in the sentence's words
    std::string answer;
    std::vector<std::string> wrong;
  };
  struct Line {
    std::string say;
    bool may_go = false;  // the text is right without it, too
    std::vector<Ask> asks;
  };
  std::string id;
  std::deque<Pool> own_pools;
  std::vector<Slot> slots;
  std::vector<Line> lines;
  std::vector<std::string> not_told;
};

// Parses one file of stories; the pools must outlive them. Anything unexpected is an error with file, line and column.
Result<std::vector<std::shared_ptr<const Story>>> ParseStories(const std::string& text, const std::string& where,
                                                               const Pools& pools);

// The story with new values, with some of the sentences that may go left out. lines: at most so many from its front.
Passage TellStory(Scene& scene, const Story& story, size_t lines);

}  // namespace cairn::seed
