#include "base/merkle.h"

#include <gtest/gtest.h>

#include <string>

namespace cairn {
namespace {

// The eight entries and roots of the reference tests of RFC 6962 (transparency-dev/merkle, testdata).
const std::string kEntries[8] = {std::string(),
                                 std::string("\x00", 1),
                                 "\x10",
                                 "\x20\x21",
                                 "\x30\x31",
                                 "\x40\x41\x42\x43",
                                 "\x50\x51\x52\x53\x54\x55\x56\x57",
                                 "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
constexpr const char* kRoots[8] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                   "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                   "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                   "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                   "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                   "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                   "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> Leaves(size_t n) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < n; ++i) leaves.push_back(MerkleLeaf(i < 8 ? kEntries[i] : std::to_string(i)));
  return leaves;
}

TEST(Merkle, KnownRoots) {
  EXPECT_EQ(MerkleRoot({}).Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (size_t n = 1; n <= 8; ++n) EXPECT_EQ(MerkleRoot(Leaves(n)).Hex(), kRoots[n - 1]) << n;
}

TEST(Merkle, KnownInclusionProof) {
  // Leaf 5 of 8.
  std::vector<Digest> proof = MerkleInclusionProof(Leaves(8), 5);
  ASSERT_EQ(proof.size(), 3u);
  EXPECT_EQ(proof[0].Hex(), "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
  EXPECT_EQ(proof[1].Hex(), "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
  EXPECT_EQ(proof[2].Hex(), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
}

TEST(Merkle, EveryProofVerifiesForItsLeafIndexSizeAndRootOnly) {
  for (size_t n = 1; n <= 33; ++n) {
    std::vector<Digest> leaves = Leaves(n);
    Digest root = MerkleRoot(leaves);
    for (size_t i = 0; i < n; ++i) {
      std::vector<Digest> proof = MerkleInclusionProof(leaves, i);
      EXPECT_TRUE(VerifyMerkleInclusion(leaves[i], i, n, proof, root)) << n << " " << i;
      EXPECT_FALSE(VerifyMerkleInclusion(MerkleLeaf("other"), i, n, proof, root));
      EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], i, n, proof, MerkleLeaf("other")));
      if (n > 1) {
        EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], (i + 1) % n, n, proof, root)) << n << " " << i;
      }
      EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], n, n, proof, root));
      std::vector<Digest> longer = proof;
      longer.push_back(root);
      EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], i, n, longer, root));
      if (!proof.empty()) {
        std::vector<Digest> shorter(proof.begin(), proof.end() - 1), changed = proof;
        changed[proof.size() / 2].bytes[31] ^= 1;
        EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], i, n, shorter, root));
        EXPECT_FALSE(VerifyMerkleInclusion(leaves[i], i, n, changed, root));
      }
    }
  }
}

// An inner node must not pass as a leaf: that is what the prefixes 0x00 and 0x01 are for.
TEST(Merkle, NodesAreNoLeaves) {
  Digest a = MerkleLeaf("a"), b = MerkleLeaf("b");
  std::string both(reinterpret_cast<const char*>(a.bytes.data()), 32);
  both.append(reinterpret_cast<const char*>(b.bytes.data()), 32);
  EXPECT_NE(MerkleLeaf(both), MerkleNode(a, b));
}

}  // namespace
}  // namespace cairn
