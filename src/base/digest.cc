#include "base/digest.h"

#include <openssl/evp.h>

namespace cairn {
namespace {

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string ToHex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    hex += kDigits[b >> 4];
    hex += kDigits[b & 15];
  }
  return hex;
}

std::string Digest::Hex() const { return ToHex(bytes); }

Result<Digest> ParseDigest(std::string_view hex) {
  Digest digest;
  if (hex.size() != 64)
    return BadInput("a SHA-256 digest has 64 hexadecimal digits, this has " + std::to_string(hex.size()));
  for (size_t i = 0; i < 32; ++i) {
    int high = HexValue(hex[2 * i]), low = HexValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return BadInput("a SHA-256 digest is written in the digits 0-9 and a-f");
    digest.bytes[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return digest;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CAIRN_CHECK(context_ && EVP_DigestInit_ex(Context(context_.get()), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
void Sha256::Deleter::operator()(void* context) const { EVP_MD_CTX_free(Context(context)); }

void Sha256::Update(std::span<const std::byte> bytes) {
  CAIRN_CHECK(EVP_DigestUpdate(Context(context_.get()), bytes.data(), bytes.size()) == 1);
}
void Sha256::Update(std::string_view text) { Update(std::as_bytes(std::span(text.data(), text.size()))); }

Digest Sha256::Finish() {
  Digest digest;
  unsigned int length = 0;
  CAIRN_CHECK(EVP_DigestFinal_ex(Context(context_.get()), digest.bytes.data(), &length) == 1 && length == 32);
  return digest;
}

Digest Sha256Of(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.Update(bytes);
  return sha.Finish();
}
Digest Sha256Of(std::string_view text) { return Sha256Of(std::as_bytes(std::span(text.data(), text.size()))); }

}  // namespace cairn
