#include "trust/model_signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "trust/base64.h"
#include "trust/release_digest.h"
#include "trust/testing.h"

namespace cairn::trust {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// One file of each kind that a release has.
constexpr const char* kReleaseFiles[] = {"model.safetensors",
                                         "adapter_config.json",
                                         "adapter_model.safetensors",
                                         "config.json",
                                         "tokenizer.json",
                                         "tokenizer_config.json",
                                         "generation_config.json",
                                         "README.md",
                                         "CREDITS.md",
                                         "bom.cdx.json",
                                         "provenance.json",
                                         "transcript/steps.jsonl",
                                         "transcript/segment-000.safetensors",
                                         "eval.json",
                                         "cost.json"};

class ReleaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : kReleaseFiles) Put(dir_ / name, std::string("content of ") + name + "\n");
    auto manifest = SignDirectory(dir_.path(), key_);
    ASSERT_TRUE(manifest.ok()) << manifest.error().ToString();
  }
  Result<SignatureReport> Verify() const { return VerifyDirectory(dir_.path(), key_.Public().Pem()); }
  std::string Fault() const {
    auto report = Verify();
    return report.ok() ? "accepted" : report.error().ToString();
  }

  TemporaryDirectory dir_;
  PrivateKey key_ = PrivateKey::Generate();
};

TEST_F(ReleaseTest, SignedReleaseVerifies) {
  auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->files.size(), std::size(kReleaseFiles) + 1);  // and cairn.pub
  EXPECT_EQ(report->key_hint, key_.Public().Hint());
  EXPECT_FALSE(report->self_signed);
  EXPECT_EQ(report->note, "");
  EXPECT_EQ(report->root, RootDigest(report->files));
  EXPECT_TRUE(report->unsigned_files.empty());
  // A second signature over the same files covers the same bytes.
  auto again = SignDirectory(dir_.path(), key_);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(RootDigest(again->files), report->root);
  EXPECT_TRUE(Verify().ok());
}

TEST_F(ReleaseTest, WithoutAKeyItIsOnlyConsistentAndSaysSo) {
  auto report = VerifyDirectory(dir_.path());
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->self_signed);
  EXPECT_EQ(report->note, "self-signed: give --key to check who signed");

  // Whoever signs again with a key of their own passes here, but not with the first signer's key.
  ASSERT_TRUE(SignDirectory(dir_.path(), PrivateKey::Generate()).ok());
  EXPECT_TRUE(VerifyDirectory(dir_.path()).ok());
  EXPECT_THAT(Fault(), HasSubstr("another key"));
}

TEST_F(ReleaseTest, OneFlippedByteInAnyFileIsNamed) {
  std::vector<std::string> names(std::begin(kReleaseFiles), std::end(kReleaseFiles));
  names.emplace_back(kReleaseKeyFile);
  for (const std::string& name : names) {
    std::string right = Get(dir_ / name), wrong = right;
    wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 1);
    Put(dir_ / name, wrong);
    EXPECT_THAT(Fault(), AllOf(HasSubstr(name + " was changed"), HasSubstr(Sha256Of(right).Hex()),
                               HasSubstr(Sha256Of(wrong).Hex()), Not(HasSubstr("missing"))));
    Put(dir_ / name, right);
  }
  EXPECT_TRUE(Verify().ok());
}

TEST_F(ReleaseTest, MissingAndExtraFilesAreNamed) {
  std::filesystem::remove(dir_ / "eval.json");
  Put(dir_ / "transcript/extra", "x");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("eval.json is missing"), HasSubstr("transcript/extra is not signed")));
  EXPECT_FALSE(VerifyDirectory(dir_.path()).ok());
}

// A file that belongs there must not hide behind the time that the others take: names are compared first.
TEST_F(ReleaseTest, NamesAreComparedBeforeAnyFileIsHashed) {
  Put(dir_ / "README.md", "changed");
  EXPECT_THAT(Fault(), HasSubstr("README.md was changed"));
  Put(dir_ / "extra", "x");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("extra is not signed"), Not(HasSubstr("README.md"))));
  std::filesystem::remove(dir_ / "extra");
  std::filesystem::remove(dir_ / "eval.json");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("eval.json is missing"), Not(HasSubstr("README.md"))));
}

// The signer's own ignore paths: the signature is right, and says nothing about the file.
TEST_F(ReleaseTest, FilesThatABundleLeavesOutByItselfAreNamed) {
  Put(dir_ / ".git/config", "x");
  auto report = Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(CheckNothingElseUnsigned(*report, dir_.path()).ok());
  auto manifest = BuildManifest(dir_.path(), {"transcript", "model.safetensors"});
  ASSERT_TRUE(manifest.ok());
  Envelope envelope = SignEnvelope(kInTotoPayloadType, ManifestToStatement(*manifest), key_);
  Put(dir_ / "model.sig", BundleToText(envelope, key_.Public().Hint()));
  Put(dir_ / "model.safetensors", "others");
  report = Verify();
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  auto nothing_else = CheckNothingElseUnsigned(*report, dir_.path());
  ASSERT_FALSE(nothing_else.ok());
  EXPECT_EQ(nothing_else.error().code, ErrorCode::kDenied);
  EXPECT_EQ(nothing_else.error().where, dir_ / "model.safetensors");
}

TEST_F(ReleaseTest, ARenamedFileIsBothMissingAndExtra) {
  std::filesystem::rename(dir_ / "config.json", dir_ / "Config.json");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("config.json is missing"), HasSubstr("Config.json is not signed")));
}

TEST_F(ReleaseTest, SymbolicLinksAreRefused) {
  std::filesystem::rename(dir_ / "eval.json", dir_ / "../linked_eval");
  std::filesystem::create_symlink("../linked_eval", dir_ / "eval.json");
  EXPECT_THAT(Fault(), HasSubstr("eval.json"));
  EXPECT_FALSE(SignDirectory(dir_.path(), key_).ok());
  std::filesystem::remove(dir_ / "../linked_eval");
}

TEST_F(ReleaseTest, IgnoresGitFilesAtTheTopOnlyAndListsThem) {
  Put(dir_ / ".gitattributes", "*.safetensors filter=lfs\n");
  Put(dir_ / ".git/config", "x");
  auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_THAT(report->unsigned_files, ::testing::ElementsAre(".git/config", ".gitattributes"));
  Put(dir_ / "transcript/.gitignore", "x");
  EXPECT_THAT(Fault(), HasSubstr("transcript/.gitignore is not signed"));
}

TEST_F(ReleaseTest, NoSignatureNoRelease) {
  std::filesystem::remove(dir_ / "model.sig");
  auto report = Verify();
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
  auto missing = VerifyDirectory(dir_ / "nowhere");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

// Every seventh byte in several ways, every fifth in one: accepted only if what was signed and the signature read
// exactly as before.
TEST_F(ReleaseTest, NoChangedByteOfTheBundleIsAccepted) {
  const std::string bundle = Get(dir_ / "model.sig");
  auto original = ParseBundle(bundle, "original");
  ASSERT_TRUE(original.ok());
  size_t accepted = 0;
  for (size_t i = 0; i < bundle.size(); ++i) {
    for (int mask : {1, 2, 6, 0x20, 0x70, 0x80}) {
      if (i % 7 != 0 && (mask != 1 || i % 5 != 0)) continue;
      std::string changed = bundle;
      changed[i] = static_cast<char>(changed[i] ^ mask);
      auto parsed = ParseBundle(changed, "changed");
      if (!parsed.ok()) continue;
      if (!parsed->hint.empty() && parsed->hint != original->hint) continue;
      if (!VerifyEnvelope(parsed->envelope, kInTotoPayloadType, key_.Public(), "changed").ok()) continue;
      ++accepted;
      EXPECT_EQ(parsed->envelope.payload, original->envelope.payload) << i;
      EXPECT_EQ(parsed->envelope.signatures[0].sig, original->envelope.signatures[0].sig) << i;
    }
  }
  // Only a lone + or / written as - or _ can come here.
  EXPECT_LE(accepted, 2u);
  // And through the front door.
  for (size_t i = 0; i < bundle.size(); i += 7) {
    std::string changed = bundle;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    std::ofstream(dir_ / "model.sig", std::ios::binary) << changed;
    EXPECT_FALSE(Verify().ok()) << i;
  }
}

TEST_F(ReleaseTest, ATruncatedBundleIsRefused) {
  std::string bundle = Get(dir_ / "model.sig");
  for (size_t length = 0; length < bundle.size(); length += 13)
    EXPECT_FALSE(ParseBundle(bundle.substr(0, length), "short").ok()) << length;
  EXPECT_FALSE(ParseBundle(bundle + "}", "long").ok());
}

TEST_F(ReleaseTest, MalformedBundlesAreRefused) {
  const Json good = ParseJson(Get(dir_ / "model.sig"), "good").value();
  std::vector<std::pair<const char*, Json>> cases;
  auto add = [&](const char* what, const std::function<void(Json&)>& change) {
    Json bad = good;
    change(bad);
    cases.emplace_back(what, std::move(bad));
  };
  add("a list", [](Json& j) { j = Json::array({j}); });
  add("no media type", [](Json& j) { j.erase("mediaType"); });
  add("old media type", [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"; });
  add("no envelope", [](Json& j) { j.erase("dsseEnvelope"); });
  add("no material", [](Json& j) { j.erase("verificationMaterial"); });
  add("material is text", [](Json& j) { j["verificationMaterial"] = "x"; });
  add("unknown member", [](Json& j) { j["extra"] = 1; });
  add("message signature too", [](Json& j) { j["messageSignature"] = Json::object(); });
  add("certificate too", [](Json& j) { j["verificationMaterial"]["certificate"] = Json::object(); });
  add("no key", [](Json& j) { j["verificationMaterial"].erase("publicKey"); });
  add("hint is a number", [](Json& j) { j["verificationMaterial"]["publicKey"]["hint"] = 1; });
  add("wrong hint", [](Json& j) { j["verificationMaterial"]["publicKey"]["hint"] = std::string(64, '0'); });
  add("log entries", [](Json& j) { j["verificationMaterial"]["tlogEntries"] = {{{"logIndex", "1"}}}; });
  add("log entries are text", [](Json& j) { j["verificationMaterial"]["tlogEntries"] = "x"; });
  add("two signatures", [](Json& j) {
    Json& signatures = j["dsseEnvelope"]["signatures"];
    signatures.push_back(Json(signatures[0]));
  });
  add("no signature", [](Json& j) { j["dsseEnvelope"]["signatures"] = Json::array(); });
  add("unknown envelope member", [](Json& j) { j["dsseEnvelope"]["x"] = 1; });
  add("other payload type", [](Json& j) { j["dsseEnvelope"]["payloadType"] = "application/json"; });
  add("payload is no base64", [](Json& j) { j["dsseEnvelope"]["payload"] = "*"; });
  add("empty signature", [](Json& j) { j["dsseEnvelope"]["signatures"][0]["sig"] = ""; });
  ASSERT_TRUE(Verify().ok());
  for (const auto& [what, bad] : cases) {
    Put(dir_ / "model.sig", DumpJson(bad));
    EXPECT_FALSE(Verify().ok()) << what;
  }
  for (const char* text : {"", "null", "{", "[]", "\xff", "{\"mediaType\":1,\"mediaType\":2}"}) {
    Put(dir_ / "model.sig", text);
    EXPECT_FALSE(Verify().ok()) << text;
  }
  Put(dir_ / "model.sig", std::string(100000, '['));
  EXPECT_FALSE(Verify().ok());
}

// Statements that a careless or hostile signer makes: the signature is right, the statement is not.
TEST_F(ReleaseTest, RightlySignedBadStatementsAreRefused) {
  const Json good = ParseJson(ParseBundle(Get(dir_ / "model.sig"), "good")->envelope.payload, "good").value();
  auto fault = [&](const std::function<void(Json&)>& change) {
    Json statement = good;
    change(statement);
    if (statement.contains("predicate") && statement["predicate"].is_object() &&
        statement["predicate"].contains("resources") && statement["subject"].size() == 1) {
      // A consistent root, so that the fault looked for is the only one.
      std::vector<SignedFile> files;
      for (const Json& r : statement["predicate"]["resources"])
        if (r.is_object() && r.contains("digest") && ParseDigest(r["digest"].get<std::string>()).ok())
          files.push_back({"", ParseDigest(r["digest"].get<std::string>()).value()});
      if (statement["subject"][0]["digest"]["sha256"] != "0")
        statement["subject"][0]["digest"]["sha256"] = RootDigest(files).Hex();
    }
    Envelope envelope = SignEnvelope(kInTotoPayloadType, DumpJson(statement), key_);
    Put(dir_ / "model.sig", BundleToText(envelope, key_.Public().Hint()));
    return Fault();
  };
  auto resources = [](Json& j) -> Json& { return j["predicate"]["resources"]; };
  auto serialization = [](Json& j) -> Json& { return j["predicate"]["serialization"]; };

  EXPECT_EQ(fault([](Json&) {}), "accepted");
  EXPECT_THAT(fault([&](Json& j) { resources(j).push_back(Json(resources(j)[0])); }), HasSubstr("twice"));
  EXPECT_THAT(fault([&](Json& j) { resources(j) = Json::array(); }), HasSubstr("no file at all"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["ignore_paths"].push_back("."); }), HasSubstr("ignores a path"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["ignore_paths"].push_back(""); }), HasSubstr("ignores a path"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["ignore_paths"].push_back("../x"); }), HasSubstr("ignores a path"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["ignore_paths"].push_back("eval.json"); }),
              HasSubstr("eval.json is missing"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["allow_symlinks"] = true; }), HasSubstr("symbolic links"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["method"] = "shards"; }), HasSubstr("shards"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["hash_type"] = "blake3"; }), HasSubstr("blake3"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j)["follow"] = "x"; }), HasSubstr("follow"));
  EXPECT_THAT(fault([&](Json& j) { serialization(j).erase("method"); }), HasSubstr("how files were listed"));
  for (const char* name : {"../eval.json", "/etc/passwd", "./eval.json", ".", "", "a//b", "a/", "a\\b", "a\nb"})
    EXPECT_THAT(fault([&](Json& j) { resources(j)[0]["name"] = name; }), HasSubstr("not a plain name")) << name;
  EXPECT_THAT(fault([&](Json& j) { resources(j)[0]["digest"] = std::string(64, 'A'); }), HasSubstr("digits"));
  EXPECT_THAT(fault([&](Json& j) { resources(j)[0]["algorithm"] = "md5"; }), HasSubstr("md5"));
  EXPECT_THAT(fault([&](Json& j) { resources(j)[0] = "x"; }), HasSubstr("without name"));
  EXPECT_THAT(fault([](Json& j) { j["subject"].push_back(Json(j["subject"][0])); }), HasSubstr("exactly one subject"));
  EXPECT_THAT(fault([](Json& j) { j["subject"][0]["digest"]["sha256"] = "0"; }), HasSubstr("root digest"));
  EXPECT_THAT(fault([](Json& j) { j["_type"] = "https://in-toto.io/Statement/v0.1"; }),
              HasSubstr("no model signature"));
  EXPECT_THAT(fault([](Json& j) { j["predicateType"] = "https://slsa.dev/provenance/v1"; }),
              HasSubstr("no model signature"));
  EXPECT_THAT(fault([](Json& j) { j.erase("predicate"); }), HasSubstr("lists no files"));
  EXPECT_THAT(fault([](Json& j) { j = Json::array(); }), HasSubstr("not an object"));
}

TEST_F(ReleaseTest, OpensslAndJqAgree) {
  if (std::system("command -v openssl jq >/dev/null 2>&1") != 0) GTEST_SKIP() << "openssl or jq is not installed";
  Put(dir_ / "signer.txt", key_.Public().Pem());  // any file: signed below
  ASSERT_TRUE(SignDirectory(dir_.path(), key_).ok());
  std::string out = dir_.path() + ".out";
  std::string command = "bash '" + TestData("check_signature.sh") + "' '" + dir_.path() + "' '" +
                        (dir_ / "signer.txt") + "' >'" + out + "' 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(Get(out), ReleaseDigest(dir_.path())->Hex() + "\n");
  Put(dir_ / "README.md", "changed");
  EXPECT_NE(std::system(command.c_str()), 0);
  std::filesystem::remove(out);
}

TEST(SignDirectory, RefusesWhatCannotBeARelease) {
  TemporaryDirectory dir;
  PrivateKey key = PrivateKey::Generate();
  EXPECT_FALSE(SignDirectory(dir.path(), key).ok());
  EXPECT_FALSE(PathExists(dir / "cairn.pub"));
  EXPECT_FALSE(SignDirectory(dir / "nowhere", key).ok());
  std::ofstream(dir / "bad\xff name") << "x";
  EXPECT_FALSE(SignDirectory(dir.path(), key).ok());
  for (const char* name : {"a\nb", "a\u009B31m", "a\u202Egpj.exe", "a\\b", "a//b"})
    EXPECT_FALSE(IsSafeName(name)) << name;
  for (const char* name : {"a b", "\u05D0\u200F", "\u4E00/x"}) EXPECT_TRUE(IsSafeName(name)) << name;
}

TEST(ReleaseDigest, LeavesOutTimeAndKeyOnly) {
  TemporaryDirectory dir;
  Put(dir / "b", "bytes");
  Put(dir / "sub/a", "");
  std::string expected = Sha256Of("bytes").Hex() + " b\n" + Sha256Of(std::string_view()).Hex() + " sub/a\n";
  EXPECT_EQ(ReleaseDigest(dir.path()).value(), Sha256Of(expected));
  Put(dir / "cost.json", "{}");
  ASSERT_TRUE(SignDirectory(dir.path(), PrivateKey::Generate()).ok());
  EXPECT_EQ(ReleaseDigest(dir.path()).value(), Sha256Of(expected));
  Put(dir / "sub/cost.json", "{}");
  EXPECT_NE(ReleaseDigest(dir.path()).value(), Sha256Of(expected));
}

}  // namespace
}  // namespace cairn::trust
