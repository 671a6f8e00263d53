// Answers of expensive calls (a teacher's) by the digest of the question, so that a second run costs nothing and a
// killed run asks only what is left. All of a store are in one SQLite file: a big teacher gives some hundred thousand
// short replies for one document.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/function_ref.h"
#include "dag/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cairn::dag {

// Threads   safe. SIGKILL loses at most the Put in flight, a loss of power the last seconds.
class CallCache {
 public:
  static constexpr uint64_t kMaxValueBytes = uint64_t{1} << 26;
  static constexpr const char* kFile = "calls.sqlite";  // in the store

  // The store, opened with kExclusive, must outlive the cache. A file that is damaged or of another kind makes room for
  // an empty one. kIo.
  static Result<std::unique_ptr<CallCache>> Open(const Store& store);
  ~CallCache();

  // nullopt: not there, unreadable, or damaged, until it is put again.
  std::optional<std::string> Get(const Digest& key);
  // The last of several values put under one key stays. kBadInput above kMaxValueBytes, kIo.
  Result<void> Put(const Digest& key, std::string_view value);

 private:
  explicit CallCache(std::string path) : path_(std::move(path)) {}
  int Connect();  // this and the next: SQLite's result codes
  int Run(sqlite3_stmt*& statement, FunctionRef<int(sqlite3_stmt*)> use);
  Result<void> StartAnew();
  void Disconnect();
  Error Failed(int code) const;

  const std::string path_;
  std::mutex mutex_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt *get_ = nullptr, *put_ = nullptr;
};

}  // namespace cairn::dag
