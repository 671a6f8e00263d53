#include "base/text_hash.h"

#include <sys/random.h>

#define XXH_INLINE_ALL  // no library to link, and short keys are hashed without a call
#include <xxhash.h>

#include "base/check.h"

namespace cairn {

HashSeed DrawHashSeed() {
  HashSeed seed;
  CAIRN_CHECK(getrandom(&seed, sizeof seed, 0) == sizeof seed);
  seed.factor |= 1;
  return seed;
}

size_t TextHash::operator()(std::string_view text) const {
  return XXH3_64bits_withSeed(text.data(), text.size(), ProcessHashSeed().start);
}

}  // namespace cairn
