#include "dag/call_cache.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.h"

namespace cairn::dag {
namespace {

constexpr uint64_t kRowBytes = 4096;  // of a row beside its value

// Nobody else has the file open (the store is locked), so there need be no memory shared with others, which network
// file systems lack. With a write-ahead log NORMAL syncs now and then; SIGKILL loses nothing, a loss of power the
// newest rows.
constexpr const char* kSetUp =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = "
    "OFF;"
    "CREATE TABLE IF NOT EXISTS calls (key BLOB PRIMARY KEY, value BLOB NOT NULL, digest BLOB NOT NULL)";

// Of the key, too: a whole row at the place of another one is damage.
Digest RowDigest(const Digest& key, std::string_view value) {
  Sha256 hash;
  hash.Update(key.Hex());
  hash.Update(value);
  return hash.Finish();
}

std::string_view Bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

// The bytes must outlive the step. An empty value is no NULL.
int Bind(sqlite3_stmt* statement, int place, std::string_view bytes) {
  return sqlite3_bind_blob64(statement, place, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
}

std::string_view Column(sqlite3_stmt* statement, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  return {bytes, bytes ? static_cast<size_t>(sqlite3_column_bytes(statement, column)) : 0};
}

// Damaged, no database, or one with other tables or of a later version: nothing in it is of use.
bool Useless(int code, const std::string& path) {
  const int kind = code & 0xff;
  return kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR ||
         (kind == SQLITE_READONLY && ::access(path.c_str(), W_OK) == 0);
}

}  // namespace

Result<std::unique_ptr<CallCache>> CallCache::Open(const Store& store) {
  CAIRN_CHECK(store.writable());
  std::unique_ptr<CallCache> cache(new CallCache(store.Path(kFile)));
  const int code = cache->Connect();
  if (Useless(code, cache->path_)) {
    CAIRN_TRY(cache->StartAnew());
  } else if (code != SQLITE_OK) {
    return cache->Failed(code);
  }
  return cache;
}

CallCache::~CallCache() { Disconnect(); }

void CallCache::Disconnect() {
  for (sqlite3_stmt** statement : {&get_, &put_}) {
    sqlite3_finalize(*statement);
    *statement = nullptr;
  }
  sqlite3_close(database_);
  database_ = nullptr;
}

int CallCache::Connect() {
  // SQLITE_OPEN_NOFOLLOW would refuse a link in any folder above, too; those in the store it refuses itself.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path_.c_str(), &database_, kFlags, nullptr);
  // The file may have come with a stranger's project: nothing in it is run.
  for (const auto& [option, value] :
       {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0}})
    if (code == SQLITE_OK) code = sqlite3_db_config(database_, option, value, nullptr);
  if (code == SQLITE_OK) sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxValueBytes + kRowBytes));
  if (code == SQLITE_OK) code = sqlite3_exec(database_, kSetUp, nullptr, nullptr, nullptr);
  auto prepare = [&](const char* text, sqlite3_stmt*& statement) {
    if (code == SQLITE_OK)
      code = sqlite3_prepare_v3(database_, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  };
  prepare("SELECT value, digest FROM calls WHERE key = ?", get_);
  prepare("INSERT OR REPLACE INTO calls (key, value, digest) VALUES (?, ?, ?)", put_);
  return code;
}

Result<void> CallCache::StartAnew() {
  Disconnect();
  for (const char* end : {"", "-wal", "-journal", "-shm"}) CAIRN_TRY(Disk().Remove(path_ + end));
  const int code = Connect();
  if (code != SQLITE_OK) return Failed(code);
  return {};
}

Error CallCache::Failed(int code) const {
  if ((code & 0xff) == SQLITE_FULL) return OsError(ENOSPC, path_);
  const int number = database_ ? sqlite3_system_errno(database_) : 0;
  return number != 0 ? OsError(number, path_) : IoError(sqlite3_errstr(code), path_);
}

// A reference to the statement, as starting anew makes another one.
int CallCache::Run(sqlite3_stmt*& statement, FunctionRef<int(sqlite3_stmt*)> use) {
  if (!statement) return SQLITE_CANTOPEN;  // starting anew failed once
  const auto attempt = [&] {
    const int code = use(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code;
  };
  const int code = attempt();
  return Useless(code, path_) && StartAnew().ok() ? attempt() : code;
}

std::optional<std::string> CallCache::Get(const Digest& key) {
  std::lock_guard lock(mutex_);
  std::optional<std::string> value;
  (void)Run(get_, [&](sqlite3_stmt* statement) {
    int step = Bind(statement, 1, Bytes(key));
    if (step == SQLITE_OK) step = sqlite3_step(statement);
    if (step != SQLITE_ROW) return step;
    const std::string_view found = Column(statement, 0);
    const Digest digest = RowDigest(key, found);
    if (Column(statement, 1) == Bytes(digest)) value = found;
    return step;
  });
  return value;
}

Result<void> CallCache::Put(const Digest& key, std::string_view value) {
  if (value.size() > kMaxValueBytes) return BadInput("an answer of more than 64 MiB is not kept");
  std::lock_guard lock(mutex_);
  const Digest digest = RowDigest(key, value);
  const int code = Run(put_, [&](sqlite3_stmt* statement) {
    int step = Bind(statement, 1, Bytes(key));
    if (step == SQLITE_OK) step = Bind(statement, 2, value);
    if (step == SQLITE_OK) step = Bind(statement, 3, Bytes(digest));
    return step == SQLITE_OK ? sqlite3_step(statement) : step;
  });
  if (code != SQLITE_DONE) return Failed(code);
  return {};
}

}  // namespace cairn::dag
