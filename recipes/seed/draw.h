// Draws of the text generator: integers only, so that every machine makes the same text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/philox.h"

namespace cairn::seed {

class Draw {
 public:
  Draw(uint64_t seed, uint64_t index) : stream_(seed, RandomPurpose::kText, index) {}

  // Uniform in [0, n).
  uint32_t Below(size_t n) { return stream_.Below(static_cast<uint32_t>(n)); }
  // Uniform in [low, high], both included.
  int Between(int low, int high) { return low + static_cast<int>(Below(static_cast<size_t>(high - low) + 1)); }
  bool Percent(uint32_t chance) { return Below(100) < chance; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    CAIRN_CHECK(!from.empty());
    return from[Below(from.size())];
  }
  // One of a few literals: Pick({"a", "b"}).
  std::string_view Pick(std::initializer_list<std::string_view> from) { return from.begin()[Below(from.size())]; }
  template <typename T>
  void Shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

 private:
  RandomStream stream_;
};

}  // namespace cairn::seed
