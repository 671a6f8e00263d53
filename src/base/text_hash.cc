#include "base/text_hash.h"

#include <sys/random.h>

#include <cstring>

#include "base/check.h"

namespace cairn {

HashSeed DrawHashSeed() {
  HashSeed seed;
  CAIRN_CHECK(getrandom(&seed, sizeof seed, 0) == sizeof seed);
  seed.factor |= 1;
  return seed;
}

// Every word goes through a product with what the words before it left.
size_t TextHash::operator()(std::string_view text) const {
  const HashSeed& seed = ProcessHashSeed();
  uint64_t hash = seed.start, word = 0;
  const size_t size = text.size();
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    hash = FoldedProduct(hash ^ word, seed.factor);
  }
  word = 0;
  for (char c : text) word = word << 8 | static_cast<uint8_t>(c);
  return FoldedProduct(FoldedProduct(hash ^ word, seed.factor) ^ size, seed.factor);
}

}  // namespace cairn
