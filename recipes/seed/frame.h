// Frames: kinds of things with the facts that they can have and the ways to state them and ask for them. The format is
// described in FRAMES.md.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pools.h"

namespace cairn::seed {

// Forms are sentences with slots: {S} {Ss} the thing, {he} {him} {his} it again, {v} {w} the values ({a v}: with
// article). The lists ending in _x are for held-out items only.
struct Fact {
  std::string id;
  const Pool* v = nullptr;
  const Pool* w = nullptr;  // second value, if any
  bool yesno = false;
  std::vector<std::string> vp, vp_x;    // verb phrases
  std::vector<std::string> say, say_x;  // sentences
  std::vector<std::string> yes, no;     // sentences of a yes-or-no fact
  std::vector<std::string> ask, ask_x, ask_w;
  std::vector<std::string> req, req_w;  // noun phrases for the answer
  std::vector<std::string> back;        // questions answered by {S}
};

enum class Pronoun { kIt, kThey, kPerson };

struct Frame {
  std::string id;
  std::vector<std::string> nouns;
  std::vector<std::string> names;
  Pronoun pronoun = Pronoun::kIt;
  std::deque<Pool> own_pools;
  std::vector<Fact> facts;
};

// Parses one file of frames; the pools must outlive the frames. Anything unexpected is an error with file and line.
Result<std::vector<std::unique_ptr<Frame>>> ParseFrames(const std::string& text, const std::string& where,
                                                        const Pools& pools);

// Which further questions are taken. kClear: none that takes for granted what only one of the further statements tells
// ("How many loaves come out of the oven?" after "the town gets nine hundred").
enum class Questions { kAll, kClear };

// Further forms for facts of known frames: a list of {frame: id, facts: {fact id: {vp, say, yes, no, ask, ask_w,
// back}}}. A frame that gets some is replaced by a copy. After an error some frames may have got theirs. The text is
// parsed once for all whose frames get its forms.
struct FormsTarget {
  Questions questions;
  std::vector<std::shared_ptr<const Frame>>* frames;
};
Result<void> AddForms(const std::string& text, const std::string& where, const std::vector<FormsTarget>& targets);

}  // namespace cairn::seed
