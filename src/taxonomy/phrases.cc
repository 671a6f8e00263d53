#include "taxonomy/phrases.h"

#include <algorithm>

#include "base/check.h"

namespace cairn::taxonomy {
namespace {

template <typename Take>
void ForEachWord(std::string_view text, Take take) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) take(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

uint32_t PhraseFinder::Add(std::string_view phrase) {
  CAIRN_CHECK(by_length_.empty());
  uint32_t state = 0;
  ForEachWord(phrase, [&](std::string_view word) {
    const auto number = words_.emplace(word, static_cast<uint32_t>(words_.size())).first->second;
    const auto fresh = static_cast<uint32_t>(states_.size());
    const auto [next, added] = states_[state].next.emplace(number, fresh);
    state = next->second;
    if (added) states_.emplace_back();
  });
  return state;
}

uint32_t PhraseFinder::Step(uint32_t state, uint32_t word) const {
  while (true) {
    const auto next = states_[state].next.find(word);
    if (next != states_[state].next.end()) return next->second;
    if (state == 0) return 0;
    state = states_[state].shorter;
  }
}

void PhraseFinder::Link() {
  for (const auto& [word, state] : states_[0].next) by_length_.push_back(state);
  for (size_t i = 0; i < by_length_.size(); ++i) {
    const uint32_t state = by_length_[i];
    for (const auto& [word, next] : states_[state].next) {
      states_[next].shorter = Step(states_[state].shorter, word);
      by_length_.push_back(next);
    }
  }
}

void PhraseFinder::Read(std::string_view text) {
  if (by_length_.empty()) Link();
  uint32_t state = 0;
  ForEachWord(text, [&](std::string_view word) {
    const auto number = words_.find(word);
    state = number == words_.end() ? 0 : Step(state, number->second);
    states_[state].seen = true;
  });
  spread_ = false;
}

void PhraseFinder::Spread() {
  for (size_t i = by_length_.size(); i-- > 0;)
    if (states_[by_length_[i]].seen) states_[states_[by_length_[i]].shorter].seen = true;
  spread_ = true;
}

bool PhraseFinder::Found(uint32_t phrase) {
  if (!spread_) Spread();
  return phrase == 0 || states_[phrase].seen;
}

}  // namespace cairn::taxonomy
