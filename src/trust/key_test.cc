#include "trust/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust/testing.h"

namespace cairn::trust {
namespace {

using ::testing::HasSubstr;

TEST(Key, GeneratedFilesHoldAPairAndOnlyTheOwnerReadsThePrivateOne) {
  TemporaryDirectory dir;
  auto made = GenerateKeyFiles(dir / "new/cairn.key", dir / "new/cairn.pub");
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  struct stat info {};
  ASSERT_EQ(::stat((dir / "new/cairn.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_TRUE(Get(dir / "new/cairn.key").starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(ListFiles(dir / "new")->size(), 2u);

  auto private_key = PrivateKey::Load(dir / "new/cairn.key");
  auto public_key = LoadPublicKey(dir / "new/cairn.pub");
  ASSERT_TRUE(private_key.ok() && public_key.ok());
  EXPECT_EQ(public_key->Curve(), "P-256");
  EXPECT_EQ(public_key->Pem(), Get(dir / "new/cairn.pub"));
  EXPECT_EQ(private_key->Public().Hint(), public_key->Hint());
  EXPECT_TRUE(public_key->Verify("text", private_key->Sign("text")));
}

TEST(Key, NeverOverwrites) {
  TemporaryDirectory dir;
  Put(dir / "a", "mine");
  auto private_there = GenerateKeyFiles(dir / "a", dir / "b");
  auto public_there = GenerateKeyFiles(dir / "b", dir / "a");
  ASSERT_FALSE(private_there.ok());
  ASSERT_FALSE(public_there.ok());
  EXPECT_THAT(private_there.error().ToString(), HasSubstr("never overwrites"));
  EXPECT_EQ(Get(dir / "a"), "mine");
  EXPECT_FALSE(PathExists(dir / "b"));
}

// As a keygen leaves it that was killed in a container, where every process may have the same number.
TEST(Key, WhatAKilledKeygenLeftIsNoObstacle) {
  TemporaryDirectory dir;
  const std::string process = ".tmp." + std::to_string(::getpid());
  for (const char* name : {"k.key", "k.pub"})
    for (const char* number : {"", ".0", ".1", ".2"}) Put(dir / (name + process + number), "left");
  auto made = GenerateKeyFiles(dir / "k.key", dir / "k.pub");
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_TRUE(PrivateKey::Load(dir / "k.key").ok());
}

// Another program may make the file between the first look and the last step.
TEST(Key, ALinkToNowhereIsNotFollowed) {
  TemporaryDirectory dir;
  std::filesystem::create_symlink("elsewhere", dir / "k.pub");
  auto made = GenerateKeyFiles(dir / "k.key", dir / "k.pub");
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().ToString(), HasSubstr("k.pub: exists already"));
  EXPECT_FALSE(PathExists(dir / "elsewhere"));
  EXPECT_FALSE(PathExists(dir / "k.key"));
}

TEST(Key, SignatureFitsOneMessageAndOneKey) {
  PrivateKey key = PrivateKey::Generate(), other = PrivateKey::Generate();
  std::string signature = key.Sign("message");
  EXPECT_TRUE(key.Public().Verify("message", signature));
  EXPECT_FALSE(key.Public().Verify("messagf", signature));
  EXPECT_FALSE(other.Public().Verify("message", signature));
  EXPECT_FALSE(key.Public().Verify("message", signature + '\0'));
  EXPECT_FALSE(key.Public().Verify("message", ""));
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key.Public().Verify("message", changed)) << i;
  }
}

TEST(Key, ReadsKeysOfTheReferenceToolAndHashesTheirPem) {
  auto plain = LoadPublicKey(TestData("oms/keys/signing-key-pub.spki.pem"));
  auto headed = LoadPublicKey(TestData("oms/keys/signing-key-pub.with-text-header.pem"));
  ASSERT_TRUE(plain.ok() && headed.ok());
  EXPECT_EQ(plain->Curve(), "P-384");
  EXPECT_EQ(plain->Hint(), "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e");
  EXPECT_EQ(headed->Hint(), plain->Hint());
}

// The key of the DSSE specification's example with one bit of y changed.
TEST(Key, APointOffTheCurveIsNoKey) {
  auto key = PublicKey::FromPem(
      "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ805D3eqNZywjCI19lInBJOp7YMr\n"
      "CrzAH3CVTAOQ0jgMeCvVTiaRJaRPRDOv8UMs6U4SvKc6pnrIDOoSYI3fdQ==\n-----END PUBLIC KEY-----\n",
      "wrong point");
  EXPECT_FALSE(key.ok());
}

TEST(Key, RefusesWhatIsNoKey) {
  EXPECT_FALSE(PublicKey::FromPem("", "x").ok());
  EXPECT_FALSE(PublicKey::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "x").ok());
  EXPECT_FALSE(PublicKey::FromPem(PrivateKey::Generate().Pem(), "x").ok());
  EXPECT_FALSE(PublicKey::FromPem(std::string(1 << 20, 'a'), "x").ok());
  auto ed25519 = PublicKey::FromPem(
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n",
      "ed.pub");
  ASSERT_FALSE(ed25519.ok());
  EXPECT_EQ(ed25519.error().code, ErrorCode::kUnsupported);
  auto encrypted = PrivateKey::FromPem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", "k");
  ASSERT_FALSE(encrypted.ok());
  EXPECT_THAT(encrypted.error().message, HasSubstr("passphrase"));
}

TEST(Key, RefusesAPrivateKeyThatOthersCanRead) {
  TemporaryDirectory dir;
  Put(dir / "key", PrivateKey::Generate().Pem());
  for (mode_t mode : {0644, 0640, 0604, 0620}) {
    ASSERT_EQ(::chmod((dir / "key").c_str(), mode), 0);
    auto open = PrivateKey::Load(dir / "key");
    ASSERT_FALSE(open.ok()) << mode;
    EXPECT_EQ(open.error().code, ErrorCode::kDenied) << mode;
  }
  ASSERT_EQ(::chmod((dir / "key").c_str(), 0600), 0);
  EXPECT_TRUE(PrivateKey::Load(dir / "key").ok());
}

// Which others may read: taking that back would not help.
TEST(Key, ThePublicHalfInThePlaceOfThePrivateOneIsNamed) {
  TemporaryDirectory dir;
  ASSERT_TRUE(GenerateKeyFiles(dir / "key", dir / "pub").ok());
  auto open = PrivateKey::Load(dir / "pub");
  ASSERT_FALSE(open.ok());
  EXPECT_EQ(open.error().code, ErrorCode::kBadInput);
  EXPECT_NE(open.error().message.find("this is a public key; name the private one"), std::string::npos);
}

}  // namespace
}  // namespace cairn::trust
