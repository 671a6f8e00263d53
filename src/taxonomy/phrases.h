// Which of many phrases stand in a text, in one pass.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::taxonomy {

// Phrases and texts are words separated by spaces; a phrase stands in a text if its words do, one after the other. All
// phrases come first, then texts. Time and memory are linear in what is read, but for the logarithm of the number of
// different words, whatever the phrases are.      Source: Aho & Corasick 1975, doi:10.1145/360825.360855.
class PhraseFinder {
 public:
  // The phrase's number, which equal phrases share; 0 if it has no word.
  uint32_t Add(std::string_view phrase);
  // REQUIRES that no Add follows.
  void Read(std::string_view text);
  // Whether a text read so far holds the phrase. One without a word stands everywhere.
  bool Found(uint32_t phrase);

 private:
  // A state: the longest end of what was read that begins a phrase.
  struct State {
    std::map<uint32_t, uint32_t> next;  // word -> state
    uint32_t shorter = 0;               // the state of the next shorter such end
    bool seen = false;
  };
  void Link();
  void Spread();
  uint32_t Step(uint32_t state, uint32_t word) const;

  std::map<std::string, uint32_t, std::less<>> words_;
  std::vector<State> states_ = std::vector<State>(1);
  std::vector<uint32_t> by_length_;  // states but the first; made by Link
  bool spread_ = true;               // what a state has seen has reached its shorter ends
};

}  // namespace cairn::taxonomy
