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
using SynthesisCallback = std::function<void(const SynthesisProgress&)>;

class Asker {
 public:
  // teacher must outlive the asker. seed: of the whole synthesis.
  Asker(Teacher& teacher, uint64_t seed, SynthesisCallback progress)
      : teacher_(teacher), seed_(seed), progress_(std::move(progress)) {}

  // Sample 0 of a prompt is greedy, the others are drawn at temperature 0.7 with seeds that depend on the synthesis
  // seed, the prompt and the sample's number only.
  TeacherRequest Request(Messages messages, size_t sample, int max_tokens) const;
  // Replies in order, each text cut to 4000 bytes.
  Result<std::vector<TeacherReply>> Ask(const std::string& what, const std::vector<TeacherRequest>& requests);
  uint64_t seed() const { return seed_; }

 private:
  Teacher& teacher_;
  uint64_t seed_;
  SynthesisCallback progress_;
};

// The step of RandomStream(seed, kSynthesis, step) for draws about a text: its SHA-256's first 8 bytes.
uint64_t StreamOf(std::string_view text);

}  // namespace cairn::synth
