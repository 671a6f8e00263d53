#include "base/digest.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/file.h"

namespace cairn {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(Sha256Of(std::string_view()).Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Of("abc").Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Of(std::string(1000000, 'a')).Hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  std::string text(1000, 'x');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (size_t cut : {0, 1, 63, 64, 65, 999, 1000}) {
    Sha256 sha;
    sha.Update(std::string_view(text).substr(0, cut));
    sha.Update(std::string_view(text).substr(cut));
    EXPECT_EQ(sha.Finish(), Sha256Of(text)) << cut;
  }
}

TEST(Sha256, File) {
  std::string path = ::testing::TempDir() + "cairn_digest_test";
  std::string bytes(3 << 20, 'q');  // more than one read
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(Sha256OfFile(path).value(), Sha256Of(bytes));
  std::remove(path.c_str());
  auto missing = Sha256OfFile(path);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(Sha256OfFile(::testing::TempDir()).ok());  // a directory
}

TEST(Digest, HexReadsBack) {
  Digest digest = Sha256Of("abc");
  EXPECT_EQ(ParseDigest(digest.Hex()).value(), digest);
  for (std::string bad : {std::string(), digest.Hex().substr(1), digest.Hex() + "0", std::string(64, 'A'),
                          std::string(64, 'g'), std::string(64, ' ')})
    EXPECT_FALSE(ParseDigest(bad).ok()) << bad;
}

}  // namespace
}  // namespace cairn
