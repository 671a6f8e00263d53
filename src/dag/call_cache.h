// Answers of expensive calls (a teacher's) by the digest of the question, so that a second run costs nothing and a
// killed run asks only what is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dag/store.h"

namespace cairn::dag {

// Threads   safe. SIGKILL loses at most the Put in flight, a loss of power the last seconds.
class CallCache {
 public:
  static constexpr uint64_t kMaxValueBytes = uint64_t{1} << 26;
  // The store must outlive the cache. A store opened with kRead answers, but keeps nothing.
  explicit CallCache(Store& store) : store_(store) {}
  // nullopt: not there, unreadable, or damaged (then removed).
  std::optional<std::string> Get(const Digest& key);
  // The last of several values put under one key stays. kBadInput above kMaxValueBytes, kIo.
  Result<void> Put(const Digest& key, std::string_view value);

 private:
  Store& store_;
};

}  // namespace cairn::dag
