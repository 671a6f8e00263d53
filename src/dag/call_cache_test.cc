#include "dag/call_cache.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>
#include <vector>

#include "dag/testing.h"

namespace cairn::dag {
namespace {

struct Opened {
  std::unique_ptr<Store> store;
  std::unique_ptr<CallCache> cache;
  CallCache* operator->() { return cache.get(); }
};

Opened OpenCache(const std::string& root) {
  Opened opened;
  opened.store = Store::Open(root, Store::Access::kExclusive).value();
  opened.cache = CallCache::Open(*opened.store).value();
  return opened;
}

std::string FileOf(const std::string& root) { return root + "/" + CallCache::kFile; }

std::string Answer(int i) { return "answer " + std::to_string(i); }
Digest Question(int i) { return Sha256Of("question " + std::to_string(i)); }

// What a child process does, which ends without closing anything; its exit code is 0 if `work` says true.
template <typename Work>
void InAProcessThatDies(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(CallCache, KeepsTheLastAnswerAcrossRuns) {
  TempDir dir;
  const Digest key = Question(0);
  {
    Opened cache = OpenCache(dir / "s");
    EXPECT_EQ(cache->Get(key), std::nullopt);
    ASSERT_TRUE(cache->Put(key, "first").ok());
    EXPECT_EQ(cache->Get(key), "first");
    ASSERT_TRUE(cache->Put(key, "").ok());
    EXPECT_EQ(cache->Get(key), "");
    ASSERT_TRUE(cache->Put(key, std::string("answer\n\0\xff", 9)).ok());
  }
  EXPECT_EQ(OpenCache(dir / "s")->Get(key), std::string("answer\n\0\xff", 9));
}

TEST(CallCache, AKilledProcessLosesNothing) {
  TempDir dir;
  InAProcessThatDies([&] {
    Opened cache = OpenCache(dir / "s");
    bool good = true;
    for (int i = 0; i < 300; ++i) good = good && cache->Put(Question(i), Answer(i)).ok();
    return good;
  });
  Opened cache = OpenCache(dir / "s");
  for (int i = 0; i < 300; ++i) EXPECT_EQ(cache->Get(Question(i)), Answer(i)) << i;
}

// Wherever a byte is damaged, an answer is right or not there, and goes on being kept.
TEST(CallCache, FindsDamage) {
  TempDir dir;
  constexpr int kAnswers = 40;
  {
    Opened cache = OpenCache(dir / "whole");
    for (int i = 0; i < kAnswers; ++i) ASSERT_TRUE(cache->Put(Question(i), Answer(i)).ok());
  }
  const std::string whole = ReadFile(FileOf(dir / "whole")).value();
  int lost = 0;
  for (size_t place = 0; place < whole.size(); place += place < 100 ? 1 : 61) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    std::filesystem::remove_all(dir / "s");
    ASSERT_TRUE(WriteFileAtomic(FileOf(dir / "s"), damaged).ok());
    Opened cache = OpenCache(dir / "s");
    for (int i = 0; i < kAnswers; ++i) {
      const std::optional<std::string> answer = cache->Get(Question(i));
      if (!answer) ++lost;
      EXPECT_EQ(answer.value_or(Answer(i)), Answer(i)) << place;
    }
    ASSERT_TRUE(cache->Put(Question(0), "new").ok()) << place;
    EXPECT_EQ(cache->Get(Question(0)), "new") << place;
  }
  EXPECT_GT(lost, 10);  // the damage reached them
}

TEST(CallCache, AFileOfAnotherKindMakesRoom) {
  for (const char* bytes :
       {"", "short",
        "not a database, but longer than the header of one is: 100 bytes. .......................................\n"}) {
    TempDir dir;
    ASSERT_TRUE(WriteFileAtomic(FileOf(dir / "s"), bytes).ok());
    Opened cache = OpenCache(dir / "s");
    ASSERT_TRUE(cache->Put(Question(1), Answer(1)).ok());
    EXPECT_EQ(cache->Get(Question(1)), Answer(1));
  }
}

void Execute(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(CallCache, ADatabaseOfAnotherKindMakesRoom) {
  for (const char* kind :
       {"CREATE TABLE calls (name TEXT)",
        "CREATE VIEW calls AS SELECT x'00' AS key, x'00' AS value, x'00' AS digest; CREATE TRIGGER t "
        "INSTEAD OF INSERT ON calls BEGIN SELECT 1; END; CREATE TRIGGER u INSTEAD OF DELETE ON calls "
        "BEGIN SELECT 1; END"}) {
    TempDir dir;
    { OpenCache(dir / "s"); }
    Execute(FileOf(dir / "s"), std::string("DROP TABLE calls; ") + kind);
    Opened cache = OpenCache(dir / "s");
    ASSERT_TRUE(cache->Put(Question(1), Answer(1)).ok()) << kind;
    EXPECT_EQ(cache->Get(Question(1)), Answer(1)) << kind;
  }
}

TEST(CallCache, NoTriggerOfAStrangersFileRuns) {
  TempDir dir;
  { OpenCache(dir / "s"); }
  Execute(FileOf(dir / "s"), "CREATE TRIGGER t AFTER INSERT ON calls BEGIN DELETE FROM calls; END");
  Opened cache = OpenCache(dir / "s");
  ASSERT_TRUE(cache->Put(Question(1), Answer(1)).ok());
  EXPECT_EQ(cache->Get(Question(1)), Answer(1));
}

TEST(CallCache, ALinkInAFolderAboveTheStoreIsNone) {
  TempDir dir;
  ASSERT_TRUE(MakeDirectories(dir / "disk").ok());
  std::filesystem::create_directory_symlink(dir / "disk", dir / "home");
  Opened cache = OpenCache(dir / "home/s");
  ASSERT_TRUE(cache->Put(Question(1), Answer(1)).ok());
  EXPECT_EQ(cache->Get(Question(1)), Answer(1));
}

TEST(CallCache, AValueAboveTheLimitIsNotRead) {
  TempDir dir;
  { OpenCache(dir / "s"); }
  Execute(FileOf(dir / "s"), "INSERT INTO calls VALUES (x'" + Question(1).Hex() + "', zeroblob(70000000), x'00')");
  EXPECT_EQ(OpenCache(dir / "s")->Get(Question(1)), std::nullopt);
}

// A whole row that somebody moved: its bytes are right, its place is not.
TEST(CallCache, AnAnswerAtAnotherKeysPlaceIsNotGiven) {
  TempDir dir;
  { ASSERT_TRUE(OpenCache(dir / "s")->Put(Question(1), Answer(1)).ok()); }
  Execute(FileOf(dir / "s"), "INSERT INTO calls SELECT x'" + Question(2).Hex() + "', value, digest FROM calls");
  Opened cache = OpenCache(dir / "s");
  EXPECT_EQ(cache->Get(Question(2)), std::nullopt);
  EXPECT_EQ(cache->Get(Question(1)), Answer(1));
}

TEST(CallCache, KeepsNothingAboveItsLimit) {
  TempDir dir;
  Opened cache = OpenCache(dir / "s");
  const Result<void> kept = cache->Put(Question(1), std::string(CallCache::kMaxValueBytes + 1, 'x'));
  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(cache->Get(Question(1)), std::nullopt);
}

// What the file system refuses is an error with its reason, and what was kept before stays.
TEST(CallCache, AFullDiskIsAnError) {
  TempDir dir;
  InAProcessThatDies([&] {
    Opened cache = OpenCache(dir / "s");
    bool good = cache->Put(Question(1), Answer(1)).ok();
    ::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit {
      1 << 20, 1 << 20
    };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Result<void> put = cache->Put(Question(2), std::string(4 << 20, 'x'));
    good = good && !put.ok() && put.error().code == ErrorCode::kIo &&
           put.error().message.find("make room") != std::string::npos;
    return good && cache->Get(Question(1)) == Answer(1) && cache->Put(Question(3), Answer(3)).ok();
  });
  Opened cache = OpenCache(dir / "s");
  EXPECT_EQ(cache->Get(Question(1)), Answer(1));
  EXPECT_EQ(cache->Get(Question(2)), std::nullopt);
  EXPECT_EQ(cache->Get(Question(3)), Answer(3));
}

TEST(CallCache, ManyThreads) {
  TempDir dir;
  Opened cache = OpenCache(dir / "s");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 40; ++i)  // all threads write the same keys
        if (!cache->Put(Question(i), Answer(i)).ok() || cache->Get(Question(i)) != Answer(i)) ++wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace cairn::dag
