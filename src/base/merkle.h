// RFC 6962 section 2.1 Merkle tree over SHA-256: leaf = H(0x00 || entry), node = H(0x01 || left || right).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace cairn {

Digest MerkleLeaf(std::string_view entry);
Digest MerkleNode(const Digest& left, const Digest& right);
// Root over leaf hashes; H("") for none.
Digest MerkleRoot(std::span<const Digest> leaves);
// The sibling hashes from leaf `index` upward, and their check (RFC 9162, 2.1.3.2).
std::vector<Digest> MerkleInclusionProof(std::span<const Digest> leaves, size_t index);
bool VerifyMerkleInclusion(const Digest& leaf, size_t index, size_t size, std::span<const Digest> proof,
                           const Digest& root);

}  // namespace cairn
