#include "dag/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <vector>

#include "base/file.h"
#include "dag/testing.h"

namespace cairn::dag {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Store> OpenStore(const std::string& root) {
  Result<std::unique_ptr<Store>> store = Store::Open(root, Store::Access::kExclusive);
  EXPECT_TRUE(store.ok()) << store.error().ToString();
  return std::move(store).value();
}

void Write(const std::string& path, std::string_view bytes) { ASSERT_TRUE(WriteFileAtomic(path, bytes).ok()); }

std::string ObjectOf(const std::string& root, const Digest& digest) {
  return root + "/objects/" + digest.Hex().substr(0, 2) + "/" + digest.Hex().substr(2);
}

void FlipByte(const std::string& path, long offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(offset);
  char c = static_cast<char>(file.get());
  file.seekp(offset);
  file.put(static_cast<char>(c ^ 1));
  ASSERT_TRUE(file.good());
}

size_t FilesBelow(const std::string& path) { return ListFiles(path).value().size(); }

TEST(Store, KeepsBytesUnderTheirSha256) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Digest digest = store->PutBytes("stone").value();
  EXPECT_EQ(digest, Sha256Of("stone"));
  EXPECT_EQ(store->GetBytes(digest).value(), "stone");
  EXPECT_EQ(ReadFile(ObjectOf(dir / "s", digest)).value(), "stone");
  EXPECT_EQ(store->GetBytes(Sha256Of("other")).error().code, ErrorCode::kNotFound);
}

TEST(Store, TreeDigestIsThatOfTheDirectory) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Write(dir / "in/a.txt", "a");
  Write(dir / "in/sub/b.txt", std::string(3 << 20, 'b'));
  Digest tree = store->PutTree(dir / "in").value();
  EXPECT_EQ(tree, TreeDigest(dir / "in"));
  EXPECT_EQ(store->GetTree(tree)->files.at("sub/b.txt").size, 3u << 20);
  ASSERT_TRUE(store->Materialise(tree, dir / "out").ok());
  EXPECT_EQ(TreeDigest(dir / "out"), tree);
  ASSERT_TRUE(store->Export(tree, dir / "exported/").ok());
  EXPECT_EQ(TreeDigest(dir / "exported"), tree);
}

TEST(Store, ExportReplacesTheWholeDirectoryAndIsNotTheObject) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Write(dir / "in/a.txt", "a");
  Digest tree = store->PutTree(dir / "in").value();
  Write(dir / "exported/stale.txt", "x");
  ASSERT_TRUE(store->Export(tree, dir / "exported").ok());
  EXPECT_THAT(ListFiles(dir / "exported").value(), ::testing::ElementsAre("a.txt"));
  EXPECT_FALSE(PathExists(dir / ".exported.partial"));
  FlipByte(dir / "exported/a.txt", 0);
  EXPECT_TRUE(store->VerifyTree(tree).ok());
}

TEST(SwapDirectories, PutsTheFreshOneInPlaceAndRemovesTheOld) {
  TempDir dir;
  Disk disk;
  for (const char* content : {"first", "second"}) {
    ASSERT_TRUE(WriteFileAtomic(dir / "fresh/file", content).ok());
    ASSERT_TRUE(SwapDirectories(dir / "fresh", dir / "place", disk).ok());
    EXPECT_EQ(ReadFile(dir / "place/file").value(), content);
    EXPECT_FALSE(PathExists(dir / "fresh"));
  }
}

// What lies at the place, and that it is one of the two whole directories.
std::string AtPlace(const TempDir& dir) {
  Result<std::string> content = ReadFile(dir / "place/file");
  return content.ok() ? *content : "nothing";
}
void MakeBoth(const TempDir& dir) {
  for (const char* name : {"fresh", "place", ".place.old"}) std::filesystem::remove_all(dir / name);
  Write(dir / "place/file", "old");
  Write(dir / "fresh/file", "new");
}

TEST(SwapDirectories, FullDiskAtEveryChangeLeavesTheOldInPlace) {
  TempDir dir;
  for (bool exchanges : {true, false}) {
    int at = 0;
    for (bool swapped = false; !swapped; ++at) {
      MakeBoth(dir);
      FaultyDisk disk(FaultyDisk::Fault::kFull, at, exchanges);
      auto result = SwapDirectories(dir / "fresh", dir / "place", disk);
      swapped = result.ok();
      EXPECT_EQ(AtPlace(dir), swapped ? "new" : "old") << exchanges << " " << at;
      EXPECT_EQ(PathExists(dir / "fresh"), !swapped) << exchanges << " " << at;
      EXPECT_FALSE(PathExists(dir / ".place.old")) << exchanges << " " << at;
      if (!swapped) {
        EXPECT_THAT(result.error().message, HasSubstr("No space left")) << exchanges << " " << at;
      }
    }
    EXPECT_EQ(at, exchanges ? 2 : 3);
  }
}

// A folder that was made read-only goes; where the system refuses, the fresh one is in place and the path is told.
TEST(SwapDirectories, AnOldOneThatCannotBeRemovedIsNoError) {
  class Keeps : public Disk {
   public:
    Result<void> Remove(const std::string& path) override { return IoError("Permission denied", path); }
  };
  TempDir dir;
  MakeBoth(dir);
  std::filesystem::permissions(dir / "place", std::filesystem::perms::owner_read);
  Disk disk;
  EXPECT_EQ(SwapDirectories(dir / "fresh", dir / "place", disk).value(), "");
  EXPECT_FALSE(PathExists(dir / "fresh"));
  MakeBoth(dir);
  Keeps keeps;
  EXPECT_EQ(SwapDirectories(dir / "fresh", dir / "place", keeps).value(), dir / "fresh");
  EXPECT_EQ(AtPlace(dir), "new");
}

TEST(SwapDirectories, OldThatCannotGoBackIsNamed) {
  class NothingGoesToThePlace : public Disk {
   public:
    explicit NothingGoesToThePlace(std::string place) : place_(std::move(place)) {}
    Result<void> Exchange(const std::string&, const std::string& b) override { return Unsupported("no", b); }
    Result<void> Rename(const std::string& from, const std::string& to, Durability durability) override {
      if (to == place_) return IoError("refused", to);
      return Disk::Rename(from, to, durability);
    }

   private:
    std::string place_;
  };
  TempDir dir;
  MakeBoth(dir);
  NothingGoesToThePlace disk(dir / "place");
  auto result = SwapDirectories(dir / "fresh", dir / "place", disk);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "refused; what was there before is in " + (dir / ".place.old"));
  EXPECT_EQ(ReadFile(dir / ".place.old/file").value(), "old");
}

TEST(SwapDirectories, AfterAKillAtAnyChangeOneIsLeftAndTheNextSwapMends) {
  TempDir dir;
  for (bool exchanges : {true, false}) {
    int kills = 0;
    for (bool finished = false; !finished; ++kills) {
      MakeBoth(dir);
      pid_t child = ::fork();
      if (child == 0) {
        FaultyDisk disk(FaultyDisk::Fault::kKill, kills, exchanges);
        ::_exit(SwapDirectories(dir / "fresh", dir / "place", disk).ok() ? 0 : 1);
      }
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      finished = WIFEXITED(status);
      ASSERT_TRUE(!finished || WEXITSTATUS(status) == 0);
      // Only between two renames is there nothing at the place; then the old one lies beside it.
      if (AtPlace(dir) == "nothing") {
        EXPECT_FALSE(exchanges);
        EXPECT_EQ(ReadFile(dir / ".place.old/file").value(), "old");
      }
      FaultyDisk whole(FaultyDisk::Fault::kFull, -1, exchanges);
      Write(dir / "fresh/file", "next");
      ASSERT_TRUE(SwapDirectories(dir / "fresh", dir / "place", whole).ok());
      EXPECT_EQ(AtPlace(dir), "next") << exchanges << " " << kills;
      EXPECT_FALSE(PathExists(dir / "fresh")) << exchanges << " " << kills;
      EXPECT_FALSE(PathExists(dir / ".place.old")) << exchanges << " " << kills;
    }
    EXPECT_EQ(kills, exchanges ? 3 : 5);
  }
}

TEST(Store, FlippedByteIsNamedAndTheObjectIsAbsentAfterwards) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Write(dir / "in/good.txt", "good");
  Write(dir / "in/sub/bad.txt", "bad");
  Digest tree = store->PutTree(dir / "in").value(), key = Sha256Of("key");
  ASSERT_TRUE(store->PutAction(key, {tree, 1.5, "step"}).ok());
  Lookup found = store->FindAction(key).value();
  ASSERT_TRUE(found.action.has_value());
  EXPECT_EQ(found.action->output, tree);
  EXPECT_EQ(found.action->seconds, 1.5);
  FlipByte(ObjectOf(dir / "s", Sha256Of("bad")), 1);
  found = store->FindAction(key).value();
  EXPECT_FALSE(found.action.has_value());
  EXPECT_THAT(found.damage, HasSubstr("sub/bad.txt is damaged"));
  EXPECT_FALSE(PathExists(ObjectOf(dir / "s", Sha256Of("bad"))));
  EXPECT_THAT(store->FindAction(key)->damage, HasSubstr("sub/bad.txt is missing"));
  ASSERT_TRUE(store->PutTree(dir / "in").ok());
  EXPECT_TRUE(store->FindAction(key)->action.has_value());
}

TEST(Store, EveryFlippedByteOfAnActionIsFoundOrHarmless) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Write(dir / "in/a", "a");
  Digest tree = store->PutTree(dir / "in").value(), key = Sha256Of("key");
  std::string path = store->Path("actions/" + key.Hex() + ".json");
  ASSERT_TRUE(store->PutAction(key, {tree, 2, "step"}).ok());
  long size = static_cast<long>(ReadFile(path)->size());
  for (long i = 0; i < size; ++i) {
    FlipByte(path, i);
    Result<Lookup> found = store->FindAction(key);
    ASSERT_TRUE(found.ok());
    if (found->action) {
      EXPECT_EQ(found->action->output, tree);
    }
    FlipByte(path, i);
  }
  EXPECT_TRUE(store->FindAction(key)->action.has_value());
}

// A whole record that somebody moved: its bytes are right, its place is not.
TEST(Store, AnActionAtAnotherKeysPlaceIsDamaged) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Write(dir / "in/a", "a");
  const Digest tree = store->PutTree(dir / "in").value(), a = Sha256Of("a"), b = Sha256Of("b");
  auto path = [&](const Digest& key) { return store->Path("actions/" + key.Hex() + ".json"); };
  ASSERT_TRUE(store->PutAction(a, {tree, 2, "step"}).ok());
  Write(path(b), ReadFile(path(a)).value());
  const Lookup found = store->FindAction(b).value();
  EXPECT_FALSE(found.action.has_value());
  EXPECT_EQ(found.damage, "the record " + path(b) + " is damaged");
  EXPECT_TRUE(store->FindAction(a)->action.has_value());
}

TEST(Store, PuttingAgainMendsADamagedObject) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Digest digest = store->PutBytes("stone").value();
  FlipByte(ObjectOf(dir / "s", digest), 0);
  ASSERT_TRUE(store->PutBytes("stone").ok());
  EXPECT_EQ(store->GetBytes(digest).value(), "stone");
  FlipByte(ObjectOf(dir / "s", digest), 0);
  EXPECT_EQ(store->GetBytes(digest).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store->GetBytes(digest).error().where, ObjectOf(dir / "s", digest));
}

TEST(Store, ReadingRepairsNothing) {
  TempDir dir;
  Digest digest = OpenStore(dir / "s")->PutBytes("stone").value();
  FlipByte(ObjectOf(dir / "s", digest), 0);
  auto reader = Store::Open(dir / "s", Store::Access::kRead).value();
  EXPECT_EQ(reader->GetBytes(digest).error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(PathExists(ObjectOf(dir / "s", digest)));
  auto nowhere = Store::Open(dir / "none", Store::Access::kRead).value();
  EXPECT_FALSE(nowhere->FindAction(digest)->action.has_value());
  EXPECT_FALSE(PathExists(dir / "none"));
}

TEST(Store, TreesThatLeaveTheirDirectoryAreRefused) {
  for (const char* name : {"../a", "/a", "a/../../b", "", "a//b", "a/", ".", "a/."}) {
    Json json = {{"files", {{name, {{"digest", Sha256Of("a").Hex()}, {"size", 1u}}}}}};
    EXPECT_EQ(TreeFromJson(json, "t").error().code, ErrorCode::kCorrupt) << name;
  }
  for (const char* text : {"[]", "{}", R"({"files":[]})", R"({"files":{"a":1}})", R"({"files":{"a":{"digest":"x"}}})",
                           R"({"files":{"a":{"digest":"x","size":1}}})", R"({"files":{"a":{"digest":1,"size":-1}}})"})
    EXPECT_FALSE(TreeFromJson(Json::parse(text), "t").ok()) << text;
}

TEST(Store, SecondBuildIsRefusedWithTheProcessThatHoldsTheLock) {
  TempDir dir;
  auto store = OpenStore(dir / "s");
  Result<std::unique_ptr<Store>> second = Store::Open(dir / "s", Store::Access::kExclusive);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kDenied);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  store.reset();
  EXPECT_TRUE(Store::Open(dir / "s", Store::Access::kExclusive).ok());
}

TEST(Store, AReadThatWasStoppedIsNoDamage) {
  class StoppedDisk : public Disk {
    Result<Digest> Hash(const std::string& path) override { return Error{ErrorCode::kCancelled, "stopped", path}; }
  };
  TempDir dir;
  auto store = Store::Open(dir / "s", Store::Access::kExclusive, std::make_unique<StoppedDisk>()).value();
  Write(dir / "in/a.txt", "a");
  const Digest tree = store->PutTree(dir / "in").value(), key = Sha256Of("key");
  ASSERT_TRUE(store->PutAction(key, {tree, 1, "step"}).ok());
  Result<Lookup> found = store->FindAction(key);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kCancelled);
}

TEST(Store, LinksInItAreRefusedBeforeAnythingIsTouched) {
  for (const char* link : {"s", "s/tmp", "s/work", "s/objects", "s/actions", "s/steps", "s/work/abc/out"}) {
    TempDir dir;
    Write(dir / "elsewhere/precious", "mine");
    ASSERT_TRUE(MakeDirectories(std::filesystem::path(dir / link).parent_path()).ok());
    std::filesystem::create_directory_symlink(dir / "elsewhere", dir / link);
    auto store = Store::Open(dir / "s", Store::Access::kExclusive);
    ASSERT_FALSE(store.ok()) << link;
    EXPECT_THAT(store.error().ToString(), HasSubstr(std::string(link) + ": this is a symbolic link"));
    EXPECT_THAT(ListFiles(dir / "elsewhere").value(), ::testing::ElementsAre("precious")) << link;
  }
}

TEST(Store, ALockThatIsALinkIsNotWrittenThrough) {
  TempDir dir;
  Write(dir / "keys", "precious");
  ASSERT_TRUE(MakeDirectories(dir / "s").ok());
  std::filesystem::create_symlink(dir / "keys", dir / "s/lock");
  auto store = Store::Open(dir / "s", Store::Access::kExclusive);
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(store.error().ToString(), HasSubstr("s/lock: this is a symbolic link"));
  EXPECT_EQ(ReadFile(dir / "keys").value(), "precious");
}

TEST(Store, LeftoversOfAKilledWriterAreCleared) {
  TempDir dir;
  OpenStore(dir / "s").reset();
  Write(dir / "s/tmp/0", "half");
  auto store = OpenStore(dir / "s");
  EXPECT_EQ(FilesBelow(dir / "s/tmp"), 0u);
  EXPECT_TRUE(store->PutBytes("x").ok());
}

TEST(Store, FullDiskLeavesNoHalfObject) {
  TempDir dir;
  Write(dir / "in/big", std::string(4 << 20, 'x'));
  pid_t child = ::fork();
  if (child == 0) {  // in a process of its own: the limit cannot be raised again
    auto store = OpenStore(dir / "s");
    ::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit {
      1 << 20, 1 << 20
    };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    Result<Digest> put = store->PutTree(dir / "in");
    bool right = !put.ok() && put.error().code == ErrorCode::kIo &&
                 put.error().message.find("make room") != std::string::npos && FilesBelow(dir / "s/tmp") == 0 &&
                 FilesBelow(dir / "s/objects") == 0 && !store->PutBytes(std::string(4 << 20, 'y')).ok() &&
                 FilesBelow(dir / "s/tmp") == 0 && FilesBelow(dir / "s/objects") == 0;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace cairn::dag
