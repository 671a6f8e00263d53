// Asks a teacher many things and tells how far it is; gives every call its seed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "synth/prompts.h"
#include "synth/teacher.h"

namespace cairn::synth {

struct SynthesisProgress {
  std::string what;  // "writing questions", "checking answers", ...
  size_t done = 0, total = 0;
};
// From any thread, one call at a time.
using SynthesisCallback = std::function<void(const SynthesisProgress&)>;

class Asker {
 public:
  // teacher must outlive the asker. seed: of the whole synthesis. beams: of the search for a prompt's first text.
  Asker(Teacher& teacher, uint64_t seed, uint64_t beams, SynthesisCallback progress)
      : teacher_(teacher), seed_(seed), beams_(beams), progress_(std::move(progress)) {}

  // For writing. Sample 0 of a prompt is the most probable text that a search finds, the others are drawn at
  // temperature 0.7 with seeds that depend on the synthesis seed, the prompt and the sample's number only.
  TeacherRequest Write(Messages messages, size_t sample, int max_tokens) const;
  // For checking what was written: greedy.
  TeacherRequest Check(Messages messages, int max_tokens) const;
  // Replies in order, each text cut to 4000 bytes.
  Result<std::vector<TeacherReply>> Ask(const std::string& what, const std::vector<TeacherRequest>& requests);
  uint64_t seed() const { return seed_; }

 private:
  Teacher& teacher_;
  uint64_t seed_, beams_;
  SynthesisCallback progress_;
};

// The step of RandomStream(seed, kSynthesis, step) for draws about a text: its SHA-256's first 8 bytes.
uint64_t StreamOf(std::string_view text);

}  // namespace cairn::synth
