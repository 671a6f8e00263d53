// Rules of content, by which seeds that look like copies by place may have been made instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::synth {

// Why the seeds may show sorting, by what each seed copies, in the order of its answer; empty if they don't. No one
// orders a mixture of numbers and words, or one word.
std::string MayBeSorting(const std::vector<std::vector<std::string_view>>& copied);

// Why the seeds may show a turning round or some unknown order, `copied` as above and known to be from last to first;
// empty if they don't: "elephant, ant" -> "ant, elephant" may be either, "Ann Bell" -> "Bell, Ann" is not.
std::string MayBeAnyOrder(const std::vector<std::vector<std::string_view>>& copied);

// Why the seeds may show a choice (the longest, largest, first in the alphabet, ...), by the one word that each seed
// copies and the words like it that it doesn't; empty if they don't, or if most seeds offer no choice.
struct Choice {
  std::string_view copied;
  std::vector<std::string_view> others;
};
std::string MayBeChoosing(const std::vector<Choice>& choices);

}  // namespace cairn::synth
