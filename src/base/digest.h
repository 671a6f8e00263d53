// SHA-256 digests (OpenSSL), the names of everything in cairn: files, steps, states, samples.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn {

struct Digest {
  std::array<uint8_t, 32> bytes{};
  std::string Hex() const;  // 64 lower-case digits
  auto operator<=>(const Digest&) const = default;
};

// Exactly 64 hexadecimal digits, lower case.
Result<Digest> ParseDigest(std::string_view hex);

// Streaming SHA-256. Finish may be called once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void Update(std::span<const std::byte> bytes);
  void Update(std::string_view text);
  Digest Finish();

 private:
  struct Deleter {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Deleter> context_;
};

Digest Sha256Of(std::string_view text);
Digest Sha256Of(std::span<const std::byte> bytes);

std::string ToHex(std::span<const uint8_t> bytes);

}  // namespace cairn
