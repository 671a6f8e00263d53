// Hashes for containers in memory whose keys come from files. Their seed is drawn once for each process, so that nobody
// can write a file whose keys all meet in one bucket; no result may depend on it or on an order that follows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cairn {

struct HashSeed {
  uint64_t start = 0, factor = 1;
};
HashSeed DrawHashSeed();  // from the system's random numbers

inline const HashSeed& ProcessHashSeed() {
  static const HashSeed seed = DrawHashSeed();
  return seed;
}

// Both halves of the 128-bit product: the low bits of a number reach all of them.
inline uint64_t FoldedProduct(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// XXH3.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const;
};

struct NumberHash {
  // noexcept lets the tables compute it anew where they would keep it beside each key.
  size_t operator()(uint64_t number) const noexcept {
    return FoldedProduct(number ^ ProcessHashSeed().start, ProcessHashSeed().factor);
  }
};

template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

}  // namespace cairn
