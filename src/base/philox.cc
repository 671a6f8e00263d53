#include "base/philox.h"

#include <utility>

#include "base/check.h"

namespace cairn {

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = uint64_t{0xD2511F53} * counter[0];
    uint64_t p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, RandomPurpose purpose, uint64_t step)
    : key_{static_cast<uint32_t>(seed),
           static_cast<uint32_t>(seed >> 32) ^ (static_cast<uint32_t>(purpose) * 0x85EBCA6Bu)},
      step_(step) {}

uint32_t RandomStream::NextU32() {
  if (left_ == 0) {
    block_ = Philox4x32({static_cast<uint32_t>(index_), static_cast<uint32_t>(index_ >> 32),
                         static_cast<uint32_t>(step_), static_cast<uint32_t>(step_ >> 32)},
                        key_);
    ++index_;
    left_ = 4;
  }
  return block_[static_cast<size_t>(4 - left_--)];
}

uint64_t RandomStream::NextU64() {
  uint64_t high = NextU32();
  return high << 32 | NextU32();
}

uint32_t RandomStream::Below(uint32_t n) {
  CAIRN_CHECK(n >= 1);
  // 2^32 mod n values at the bottom would make the low results likelier.
  uint32_t threshold = (0u - n) % n;
  for (;;) {
    uint32_t draw = NextU32();
    if (draw >= threshold) return draw % n;
  }
}

double RandomStream::Unit() { return static_cast<double>(NextU64() >> 11) * 0x1p-53; }

double RandomStream::Normal() {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(NextU32()) * 0x1p-32;
  return sum - 6;
}

std::vector<uint32_t> Permutation(uint32_t n, RandomStream& random) {
  std::vector<uint32_t> order(n);
  for (uint32_t i = 0; i < n; ++i) order[i] = i;
  for (uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  return order;
}

}  // namespace cairn
