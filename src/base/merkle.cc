#include "base/merkle.h"

#include <bit>

namespace cairn {
namespace {

std::span<const std::byte> Bytes(const Digest& d) { return std::as_bytes(std::span(d.bytes)); }

// Largest power of two strictly less than n, n >= 2.
size_t Split(size_t n) { return std::bit_floor(n - 1); }

}  // namespace

Digest MerkleLeaf(std::string_view entry) {
  Sha256 sha;
  sha.Update(std::string_view("\0", 1));
  sha.Update(entry);
  return sha.Finish();
}

Digest MerkleNode(const Digest& left, const Digest& right) {
  Sha256 sha;
  sha.Update(std::string_view("\1", 1));
  sha.Update(Bytes(left));
  sha.Update(Bytes(right));
  return sha.Finish();
}

Digest MerkleRoot(std::span<const Digest> leaves) {
  if (leaves.empty()) return Sha256Of(std::string_view());
  if (leaves.size() == 1) return leaves[0];
  size_t split = Split(leaves.size());
  return MerkleNode(MerkleRoot(leaves.first(split)), MerkleRoot(leaves.subspan(split)));
}

std::vector<Digest> MerkleInclusionProof(std::span<const Digest> leaves, size_t index) {
  CAIRN_CHECK(index < leaves.size());
  if (leaves.size() == 1) return {};
  size_t split = Split(leaves.size());
  bool left = index < split;
  std::vector<Digest> proof = left ? MerkleInclusionProof(leaves.first(split), index)
                                   : MerkleInclusionProof(leaves.subspan(split), index - split);
  proof.push_back(left ? MerkleRoot(leaves.subspan(split)) : MerkleRoot(leaves.first(split)));
  return proof;
}

bool VerifyMerkleInclusion(const Digest& leaf, size_t index, size_t size, std::span<const Digest> proof,
                           const Digest& root) {
  if (index >= size) return false;
  size_t fn = index, sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      r = MerkleNode(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = MerkleNode(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

}  // namespace cairn
