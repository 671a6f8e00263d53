#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/memory.h"

namespace cairn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "cairn_file_XXXXXX";
    ASSERT_NE(::mkdtemp(dir_.data()), nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  std::string dir_;
};

TEST_F(FileTest, WritesWholeAndMakesDirectories) {
  std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(WriteFileAtomic(Path("x/y/z"), bytes).ok());
  EXPECT_EQ(ReadFile(Path("x/y/z")).value(), bytes);
  ASSERT_TRUE(WriteFileAtomic(Path("x/y/z"), "").ok());
  EXPECT_EQ(ReadFile(Path("x/y/z")).value(), "");
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("x/y/z"));  // no temporary file is left
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "old").ok());
  // The disk is full after 1000 bytes.
  rlimit before{}, small{1000, RLIM_INFINITY};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  small.rlim_max = before.rlim_max;
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  auto written = WriteFileAtomic(Path("f"), std::string(5000, 'n'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(ReadFile(Path("f")).value(), "old");
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("f"));

  std::filesystem::create_directory(Path("d"));
  EXPECT_FALSE(WriteFileAtomic(Path("d"), "x").ok());
  EXPECT_FALSE(WriteFileAtomic(Path("f/below"), "x").ok());
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("f"));
}

TEST_F(FileTest, ReadersSeeTheOldBytesOrTheNew) {
  std::string old_bytes(100000, 'o'), new_bytes(200000, 'n');
  ASSERT_TRUE(WriteFileAtomic(Path("f"), old_bytes).ok());
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) CAIRN_CHECK(WriteFileAtomic(Path("f"), i % 2 ? old_bytes : new_bytes).ok());
    stop = true;
  });
  while (!stop) {
    auto bytes = ReadFile(Path("f"));
    EXPECT_TRUE(bytes.ok() && (*bytes == old_bytes || *bytes == new_bytes));
  }
  writer.join();
}

TEST_F(FileTest, ReadsOnlyWhatIsAllowed) {
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "12345").ok());
  EXPECT_EQ(ReadFile(Path("f"), 5).value(), "12345");
  EXPECT_EQ(ReadFile(Path("f"), 4).error().code, ErrorCode::kBadInput);
  EXPECT_EQ(ReadFile(Path("none")).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(ReadFile(dir_).ok());
}

TEST_F(FileTest, ListsFilesInByteOrderAndRefusesTheRest) {
  EXPECT_THAT(ListFiles(dir_).value(), IsEmpty());
  for (const char* name : {"d0/f", "d0-x", "d0.txt", "Z", "\xc3\xa9", ".hidden"})
    ASSERT_TRUE(WriteFileAtomic(Path(name), "").ok());
  std::filesystem::create_directory(Path("empty"));
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre(".hidden", "Z", "d0-x", "d0.txt", "d0/f", "\xc3\xa9"));
  EXPECT_EQ(ListFiles(dir_ + "/").value().size(), 6u);
  std::filesystem::create_symlink("Z", Path("link"));
  EXPECT_FALSE(ListFiles(dir_).ok());
  std::filesystem::remove(Path("link"));
  std::filesystem::create_symlink("empty", Path("d0/link"));  // to a directory
  EXPECT_FALSE(ListFiles(dir_).ok());
  std::filesystem::remove(Path("d0/link"));
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(ListFiles(dir_).ok());
  EXPECT_EQ(ListFiles(Path("none")).error().code, ErrorCode::kNotFound);
}

TEST_F(FileTest, AnAtomicFileAppearsWithCommit) {
  {
    auto file = AtomicFile::Create(Path("f"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Append("one ").ok());
    EXPECT_FALSE(PathExists(Path("f")));
    AtomicFile moved = std::move(file).value();
    ASSERT_TRUE(moved.Append("two").ok());
    ASSERT_TRUE(moved.Commit().ok());
  }
  EXPECT_EQ(ReadFile(Path("f")).value(), "one two");
  ASSERT_TRUE(AtomicFile::Create(Path("g"))->Append("never committed").ok());
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("f"));
}

TEST_F(FileTest, ANewFileReplacesNone) {
  auto write = [&](const std::string& bytes) {
    auto file = AtomicFile::Create(Path("f"), 0600);
    CAIRN_CHECK(file.ok() && file->Append(bytes).ok());
    return file->CommitNew();
  };
  ASSERT_TRUE(write("first").ok());
  auto second = write("second");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(second.error().where, Path("f"));
  EXPECT_EQ(ReadFile(Path("f")).value(), "first");
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("f"));  // nor is a temporary file left
  struct stat info {};
  ASSERT_EQ(::stat(Path("f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(info.st_nlink, 1u);
  // A link to nowhere is a file, too.
  std::filesystem::remove(Path("f"));
  std::filesystem::create_symlink("nowhere", Path("f"));
  EXPECT_FALSE(write("third").ok());
  EXPECT_FALSE(PathExists(Path("nowhere")));
}

// A process with this number may have been killed here before.
TEST_F(FileTest, LeftTemporaryFilesAreNoObstacle) {
  const std::string left = Path("f.tmp." + std::to_string(::getpid()) + ".");
  for (int i = 0; i < 1000; ++i) std::ofstream(left + std::to_string(i)) << "left";
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "new").ok());
  EXPECT_EQ(ReadFile(Path("f")).value(), "new");
}

TEST_F(FileTest, ForgottenBytesTakeNoMemoryAndComeBack) {
  std::string bytes(16 << 20, 'x');
  for (size_t i = 0; i < bytes.size(); i += 1000) bytes[i] = static_cast<char>(i / 1000);
  ASSERT_TRUE(WriteFileAtomic(Path("f"), bytes).ok());
  MappedFile map = MappedFile::Open(Path("f")).value();
  auto same = [&] { return std::memcmp(map.bytes().data(), bytes.data(), bytes.size()) == 0; };
  ASSERT_TRUE(same());
  const uint64_t before = ProcessMemory("RssFile");
  if (before < bytes.size()) GTEST_SKIP() << "this system does not count mapped memory";
  map.Forget(map.bytes().subspan(5));
  EXPECT_LT(ProcessMemory("RssFile") + (12 << 20), before);
  EXPECT_TRUE(same());
  map.Forget(std::as_bytes(std::span(bytes)));  // of another place: left alone
  EXPECT_TRUE(same());
}

TEST_F(FileTest, MapsFiles) {
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "mapped").ok());
  ASSERT_TRUE(WriteFileAtomic(Path("empty"), "").ok());
  auto map = MappedFile::Open(Path("f"));
  ASSERT_TRUE(map.ok());
  MappedFile moved = std::move(map).value();
  ASSERT_EQ(moved.bytes().size(), 6u);
  EXPECT_EQ(static_cast<char>(moved.bytes()[5]), 'd');
  EXPECT_EQ(MappedFile::Open(Path("empty")).value().bytes().size(), 0u);
  EXPECT_EQ(MappedFile::Open(Path("none")).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(MappedFile::Open(dir_).ok());
}

TEST(HiddenBeside, IsAPlaceThatNoNameCanHave) {
  EXPECT_EQ(HiddenBeside("build/guide", ".new"), "build/.guide.new");
  EXPECT_EQ(HiddenBeside("guide", ".new"), ".guide.new");
}

// In the place of a file these would wait for ever, or never end.
TEST_F(FileTest, PipesAndDevicesAreRefused) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const std::string& path : {Path("pipe"), std::string("/dev/zero"), dir_}) {
    EXPECT_FALSE(ReadFile(path).ok()) << path;
    EXPECT_FALSE(MappedFile::Open(path).ok()) << path;
    EXPECT_FALSE(Sha256OfFile(path).ok()) << path;
  }
}

TEST_F(FileTest, LeftTemporaryFilesAreRemoved) {
  for (const char* name : {"a", "b.tmp.12.0", "x/c.safetensors.tmp.7.31", "x/d.tmp.note", "x/e.tmp.1a"})
    ASSERT_TRUE(WriteFileAtomic(Path(name), "1").ok());
  ASSERT_TRUE(RemoveTemporaryFiles(dir_).ok());
  EXPECT_THAT(ListFiles(dir_).value(), ElementsAre("a", "x/d.tmp.note", "x/e.tmp.1a"));
  EXPECT_TRUE(RemoveTemporaryFiles(Path("nowhere")).ok());
}

}  // namespace
}  // namespace cairn
