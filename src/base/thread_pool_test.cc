#include "base/thread_pool.h"

#include <fenv.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "base/file.h"
#include "base/testing.h"

namespace cairn {
namespace {

TEST(ThreadPool, RunsEachIndexOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (size_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> calls(count);
      pool.Run(count, [&](size_t i) { ++calls[i]; });
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(calls[i].load(), 1) << threads << " " << i;
    }
  }
}

TEST(ThreadPool, ManyShortRunsInARow) {
  ThreadPool pool(3);
  std::vector<uint64_t> sums(5);
  for (uint64_t run = 0; run < 3000; ++run) pool.Run(5, [&](size_t i) { sums[i] += run; });
  for (uint64_t sum : sums) EXPECT_EQ(sum, uint64_t{2999} * 3000 / 2);
}

// More threads than CPUs, each run shorter than it takes to wake them: late ones meet other runs or none.
TEST(ThreadPool, LateThreadsTakePartInNoOtherRun) {
  ThreadPool pool(16);
  for (size_t run = 0; run < 5000; ++run) {
    std::vector<int> calls(2 + run % 7);
    pool.Run(calls.size(), [&](size_t i) { ++calls[i]; });
    for (int n : calls) ASSERT_EQ(n, 1) << run;
  }
}

TEST(ThreadPool, RangesCoverEverythingOnce) {
  for (int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    for (size_t count : {0, 1, 5, 64, 1001})
      for (size_t grain : {0, 1, 10, 5000}) {
        std::vector<std::atomic<int>> calls(count);
        std::atomic<size_t> small{0}, ranges{0};
        pool.RunRanges(count, grain, [&](size_t begin, size_t end) {
          ++ranges;
          if (end - begin < grain) ++small;
          for (size_t i = begin; i < end; ++i) ++calls[i];
        });
        for (size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i].load(), 1) << count << " " << grain;
        // A range is below the grain only where the whole is.
        if (count >= grain) {
          EXPECT_EQ(small.load(), 0u) << count << " " << grain;
        }
        EXPECT_EQ(ranges.load() > 0, count > 0);
      }
  }
}

bool RunsEachIndexOnce(ThreadPool& pool) {
  std::vector<std::atomic<int>> calls(1000);
  pool.Run(calls.size(), [&](size_t i) { ++calls[i]; });
  for (const std::atomic<int>& n : calls)
    if (n != 1) return false;
  return true;
}

TEST(ThreadPool, WithoutAnyOtherThreadTheCallerDoesAll) {
  NoMoreThreads limit;
  if (!limit.works()) GTEST_SKIP() << "this C library limits the size of stacks itself";
  std::vector<std::thread> threads;
  EXPECT_FALSE(StartThread(threads, [] {}));
  EXPECT_TRUE(threads.empty());
  ThreadPool pool(8);
  EXPECT_EQ(pool.size(), 1);
  EXPECT_TRUE(RunsEachIndexOnce(pool));
}

TEST(ThreadPool, GoesOnWithTheThreadsThatStarted) {
  constexpr int kNoLimit = 2;
  const pid_t child = ::fork();
  if (child == 0) {  // in a process of its own, as a user without processes: root has no limit
    constexpr rlimit kThree{3, 3};
    if (::geteuid() == 0 && ::setuid(61234) != 0) ::_exit(kNoLimit);
    if (::setrlimit(RLIMIT_NPROC, &kThree) != 0) ::_exit(kNoLimit);
    ThreadPool pool(8);
    if (pool.size() == 8) ::_exit(kNoLimit);
    ::_exit(RunsEachIndexOnce(pool) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoLimit) GTEST_SKIP() << "this system does not limit a user's processes";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// The pool of a thread that works on rows of its own is used by all such threads (model/training_pass.h).
TEST(ThreadPool, APoolOfOneServesSeveralThreads) {
  ThreadPool alone(1), pool(4);
  std::vector<std::vector<int>> calls(16, std::vector<int>(100));
  pool.Run(calls.size(), [&](size_t row) {
    alone.Run(100, [&](size_t i) { ++calls[row][i]; });
    alone.RunRanges(100, 10, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++calls[row][i];
    });
  });
  for (const std::vector<int>& row : calls) EXPECT_EQ(row, std::vector<int>(100, 2));
}

TEST(FloatEnvironment, RefusesRoundingAndFlushing) {
  EXPECT_TRUE(CheckFloatEnvironment().ok());
  ASSERT_EQ(fesetround(FE_UPWARD), 0);
  EXPECT_FALSE(CheckFloatEnvironment().ok());
  fesetround(FE_TONEAREST);
#if defined(__SSE__)
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8000);  // flush to zero
  EXPECT_FALSE(CheckFloatEnvironment().ok());
  _mm_setcsr(before);
#endif
  EXPECT_TRUE(CheckFloatEnvironment().ok());
}

TEST(AvailableCpus, TheTightestControlGroupLimits) {
  const std::string dir = ::testing::TempDir() + "cairn_cgroup_test/";
  std::filesystem::remove_all(dir);
  auto write = [&](const std::string& name, const char* text) { ASSERT_TRUE(WriteFileAtomic(dir + name, text).ok()); };
  auto cpus = [&] { return CpusOfControlGroup(dir + "cgroup", dir + "root"); };
  constexpr int kNone = std::numeric_limits<int>::max();
  EXPECT_EQ(cpus(), kNone);
  write("cgroup", "1:cpu:/old\n0::/pod/container\n");
  write("root/pod/container/cpu.max", "max 100000\n");
  EXPECT_EQ(cpus(), kNone);
  write("root/pod/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpus(), 2);
  write("root/pod/container/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpus(), 1);
  write("cgroup", "0::/\n");  // as a container sees itself
  write("root/cpu.max", "400000 100000\n");
  EXPECT_EQ(cpus(), 4);
  std::filesystem::remove_all(dir);
}

TEST(AvailableCpus, AtLeastOne) { EXPECT_GE(AvailableCpus(), 1); }

}  // namespace
}  // namespace cairn
