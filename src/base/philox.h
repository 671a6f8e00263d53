// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11.
// No generator state exists: any draw can be computed alone, which is what replay needs (docs/numerics.md).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace cairn {

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// What a draw is for; part of the key, so that two purposes never share numbers. Values are recorded in transcripts:
// append only.
enum class RandomPurpose : uint32_t {
  kInit = 1,       // weight initialisation
  kShuffle = 2,    // order of training samples
  kMix = 3,        // mixing of data sources
  kSample = 4,     // decoding
  kSynthesis = 5,  // synthesis pipeline
  kText = 6,       // the seed model's text generator
  kAdapter = 7,    // LoRA initialisation
  kReplay = 8,     // choice of segments to replay
};

// A sequence of draws: key = (seed, purpose), counter = (step, index 0, 1, 2, ...).
class RandomStream {
 public:
  RandomStream(uint64_t seed, RandomPurpose purpose, uint64_t step);
  uint32_t NextU32();
  uint64_t NextU64();
  // Uniform in [0, n), unbiased (rejection). n >= 1.
  uint32_t Below(uint32_t n);
  // Uniform in [0, 1): 53 random bits over 2^53.
  double Unit();
  bool Chance(double probability) { return Unit() < probability; }
  // Approximately normal(0, 1): the sum of 12 uniforms less 6; exact in binary64, so the same on every machine.
  double Normal();

 private:
  std::array<uint32_t, 2> key_;
  uint64_t step_;
  uint64_t index_ = 0;
  std::array<uint32_t, 4> block_{};
  int left_ = 0;
};

// Fisher-Yates with RandomStream::Below.
std::vector<uint32_t> Permutation(uint32_t n, RandomStream& random);

}  // namespace cairn
